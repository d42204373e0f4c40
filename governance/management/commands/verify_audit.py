"""`manage.py verify_audit`: is the record whole."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.core.management.door import DoorCommand
from governance.audit.models import Anchoring
from governance.inspection import outside, verifying

TAMPERED, UNREADABLE = 1, 2


class Command(DoorCommand):
    """Reads only. Exit code 1: tampered with; 2: something could not be read."""

    help = "Compute the whole record anew from its rows and hold it against what was signed and published."
    example = (
        "  manage.py verify_audit\n"
        "  manage.py verify_audit --json\n"
        "  manage.py verify_audit --keys keys.txt --checkpoints checkpoints.txt\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to trust."""
        parser.add_argument("--keys", type=Path, metavar="FILE", help="the keys that you trust, one a line")
        parser.add_argument(
            "--checkpoints",
            type=Path,
            metavar="FILE",
            help="a copy of the checkpoints outside (default: the file itself)",
        )
        parser.add_argument("--inside-only", action="store_true", help="compare with nothing outside of the database")

    def act(self, options: dict[str, Any]) -> None:
        """Verify and tell."""
        try:
            keys = outside.keys(options["keys"]) if options["keys"] else ()
            report = verifying.verify(actor=self.actor, copy=self._copy(options), keys=keys)
        except outside.Unreadable as error:
            raise CommandError(str(error), returncode=UNREADABLE) from error
        if options["json"]:
            self.say_json(report.as_json())
        else:
            self._tell(report)
        if report.findings:
            sys.exit(TAMPERED)

    def _copy(self, options: dict[str, Any]) -> Path | None:
        """The file outside. None when there is nothing to compare with, and nobody said that there was."""
        if options["inside_only"]:
            return None
        if options["checkpoints"]:
            named: Path = options["checkpoints"]
            return named
        usual = Path(settings.RECORD_DIR) / "checkpoints"
        return usual if usual.exists() or Anchoring.objects.exists() else None

    def _tell(self, report: verifying.Report) -> None:
        say = self.stdout.write
        say(f"{report.sealed} entries, {report.put_away} of them put away and known by their hash.")
        say(f"{report.checkpoints} checkpoints: signatures, chain and roots.")
        for restore in report.restores:
            say(f"A backup was restored when generation {restore['generation']} had published {restore['size']}.")
        if report.outside is None:
            say(
                "Nothing outside of the database was compared: whoever can write there could have rewritten everything."
            )
        else:
            told = report.outside
            say(
                f"Outside {told['checkpoints']} checkpoints: {told['agree']} agree, "
                f"{told['forgotten_by_a_restore']} were forgotten by a restore that says so; "
                f"{told['not_outside_yet']} of the database's are not outside yet."
            )
        oldest = f", the oldest for {report.unsealed_oldest_s} s" if report.unsealed else ""
        say(f"{report.unsealed} events are not sealed yet{oldest}: nothing proves those.")
        say(f"{report.entries_per_s} entries a second.")
        for finding in report.findings:
            place = "no place" if finding.first is None else f"entry {finding.first}"
            if finding.first != finding.last:
                place = f"entries {finding.first} to {finding.last}"
            say(f"TAMPERED, {place}: {finding.why}")
        if not report.findings:
            say("Nothing is wrong.")
