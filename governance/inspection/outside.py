"""Reading a file of checkpoints that stands outside of the database: whole signed notes, one after another."""

from collections.abc import Iterator
from pathlib import Path

from chimera.core.errors import Denied
from governance.audit import notes

LINE_MAX = 1 << 16


class Unreadable(Denied):
    """A file that was named cannot be read as what it should be."""


def read(path: Path) -> Iterator[tuple[str, notes.Note]]:
    """Each signed note as text and as values, in the order of the file; signatures are not judged here.

    What was torn off at the end (somebody is writing, or died while writing) is left out. Unreadable otherwise.
    """
    for text, ended in _blocks(path):
        try:
            yield text, notes.parse(text)
        except notes.BadNote as error:
            if not ended:
                return
            raise Unreadable(f"{path} holds something that is no checkpoint: {error}") from error


def _blocks(path: Path) -> Iterator[tuple[str, bool]]:
    """Text up to every second empty line, and whether it ended there."""
    try:
        with path.open(encoding="utf-8", newline="\n") as stream:
            text, empty = "", 0
            while line := stream.readline(LINE_MAX):
                empty += line == "\n"
                if empty < 2:
                    text += line
                    continue
                yield text, True
                text, empty = "", 0
            if text:
                yield text, False
    except OSError as error:
        raise Unreadable(f"The checkpoints outside cannot be read: {error.strerror} ({path}).") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"The checkpoints outside are not UTF-8 text ({path}).") from error


def keys(path: Path) -> list[str]:
    """The verification keys in a file, one a line. Unreadable when there is none."""
    found = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                notes.read_vkey(line)
                found.append(line.strip())
    except OSError as error:
        raise Unreadable(f"The keys cannot be read: {error.strerror} ({path}).") from error
    except (UnicodeDecodeError, notes.BadNote) as error:
        raise Unreadable(f"{path} is no file of keys: {error}") from error
    if not found:
        raise Unreadable(f"There is no key in {path}.")
    return found
