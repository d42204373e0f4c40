"""`manage.py scan_trends --feed URL|FILE`: read feeds, show the trends in them."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import clock, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.management.door import DoorCommand
from publishing.trends import services as trends
from publishing.trends.models import Feed
from publishing.trends.reading import Reading
from publishing.trends.services import Found


class Command(DoorCommand):
    """Without --dry-run the feeds are followed from now on, and every brand's trends refreshed."""

    help = "Read RSS 2.0 or Atom feeds and find the trends in them."
    example = (
        "  manage.py scan_trends --feed https://example.org/feed.xml --dry-run\n"
        "  manage.py scan_trends --feed news.xml --feed more.xml --json\n"
        "  manage.py scan_trends              read every feed that is followed\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Which feeds, and whether to keep anything."""
        parser.add_argument("--feed", action="append", default=[], metavar="URL|FILE", help="a feed; may come again")
        parser.add_argument("--dry-run", action="store_true", help="show what would be found and keep nothing")

    def act(self, options: dict[str, Any]) -> None:
        """Scan, then print feeds and trends."""
        named = options["feed"]
        if options["dry_run"]:
            sources = named or list(Feed.objects.filter(active=True).values_list("url", flat=True))
            readings, found = trends.look(sources=sources)
        else:
            readings, found = self._keep(named)
        if not readings:
            raise CommandError("No feed is followed yet; name one with --feed URL|FILE.")
        shown = [_trend(trend) for trend in found]
        if options["json"]:
            names = named or [reading.source for reading in readings]
            feeds = [_feed(name, reading) for name, reading in zip(names, readings, strict=True)]
            self.say_json({"feeds": feeds, "trends": shown})
        else:
            self._print(readings, shown)
        if len(readings) == 1 and readings[0].error:
            raise CommandError(f"None of the feeds could be read: {readings[0].error}")
        if all(reading.error for reading in readings):
            raise CommandError("None of the feeds could be read; see the sentences above.")

    def _keep(self, named: list[str]) -> tuple[list[Reading], list[Found]]:
        if named:
            with tenancy.acting(self.actor):
                feeds = trends.follow(sources=named, any_age=True)
        else:
            feeds = list(Feed.objects.filter(active=True).order_by("id"))
        with tenancy.acting(self.actor):
            readings = trends.scan(feeds=feeds)
        found = trends.seen(at=clock.now(), feeds=feeds)
        for brand_id in brands.ids():
            with tenancy.brand(brand_id, actor=self.actor):
                trends.refresh(brand_id=brand_id)
        return readings, found

    def _print(self, readings: list[Reading], shown: list[dict[str, Any]]) -> None:
        for reading in readings:
            if reading.error and len(readings) == 1:
                continue  # it ends the command
            if reading.error:
                self.stderr.write(f"{reading.source}: {reading.error}")
            elif reading.document and reading.document.warning:
                self.stderr.write(f"{reading.source}: {reading.document.warning}")
        from rich.table import Table

        table = Table(title=f"{len(shown)} trends in {len(readings)} feeds")
        for column in ("score", "items", "sources", "trend"):
            table.add_column(column, justify="left" if column == "trend" else "right")
        for trend in shown[:40]:
            table.add_row(f"{trend['score']:.2f}", str(trend["items"]), str(len(trend["sources"])), trend["title"])
        self.show(table)


def _feed(name: str, reading: Reading) -> dict[str, Any]:
    """One feed for machines, under the name that it was asked for by."""
    first = reading.entries[0].title if reading.entries else None
    warning = reading.document.warning if reading.document else None
    return {
        "source": name.encode(errors="replace").decode(),  # a file name need not be text
        "format": reading.document.format if reading.document else None,
        "items": len(reading.entries),
        "first_title": first.text if first else None,
        "unchanged": reading.unchanged,
        "warning": warning,
        "error": reading.error or None,
    }


def _trend(trend: Found) -> dict[str, Any]:
    return {
        "title": trend.title,
        "score": round(trend.score.total, 4),
        "velocity": round(trend.score.velocity, 4),
        "diversity": round(trend.score.diversity, 4),
        "freshness": round(trend.score.freshness, 4),
        "items": len(trend.cluster.items),
        "sources": sorted(trend.cluster.sources),
        "first_seen": trend.cluster.first_at.isoformat(),
        "expires": trend.expires_at.isoformat(),
    }
