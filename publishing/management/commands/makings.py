"""`manage.py makings`: images and clips that providers make, what they cost, and doubts that a human answers."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import money, tenancy
from chimera.core.management.door import DoorCommand
from publishing.media.making import costs, selectors, services
from publishing.media.making.base import CLIP_SECONDS_USUAL, ClipRequest, ImageRequest
from publishing.media.making.models import Making

SHOWN = "0" * 64  # stands for a picture that is not there yet
ANSWERS = ("found", "nothing", "lost")


class Command(DoorCommand):
    """Without words: what has not ended. With a number: what a human saw of a doubt, or that it is not wanted."""

    help = (
        "Show images and clips that providers make and that have not ended; estimate what a post's cost; answer a "
        "doubt about one that was perhaps begun, or cancel one."
    )
    example = (
        "  manage.py makings --json\n"
        "  manage.py makings --estimate --json\n"
        "  manage.py makings 7 --found 3f2a9c1e\n"
        "  manage.py makings 7 --nothing\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Which one, and what of it."""
        parser.add_argument("making", nargs="?", type=int, help="its number")
        parser.add_argument("--found", metavar="TASK", default="", help="it runs at its provider under this name")
        parser.add_argument("--nothing", action="store_true", help="its provider has nothing of it: nothing is paid")
        parser.add_argument("--lost", action="store_true", help="nobody can say: it counts as paid, and has failed")
        parser.add_argument("--cancel", action="store_true", help="stop it, at its provider too")
        parser.add_argument(
            "--estimate", action="store_true", help="what the images and the clip of a post cost at most"
        )

    def act(self, options: dict[str, Any]) -> None:
        """Show, estimate, or act on one."""
        said = [name for name in (*ANSWERS, "cancel") if options[name]]
        if options["estimate"]:
            self._estimate(options["json"])
        elif options["making"] is None:
            if said:
                raise CommandError(f"Say which making is meant: manage.py makings NUMBER --{said[0]}.")
            self._show(options["json"])
        elif len(said) != 1:
            raise CommandError("Say one thing of it: --found TASK, --nothing, --lost or --cancel.")
        else:
            self._act(options, said[0])

    def _show(self, as_json: bool) -> None:
        with tenancy.all_brands(actor=self.actor):
            rows = selectors.underway()
        if as_json:
            self.say_json({"makings": [row.as_json() for row in rows]})
            return
        for row in rows:
            self.stdout.write(services.held_back(making=row))
        self.stdout.write(f"{len(rows)} have not ended.")

    def _act(self, options: dict[str, Any], said: str) -> None:
        with tenancy.all_brands(actor=self.actor):
            row = Making.objects.filter(pk=options["making"]).first()
        if row is None:
            raise CommandError(f"There is no making {options['making']}; manage.py makings shows them.")
        with tenancy.brand(row.brand_id, actor=self.actor):
            if said == "cancel":
                services.cancel_one(making_id=row.pk, note=f"Cancelled by {self.actor}.")
            else:
                services.answer_doubt(making_id=row.pk, said=said, task=options["found"])
            row.refresh_from_db()
        if options["json"]:
            self.say_json({**row.as_json(), "answer": row.answer})
        else:
            self.stdout.write(f"{row.subject} is {row.status}; a worker acts on it.")

    def _estimate(self, as_json: bool) -> None:
        rows = [_row(*plan) for plan in _plans()]
        if as_json:
            self.say_json({"plans": rows})
            return
        for row in rows:
            tier = "within the default tier" if row["default_tier"] else "only when asked for"
            self.stdout.write(f"{row['plan']}: {money.show(row['usd_micros'])} at most, {tier}.")


def _plans() -> list[tuple[str, list[tuple[str, Any]], bool]]:
    """What posts are usually made of."""
    face = ImageRequest(prompt="a picture", reference_sha256s=(SHOWN,))
    clip = ClipRequest(image_sha256=SHOWN, prompt="a clip", seconds=CLIP_SECONDS_USUAL)
    longer = ClipRequest(image_sha256=SHOWN, prompt="a clip", seconds=10, long_asked=True)
    return [
        ("one image with the persona's face (ideogram)", [("ideogram", face)], False),
        ("one image (gemini_image)", [("gemini_image", ImageRequest(prompt="a picture"))], False),
        ("image and 5 s (ideogram, runway)", [("ideogram", face), ("runway", clip)], False),
        ("image and 5 s (gemini_image, gemini_video)", [("gemini_image", face), ("gemini_video", clip)], False),
        ("image and 10 s (ideogram, runway)", [("ideogram", face), ("runway", longer)], True),
    ]


def _row(plan: str, steps: list[tuple[str, Any]], is_long: bool) -> dict[str, Any]:
    found = costs.estimate(steps=steps)
    lines = [{"item": one.cost.item, "count": one.cost.count, "usd_micros": one.usd_micros} for one in found.lines]
    fits = not is_long
    if fits:
        try:
            costs.require_default_tier(estimate=found)
        except costs.OverTier:
            fits = False
    return {"plan": plan, "usd_micros": found.usd_micros, "lines": lines, "default_tier": fits}
