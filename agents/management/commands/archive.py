"""`manage.py archive`: put finished work away and forget what is past its time."""

from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from agents.archive import services as archive
from chimera.core import tenancy
from chimera.core.brands import selectors as brands
from chimera.core.management.door import DoorCommand

BATCH_MAX = 1000
COUNTED_MAX = 100_000  # goals of one brand, in a dry run


def _size(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= BATCH_MAX:
        raise ArgumentTypeError(f"a batch has 1 to {BATCH_MAX} goals, not {text!r}")
    return int(text)


class Command(DoorCommand):
    """As often as one likes: what was put away is not found again."""

    help = "Move goals that ended long ago into the archive, and delete what is kept no longer."
    example = "  manage.py archive --dry-run\n  manage.py archive\n  manage.py archive --batch 50 --once --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """How much at a time."""
        parser.add_argument("--batch", type=_size, default=settings.ARCHIVE_BATCH, help="goals of one transaction")
        parser.add_argument("--once", action="store_true", help="one batch of each brand, then stop")
        parser.add_argument("--dry-run", action="store_true", help="count what would be moved, and move nothing")

    def act(self, options: dict[str, Any]) -> None:
        """Move, or count."""
        if options["dry_run"]:
            self._count(options)
            return
        report = archive.run(batch=options["batch"], once=options["once"], actor=self.actor)
        if options["json"]:
            self.say_json(report.as_json())
            return
        self.stdout.write(
            f"{report.goals} goals with {report.moved_rows} rows of work went into the archive in "
            f"{report.batches} batches.\n"
            f"Forgotten: {report.forgotten_goals} archived goals, {report.forgotten_trends} trends, "
            f"{report.forgotten_fingerprints} fingerprints, "
            f"{report.forgotten_feed_items} feed items, {report.forgotten_of_people} rows about people, "
            f"{report.forgotten_ticks} ticks, "
            f"{report.forgotten_sessions} sessions."
        )
        if report.more or report.busy:
            self.stdout.write("There is more; run it again.")

    def _count(self, options: dict[str, Any]) -> None:
        found = 0
        for brand_id in brands.ids():
            with tenancy.brand(brand_id, actor=self.actor):
                found += archive.due(count_max=COUNTED_MAX)
        if options["json"]:
            self.say_json({"due": found, "archive_after_days": settings.ARCHIVE_AFTER_DAYS})
            return
        self.stdout.write(
            f"{found} goals ended more than {settings.ARCHIVE_AFTER_DAYS} days ago and would be moved. Nothing was."
        )
