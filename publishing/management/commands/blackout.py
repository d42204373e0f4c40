"""`manage.py blackout`: times in which a brand, or the fleet, says nothing. Requirements: PUB-6."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import registry, tenancy
from chimera.core.brands.models import Brand
from chimera.core.management.door import DoorCommand
from publishing.timing import selectors, services
from publishing.timing.models import Blackout, FleetBlackout


class Command(DoorCommand):
    """Lists, adds and removes."""

    help = "Say when nothing goes out: of a brand or of the fleet, on one platform or on all."
    example = (
        "  manage.py blackout list --json\n"
        "  manage.py blackout add --fleet --from 2099-12-24 --to 2099-12-27 --because Holidays\n"
        '  manage.py blackout add --fleet --platform x --from "2099-01-09 18:00" --to "2099-01-09 23:00"'
        ' --because "X moves its servers"\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """What, whose, where, when and why."""
        parser.add_argument("verb", choices=["add", "list", "remove"], nargs="?", default="list")
        parser.add_argument("number", type=int, nargs="?", help="with remove: which one, as list shows it")
        parser.add_argument("--brand", default="", help="with add: whose, by its name in addresses")
        parser.add_argument("--fleet", action="store_true", help="of every brand")
        parser.add_argument("--platform", default="", help="with add: on this platform only")
        parser.add_argument(
            "--from", dest="begins_at", default="", metavar="TIME", help="2027-12-24, or with 18:00 (UTC)"
        )
        parser.add_argument("--to", dest="ends_at", default="", metavar="TIME", help="up to when, UTC")
        parser.add_argument("--because", default="", metavar="REASON", help="with add: why; people are told")

    def act(self, options: dict[str, Any]) -> None:
        """Do one of the three."""
        with tenancy.all_brands(actor=self.actor):
            if options["verb"] == "add":
                said, told = self._add(options)
            elif options["verb"] == "remove":
                said, told = self._remove(options)
            else:
                found = [_as_json(one) for one in selectors.of_fleet()] + [
                    _as_json(one) for one in selectors.of_brands()
                ]
                told = {"blackouts": found}
                said = "\n".join(_line(one) for one in told["blackouts"]) or "Nothing is blacked out."
        if options["json"]:
            self.say_json(told)
        else:
            self.stdout.write(said)

    def _add(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        known = sorted(registry.names("CONNECTORS"))
        if options["platform"] and options["platform"] not in known:
            raise CommandError(f"No platform is called {options['platform']!r}; known: {', '.join(known)}.")
        if bool(options["brand"]) == options["fleet"]:
            raise CommandError("Say whose it is: --brand NAME, or --fleet for every brand.")
        brand = None if options["fleet"] else Brand.objects.filter(slug=options["brand"]).first()
        if brand is None and not options["fleet"]:
            raise CommandError(f"No brand is called {options['brand']!r}.")
        made = services.add(
            brand_id=brand.pk if brand else None,
            platform=options["platform"],
            begins_at=_moment("--from", options["begins_at"]),
            ends_at=_moment("--to", options["ends_at"]),
            reason=options["because"],
        )
        told = _as_json(made)
        return f"Nothing goes out then: {_line(told)}", told

    def _remove(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if options["number"] is None:
            raise CommandError("Say which one: manage.py blackout remove NUMBER; manage.py blackout list shows them.")
        services.remove(number=options["number"], fleet=options["fleet"])
        return f"Blackout {options['number']} is removed.", {"removed": options["number"], "fleet": options["fleet"]}


def _moment(option: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f'{option} {text!r} is no time; write 2027-12-24 or "2027-12-24 18:00" (UTC).') from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _as_json(one: Blackout | FleetBlackout) -> dict[str, Any]:
    return {
        "number": one.pk,
        "brand": one.brand.slug if isinstance(one, Blackout) else "",
        "platform": one.platform,
        "from": one.begins_at.isoformat(),
        "to": one.ends_at.isoformat(),
        "reason": one.reason,
    }


def _line(one: dict[str, Any]) -> str:
    whose, where = one["brand"] or "the fleet", one["platform"] or "all platforms"
    return f"{one['number']}  {whose}, {where}: {one['from'][:16]} to {one['to'][:16]} UTC  {one['reason']}"
