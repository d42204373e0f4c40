"""The programs of a run under one supervisor that starts again at once, and what a fault may do to them."""

import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from chimera.embedded.supervisor import Supervisor

_AGAIN_S = 0.3
_STARTED, _KILLED, _DONE = "was started again.", "was killed by signal", "ended with exit code 0."


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The names of the programs that a fault may pick, by what they are. `pools` have children."""

    workers: tuple[str, ...]
    pools: tuple[str, ...]
    sweepers: tuple[str, ...] = ()
    beat: tuple[str, ...] = ()
    web: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Blow:
    """What was done to a program: when (seconds since the epoch), to which processes, and whether they died of it."""

    at: float
    name: str
    pids: frozenset[int]
    deadly: bool


class Crew(Supervisor):
    """Supervisor that does not wait longer after every crash: here they are the point."""

    def __init__(self, log_dir: Path) -> None:
        super().__init__(log_dir)
        self.restarts: Counter[str] = Counter()
        self.by_themselves: list[str] = []
        self.blows: list[Blow] = []
        self._frozen: dict[str, list[psutil.Process]] = {}

    def tick(self) -> list[str]:
        """As the supervisor's; counts, and remembers who ended without having been killed."""
        happened = super().tick()
        soon = time.monotonic() + _AGAIN_S
        for child in self._children.values():
            child.crashes = 0
            if child.start_again_at is not None:
                child.start_again_at = min(child.start_again_at, soon)
        for sentence in happened:
            name = sentence.split(" ", 1)[0]
            if sentence.endswith(_STARTED):
                self.restarts[name] += 1
            elif _KILLED not in sentence and not sentence.endswith(_DONE):
                self.by_themselves.append(sentence)
        return happened

    def standing(self, names: Sequence[str]) -> list[str]:
        """Those of the names that run and are not frozen."""
        running = self.pids()
        return [name for name in names if name in running and name not in self._frozen]

    def kill(self, name: str) -> int:
        """kill -9 of a program's first process; the blow holds its children too, which do not outlive it for long."""
        family = self._family(name)
        self._note(name, family, deadly=True)
        _send(family[:1], signal.SIGKILL)
        return family[0].pid

    def kill_child(self, name: str, pid: int) -> int | None:
        """kill -9 of one process of a pool; None when it has gone meanwhile."""
        child = next((process for process in self._family(name)[1:] if process.pid == pid), None)
        if child is None:
            return None
        self._note(name, [child], deadly=True)
        _send([child], signal.SIGKILL)
        return child.pid

    def freeze(self, name: str) -> int:
        """SIGSTOP of a program and its children, as a machine that swaps or a long pause of the host."""
        family = self._family(name)
        self._note(name, family, deadly=False)
        self._frozen[name] = family
        _send(family, signal.SIGSTOP)
        return family[0].pid

    def thaw(self, name: str) -> None:
        """SIGCONT, for whoever of them still lives."""
        _send(self._frozen.pop(name, []), signal.SIGCONT)

    def thaw_all(self) -> None:
        """Nobody stays frozen."""
        for name in list(self._frozen):
            self.thaw(name)

    def anyone_frozen(self) -> bool:
        """Whether somebody may wake and go on with what it had in hand."""
        return bool(self._frozen)

    def family_pids(self, name: str) -> list[int]:
        """The first process of a program and its children that live."""
        return [process.pid for process in self._family(name)]

    def alive_pids(self) -> set[int]:
        """The ids of every process of every program."""
        found: set[int] = set()
        for name in self.pids():
            found.update(self.family_pids(name))
        return found

    def _family(self, name: str) -> list[psutil.Process]:
        first = self._children[name].seen
        try:
            children = [child for child in first.children(recursive=True) if _lives(child)]
            return [first, *sorted(children, key=lambda process: process.pid)]
        except psutil.NoSuchProcess:
            return [first]

    def _note(self, name: str, processes: Sequence[psutil.Process], *, deadly: bool) -> None:
        pids = frozenset(process.pid for process in processes)
        self.blows.append(Blow(at=time.time(), name=name, pids=pids, deadly=deadly))


def _send(targets: Sequence[psutil.Process], number: signal.Signals) -> None:
    for target in targets:
        try:
            target.send_signal(number)  # psutil compares the birth time first, so a reused id is never hit
        except psutil.NoSuchProcess:
            continue


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
