"""File locks between the processes that share one data folder. OPS-1.

flock locks end with their process, so a killed borrower never leaves one behind. Python opens files
close-on-exec, so the detached servers do not inherit them.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chimera.embedded.errors import StartFailed

_POLL_S = 0.05


def open_file(path: Path) -> int:
    """Descriptor of the lock file (0600, made when absent); the caller closes it, which also drops its lock."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def share(descriptor: int) -> None:
    """Hold the lock together with other sharers; waits for somebody who has it alone."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_alone(descriptor: int) -> bool:
    """Take the lock alone without waiting. On False the shared lock that was held is gone too."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def held(path: Path, *, timeout_s: float) -> Iterator[None]:
    """Be the only one inside; StartFailed when another process stays inside longer than `timeout_s`."""
    descriptor = open_file(path)
    try:
        deadline = time.monotonic() + timeout_s
        while not try_alone(descriptor):
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"Another process has been starting or stopping the servers for {timeout_s:.0f} s "
                    f"(it holds {path}). Look for a hanging chimera command, end it, and try again."
                )
            time.sleep(_POLL_S)
        yield
    finally:
        os.close(descriptor)
