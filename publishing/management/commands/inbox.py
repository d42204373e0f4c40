"""`manage.py inbox`: what became of mentions, and whom nobody answers."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import clock, tenancy
from chimera.core.brands.models import Brand
from chimera.core.management.door import DoorCommand
from publishing.deliveries import selectors as deliveries
from publishing.deliveries.models import DeliveryCount
from publishing.inbox import selectors, services


class Command(DoorCommand):
    """Without --block, --mute-hours or --lift it only reads."""

    help = "Show how many mentions were answered or left alone and why; block, mute or lift a person or conversation."
    example = (
        "  manage.py inbox\n"
        "  manage.py inbox --block --brand demo --platform plaza --author 4711 --why insults\n"
        "  manage.py inbox --mute-hours 24 --brand demo --platform plaza --conversation 4fa2 --json\n"
        "  manage.py inbox --lift --brand demo --platform plaza --author 4711\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to do, and to whom."""
        does = parser.add_mutually_exclusive_group()
        does.add_argument("--block", action="store_true", help="never answer them again")
        does.add_argument("--mute-hours", type=int, help="do not answer them for so many hours")
        does.add_argument("--lift", action="store_true", help="answer them again")
        parser.add_argument("--brand", help="slug of the brand whose accounts are meant")
        parser.add_argument("--platform", default="", help="where they write")
        parser.add_argument("--author", default="", help="the id that the platform gives the person")
        parser.add_argument("--conversation", default="", help="the platform's id of the first post of a conversation")
        parser.add_argument("--why", default="", help="for whoever looks later")

    def act(self, options: dict[str, Any]) -> None:
        """One call, and say what came of it."""
        if not (options["block"] or options["lift"] or options["mute_hours"] is not None):
            self._show(as_json=options["json"])
            return
        whom = {key: options[key] for key in ("platform", "conversation")} | {"author_id": options["author"]}
        if not options["platform"]:
            raise CommandError("Say with --platform where they write.")
        if bool(options["author"]) == bool(options["conversation"]):
            raise CommandError("Name either a person (--author) or a conversation (--conversation).")
        with tenancy.all_brands(actor=self.actor):
            brand = Brand.objects.filter(slug=options["brand"] or "").first()
        if brand is None:
            raise CommandError(f"There is no brand {options['brand'] or ''!r}; name one with --brand.")
        with tenancy.brand(brand.pk, actor=self.actor):
            if options["lift"]:
                count = services.lift(brand_id=brand.pk, **whom)
                said = f"{count} lifted." if count else "Nobody was blocked or muted under this name."
            else:
                until = self._until(options["mute_hours"])
                services.bar(brand_id=brand.pk, until=until, why=options["why"], **whom)
                count = 1
                said = f"Not answered until {until:%Y-%m-%d %H:%M} UTC." if until else "Not answered any more."
        if options["json"]:
            self.say_json({"changed": count})
        else:
            self.stdout.write(said)

    def _until(self, hours: int | None) -> Any:
        if hours is None:
            return None
        if not 1 <= hours <= 8_760:
            raise CommandError(f"--mute-hours is {hours}; it must be 1 to 8760. For good: --block.")
        return clock.now() + timedelta(hours=hours)

    def _show(self, *, as_json: bool) -> None:
        with tenancy.all_brands(actor=self.actor):
            counts, reasons, bars = selectors.counts(), selectors.reasons(), selectors.bars()
            notes = selectors.notes()
            came = deliveries.counts(days=1)
        if as_json:
            delivered = {one.platform: _delivered(one) for one in came}
            left = {"left_alone": reasons, "barred": len(bars), "unread": notes}
            self.say_json({"mentions": counts, **left, "delivered": delivered})
            return
        told = ", ".join(f"{number} {status.lower()}" for status, number in counts.items())
        self.stdout.write(f"Mentions: {told}.")
        if reasons:
            self.stdout.write("Left alone: " + ", ".join(f"{number} {name}" for name, number in reasons.items()) + ".")
        for bar in bars:
            whom = f"person {bar.author[:12]}…" if bar.author else f"conversation {bar.conversation}"
            until = f"until {bar.until:%Y-%m-%d %H:%M} UTC" if bar.until else "for good"
            self.stdout.write(f"{bar.brand.slug}, {bar.platform}: {whom} is not answered, {until}.")
        for one in came:
            numbers = ", ".join(f"{number} {name}" for name, number in _delivered(one).items())
            self.stdout.write(f"Delivered by {one.platform} today: {numbers}.")
        for note in notes:
            self.stdout.write(f"Not read: {note}")


def _delivered(one: DeliveryCount) -> dict[str, int]:
    return {"kept": one.kept, "repeated": one.repeated, "strange": one.strange, "refused": one.refused}
