"""Running ffmpeg: a child in a group of its own that dies with us, within bounds of time and memory.

What it says on its standard error becomes one sentence. Several may run at a time; nobody waits for one without a
limit. Requirements: GEN-3, OPS-1.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from chimera.core.errors import Unavailable
from publishing.media.studio.base import BadScript

MEMORY_BYTES_MAX = 2 * 1024**3  # of addresses, which are several times what is resident
SECONDS_MAX = 180.0  # for one part
CPU_SECONDS_MAX = 360
LOOK_EVERY_S = 0.005
_LEASH = Path(__file__).with_name("leash.py")
_ADDRESS = re.compile(r"(?:[\w.+-]+:)?(?:/[^\s:'\"]+)+/")  # folders say nothing to a reader
_PREFIX = re.compile(r"^(?:\[[^\]]*\]\s*)+")
# What ffmpeg says -> whose matter it is, and what to do.
_KNOWN: tuple[tuple[str, type[BadScript] | type[Unavailable], str], ...] = (
    ("No space left on device", Unavailable, "the disk is full; free some space"),
    ("Cannot allocate memory", Unavailable, "it had too little memory; render fewer at a time"),
    ("Invalid data found", BadScript, "a clip is no video that can be read; give an MP4, MOV or WebM"),
    ("moov atom not found", BadScript, "a clip is not whole; upload it again"),
    ("matches no streams", BadScript, "a clip has no moving pictures; give one with a video track"),
)


class RenderFailed(Unavailable):
    """ffmpeg did not finish; the message says at what and why. What was finished is kept for the next try."""


def program() -> str:
    """Where ffmpeg is: the one of the wheel. Raises RenderFailed when it is missing."""
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise RenderFailed("There is no ffmpeg here; install the requirements again (imageio-ffmpeg).") from error


def sentence(*, what: str, stderr: str, returncode: int) -> BadScript | Unavailable:
    """The error of an ffmpeg that failed at `what`."""
    for sign, family, text in _KNOWN:
        if sign in stderr:
            return family(f"The studio could not make {what}: {text}.")
    if returncode < 0:
        return RenderFailed(f"The studio could not make {what}: ffmpeg was ended by signal {-returncode}. Try again.")
    lines = [_ADDRESS.sub("", _PREFIX.sub("", line)).strip() for line in stderr.splitlines() if line.strip()]
    last = lines[-1][:200].rstrip(".") if lines else f"it ended with exit code {returncode}"
    return RenderFailed(f"The studio could not make {what}: ffmpeg says: {last}.")


@dataclass
class Child:
    """One running ffmpeg that makes `target`; its words go to a file beside it."""

    what: str
    target: Path
    process: "subprocess.Popen[bytes]"
    words: Path
    until: float

    def is_done(self) -> bool:
        """Whether it has ended well; raises when it has failed, or ended late (then it is killed first)."""
        code = self.process.poll()
        if code is None:
            if time.monotonic() > self.until:
                self.kill()
                raise RenderFailed(
                    f"The studio could not make {self.what} in time; try again when there is less to do."
                )
            return False
        said = self.words.read_text(encoding="utf-8", errors="replace")[-8000:] if self.words.exists() else ""
        self.words.unlink(missing_ok=True)
        if code:
            raise sentence(what=self.what, stderr=said, returncode=code)
        return True

    def kill(self) -> None:
        """End it and its group at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.words.unlink(missing_ok=True)


def start(*, arguments: Sequence[str], what: str, target: Path, seconds_max: float = SECONDS_MAX) -> Child:
    """ffmpeg with these arguments, the target behind them, begun in the target's folder."""
    words = target.with_suffix(".words")
    leash = [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), str(MEMORY_BYTES_MAX), str(CPU_SECONDS_MAX)]
    quiet = ["-y", "-nostdin", "-hide_banner", "-loglevel", "error"]
    with words.open("wb") as log:
        process = subprocess.Popen(
            [*leash, program(), *quiet, *arguments, str(target)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=log, cwd=target.parent, start_new_session=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    return Child(what=what, target=target, process=process, words=words, until=time.monotonic() + seconds_max)


class Crew:
    """At most so many children at a time; leaving it by an error ends them all."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._at_work: list[Child] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._at_work:
            child.kill()

    def finished(self, *, room: bool) -> list[Child]:
        """Those that ended since the last call; with `room` it waits until another may begin, else until all have
        ended."""
        done: list[Child] = []
        while True:
            for child in list(self._at_work):
                try:
                    ended = child.is_done()
                except (BadScript, Unavailable):
                    self._at_work.remove(child)
                    raise
                if ended:
                    self._at_work.remove(child)
                    done.append(child)
            if len(self._at_work) < (self._most if room else 1):
                return done
            time.sleep(LOOK_EVERY_S)

    def begin(self, child: Child) -> None:
        """Look after a child that was just started."""
        self._at_work.append(child)
