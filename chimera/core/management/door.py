"""What every command of ours shares: an example in its help, an actor, and sentences instead of tracebacks. OPS-1."""

import getpass
import json
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimera.core.errors import ChimeraError
from chimera.core.management.text import ExampleFormatter


class DoorCommand(BaseCommand):
    """A thin door: `act` translates, calls once, translates back."""

    example: ClassVar[str]
    json_too: ClassVar[bool] = True
    requires_system_checks: Any = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Help that keeps its examples as written."""
        text = f"examples:\n{self.example}"
        return super().create_parser(prog_name, subcommand, epilog=text, formatter_class=ExampleFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json` for all; the rest is the command's own."""
        if self.json_too:
            parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run `act`; what a person did wrong becomes one sentence and exit code 1."""
        try:
            self.act(options)
        except ChimeraError as error:
            raise CommandError(str(error)) from error

    def act(self, options: dict[str, Any]) -> None:
        """Do it."""
        raise NotImplementedError

    @property
    def actor(self) -> str:
        """Who acts, as it stands in the record."""
        try:
            return f"cli:{getpass.getuser()}"
        except (KeyError, OSError):  # a uid without a name, as in many containers
            return "cli:unnamed"

    def show(self, table: Any) -> None:
        """A table (rich) on standard output."""
        from rich.console import Console

        stream: Any = self.stdout
        # A pipe or a file has no width; 80 columns would break every cell.
        width = None if stream.isatty() else 140
        Console(file=stream._out, width=width).print(table)

    def say_json(self, value: dict[str, Any]) -> None:
        """One line, for machines."""
        self.stdout.write(json.dumps(value, ensure_ascii=False, default=str))
