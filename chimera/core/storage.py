"""Content-addressed storage: bytes under their SHA-256, in a local folder or wherever Django's default storage is.

What is large is streamed: `open` reads it piece by piece, `keep` takes it in piece by piece. Requirements: GEN-6.
"""

import hashlib
import os
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from chimera.core import shadow
from chimera.core.errors import Denied

PIECE_BYTES = 1 << 20


class NotStored(Denied):
    """No bytes are stored under this hash."""


def _name(content_hash: str) -> str:
    if len(content_hash) != 64 or not set(content_hash) <= set("0123456789abcdef"):
        raise NotStored(f"{content_hash[:80]!r} is not a content hash (64 hex characters).")
    return f"{content_hash[:2]}/{content_hash}"


def _storage() -> Storage:
    """Where the bytes are: MEDIA_ROOT as it is now, unless the settings choose a storage of another kind."""
    chosen = storages["default"]
    return FileSystemStorage(location=settings.MEDIA_ROOT) if isinstance(chosen, FileSystemStorage) else chosen


def put(content: bytes) -> str:
    """Store bytes; returns their SHA-256. Storing the same twice is storing once. In a replay nothing is stored."""
    return keep(BytesIO(content))


def keep(content: BinaryIO) -> str:
    """Store what a seekable file holds, as `put` does, without reading it into memory."""
    content_hash = digest(content)
    if shadow.holds():
        return content_hash
    storage, name = _storage(), _name(content_hash)
    if not storage.exists(name):
        content.seek(0)
        if isinstance(storage, FileSystemStorage):
            _keep_here(content, Path(storage.path(name)))
        else:
            storage.save(name, File(content))
    return content_hash


def _keep_here(content: BinaryIO, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A reader must never see half a file: write beside it, then rename.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        shutil.copyfileobj(content, file, PIECE_BYTES)
    os.replace(file.name, path)  # noqa: PTH105 - the temporary name is a str


def digest(content: BinaryIO) -> str:
    """The SHA-256 of all that a seekable file holds, read in pieces; its position is at the end afterwards."""
    content.seek(0)
    sha256 = hashlib.sha256()
    while piece := content.read(PIECE_BYTES):
        sha256.update(piece)
    return sha256.hexdigest()


def open(content_hash: str) -> BinaryIO:
    """The bytes under a hash as a seekable file, to be closed by the caller. Raises NotStored."""
    try:
        return cast("BinaryIO", _storage().open(_name(content_hash), "rb"))  # Django's File reads and seeks as one
    except FileNotFoundError:
        raise NotStored(f"No bytes are stored under {content_hash[:12]}…; make the asset again.") from None


def get(content_hash: str) -> bytes:
    """The bytes under a hash. Raises NotStored. For what is small; everything else is read with `open`."""
    with open(content_hash) as file:
        return file.read()


def kind(content: bytes) -> str:
    """The MIME type of an image or a clip by its first bytes; JPEG for what is none of the others."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return "video/webm" if content.startswith(b"\x1a\x45\xdf\xa3") else "image/jpeg"
