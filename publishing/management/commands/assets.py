"""`manage.py assets`: what pictures and videos there are, where they lie, and collecting what nothing needs."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Count, Sum

from chimera.core import storage, tenancy
from chimera.core.brands.models import Brand
from chimera.core.errors import Unavailable
from chimera.core.management.door import DoorCommand
from publishing.media import tending
from publishing.media.models import Asset


class Command(DoorCommand):
    """Without --collect it only looks. Every act may be done again, and goes on where it was stopped."""

    help = "Show what assets there are by brand and tier; delete bytes that nothing of any brand needs any more."
    example = (
        "  manage.py assets\n"
        "  manage.py assets --collect --dry-run\n"
        "  manage.py assets --collect --json\n"
        "  manage.py assets --tiers\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to do."""
        parser.add_argument("--collect", action="store_true", help="forget rows that nothing names, then delete bytes")
        parser.add_argument("--tiers", action="store_true", help="lay bytes nearer or farther, as they were used")
        parser.add_argument("--dry-run", action="store_true", help="with --collect: say what would go, delete nothing")

    def act(self, options: dict[str, Any]) -> None:
        """Look, or tend."""
        if options["dry_run"] and (options["tiers"] or not options["collect"]):
            raise CommandError("--dry-run says what --collect would delete; give both, and nothing else.")
        if not (options["collect"] or options["tiers"]):
            self._look(options)
            return
        report = tending.Report(dry=options["dry_run"])
        if options["tiers"]:
            tending.tier(report, actor=self.actor)
        if options["collect"]:
            tending.forget(report, dry=report.dry, actor=self.actor)
            tending.collect(report, dry=report.dry)
            report.unfinished = 0 if report.dry else storage.tidy(older_than_s=tending.UPLOAD_S)
        if options["json"]:
            self.say_json(report.as_json())
        else:
            self._say(report, options)
        if report.away:
            raise Unavailable(report.away)

    def _say(self, report: tending.Report, options: dict[str, Any]) -> None:
        if options["tiers"]:
            moved = ", ".join(f"{count} to {tier}" for tier, count in report.moved.items())
            stuck = f" {report.unmoved} could not be moved and wait for the next run." if report.unmoved else ""
            self.stdout.write(f"Moved: {moved}.{stuck}")
        if options["collect"]:
            would, what = ("would be ", " Nothing was.") if report.dry else ("", "")
            self.stdout.write(
                f"{report.forgotten} rows of brands {would}forgotten; {report.collected} contents with "
                f"{report.collected_bytes:,} bytes {would}deleted, {report.kept_back} kept because they were stored "
                f"again, {report.unfinished} unfinished writes cleared away.{what}"
            )

    def _look(self, options: dict[str, Any]) -> None:
        with tenancy.all_brands(actor=self.actor):
            slugs = dict(Brand.objects.values_list("pk", "slug"))
            found = Asset.objects.values("brand_id", "tier").annotate(count=Count("id"), bytes=Sum("size_bytes"))
            brands = [
                {"brand": slugs[row["brand_id"]], "tier": row["tier"], "count": row["count"], "bytes": row["bytes"]}
                for row in found.order_by("brand_id", "tier")
            ]
        kept = {tier: {"count": 0, "bytes": 0} for tier in storage.TIERS}
        for found_there in storage.stored():
            kept[found_there.tier]["count"] += 1
            kept[found_there.tier]["bytes"] += found_there.size_bytes
        if options["json"]:
            self.say_json({"store": storage.store().title, "brands": brands, "stored": kept})
            return
        from rich.table import Table

        table = Table("brand", "tier", "assets", "bytes", title="Assets of brands")
        for one in brands:
            table.add_row(one["brand"], one["tier"], str(one["count"]), f"{one['bytes']:,}")
        for tier, total in kept.items():
            table.add_row("(stored, each once)", tier, str(total["count"]), f"{total['bytes']:,}")
        self.show(table)
        self.stdout.write(f"They lie in {storage.store().title}.")
