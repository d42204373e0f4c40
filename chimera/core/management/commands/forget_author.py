"""`manage.py forget_author`: delete what is kept of one person."""

from typing import Any

from django.core.management.base import CommandParser

from chimera.core.management.door import DoorCommand
from chimera.core.pii import services as pii


class Command(DoorCommand):
    """As often as one likes: what is gone is not found again."""

    help = "Delete what is kept of one author of a platform, in every brand."
    example = (
        "  manage.py forget_author --platform plaza --author 4711\n"
        "  manage.py forget_author --platform plaza --author 4711 --json\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Whom."""
        parser.add_argument("--platform", required=True, help="where the person writes")
        parser.add_argument("--author", required=True, help="the id that the platform gives them")

    def act(self, options: dict[str, Any]) -> None:
        """Forget, and say how much it was."""
        gone = pii.forget_author(platform=options["platform"], author_id=options["author"], actor=self.actor)
        if options["json"]:
            self.say_json({"forgotten": gone})
            return
        told = ", ".join(f"{count} {keeper}" for keeper, count in gone.items()) or "nobody keeps anything"
        self.stdout.write(f"Forgotten: {told}.")
