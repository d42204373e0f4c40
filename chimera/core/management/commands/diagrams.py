"""`manage.py diagrams`: draws every state machine into the documentation, or checks the drawing (AUD-1, SPC-1)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimera.core import machines
from chimera.core.errors import Denied
from chimera.core.management.text import ExampleFormatter

EXAMPLE = """examples:
  manage.py diagrams            write docs/states.md
  manage.py diagrams --check    fail when the page is stale or a machine is not sound
"""


class Command(BaseCommand):
    """Door to `chimera.core.machines`."""

    help = "Write docs/states.md: one diagram for every states.py."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLE, formatter_class=ExampleFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is not right")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = machines.discover()
        except Denied as error:
            raise CommandError(str(error)) from error
        wrong = [sentence for machine in found for sentence in machines.problems(machine=machine)]
        if wrong:
            raise CommandError("\n".join(wrong))
        page = machines.page(machines=found)
        path = machines.ROOT / machines.PAGE
        if options["check"]:
            if not path.exists() or path.read_text(encoding="utf-8") != page:
                raise CommandError(f"{machines.PAGE} is stale; run: manage.py diagrams")
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
        self.stdout.write(f"{machines.PAGE}: {len(found)} machines.")
