"""`manage.py migrate`: Django's own; an empty database is made from `schema.sql` at once before it."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import Error, OperationalError, connections, transaction

from chimera.core.management.text import ExampleFormatter
from chimera.embedded import schema

EXAMPLE = """examples:
  manage.py migrate                 what is missing; an empty database at once, from chimera/embedded/schema.sql
  manage.py migrate --one-by-one    an empty database by its migrations, one after the other
  manage.py migrate --plan          what would be run, without running it
"""
# With one of these a part is meant, or nothing is done.
_NOT_ALL = ("app_label", "plan", "fake", "fake_initial", "check_unapplied", "prune", "run_syncdb")


class Command(migrate.Command):
    """What an empty database is made from is what the migrations make: `tests/flow/test_migrate_work.py` compares."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLE, formatter_class=ExampleFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--one-by-one", action="store_true", help="run every migration, in an empty database too")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Django's checks ask the database first: one that cannot be entered is a sentence, not their traceback."""
        try:
            connections[options["database"]].ensure_connection()
        except OperationalError as error:
            raise CommandError(f"The database cannot be entered: {' '.join(str(error).split())}") from error
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make an empty database at once, then let Django look for what is missing."""
        if not options.pop("one_by_one") and not any(options.get(name) for name in _NOT_ALL):
            self._enter(options["database"], tell=options["verbosity"] > 0)
        super().handle(*args, **options)

    def _enter(self, alias: str, *, tell: bool) -> None:
        """Nothing of it stays when it fails: then the migrations are run, and say what is wrong with the database."""
        connection = connections[alias]
        if not schema.is_empty(connection.connection):
            return
        try:
            with transaction.atomic(using=alias), connection.wrap_database_errors:
                why = schema.enter(connection.connection)
        except Error as error:
            reason = " ".join(str(error).split())
            self.stderr.write(f"The database could not be made at once ({reason}); migrations are run one by one.")
            return
        if tell:
            self.stdout.write(f"One by one: {why}." if why else "The empty database was made from schema.sql.")
