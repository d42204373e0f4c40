"""`manage.py batches`: how long each persona's batch took, and whether it kept its service level."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from agents.batches import selectors as batches
from agents.personas import selectors as personas
from chimera.core import clock, tenancy
from chimera.core.management.door import DoorCommand
from chimera.core.management.spans import span


def _word(within: bool | None) -> str:
    return {True: "yes", False: "no", None: "-"}[within]


class Command(DoorCommand):
    """Reads only."""

    help = "Show each batch of goals: first to last post, without the time that a human had it, and its service level."
    example = "  manage.py batches\n  manage.py batches --agent bea_unscrews --since 7d\n  manage.py batches --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """Whose, and since when."""
        parser.add_argument("--agent", metavar="HANDLE", help="batches of this agent only (handle or id)")
        parser.add_argument("--since", type=span, default=timedelta(hours=24), help="90m, 24h or 7d; default: 24h")

    def act(self, options: dict[str, Any]) -> None:
        """Read and print."""
        with tenancy.all_brands(actor=self.actor):
            agent = personas.by_name(options["agent"]) if options["agent"] else None
            start = clock.now() - options["since"]
            found = batches.since(start=start, agent_id=agent.pk if agent else None)
        within = sum(batch.within is True for batch in found)
        judged = sum(batch.within is not None for batch in found)
        share = round(within / judged, 4) if judged else None
        totals = {"batches": len(found), "judged": judged, "within": within, "share_within": share}
        if options["json"]:
            self.say_json(
                {
                    "service_level_s": settings.BATCH_SERVICE_LEVEL_S,
                    **totals,
                    "list": [batch.as_json() for batch in found],
                }
            )
            return
        if not found:
            self.stdout.write("No batches in this time. Goals are set by the scheduler: manage.py up")
            return
        self._table(found)
        shown = "none can be judged yet" if share is None else f"{share:.1%} within {settings.BATCH_SERVICE_LEVEL_S} s"
        self.stdout.write(f"{len(found)} batches, {judged} judged, {within} in time: {shown}.")

    def _table(self, found: list[batches.Batch]) -> None:
        from rich.table import Table

        table = Table()
        for column in ("batch", "agent", "goals", "posts", "first", "last post", "ran s", "human s", "in time"):
            table.add_column(column, no_wrap=column in ("agent", "first", "last post"))
        for batch in found:
            times = batch.times
            table.add_row(
                batch.name,
                f"@{batch.handle}",
                str(len(batch.goals)),
                str(times.posts),
                f"{times.first:%d %b %H:%M:%S}" if times.first else "-",
                f"{times.last:%d %b %H:%M:%S}" if times.last else "-",
                f"{times.running.total_seconds():.1f}",
                f"{times.waiting.total_seconds():.1f}",
                _word(batch.within),
            )
        self.show(table)
