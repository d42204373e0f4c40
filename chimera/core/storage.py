"""Content-addressed storage: bytes under their SHA-256. A local folder here; object storage is a later layer.

Requirements: GEN-6.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from chimera.core import shadow
from chimera.core.errors import Denied


class NotStored(Denied):
    """No bytes are stored under this hash."""


def _path(content_hash: str) -> Path:
    if len(content_hash) != 64 or not set(content_hash) <= set("0123456789abcdef"):
        raise NotStored(f"{content_hash[:80]!r} is not a content hash (64 hex characters).")
    root: Path = settings.MEDIA_ROOT
    return root / content_hash[:2] / content_hash


def put(content: bytes) -> str:
    """Store bytes; returns their SHA-256. Storing the same twice is storing once. In a replay nothing is stored."""
    content_hash = hashlib.sha256(content).hexdigest()
    if shadow.holds():
        return content_hash
    path = _path(content_hash)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A reader must never see half a file: write beside it, then rename.
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        os.replace(file.name, path)  # noqa: PTH105 - the temporary name is a str
    return content_hash


def get(content_hash: str) -> bytes:
    """The bytes under a hash. Raises NotStored."""
    path = _path(content_hash)
    if not path.exists():
        raise NotStored(f"No bytes are stored under {content_hash[:12]}…; make the asset again.")
    return path.read_bytes()


def kind(content: bytes) -> str:
    """The MIME type of an image or a clip by its first bytes; JPEG for what is none of the others."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return "video/webm" if content.startswith(b"\x1a\x45\xdf\xa3") else "image/jpeg"
