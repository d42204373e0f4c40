"""Bytes in a local folder: hot and warm ones in MEDIA_ROOT, cold ones in a folder that may lie on another disk. GEN-6.

A lock on the folder of the hash's first two letters keeps those apart who delete from those who store: whoever stores
renews the file's time under a shared one, whoever deletes looks at that time again under one of its own.
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, ClassVar

from chimera.core.errors import Unavailable
from chimera.core.storage import base
from chimera.core.storage.base import COLD, HOT, PIECE_BYTES, NotStored, Spoilt, Store, Stored

_TEMPORARY = ".part"


class _File:
    """An open file, read at places: moving it to another tier meanwhile does not touch whoever reads it."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self.size_bytes = os.fstat(self._descriptor).st_size

    def read_at(self, start: int, count: int) -> bytes:
        """See `base.Source`."""
        return os.pread(self._descriptor, count, start)

    def close(self) -> None:
        """See `base.Source`."""
        os.close(self._descriptor)


class LocalStore(Store):
    """Two folders."""

    title: ClassVar[str] = "a local folder"

    def __init__(self, *, root: Path, cold: Path) -> None:
        self._root, self._cold = root, cold

    def _path(self, content_hash: str, *, tier: str = HOT) -> Path:
        return (self._cold if tier == COLD else self._root) / content_hash[:2] / content_hash

    def found(self, content_hash: str) -> Stored | None:
        """See `Store.found`."""
        for tier in (HOT, COLD, HOT):  # a file that is being brought back is in one of them by the third look
            try:
                state = self._path(content_hash, tier=tier).stat()
            except (FileNotFoundError, NotADirectoryError):
                continue
            return Stored(content_hash=content_hash, size_bytes=state.st_size, tier=tier, changed_s=state.st_mtime)
        return None

    def write(self, content_hash: str, content: BinaryIO, *, size_bytes: int) -> None:
        """See `Store.write`."""
        with self._locked(content_hash, fcntl.LOCK_SH):
            _written(content, self._path(content_hash), content_hash)
            # A spoilt one in the cold is not found again once this one moves there.
            _deleted(self._path(content_hash, tier=COLD))

    def renew(self, content_hash: str, *, size_bytes: int | None = None) -> bool:
        """See `Store.renew`."""
        found = self.found(content_hash)
        if found is None or size_bytes not in (None, found.size_bytes):
            return False
        if time.time() - found.changed_s < base.RENEW_AFTER_S:
            return True
        with self._locked(content_hash, fcntl.LOCK_SH):
            again = self.found(content_hash)
            if again is None:
                return False
            os.utime(self._path(content_hash, tier=again.tier))
        return True

    def opened(self, content_hash: str) -> _File:
        """See `Store.opened`."""
        for tier in (HOT, COLD, HOT):
            try:
                return _File(self._path(content_hash, tier=tier))
            except (FileNotFoundError, NotADirectoryError):
                continue
        raise NotStored(f"No bytes are stored under {content_hash[:12]}…; make the asset again.")

    def remove(self, content_hash: str, *, unchanged_since_s: float) -> bool:
        """See `Store.remove`."""
        with self._locked(content_hash, fcntl.LOCK_EX):
            found = self.found(content_hash)
            if found is not None and found.changed_s > unchanged_since_s:
                return False
            for tier in (HOT, COLD):
                _deleted(self._path(content_hash, tier=tier))
        return True

    def move(self, content_hash: str, *, tier: str) -> bool:
        """See `Store.move`. At every moment at least one of the two names is there."""
        begin, end = (HOT, COLD) if tier == COLD else (COLD, HOT)
        former, wanted = self._path(content_hash, tier=begin), self._path(content_hash, tier=end)
        with self._locked(content_hash, fcntl.LOCK_EX):
            if not former.exists():
                return False
            wanted.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not wanted.exists():
                try:
                    os.link(former, wanted)
                except OSError:  # another disk, or one without hard links
                    with former.open("rb") as file:
                        _written(file, wanted, content_hash)
                    state = former.stat()
                    os.utime(wanted, (state.st_atime, state.st_mtime))
            former.unlink()
        return True

    def stored(self) -> Iterator[Stored]:
        """See `Store.stored`. In the middle of a move it is told once, as hot."""
        for path in self._files():
            content_hash = path.name
            tier = HOT if path == self._path(content_hash) else COLD
            if tier == COLD and self._path(content_hash).exists():
                continue
            try:
                state = path.stat()
            except FileNotFoundError:
                continue
            yield Stored(content_hash=content_hash, size_bytes=state.st_size, tier=tier, changed_s=state.st_mtime)

    def tidy(self, *, older_than_s: float) -> int:
        """See `Store.tidy`."""
        count = 0
        for root in (self._root, self._cold):
            for path in root.glob(f"??/*{_TEMPORARY}"):
                try:
                    if time.time() - path.stat().st_mtime > older_than_s:
                        path.unlink()
                        count += 1
                except FileNotFoundError:
                    continue  # its writer was done just now, or somebody else tidies
        return count

    def _files(self) -> Iterator[Path]:
        for root in (self._root, self._cold):
            for folder in sorted(root.glob("??")):
                yield from (path for path in sorted(folder.iterdir()) if len(path.name) == 64)

    @contextmanager
    def _locked(self, content_hash: str, how: int) -> Iterator[None]:
        """For whatever changes a folder. What the disk says against it is Unavailable, as `Store` promises."""
        try:
            folder = self._path(content_hash).parent
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, how)
                yield
            finally:
                os.close(descriptor)  # which ends the lock, as the end of the process does
        except OSError as error:
            where = error.filename2 or error.filename  # neither, when a disk is full
            why = f"{error.strerror or type(error).__name__}{f': {where}' if where else ''}"
            raise Unavailable(
                f"{content_hash[:12]}… cannot be stored, moved or deleted ({why}). "
                "Free space, or see MEDIA_ROOT and MEDIA_COLD_ROOT."
            ) from error


def _deleted(path: Path) -> None:
    """Not there either where a file lies in a folder's place: nothing can be under it."""
    with suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()


def _written(content: BinaryIO, path: Path, content_hash: str) -> None:
    """A reader must never see half a file: write beside it, prove it, then rename."""
    content.seek(0)
    sha256 = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=_TEMPORARY, delete=False) as file:
        draft = Path(file.name)
        try:
            while piece := content.read(PIECE_BYTES):
                sha256.update(piece)
                file.write(piece)
            file.flush()
            if sha256.hexdigest() != content_hash:
                raise Spoilt(f"What was to be stored under {content_hash[:12]}… was changed meanwhile; store it again.")
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
