"""`manage.py schema`: writes or checks the file that an empty database is made from."""

import os
import subprocess
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimera.core.errors import ChimeraError
from chimera.core.management.text import ExampleFormatter
from chimera.embedded import lifecycle, schema
from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.superuser import MAINTENANCE, Superuser

EXAMPLE = """examples:
  manage.py schema            migrate a database of its own one by one and write chimera/embedded/schema.sql
  manage.py schema --check    fail when the file is not what the migrations make
"""


class Command(BaseCommand):
    """Door to `chimera.embedded.schema`; works in a database of its own on the servers of the data folder."""

    help = "Write chimera/embedded/schema.sql, from which an empty database is made at once; half a minute."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLE, formatter_class=ExampleFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        name = f"schema_{os.getpid()}"
        try:
            with lifecycle.borrowed(Home.default(), database=name) as ends:
                found = self._migrated(ends, name)
        except ChimeraError as error:
            raise CommandError(str(error)) from error
        place = schema.FILE.relative_to(schema.CHECKOUT)
        if not options["check"]:
            schema.FILE.write_text(found, encoding="utf-8")
            self.stdout.write(f"{place} is written.")
        elif not schema.FILE.exists() or schema.FILE.read_text(encoding="utf-8") != found:
            raise CommandError(f"{place} is stale; run: manage.py schema")

    def _migrated(self, ends: Endpoints, name: str) -> str:
        superuser = Superuser.of(ends)
        self.stderr.write("migrating a database of its own, one migration after the other …")
        try:
            bootstrap(ends.postgres, database=name)
            done = subprocess.run(
                [sys.executable, "manage.py", "migrate", "--one-by-one", "--no-input", "--verbosity", "0"],
                env={**os.environ, **ends.environment("chimera_migrator"), "PLAIN_HTTP": "1"},
                cwd=schema.CHECKOUT,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise CommandError(f"The migrations do not run. Last words: {done.stderr.strip()[-600:]}")
            return schema.text(superuser, name)
        finally:
            with superuser.connect(MAINTENANCE) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
