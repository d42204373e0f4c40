"""`manage.py fleet`: every agent at a glance, and what holds it back."""

from typing import Any

from agents import fleet
from chimera.core import money, tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads only."""

    help = "Show every agent: rung, posts, reviews, today's spending, and the first gate that holds it back."
    example = "  manage.py fleet\n  manage.py fleet --json\n"

    def act(self, options: dict[str, Any]) -> None:
        """Read and print."""
        with tenancy.all_brands(actor=self.actor):
            lines = fleet.lines()
        if options["json"]:
            self.say_json({"agents": [line.as_json() for line in lines]})
            return
        if not lines:
            self.stdout.write("No agents yet. Launch one: manage.py launch_agent demo/souls/bea_unscrews.md")
            return
        from rich.table import Table

        table = Table(title=f"{len(lines)} agents")
        for column in ("agent", "brand", "rung", "published", "in review", "spent today", "held back by"):
            # A handle is copied into the next command: it stays whole however narrow the terminal is.
            table.add_column(column, no_wrap=column == "agent")
        for line in lines:
            spent = f"{money.show(line.spent_today_usd_micros)} of {money.show(line.limit_usd_micros)}"
            table.add_row(
                f"@{line.handle}",
                line.brand,
                line.rung.lower(),
                str(line.published),
                str(line.in_review),
                spent,
                line.held_back_by or "nothing",
            )
        self.show(table)
