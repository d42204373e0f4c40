"""`manage.py doctor`: what is wrong, where, and how to mend it."""

import os
from typing import Any

from django.core.management.base import CommandError

from chimera.core.management.door import DoorCommand
from chimera.embedded import doctor
from chimera.embedded.doctor_checks import STATUSES, Finding
from chimera.embedded.home import Home

COLOURS = {"green": "green", "amber": "yellow", "red": "bold red"}


class Command(DoorCommand):
    """Looks and mends nothing."""

    help = "Look at the machine, the servers and the fleet: what is wrong, where, and how to mend it."
    example = (
        "  manage.py doctor                   a table for a person\n"
        "  manage.py doctor --json            the same for a machine; exit code 1 when something is red\n"
    )

    def act(self, options: dict[str, Any]) -> None:
        """Look, print, and fail when something is red."""
        home = None if "DATABASE_URL" in os.environ else Home.default()
        findings = doctor.examine(home=home, actor=self.actor)
        counts = {status: sum(one.status == status for one in findings) for status in STATUSES}
        if not options["json"]:
            self._table(findings, ", ".join(f"{count} {status}" for status, count in counts.items()))
        else:
            self.say_json({"status": doctor.worst(findings), "findings": [one.as_json() for one in findings]})
        if counts["red"]:
            raise CommandError(f"{counts['red']} red: see what to do in the last column.")

    def _table(self, findings: list[Finding], title: str) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title, show_lines=False)
        for column in ("", "what", "where", "what is so", "how to mend it"):
            table.add_column(column, no_wrap=column in ("", "what"), overflow="fold")
        for one in findings:
            # Text, not markup: a path or an error may hold brackets. The word says what the colour says.
            cells = (Text(word) for word in (one.name, one.where, one.says, one.mend))
            table.add_row(Text(one.status, style=COLOURS[one.status]), *cells)
        self.show(table)
