"""Does what the schedule says, writes each fault down, and keeps the promise that what was frozen thaws again."""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from chimera.chaos.crew import Crew, Roles
from chimera.chaos.hints import Hints
from chimera.chaos.plan import Fault
from chimera.chaos.platforms import Place
from chimera.chaos.stage import Stage

Target = TypeVar("Target")

INSTEAD = ("kill_child", "flushall")  # when what was to be hit is not there at the moment


# Answers after which nobody but the platform knows what it did.
UNCLEAR = tuple(
    f"platform_{name}"
    for name in (
        "accept_then_drop",
        "drop_before_accept",
        "error_500_after_accept",
        "late",
        "duplicate_answer",
        "blocked_maybe_live",
    )
)


@dataclass
class Injector:
    """Hits the programs and servers of one run. `begun` is the start of the faults, seconds since the epoch."""

    crew: Crew
    roles: Roles
    stage: Stage
    hints: Hints
    places: Mapping[str, Place]
    log: Path
    rng: random.Random
    instead: Sequence[str] = INSTEAD
    aim: Callable[[Sequence[int]], int | None] = lambda pids: None
    begun: float = field(default_factory=time.time)
    by_sort: Counter[str] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)  # answers ordered that tell the caller nothing, by class
    missed: Counter[str] = field(default_factory=Counter)
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many faults were really injected."""
        return sum(self.by_sort.values())

    def inject(self, fault: Fault) -> bool:
        """Do it, or something cheap in its place; False when there was nothing to hit at all."""
        for sort in (fault.sort, *self.instead):
            target = self._do(sort, fault)
            if target:
                self.by_sort[sort] += 1
                if sort in UNCLEAR:
                    self.unclear[self.places[target].platform.effect_class] += 1
                self._write(sort, target, fault)
                return True
            self.missed[sort] += 1
        return False

    def tick(self) -> None:
        """Thaw who is due."""
        due = [one for one in self._later if one[0] <= time.monotonic()]
        self._later = [one for one in self._later if one not in due]
        for _, act in due:
            act()

    def finish(self) -> None:
        """The faults are over: nobody stays frozen."""
        self._later.clear()
        self.crew.thaw_all()

    def _do(self, sort: str, fault: Fault) -> str:
        verb, _, rest = sort.partition("_")
        if verb == "kill":
            return self._kill(rest, fault.pick)
        if verb == "freeze":
            return self._freeze(rest, fault)
        if verb == "hints":
            send = {"repeated": self.hints.repeated, "reordered": self.hints.reordered, "forged": self.hints.forged}
            return send[rest](self.rng)
        if verb == "platform":
            place = self._pick([place for place in self.places.values() if place.plays(rest)], fault.pick)
            return place.name if place is not None and place.misbehave(rest) else ""
        return self._server(sort, fault)

    def _server(self, sort: str, fault: Fault) -> str:
        if sort == "flushall":
            return self.hints.flush()
        if sort == "valkey_down":
            return self.stage.kill_valkey(for_s=fault.lasts_s)
        return self.stage.end_postgres(signal.SIGQUIT if sort == "postgres_immediate" else signal.SIGINT)

    def _kill(self, what: str, pick: float) -> str:
        name = self._pick(self.crew.standing(self._names(what)), pick)
        if name is None:
            return ""
        pids = self.crew.family_pids(name)
        if what != "child":
            if what == "worker":
                self.aim(pids)
            return f"{name} {self.crew.kill(name)}"
        if len(pids) < 2:
            return ""
        pid = self.aim(pids[1:]) or self._pick(pids[1:], pick)
        return f"{name} child {pid}" if pid and self.crew.kill_child(name, pid) else ""

    def _freeze(self, what: str, fault: Fault) -> str:
        name = self._pick(self.crew.standing(self._names(what)), fault.pick)
        if name is None:
            return ""
        frozen: str = name
        if what == "worker":
            self.aim(self.crew.family_pids(frozen))
        pid = self.crew.freeze(frozen)
        self._later.append((time.monotonic() + fault.lasts_s, lambda: self.crew.thaw(frozen)))
        return f"{name} {pid}"

    def _names(self, what: str) -> Sequence[str]:
        return {
            "worker": self.roles.workers,
            "child": self.roles.pools,
            "sweeper": self.roles.sweepers,
            "beat": self.roles.beat,
            "web": self.roles.web,
            "connector": self.roles.connectors,
        }[what]

    @staticmethod
    def _pick(among: Sequence[Target], pick: float) -> Target | None:
        return among[int(pick * len(among))] if among else None

    def _write(self, sort: str, target: str, fault: Fault) -> None:
        now = time.time()
        line = {"at": round(now, 3), "second": round(now - self.begun, 2), "fault": sort, "target": target}
        if fault.lasts_s:
            line["lasts_s"] = fault.lasts_s
        if sort != fault.sort:
            line["instead_of"] = fault.sort
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
