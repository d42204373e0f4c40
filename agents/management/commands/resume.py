"""`manage.py resume`: lift the pauses and stops of an agent or the fleet."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from agents import stopping
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.effects import services as effects


class Command(DoorCommand):
    """A separate act, on the record with who did it. What waited goes on by itself."""

    help = "Lift every pause and stop on exactly this agent, on the fleet, or on everything that is sent."
    example = "  manage.py resume bea_unscrews\n  manage.py resume --fleet --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """An agent, the fleet, or what is sent."""
        parser.add_argument("agent", nargs="?", help="handle or id of an agent")
        parser.add_argument("--fleet", action="store_true", help="the stops on the fleet (not those on single agents)")
        parser.add_argument("--effects", action="store_true", help="the quarantine after a restore: posts go out again")

    def act(self, options: dict[str, Any]) -> None:
        """Lift the controls."""
        if bool(options["agent"]) + options["fleet"] + options["effects"] != 1:
            raise CommandError("Name one agent (handle or id), or --fleet, or --effects.")
        with tenancy.all_brands(actor=self.actor):
            scope = effects.OUTSIDE if options["effects"] else stopping.scope_of(agent=options["agent"])
            lifted = stopping.resume(scope=scope)
        if options["json"]:
            self.say_json({"scope": scope, "lifted": [{"kind": c.kind, "reason": c.reason} for c in lifted]})
            return
        self.stdout.write(
            f"{scope}: {len(lifted)} lifted." if lifted else f"Nothing was in force on {scope}; nothing changed."
        )
