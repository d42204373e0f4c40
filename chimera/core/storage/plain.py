"""Bytes in a storage that somebody else wrote for Django (STORAGES): kept and read; no tiers, and nothing is collected.

Requirements: GEN-6.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

from django.core.files.base import File
from django.core.files.storage import Storage

from chimera.core.storage.base import HOT, NotStored, Store, Stored


class _Held:
    def __init__(self, file: Any, size_bytes: int) -> None:
        self._file, self.size_bytes = file, size_bytes

    def read_at(self, start: int, count: int) -> bytes:
        """See `base.Source`."""
        self._file.seek(start)
        found: bytes = self._file.read(count)
        return found

    def close(self) -> None:
        """See `base.Source`."""
        self._file.close()


class PlainStore(Store):
    """Whatever `storages["default"]` is."""

    title: ClassVar[str] = "a storage of the settings"

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def _name(self, content_hash: str) -> str:
        return f"{content_hash[:2]}/{content_hash}"

    def found(self, content_hash: str) -> Stored | None:
        """See `Store.found`."""
        name = self._name(content_hash)
        if not self._storage.exists(name):
            return None
        changed_s = self._storage.get_modified_time(name).timestamp()
        return Stored(content_hash=content_hash, size_bytes=self._storage.size(name), tier=HOT, changed_s=changed_s)

    def write(self, content_hash: str, content: BinaryIO, *, size_bytes: int) -> None:
        """See `Store.write`; how whole a half-made one looks is the storage's own affair."""
        name = self._name(content_hash)
        if self._storage.exists(name):
            self._storage.delete(name)
        content.seek(0)
        self._storage.save(name, File(content))

    def renew(self, content_hash: str, *, size_bytes: int | None = None) -> bool:
        """See `Store.renew`; nothing here is collected, so nothing has to be new."""
        found = self.found(content_hash)
        return found is not None and size_bytes in (None, found.size_bytes)

    def opened(self, content_hash: str) -> _Held:
        """See `Store.opened`."""
        try:
            file = self._storage.open(self._name(content_hash), "rb")
        except FileNotFoundError:
            raise NotStored(f"No bytes are stored under {content_hash[:12]}…; make the asset again.") from None
        return _Held(file, file.size)

    def remove(self, content_hash: str, *, unchanged_since_s: float) -> bool:
        """Refused: Django's storages have no way to lose the race with whoever stores the same again."""
        return False

    def move(self, content_hash: str, *, tier: str) -> bool:
        """There is one tier."""
        return False

    def stored(self) -> Iterator[Stored]:
        """Nothing is told: nothing is collected."""
        return iter(())

    def tidy(self, *, older_than_s: float) -> int:
        """Nothing of ours lies there."""
        return 0
