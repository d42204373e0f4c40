"""`manage.py quarantine`: news that tries to give orders, and letting an item of it be used."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from chimera.core.taint import Tainted, quote
from publishing.trends import quarantine, selectors
from publishing.trends.models import FeedItem

LISTED_MAX = 100


class Command(DoorCommand):
    """Without --release it lists what is held, newest first."""

    help = "List the items of feeds that look like orders to a machine, or release one after reading it."
    example = (
        "  manage.py quarantine\n"
        "  manage.py quarantine --json\n"
        '  manage.py quarantine --release 812 --because "it reports on an attack and quotes it"\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """Which item, and why."""
        parser.add_argument("--release", type=int, metavar="ITEM", help="let this item be used from the next scan on")
        parser.add_argument("--because", default="", metavar="REASON", help="why; needed with --release")

    def act(self, options: dict[str, Any]) -> None:
        """List, or release."""
        if options["release"] is None:
            if options["because"]:
                raise CommandError("--because goes with --release ITEM; name the item.")
            self._list(as_json=options["json"])
            return
        with tenancy.acting(self.actor):
            row = quarantine.release(item_id=options["release"], reason=options["because"])
        if options["json"]:
            self.say_json({"released": row.item, "by": row.by, "at": row.at.isoformat(), "reason": row.reason})
        else:
            self.stdout.write(f"Item {row.item} may be used from the next scan on.")

    def _list(self, *, as_json: bool) -> None:
        held = [_shown(item) for item in selectors.quarantined()[:LISTED_MAX]]
        if as_json:
            self.say_json({"held": held})
            return
        for one in held:
            self.stdout.write(f"{one['item']}  {one['source']}: {one['title']}\n    {one['why']}")
        self.stdout.write(f"{len(held)} items are held." if held else "Nothing is held.")


def _shown(item: FeedItem) -> dict[str, Any]:
    return {
        "item": item.pk,
        "source": selectors.outlet(item),
        "title": quote(Tainted(item.title, item.origin)),
        "why": item.suspicion,
        "seen_at": item.seen_at.isoformat(),
    }
