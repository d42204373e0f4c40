"""The anchor of one machine: an append-only file outside of the database. AUD-2.

Notes one after another, separated by an empty line; flushed to the disk, never rewritten. A write that was cut short
is finished by the next one, because what has to stand there is known to the byte.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from governance.audit import notes as signed
from governance.audit.anchors.base import Anchor, AnchorFailed

FILE = "checkpoints"
_TAIL_BYTES = 64 * 1024
_END = re.compile(rb"\n\n\xe2\x80\x94 [^ \n]+ [A-Za-z0-9+/]{91}=\n")
_BEGIN = f"\n\n{signed.LOG}/".encode()


class FileAnchor(Anchor):
    """Appends to RECORD_DIR/checkpoints."""

    name = "file"

    def __init__(self, *, folder: Path) -> None:
        self.path = folder / FILE

    @classmethod
    def from_settings(cls) -> "FileAnchor":
        """In the folder that the settings name."""
        return cls(folder=settings.RECORD_DIR)

    def latest(self) -> str | None:
        """The newest whole note of the file."""
        try:
            with self.path.open("rb") as file:
                return self._read(file.fileno())[0]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failed("read", error) from error

    def publish(self, notes: Sequence[str]) -> None:
        """Append what is missing, behind what a write that was cut short has left."""
        try:
            with self._alone() as descriptor:
                known, torn, is_empty = self._read(descriptor)
                due = following(known, notes)
                if not due:
                    return
                wanted = ("" if is_empty else "\n").encode() + "\n".join(due).encode()
                if not wanted.startswith(torn):
                    raise AnchorFailed(
                        f"The end of {self.path} is no part of a checkpoint of this record. Keep a copy, cut the file "
                        "behind its last whole signature line, and the sealer goes on."
                    )
                _write(descriptor, wanted[len(torn) :])
        except OSError as error:
            raise self._failed("written", error) from error

    @contextmanager
    def _alone(self) -> Iterator[int]:
        fresh = not self.path.exists()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
            if fresh:
                _settle(self.path.parent)  # that there is such a file must survive as well
        finally:
            os.close(descriptor)

    def _read(self, descriptor: int) -> tuple[str | None, bytes, bool]:
        """The newest whole note, what stands behind it, and whether there is nothing whole before that."""
        size = os.fstat(descriptor).st_size
        start = max(0, size - _TAIL_BYTES)
        tail = os.pread(descriptor, size - start, start)
        ends = [found.end() for found in _END.finditer(tail)]
        if not ends:
            if start:
                raise AnchorFailed(f"The last {_TAIL_BYTES} bytes of {self.path} hold no checkpoint. Look at the file.")
            return None, tail, True
        begins = tail.rfind(_BEGIN, 0, ends[-1])
        note = tail[begins + 2 if begins >= 0 else 0 : ends[-1]]
        return note.decode(), tail[ends[-1] :], False

    def _failed(self, what: str, error: OSError) -> AnchorFailed:
        return AnchorFailed(
            f"The checkpoints in {self.path} cannot be {what} ({error.strerror or error}). The folder is named by "
            "RECORD_DIR; it must belong to the user who seals."
        )


def following(known: str | None, notes: Sequence[str]) -> Sequence[str]:
    """Those of `notes` (oldest first) that come behind `known`. AnchorFailed when none of them follows it."""
    if known is None or not notes or notes[-1] == known:
        return notes if known is None else ()
    read = signed.parse(known).checkpoint
    for number, note in enumerate(notes):
        told = signed.parse(note).checkpoint
        begins_anew = told.restored is not None and told.generation > read.generation
        if told.previous == signed.digest(known) or begins_anew:
            return notes[number:]
    newest = signed.parse(notes[-1]).checkpoint
    if (newest.generation, newest.size) < (read.generation, read.size):
        return ()  # somebody else was here meanwhile
    raise AnchorFailed(
        f"Checkpoint {newest.size} does not follow checkpoint {read.size}, the newest that stands outside."
    )


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
