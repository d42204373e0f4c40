"""`manage.py promote AGENT --to SUPERVISED`: a recorded step up the ladder of trust (or down)."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from agents.personas import selectors, services
from agents.personas.states import TrustRung
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """On the record with who did it and why."""

    help = "Move an agent on the ladder of trust: PROBATION, SUPERVISED, AUTONOMOUS."
    example = '  manage.py promote bea_unscrews --to SUPERVISED --reason "ten good posts"\n'

    def arguments(self, parser: CommandParser) -> None:
        """Who, where to, why."""
        parser.add_argument("agent", help="handle or id")
        parser.add_argument("--to", metavar="{" + ",".join(TrustRung.values) + "}", required=True)
        parser.add_argument("--reason", required=True, help="why; kept with the agent")

    def act(self, options: dict[str, Any]) -> None:
        """Up step by step, or down at once."""
        if options["to"].upper() not in TrustRung.values:
            raise CommandError(f"--to: invalid choice: {options['to']!r}; the rungs are {', '.join(TrustRung.values)}.")
        to = TrustRung(options["to"].upper())
        with tenancy.all_brands(actor=self.actor):
            agent = selectors.by_name(options["agent"])
            below = services.LADDER.index(to) < services.LADDER.index(TrustRung(agent.status))
            change = services.demote if below else services.promote
            agent = change(agent=agent, to=to, reason=options["reason"])
        if options["json"]:
            self.say_json({"agent": agent.handle, "rung": agent.status})
            return
        self.stdout.write(f"@{agent.handle} is now {agent.status.lower()}: {options['reason']}")
