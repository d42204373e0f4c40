"""`manage.py why`: the first gate that holds an agent back, or each agent."""

from typing import Any

from django.core.management.base import CommandParser

from agents.why import selectors
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads only."""

    help = (
        "Say why an agent posts nothing: the first gate that holds its work back, and what clears it. "
        "Without a name: all, the worst first."
    )
    example = "  manage.py why my_handle\n  manage.py why --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """Who."""
        parser.add_argument("agent", nargs="?", help="its handle or id; without one, every agent")

    def act(self, options: dict[str, Any]) -> None:
        """Read and print."""
        with tenancy.all_brands(actor=self.actor):
            found = [selectors.of(name=options["agent"])] if options["agent"] else selectors.everybody()
        if options["json"]:
            self.say_json({"agents": [one.as_json() for one in found]})
            return
        if not found:
            self.stdout.write("No agents yet. Launch one: manage.py launch_agent demo/souls/bea_unscrews.md")
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(title=f"{len(found)} agents" if len(found) > 1 else None)
        for column in ("agent", "gate", "why", "what clears it"):
            table.add_column(column, no_wrap=column == "agent")
        for one in found:
            act = one.found.act
            # Sentences may hold words from outside: no markup in them.
            table.add_row(
                f"@{one.handle}", one.found.gate.title, Text(one.found.sentence), Text(act.words if act else "")
            )
        self.show(table)
