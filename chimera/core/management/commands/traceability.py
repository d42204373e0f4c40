"""`manage.py traceability`: writes or checks the page that shows which test proves which requirement (SPC-1)."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimera.core import traceability
from chimera.core.errors import Denied
from chimera.core.management.text import ExampleFormatter

EXAMPLE = """examples:
  manage.py traceability            write docs/traceability.md
  manage.py traceability --check    fail when the page is stale or a mark names an unknown requirement
  manage.py traceability --json     print the table for a machine
"""


class Command(BaseCommand):
    """Door to `chimera.core.traceability`."""

    help = "Write docs/traceability.md: every requirement of specs/ with the tests that prove it, or open."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLE, formatter_class=ExampleFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is not right")
        parser.add_argument("--json", action="store_true", help="print the table as JSON; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows, unknown, page = traceability.build()
        except Denied as error:
            raise CommandError(str(error)) from error
        path = traceability.ROOT / traceability.PAGE
        complaint = traceability.complaint(unknown=unknown)
        if options["json"]:
            self.stdout.write(json.dumps(traceability.as_json(rows=rows, unknown=unknown), indent=2))
        if options["check"]:
            if complaint:
                raise CommandError(complaint)
            if not path.exists() or path.read_text(encoding="utf-8") != page:
                raise CommandError(f"{traceability.PAGE} is stale; run: manage.py traceability")
        if options["check"] or options["json"]:
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
        proved = sum(1 for row in rows if row.tests)
        self.stdout.write(f"{traceability.PAGE}: {len(rows)} requirements, {len(rows) - proved} of them open.")
        if complaint:
            self.stderr.write(complaint)
