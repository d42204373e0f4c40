"""`manage.py new PART NAME`: the first draft of a pluggable part, or of a soul (JDG-1, GEN-1, TRD-1, PUB-1, PER-1)."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from chimera.core import scaffold
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Door to `chimera.core.scaffold`."""

    help = (
        "Write a new part that passes as it stands: its file, its test and its line in the switchboard; or a SOUL.md."
    )
    example = (
        "  manage.py new policy slow_news\n"
        "  manage.py new connector harbour --dry-run\n"
        "  manage.py new soul nova_lamp --to nova.SOUL.md\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """What, under which name, and whether only to look."""
        parser.add_argument("part", choices=scaffold.PARTS)
        parser.add_argument("name", help="small letters, digits and underscores; of a soul: its handle")
        parser.add_argument("--to", type=Path, help="the file of a soul (default: ./NAME.SOUL.md)")
        parser.add_argument("--dry-run", action="store_true", help="write nothing; show what would be written")

    def act(self, options: dict[str, Any]) -> None:
        """Plan, write unless told not to, and say what comes next."""
        made = scaffold.plan(part=options["part"], name=options["name"], to=options["to"])
        if not options["dry_run"]:
            scaffold.write(made=made)
        files = {scaffold.shown(made=made, path=path): text for path, text in made.files.items()}
        if options["json"]:
            found = {"files": list(files), "line": made.line, "next": list(made.next_steps)}
            self.say_json({**found, "written": not options["dry_run"]})
            return
        for path, text in files.items():
            self.stdout.write(f"would write {path}:\n\n{text}" if options["dry_run"] else f"wrote {path}")
        if made.line:
            did = "would add" if options["dry_run"] else "added"
            self.stdout.write(f"{did} to {scaffold.SWITCHBOARD.as_posix()}: {made.line}")
        if not options["dry_run"]:
            self.stdout.write("\n".join(made.next_steps))
