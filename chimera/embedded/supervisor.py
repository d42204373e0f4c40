"""Run programs beside each other: start, wait until ready, start again after a crash, stop all of it. OPS-1.

Touches only processes it started and what those left behind, each known by id and birth time. The thread that calls
`start` or `tick` must live as long as the supervisor: on Linux a child ends with the thread that started it.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import psutil

from chimera.embedded import processes
from chimera.embedded.errors import StartFailed, StopFailed

_TETHER = Path(__file__).with_name("tether.py")
_BACK_OFF_MIN_S, _BACK_OFF_MAX_S = 0.5, 30.0
_SETTLED_S = 30.0  # who ran this long has recovered; its next crash counts as the first
_POLL_S = 0.05
_LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Program:
    """One program: `env` is all it gets beside PATH and the like; `ready_url` answers 2xx on loopback when it is up.

    `restart`: start again when it ends, whatever its exit code.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    ready_url: str | None = None
    restart: bool = True


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    seen: psutil.Process
    started_at: float
    crashes: int = 0
    start_again_at: float | None = None
    done: bool = False
    family: set[psutil.Process] = field(default_factory=set)

    def alive(self) -> bool:
        """Whether it runs. Looks without collecting the exit code: until then its id cannot be given to a stranger."""
        try:
            return bool(self.seen.is_running() and self.seen.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    def look_around(self) -> set[psutil.Process]:
        """Its living descendants and session mates, those seen earlier included (they may have lost their parent)."""
        with suppress(psutil.NoSuchProcess):  # when it has ended, its session still tells what it left
            self.family.update(self.seen.children(recursive=True))
        if self.process.returncode is None:
            self.family.update(_session(self.process.pid))
        self.family = {each for each in self.family if _lives(each)}
        return self.family


class Supervisor:
    """Programs of one machine, with a log file each in `log_dir`."""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self._children: dict[str, _Child] = {}

    def start(self, programs: Sequence[Program]) -> None:
        """Start the programs in this order, without waiting. StartFailed names the one that cannot be run."""
        self.log_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        for program in programs:
            self._check(program)
        for program in programs:
            self._children[program.name] = self._spawn(program)

    def pids(self) -> dict[str, int]:
        """Process ids of the programs that run now, by name."""
        return {name: child.process.pid for name, child in self._children.items() if child.alive()}

    def wait_ready(self, timeout_s: float) -> None:
        """Wait until every `ready_url` answers 2xx. StartFailed names the first program that ended or stayed silent."""
        deadline = time.monotonic() + timeout_s
        for name, child in self._children.items():
            url, answer = child.program.ready_url, "nothing yet"
            while url is not None and (answer := _ask(url)) != "ready":
                if not child.alive():
                    break
                if time.monotonic() > deadline:
                    raise StartFailed(
                        f"{name} was not ready within {timeout_s:.0f} s ({url}: {answer}).\n{self._last_lines(name)}"
                    )
                time.sleep(_POLL_S)
            if not child.alive() and (url is not None or child.program.restart):
                raise StartFailed(f"{name} ended while starting.\n{self._last_lines(name)}")

    def tick(self) -> list[str]:
        """Look once: note who ended, clear what it left, start again who is due. Returns a sentence for each."""
        happened = []
        for name, child in list(self._children.items()):
            now = time.monotonic()
            if child.done:
                continue
            if child.start_again_at is not None:
                if now >= child.start_again_at:
                    self._children[name] = self._spawn(child.program, crashes=child.crashes)
                    happened.append(f"{name} was started again.")
            elif child.alive():
                child.look_around()
            else:
                happened.append(self._bury(child, now))
        return happened

    def watch(self, *, until: Callable[[], bool], tell: Callable[[str], None], interval_s: float = 0.5) -> None:
        """Tick every `interval_s` until `until()` is true; `tell` gets each sentence."""
        while not until():
            for sentence in self.tick():
                tell(sentence)
            time.sleep(interval_s)

    def stop(self, *, timeout_s: float = 8.0) -> None:
        """Ask all to end (SIGTERM), wait up to `timeout_s`, then kill what is left, grandchildren included.

        StopFailed when something survives even that.
        """
        children = [child for child in self._children.values() if child.process.returncode is None]
        deadline = time.monotonic() + timeout_s
        for child in children:
            child.look_around()
            _signal([child.seen], "terminate")
        asked: set[psutil.Process] = set()
        while (left := _left(children)) and time.monotonic() < deadline:
            orphans = {each for child in children if not child.alive() for each in child.family} - asked
            _signal(orphans, "terminate")  # their parent ended without telling them
            asked |= orphans
            time.sleep(_POLL_S)
        _signal(left, "kill")
        end = time.monotonic() + 2.0
        while (left := _left(children)) and time.monotonic() < end:
            _signal(left, "kill")  # again: a killed parent may have been starting another
            time.sleep(_POLL_S)
        if left:
            named = ", ".join(str(each.pid) for each in left)
            raise StopFailed(f"These processes did not end even when killed: {named}. Look at them with `ps`.")
        for child in children:
            child.process.wait(timeout=2.0)  # has ended; this collects the exit code
        self._children.clear()

    def _check(self, program: Program) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", program.name):
            raise StartFailed(f"{program.name!r} is no program name: use lower-case letters, digits and hyphens.")
        if program.name in self._children:
            raise StartFailed(f"{program.name} has been started already.")
        path = processes.environment(program.env).get("PATH")
        if not program.argv or shutil.which(program.argv[0], path=path) is None:
            raise StartFailed(f"{program.name} cannot be started: there is no program {[*program.argv, '(none)'][0]}.")
        if program.ready_url and urlsplit(program.ready_url).hostname not in _LOOPBACK_NAMES:
            raise StartFailed(f"{program.name} cannot be watched at {program.ready_url}: only loopback is asked.")

    def _spawn(self, program: Program, *, crashes: int = 0) -> _Child:
        argv = [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *program.argv]
        with processes.open_log(self._log(program.name)) as output:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=processes.environment({"PYTHONUNBUFFERED": "1", **program.env}),
                start_new_session=True,
            )
        seen = psutil.Process(process.pid)
        return _Child(program=program, process=process, seen=seen, started_at=time.monotonic(), crashes=crashes)

    def _bury(self, child: _Child, now: float) -> str:
        """Clear what an ended child left (it may hold the port its successor needs) and note when to start again."""
        left = child.look_around()
        _signal(left, "kill")
        code = child.process.wait(timeout=2.0)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        name = child.program.name
        if not child.program.restart:
            child.done = True
            return f"{name} {how}."
        child.crashes = 1 if now - child.started_at > _SETTLED_S else child.crashes + 1
        pause_s = min(_BACK_OFF_MIN_S * 2.0 ** (child.crashes - 1), _BACK_OFF_MAX_S)
        child.start_again_at = now + pause_s
        return f"{name} {how}; it is started again in {pause_s:g} s. {self._last_lines(name, count=5)}"

    def _log(self, name: str) -> Path:
        return self.log_dir / f"{name}.log"

    def _last_lines(self, name: str, *, count: int = 15) -> str:
        return processes.last_lines(self._log(name), count=count)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead away from loopback; it counts as an answer of its own."""

    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any,
                         newurl: str) -> None:  # fmt: skip
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _ask(url: str) -> str:
    """The word ready, or what was wrong."""
    try:
        with _OPENER.open(url, timeout=2.0):
            return "ready"
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code}"
    except (OSError, HTTPException) as error:
        return str(error)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _session(leader: int) -> set[psutil.Process]:
    """Everybody in the session that `leader` opened, except itself."""
    mates = set()
    for process in psutil.process_iter():
        try:
            if process.pid != leader and os.getsid(process.pid) == leader:
                mates.add(process)
        except (ProcessLookupError, PermissionError):
            continue
    return mates


def _left(children: Sequence[_Child]) -> set[psutil.Process]:
    left: set[psutil.Process] = set()
    for child in children:
        left |= child.look_around()
        if child.alive():
            left.add(child.seen)
    return left


def _signal(targets: Sequence[psutil.Process] | set[psutil.Process], verb: str) -> None:
    for target in targets:
        try:
            getattr(target, verb)()  # psutil compares the birth time first, so a reused id is never hit
        except psutil.NoSuchProcess:
            continue
