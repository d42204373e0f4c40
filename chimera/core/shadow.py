"""Shadow: while it holds, this process reaches nothing but its database, starts no program and writes no file.

A hook of the interpreter's own audit refuses the act whoever asks, in every thread. The database's client library is
no Python code and goes on; what it may do is for the transaction to say (`SET TRANSACTION READ ONLY`). A hook cannot
be taken out again: it stays, and runs no line of Python while nobody is in the shadow. Requirements: PLN-7.
"""

import functools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chimera.core.errors import Denied

_REACHES = {
    "socket.connect": "connect to",
    "socket.getaddrinfo": "look up",
    "socket.gethostbyaddr": "look up",
    "socket.gethostbyname": "look up",
    "socket.getnameinfo": "look up",
    "socket.sendmsg": "send to",
    "socket.sendto": "send to",
    "os.exec": "start",
    "os.fork": "start another process",
    "os.forkpty": "start another process",
    "os.posix_spawn": "start",
    "os.system": "start",
    "subprocess.Popen": "start",
}
_CHANGES = {
    "os.link": "link",
    "os.mkdir": "make the folder",
    "os.remove": "delete",
    "os.rename": "rename",
    "os.rmdir": "delete",
    "os.symlink": "link",
    "os.truncate": "cut",
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# Asked while nobody is in the shadow: says nothing, and is no Python. One that is could give another thread its turn in
# the midst of what it is asked about, and an interpreter that has begun to trace one thread refuses to begin the next.
_SILENT = dict[str, None]().get
_hook = functools.partial(_SILENT)
_lock = threading.Lock()
_refused: list[list[str]] = []  # one list for everybody who is in the shadow; empty: nobody is
_installed = False


class ReachedOut(Denied):
    """Something in the shadow tried to reach the outside; nothing was reached."""


def holds() -> bool:
    """Whether this process is in the shadow. Storage then only says under which hash it would keep something."""
    return bool(_refused)


@contextmanager
def closed() -> Iterator[list[str]]:
    """Everything closed until the block ends; what was tried all the same is in the list, also when it was caught."""
    global _installed
    mine: list[str] = []
    with _lock:
        if not _installed:
            sys.addaudithook(_hook)
            _installed = True
        _refused.append(mine)
        _asks(_look)
    try:
        yield mine
    finally:
        with _lock:
            _refused[:] = [one for one in _refused if one is not mine]
            if not _refused:
                _asks(_SILENT)


def _asks(whom: Callable[..., Any]) -> None:
    """Whom the hook asks from now on, in every thread."""
    _hook.__setstate__((whom, (), {}, None))  # type: ignore[attr-defined]


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not _refused:
        return
    if event in _REACHES:
        _refuse(f"{_REACHES[event]} {_named(event, arguments)}".strip())
    elif event in _CHANGES and not _is_own(arguments[0]):
        _refuse(f"{_CHANGES[event]} {arguments[0]}")
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES and not _is_own(arguments[0]):
        _refuse(f"write {arguments[0]}")


def _named(event: str, arguments: tuple[Any, ...]) -> str:
    """Where to: sockets pass themselves first, everything else begins with the name."""
    own_first = bool(arguments) and not isinstance(arguments[0], (str, bytes, os.PathLike))
    place = arguments[own_first] if len(arguments) > own_first else ""
    return (os.fsdecode(place) if isinstance(place, bytes) else str(place))[:120]


def _is_own(path: Any) -> bool:
    """What the interpreter writes for itself (compiled modules), and what keeps nothing."""
    return isinstance(path, int) or str(path) == os.devnull or "__pycache__" in str(path)


def _refuse(act: str) -> None:
    for one in _refused:
        one.append(act)
    raise ReachedOut(f"A replay touches nothing outside, and something tried to {act}; it was refused.")
