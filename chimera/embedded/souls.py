"""The demo's souls for whoever measures: without films, which take seconds of processor time each. GEN-3."""

import re
from pathlib import Path

from chimera.embedded.entry import CHECKOUT

_VIDEO = re.compile(rb"^  video: \d+$", re.MULTILINE)


def of_pictures(*, name: str) -> bytes:
    """The SOUL.md of one of the demo's personas, who makes pictures alone."""
    path: Path = CHECKOUT / "demo" / "souls" / f"{name}.md"
    return _VIDEO.sub(b"  video: 0", path.read_bytes())
