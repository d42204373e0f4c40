"""What is looked at before the first program of one machine starts: folder, disk, port, a run that is there. OPS-1.

Each refusal is one sentence (StartFailed), and at that moment nothing has been started or changed.
"""

import argparse
import errno
import json
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from chimera.embedded import locks, processes
from chimera.embedded.errors import StartFailed
from chimera.embedded.home import Home

FREE_BYTES_MIN = 2**30
_GIB = 2**30
_SAME_WISH_S = 30.0
_PORT_MAX = 65_535

_asked_at: float | None = None


class Claim:
    """The right to run the programs of one data folder; it ends with the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.note("")

    def note(self, address: str) -> None:
        """Write down who we are and where our desk is, for the sentence that a second run prints."""
        text = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)


@contextmanager
def claimed(home: Home) -> Iterator[Claim]:
    """Be the only demo or `up` of this data folder. StartFailed names the other one's process and address."""
    home.prepare()
    check_writable(home)
    place = home.run / "up.lock"
    descriptor = locks.open_file(place)
    try:
        if not locks.try_alone(descriptor):
            raise StartFailed(_somebody(home, place))
        yield Claim(descriptor)
    finally:
        os.close(descriptor)


def _somebody(home: Home, place: Path) -> str:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        desk = f"desk {found['address']}" if found["address"] else "it has no desk, or not yet"
        who = f"process {found['pid']}; {desk}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "it is just starting"
    return (
        f"One is already running on the data folder {home.root} ({who}). "
        "Use that one, stop it with Ctrl-C where it runs, or set CHIMERA_HOME to another folder for a second one."
    )


def check_writable(home: Home) -> None:
    """Write a small file where the programs will. Trying is the only test that root and read-only disks cannot fool."""
    for folder in (home.root, home.root / "data", home.valkey, home.run, home.logs, home.media):
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"chimera")
        except OSError as error:
            raise StartFailed(
                f"The data folder {home.root} cannot be written to ({folder}: {error.strerror or error}). "
                "Make it writable for you, or set CHIMERA_HOME to a folder that is."
            ) from error


def check_space(home: Home) -> None:
    """Refuse under 1 GiB of free disk: a full disk under a database is worse than no start."""
    free = shutil.disk_usage(home.root).free
    if free < FREE_BYTES_MIN:
        raise StartFailed(
            f"The disk of the data folder {home.root} has {free / _GIB:.2f} GiB free; at least "
            f"{FREE_BYTES_MIN / _GIB:.0f} GiB is needed. Make room, or set CHIMERA_HOME to a folder on another disk."
        )


def asked_port(argv: Sequence[str]) -> int:
    """The port after --port, 0 when none is asked for or what stands there is no number (the command will say so)."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--port", default="0")
    try:
        return int(parser.parse_known_args(list(argv))[0].port)
    except (argparse.ArgumentError, ValueError):
        return 0


def check_port(port: int) -> None:
    """Whether the desk could listen on the port that was asked for; 0 asks for none."""
    if port == 0:
        return
    if not 0 < port <= _PORT_MAX:
        raise StartFailed(f"There is no port {port}; ports go from 1 to {_PORT_MAX}. Leave --port out for a free one.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the desk will ask for it
        try:
            probe.bind((processes.LOOPBACK, port))
        except OSError as error:
            why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"is refused ({error.strerror})"
            raise StartFailed(
                f"Port {port} of this machine {why}. Name another one with --port, or leave it out for a free one."
            ) from error


def heed_signals() -> None:
    """SIGTERM, SIGHUP and Ctrl-C become KeyboardInterrupt; more of them while the stop is on its way change nothing."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _asked_at
    if _asked_at is not None and time.monotonic() - _asked_at < _SAME_WISH_S:
        return  # a closed terminal sends several; a second one must not break off the stopping
    _asked_at = time.monotonic()
    raise KeyboardInterrupt
