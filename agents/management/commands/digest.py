"""`manage.py digest`: what happened, as the morning mail says it."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from agents.digest import services as digests
from chimera.core import clock, tenancy
from chimera.core.management.door import DoorCommand
from governance.notices import selectors as notices


class Command(DoorCommand):
    """Reads only; sends nothing."""

    help = "Print a digest of a day: what went out, what waits, what it cost, what changed, what failed. Sends nothing."
    example = (
        "  manage.py digest\n"
        "  manage.py digest --hours 168 --json\n"
        "  manage.py digest --at 2026-11-02T07:00Z\n"
        "  manage.py digest --for ada@example.org\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Whose and until when."""
        parser.add_argument(
            "--for", dest="reader", default="", help="an address that is told: its brands and time zone"
        )
        parser.add_argument("--at", default="", help="until when, such as 2026-11-02T07:00Z (default: now)")
        parser.add_argument("--hours", type=int, default=24, help="so many before that (default 24)")

    def act(self, options: dict[str, Any]) -> None:
        """Read and print."""
        if not 1 <= options["hours"] <= 24 * 366:
            raise CommandError(f"--hours is {options['hours']}; choose 1 to {24 * 366}.")
        until = clock.now()
        if options["at"]:
            try:
                said = parse_datetime(options["at"])
            except ValueError:
                said = None
            if said is None:
                raise CommandError(f"{options['at']!r} is no moment; write it as 2026-11-02T07:00Z.")
            until = said if said.tzinfo else said.replace(tzinfo=until.tzinfo)
        brands, zone = [], "UTC"
        if options["reader"]:
            with tenancy.all_brands(actor=self.actor):
                found = notices.subscription(named=options["reader"])
                brands, zone = found.brands, found.time_zone
        facts = digests.make(
            since=until - timedelta(hours=options["hours"]),
            until=until,
            brands=brands,
            time_zone=zone,
            actor=self.actor,
        )
        if options["json"]:
            self.say_json(facts)
        else:
            self.stdout.writelines(f"{line}\n" for line in facts["lines"])
