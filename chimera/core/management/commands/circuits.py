"""`manage.py circuits`: which providers and platforms work, and since when not."""

from typing import Any

from chimera.core.circuits import selectors as circuits
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads only."""

    help = "Show the circuits: which providers are called, which are left alone after failures, and until when."
    example = "  manage.py circuits\n  manage.py circuits --json\n"

    def act(self, options: dict[str, Any]) -> None:
        """Read and print."""
        lines = circuits.lines()
        if options["json"]:
            self.say_json({"circuits": [line.as_json() for line in lines]})
            return
        if not lines:
            self.stdout.write("No provider has failed yet: every circuit is closed.")
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(title=f"{len(lines)} circuits")
        for column in ("provider", "state", "since (UTC)", "failures", "opened", "next try in", "last failure"):
            table.add_column(column, no_wrap=column == "provider")
        for line in lines:
            table.add_row(
                line.provider,
                line.state.lower().replace("_", " "),
                f"{line.since:%Y-%m-%d %H:%M:%S}",
                str(line.failures),
                str(line.opens),
                "" if line.retry_in_s is None else f"{line.retry_in_s:.0f} s",
                Text(line.note),  # from outside: no markup in it
            )
        self.show(table)
