"""Content-addressed storage: bytes under their SHA-256, in a local folder or in an object store, as MEDIA_STORE says.

What is large is streamed: `open` reads it piece by piece, `keep` takes it in piece by piece. The same bytes are stored
once, whoever stores them; who may see them is for the rows that name them to say. Requirements: GEN-6.
"""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from chimera.core import shadow
from chimera.core.errors import Unavailable
from chimera.core.storage.base import COLD, HOT, PIECE_BYTES, TIERS, WARM, NotStored, Spoilt, Store, Stored
from chimera.core.storage.kinds import UNKNOWN, kind, sniffed
from chimera.core.storage.local import LocalStore
from chimera.core.storage.plain import PlainStore
from chimera.core.storage.reading import reader
from chimera.core.storage.s3 import Bucket, S3Store

__all__ = [
    "COLD", "HOT", "PIECE_BYTES", "TIERS", "UNKNOWN", "WARM", "NotStored", "Spoilt", "Stored",
    "address", "digest", "exists", "get", "keep", "kind", "move", "open", "put", "put_file", "remove", "renew",
    "size", "sniffed", "store", "stored", "tidy",
]  # fmt: skip


def store() -> Store:
    """Where the bytes are, by the settings as they are now."""
    if settings.MEDIA_STORE == "s3":
        return S3Store(Bucket(**settings.MEDIA_S3, classes=tuple(settings.MEDIA_S3_CLASSES)))
    chosen = storages["default"]
    if not isinstance(chosen, FileSystemStorage):
        return PlainStore(chosen)
    root = Path(settings.MEDIA_ROOT)
    return LocalStore(root=root, cold=Path(settings.MEDIA_COLD_ROOT or root / COLD))


def _checked(content_hash: str) -> str:
    if len(content_hash) != 64 or not set(content_hash) <= set("0123456789abcdef"):
        raise NotStored(f"{content_hash[:80]!r} is not a content hash (64 hex characters).")
    return content_hash


def put(content: bytes) -> str:
    """Store bytes; returns their SHA-256. Storing the same twice is storing once. In a replay nothing is stored."""
    return keep(BytesIO(content))


def put_file(path: Path) -> str:
    """Store a file of this machine, as `keep` does."""
    with path.open("rb") as file:
        return keep(file)


def keep(content: BinaryIO) -> str:
    """Store what a seekable file holds, as `put` does, without reading it into memory.

    Raises Spoilt when the file is changed meanwhile, Unavailable when the store cannot be reached.
    """
    content_hash = digest(content)
    if shadow.holds():
        return content_hash
    place, size_bytes = store(), content.tell()
    if not place.renew(content_hash, size_bytes=size_bytes):
        place.write(content_hash, content, size_bytes=size_bytes)
        if not place.renew(content_hash, size_bytes=size_bytes):
            raise Unavailable(f"{content_hash[:12]}… was stored in {place.title} and is not there; store it again.")
    return content_hash


def renew(content_hash: str) -> bool:
    """Whether the bytes are there; if so nobody collects them within the next hour. For whoever is to name them."""
    return store().renew(_checked(content_hash))


def digest(content: BinaryIO) -> str:
    """The SHA-256 of all that a seekable file holds, read in pieces; its position is at the end afterwards."""
    content.seek(0)
    sha256 = hashlib.sha256()
    while piece := content.read(PIECE_BYTES):
        sha256.update(piece)
    return sha256.hexdigest()


def open(content_hash: str) -> BinaryIO:
    """The bytes under a hash as a seekable file, to be closed by the caller. Raises NotStored.

    Whoever reads them from the first to the last has the bytes of that hash, or Spoilt before the last piece.
    """
    return reader(store().opened(_checked(content_hash)), content_hash)


def get(content_hash: str) -> bytes:
    """The bytes under a hash. Raises NotStored. For what is small; everything else is read with `open`."""
    with open(content_hash) as file:
        return file.read()


def exists(content_hash: str) -> bool:
    """Whether there are bytes under a hash."""
    return store().found(_checked(content_hash)) is not None


def size(content_hash: str) -> int:
    """How many bytes they are. Raises NotStored."""
    found = store().found(_checked(content_hash))
    if found is None:
        raise NotStored(f"No bytes are stored under {content_hash[:12]}…; make the asset again.")
    return found.size_bytes


def address(content_hash: str, *, expires_s: int) -> str | None:
    """An address from which anybody may fetch the bytes for so many seconds; None where the store gives none."""
    return store().address(_checked(content_hash), expires_s=expires_s)


def move(content_hash: str, *, tier: str) -> bool:
    """Lay bytes where a tier lies: "hot", "warm" or "cold". Whoever reads them meanwhile is not disturbed."""
    return store().move(_checked(content_hash), tier=tier)


def remove(content_hash: str, *, unchanged_since_s: float) -> bool:
    """Delete bytes for good, unless they were stored or renewed since (seconds since 1970). Whether they are gone."""
    return store().remove(_checked(content_hash), unchanged_since_s=unchanged_since_s)


def stored() -> Iterator[Stored]:
    """All bytes of the store, page by page."""
    return store().stored()


def tidy(*, older_than_s: float) -> int:
    """Delete what interrupted writes left behind and is older; returns how many."""
    return store().tidy(older_than_s=older_than_s)
