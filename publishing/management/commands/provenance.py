"""`manage.py provenance`: what a picture or a clip says of where it comes from."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from chimera.core import files, storage
from chimera.core.management.door import DoorCommand
from publishing.media.provenance import selectors

SIZE_MAX_BYTES = 200_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


class Command(DoorCommand):
    """Reads the manifest; asks nobody and changes nothing."""

    help = "Read what a PNG, JPEG or MP4 says of its origin: its C2PA manifest, checked, and its XMP."
    example = "  manage.py provenance clip.mp4\n  manage.py provenance clip.mp4 --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """Which medium."""
        parser.add_argument("medium", help="a file, or the SHA-256 of a stored asset")

    def act(self, options: dict[str, Any]) -> None:
        """Read, and say it."""
        name = options["medium"]
        is_hash = _HASH.fullmatch(name) is not None and not Path(name).exists()
        content = (
            storage.get(name)
            if is_hash
            else files.read_regular(path=Path(name), shown=name, size_max_bytes=SIZE_MAX_BYTES)
        )
        found = selectors.read(content)
        if options["json"]:
            self.say_json({"medium": name, **found.as_json()})
            return
        self.stdout.write(found.sentence)
