"""`manage.py put_away`: retention of the record."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.inspection import services as inspection

_KEPT = "Events are kept for ever: RETENTION_AUDIT_DAYS is 0."


class Command(DoorCommand):
    """As often as one likes: what was put away is not found again."""

    help = "Delete events that are older than RETENTION_AUDIT_DAYS; their hashes stay, so the record stays verifiable."
    example = "  manage.py put_away --dry-run\n  manage.py put_away --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """Really, or only to see."""
        parser.add_argument("--dry-run", action="store_true", help="say what the first act would take, and do nothing")

    def act(self, options: dict[str, Any]) -> None:
        """Put away, or say what would be."""
        days = settings.RETENTION_AUDIT_DAYS
        if options["dry_run"]:
            self._say_due(days, options)
            return
        report = inspection.run(days=days, actor=self.actor, seconds=settings.RETENTION_AUDIT_RUN_S)
        if options["json"]:
            self.say_json({**vars(report), "retention_days": days})
            return
        self.stdout.write(f"{report.put_away} events were put away in {report.acts} acts." if days else _KEPT)
        if report.more:
            self.stdout.write("There is more; run it again.")

    def _say_due(self, days: int, options: dict[str, Any]) -> None:
        with tenancy.all_brands(actor=self.actor):
            stretch = inspection.due(days=days) if days else None
        if options["json"]:
            told = {"first_seq": stretch.first, "last_seq": stretch.last} if stretch else None
            self.say_json({"due": told, "retention_days": days})
            return
        if not days:
            self.stdout.write(_KEPT)
        elif stretch is None:
            self.stdout.write(f"Nothing is sealed, published and older than {days} days.")
        else:
            self.stdout.write(f"The first act would put entries {stretch.first} to {stretch.last} away. Nothing was.")
