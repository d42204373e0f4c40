"""`manage.py promises`: writes or checks the page of promises from the last runs (SPC-1)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimera.core import promises, traceability
from chimera.core.errors import Denied
from chimera.core.management.text import ExampleFormatter

EXAMPLE = """examples:
  manage.py promises            write docs/promises.md from the results in docs/runs/
  manage.py promises --take     take the newest results of this data folder first
  manage.py promises --check    fail when the page is stale
"""


class Command(BaseCommand):
    """Door to `chimera.core.promises`."""

    help = "Write docs/promises.md: what is promised, under which faults, how to run it, and what the last run showed."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLE, formatter_class=ExampleFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
        parser.add_argument("--take", action="store_true", help="copy the newest results into docs/runs/ first")

    def handle(self, *args: Any, **options: Any) -> None:
        root = traceability.ROOT
        try:
            if options["take"]:
                self.stdout.write(f"taken: {', '.join(promises.take(root=root))}")
            page = promises.page(root=root)
        except Denied as error:
            raise CommandError(str(error)) from error
        path = root / promises.PAGE
        if not options["check"]:
            path.write_text(page, encoding="utf-8")
            self.stdout.write(f"{promises.PAGE} is written.")
        elif not path.exists() or path.read_text(encoding="utf-8") != page:
            raise CommandError(f"{promises.PAGE} is stale; run: manage.py promises")
