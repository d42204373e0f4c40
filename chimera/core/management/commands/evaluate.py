"""`manage.py evaluate`: how often a rule is right, on its own examples or on a file of yours."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import registry
from chimera.core.management.door import DoorCommand
from chimera.core.measures import Measure


class Command(DoorCommand):
    """Runs a measure and shows what it found."""

    help = "Run a rule over examples that were written to try it: what it catches, what it passes, with 95% intervals."
    example = (
        "  manage.py evaluate grounding\n"
        "  manage.py evaluate grounding --half held_out --json\n"
        "  manage.py evaluate honesty --json\n"
        "  manage.py evaluate pii --corpus texts.jsonl --json\n"
        "  manage.py evaluate injection --corpus labelled.jsonl --json\n"
        "  manage.py evaluate hijack --corpus labelled.jsonl --json\n"
        "  manage.py evaluate trends --stream items.jsonl --json\n"
        "  manage.py evaluate consistency --half quick --json\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Which measure, on what."""
        parser.add_argument("subject", choices=registry.names("MEASURES"), help="the measure")
        parser.add_argument("--half", help="one of the measure's own sets (default: all of them)")
        parser.add_argument(
            "--corpus", "--stream", dest="file", type=Path, metavar="FILE", help="examples of yours, JSON lines"
        )

    def act(self, options: dict[str, Any]) -> None:
        """Measure and show."""
        subject, half, file = options["subject"], options["half"], options["file"]
        measure = registry.get("MEASURES", subject, Measure)
        if half and half not in measure.halves:
            known = ", ".join(measure.halves) or "none"
            raise CommandError(f"{subject} has no half {half!r}; it has: {known}.")
        if measure.takes_file and not measure.halves and file is None:
            raise CommandError(f"{subject} needs examples: name a file with --corpus FILE.jsonl.")
        if file and not measure.takes_file:
            raise CommandError(f"{subject} has examples of its own and takes no file.")
        found = measure.found(file=file, half=half)
        if options["json"]:
            self.say_json(found)
            return
        for line in measure.words(found):
            self.stdout.write(line)
