"""Reading a file that a person named: only regular ones, and only up to a size (TRD-1, PER-1, SAF-1).

A pipe would be waited for for good and a device has no end, so what is no regular file is not opened at all.
"""

import os
import stat
from pathlib import Path

from chimera.core.errors import Denied

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Unreadable(Denied):
    """The file is missing, closed to us, no regular file, or too large."""


def read_regular(*, path: Path, shown: str, size_max_bytes: int, remedy: str = "Check the path.") -> bytes:
    """The bytes of a regular file. Raises Unreadable; `shown` names the file in its sentence, `remedy` ends it."""
    try:
        _refuse_irregular(path.stat().st_mode, shown=shown, remedy=remedy)
        # Should a pipe have taken its place since, opening it must not wait for a writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            _refuse_irregular(found.st_mode, shown=shown, remedy=remedy)
            content = b"" if found.st_size > size_max_bytes else file.read(size_max_bytes + 1)
    except OSError as error:
        raise Unreadable(f"{shown} cannot be read: {error.strerror or error}. {remedy}") from error
    except ValueError as error:  # a NUL in the path
        raise Unreadable(f"{shown} cannot be read: its name holds a character that no file has. {remedy}") from error
    if found.st_size > size_max_bytes or len(content) > size_max_bytes:
        raise Unreadable(f"{shown} is larger than {size(size_max_bytes)}; shorten it.")
    return content


def size(size_bytes: int) -> str:
    """A size for a person: "20 MB", "200 kB", "1000 bytes"."""
    if size_bytes >= 1_000_000:
        return f"{size_bytes / 1_000_000:g} MB"
    return f"{size_bytes / 1_000:g} kB" if size_bytes >= 10_000 else f"{size_bytes} bytes"


def _refuse_irregular(mode: int, *, shown: str, remedy: str) -> None:
    if not stat.S_ISREG(mode):
        kind = next((kind for matches, kind in _KINDS if matches(mode)), "something else")
        raise Unreadable(f"{shown} cannot be read: it is {kind}, not a file. {remedy}")
