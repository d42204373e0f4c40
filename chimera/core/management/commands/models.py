"""`manage.py models`: who is asked in each tier, at which price, and what is missing. GEN-1, GEN-7."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import money
from chimera.core.llm import survey
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads settings and prices; with --check it calls."""

    help = (
        "Show the tiers: which provider is asked first, its model, what that costs and since when, and what the others "
        "lack. No key is printed. --check makes one tiny call to each (it costs a fraction of a cent)."
    )
    example = "  manage.py models\n  manage.py models --json\n  manage.py models --check\n"

    def arguments(self, parser: CommandParser) -> None:
        """Whether to call."""
        parser.add_argument("--check", action="store_true", help="make one tiny call to every provider that has a key")

    def act(self, options: dict[str, Any]) -> None:
        """Read, perhaps call, and print."""
        lines = survey.lines()
        tried = list(survey.tried()) if options["check"] else []
        if options["json"]:
            said: dict[str, Any] = {"models": [line.as_json() for line in lines], "judge": survey.seat()}
            if options["check"]:
                said["checked"] = [one.as_json() for one in tried]
            self.say_json(said)
        else:
            self._tables(lines, tried, checked=options["check"])
        if not all(one.works for one in tried):
            raise CommandError("Not every provider answered; what each of them said stands above.")

    def _tables(self, lines: list[survey.Line], tried: list[survey.Tried], *, checked: bool) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table(title="Who is asked, in order")
        for column in ("tier", "provider", "model", "$ per million in / out", "price since", "state"):
            table.add_column(column, no_wrap=column in ("tier", "provider"))
        for line in lines:
            price = f"{line.input_usd} / {line.output_usd}" if line.input_usd else ""
            state = line.missing or ("asked first" if line.asked_first else "next when the one above is down")
            cells = (line.tier, line.provider, line.model, price, line.price_from, state)
            table.add_row(*(Text(cell) for cell in cells), end_section=line.provider == "offline")
        self.show(table)
        self.stdout.write(survey.seat())
        if checked and not tried:
            self.stdout.write("Nobody has a key, so nobody was called. Keys go into .env: docs/models.md")
        for one in tried:
            mark = "works" if one.works else "does not work"
            cost = money.show(one.cost_usd_micros)
            self.stdout.write(f"{one.provider} ({one.model}) {mark}: {one.said} {one.latency_ms} ms, {cost}")
