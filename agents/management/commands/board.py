"""`manage.py board`: how the fleet stands, with the figures of the desk's board."""

from typing import Any

from django.core.management.base import CommandParser

from agents.board import selectors, window
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads only."""

    help = "Show the board: agents, autonomy, success, escalation, cost, latency, queues, stops, circuits, limits."
    example = "  manage.py board\n  manage.py board --window 1h --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """The window."""
        parser.add_argument(
            "--window", default=window.USUAL, help=f"{', '.join(window.SPANS)}; {window.USUAL} unless said"
        )

    def act(self, options: dict[str, Any]) -> None:
        """Read and print."""
        with tenancy.all_brands(actor=self.actor):
            board = selectors.read(name=options["window"])
        if options["json"]:
            self.say_json(board.as_json())
            return
        from rich.table import Table
        from rich.text import Text

        figures = Table(title=f"{board.window.words}, until {board.window.until:%Y-%m-%d %H:%M:%S} UTC")
        for column in ("figure", "value", "goal", "rows behind it"):
            figures.add_column(column)
        for one in [*board.agents, *board.figures]:
            sign = {True: " ✓", False: " ▲", None: ""}[one.is_met]
            figures.add_row(
                one.title, f"{one.said}{sign}", one.goal, ", ".join(f"{r.count} {r.what}" for r in one.behind)
            )
        for queue in board.queues:
            figures.add_row(f"waiting: {queue.name}", str(queue.depth), "", queue.said)
        for cap in board.caps:
            figures.add_row(f"today: {cap.name}", cap.said, "", "")
        self.show(figures)
        for stop in board.stops_shown:
            self.stdout.write(stop.sentence)
        for circuit in board.broken:
            self.show(Text(f"{circuit.provider} is left alone: {circuit.note}"))
