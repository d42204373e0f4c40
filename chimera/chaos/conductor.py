"""One run from the first server to the count: set the stage, feed, inject, settle, read, count."""

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from chimera.chaos import evidence, plan, platforms, programs, tally, timing
from chimera.chaos.aim import Aim
from chimera.chaos.crew import Crew
from chimera.chaos.feeder import BRANDS
from chimera.chaos.hints import Hints
from chimera.chaos.injector import INSTEAD, Injector
from chimera.chaos.platforms import Place
from chimera.chaos.probe import Probe, slowest_s
from chimera.chaos.settling import Settling
from chimera.chaos.stage import Stage, Window, pick_ports
from chimera.core.errors import Unavailable
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.errors import StartFailed

READY_S = 90.0
FEED_SHARE = 0.9  # of the time: what comes last meets faults too
POSTS_OF_AN_AGENT = 60  # Instagram takes 100 of an account a day, X 100 in 15 minutes, Plaza 300
OVERTIME_S = 15.0
FED_S = 30.0
IN_HAND = (
    "SELECT lease_owner FROM agents_task WHERE lease_until > chimera_now() "
    "UNION ALL SELECT lease_owner FROM publishing_post WHERE lease_until > chimera_now()"
)
FAULT_LOG = "faults.jsonl"
TICK_S = 0.05
TELL_S = 10.0
SPARE = 1.08  # some find nothing to hit
LOOK_S = 0.5
DROPPED = re.compile(r"dropped: .*(?:taken over|has changed since|counts no longer)")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for."""

    seconds: float
    seed: int
    faults: int
    tasks: int
    only: tuple[str, ...] = ()  # of all sorts when empty

    @property
    def settle_s(self) -> float:
        """How long the fleet may take to finish while it still gets on: a busy machine is slow and loses nothing."""
        return max(180.0, self.seconds)


class Run:
    """One run in `folder`. `tell` gets a sentence now and then."""

    def __init__(self, *, wish: Wish, folder: Path, tell: Callable[[str], None]) -> None:
        self.wish, self.folder, self.tell = wish, folder, tell
        self.stage = Stage(folder)
        known = platforms.ALL
        ports = iter(pick_ports(1 + 2 * len(known)))
        self.web_port = next(ports)
        self.places = {
            one.name: Place(platform=one, port=next(ports), connector_port=next(ports), store=folder / f"{one.name}.db")
            for one in known
        }
        self.crew = Crew(self.stage.home.logs)
        self.noted = folder / "handed-over.txt"
        self.fault_log = folder / FAULT_LOG
        self._looked_at = 0.0

    def go(self) -> dict[str, Any]:
        """All of it; what was counted. Whatever happens, every process that was started here is ended."""
        hints: Hints | None = None
        probe = Probe(port=self.web_port)
        try:
            self._set_up()
            hints = Hints(broker_url=self.stage.valkey.url())
            probe.start()
            injector = self._torment(hints)
            self.tell(f"{injector.count} faults injected; the fleet may finish now")
            settling = self._settle()
            return self._count(injector, settling, probe)
        finally:
            probe.stop()
            if hints is not None:
                hints.close()
            self.crew.thaw_all()
            self.crew.stop()
            self.stage.stop()

    def _set_up(self) -> None:
        self.tell(f"starting servers of its own in {self.folder}")
        self.stage.start()
        agents = max(BRANDS * len(self.places), ceil(self.wish.tasks / POSTS_OF_AN_AGENT))
        agents = ceil(agents / (BRANDS * len(self.places))) * BRANDS * len(self.places)
        self._arrange("chimera_operator", "--cast", str(agents))
        stores = [f"{place.name}={place.store}" for place in self.places.values() if place.platform.needs_consent]
        self._arrange("chimera_connector", "--connect", str(agents), "--stores", *stores)
        outside = [place.program() for place in self.places.values()]
        self.crew.start([*outside, *programs.fleet(self.stage, self.places, web_port=self.web_port)])
        self.crew.wait_ready(READY_S)
        self.tell(f"{len(self.crew.pids())} programs are up, {agents} agents on {', '.join(self.places)}")

    def _arrange(self, role: str, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "chimera.chaos.feeder", *words],
            cwd=CHECKOUT, env={**os.environ, **programs.variables(self.stage, self.places, role)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise StartFailed(f"The stage could not be set: {done.stderr.strip()[-600:]}")

    def _torment(self, hints: Hints) -> Injector:
        wish = self.wish
        self.crew.start(
            [
                programs.feeder(
                    self.stage, self.places, count=wish.tasks, seconds=wish.seconds * FEED_SHARE, noted=self.noted
                )
            ]
        )
        aim = Aim(stage=self.stage, query=IN_HAND)
        injector = Injector(
            crew=self.crew, roles=programs.roles(self.places), stage=self.stage, hints=hints, places=self.places,
            log=self.fault_log, rng=random.Random(wish.seed), aim=aim, instead=() if wish.only else INSTEAD,
        )  # fmt: skip
        strike(injector, wish=wish, look=self._look, tell=self.tell)
        aim.close()
        return injector

    def _look(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_S:
            return
        self._looked_at = time.monotonic()
        self.crew.tick()
        self.stage.check()

    def _settle(self) -> Settling:
        self.stage.settle()
        self.stage.check()
        ends = time.monotonic() + FED_S
        while "feeder" in self.crew.pids() and time.monotonic() < ends:
            self._look()
            time.sleep(LOOK_S)
        settling = Settling(stage=self.stage, crew=self.crew, look=self._look, places=list(self.places.values()))
        left = settling.wait(at_most_s=self.wish.settle_s)
        self.tell(f"{left} goals and posts still open; the clock was shifted by {settling.shifted_s:.0f} s")
        return settling

    def _count(self, injector: Injector, settling: Settling, probe: Probe) -> dict[str, Any]:
        self.crew.stop()  # nothing moves while it is counted
        with self.stage.look() as owner:
            found = evidence.read(owner)
        counted = tally.count(
            goals=found.goals,
            handed_over=self.noted.read_text(encoding="utf-8").split() if self.noted.exists() else [],
            live=platforms.copies(self.places),
            budgets=found.budgets,
            holds=found.holds,
            events=found.events,
            rows=found.rows,
            lies=injector.by_sort["platform_lie_ok"],
            unlabelled=platforms.unlabelled(self.places),
        )
        if len(found.goals) < self.wish.tasks:
            raise StartFailed(
                f"Only {len(found.goals)} of {self.wish.tasks} goals were put in; {self.stage.home.logs}/feeder.log "
                "says why."
            )
        return {
            **_faults(injector),
            "tasks": len(found.goals),
            **_kept(counted),
            "in_doubt_to_human_by_class": tally.to_humans(posts=found.posts, unclear=injector.unclear),
            "audit_ok": not counted.broken_records,
            **self._times(found, probe),
            "fenced_finishes": self._fenced(),
            "restarts": dict(self.crew.restarts),
            "ended_by_themselves": [sentence[:600] for sentence in self.crew.by_themselves],
            "settled_after_s": round(settling.took_s, 1),
            "clock_shifted_s": round(settling.shifted_s, 1),
            "live_by_platform": {name: len(place.posts()) for name, place in self.places.items()},
            "platform_classes": [place.platform.effect_class for place in self.places.values()],
            "wrong": [
                *counted.lost,
                *counted.twice,
                *counted.unasked,
                *counted.unlabelled,
                *counted.money,
                *counted.broken_records,
            ][:50],
        }

    def _times(self, found: evidence.Evidence, probe: Probe) -> dict[str, Any]:
        sent = {found.about.get(effect, effect): times for effect, times in timing.sent_times(found.events).items()}
        recoveries = timing.recoveries_s(blows=self.crew.blows, attempts=found.attempts, sent=sent)
        doubts = timing.doubts_s(attempts=found.attempts, sent=sent)
        class_of = {post.subject: post.effect_class for post in found.posts}
        by_class = {
            name: timing.doubts_s(
                attempts=found.attempts, sent={key: times for key, times in sent.items() if class_of.get(key) == name}
            )
            for name in ("A", "B", "C")
        }
        away, restarts = self.stage.valkey_away, self.stage.postgres_away
        delays = timing.start_delays_s(events=found.events, attempts=found.attempts, during=away, but_not=restarts)
        slowest = slowest_s(probe.answers, during=away, but_not=restarts)
        return {
            "recovered": len(recoveries),
            "recovery_p50_s": timing.percentile(recoveries, 0.5),
            "recovery_p95_s": timing.percentile(recoveries, 0.95),
            "doubts": len(doubts),
            "doubt_resolution_p50_s": timing.percentile(doubts, 0.5),
            "doubt_resolution_p95_s": timing.percentile(doubts, 0.95),
            "doubt_resolution_p95_s_by_class": {name: timing.percentile(took, 0.95) for name, took in by_class.items()},
            "valkey_down_s": _sum_s(away),
            "postgres_down_s": _sum_s(restarts),
            "start_delay_p95_s_without_valkey": timing.percentile(delays, 0.95),
            "web_slowest_s_without_valkey": None if slowest is None else round(slowest, 2),
        }

    def _fenced(self) -> int:
        """How often somebody came back late and was not let finish, as the logs tell."""
        logs = self.stage.home.logs.glob("*.log*")
        return sum(len(DROPPED.findall(log.read_text(encoding="utf-8", errors="replace"))) for log in logs)


def strike(
    injector: Injector, *, wish: Wish, look: Callable[[], None], tell: Callable[[str], None], for_peer: bool = False
) -> None:
    """Inject what the seed says, in its time; when less was there to be hit than asked for, a little longer.

    `for_peer`: of the same faults at the same moments those that a bare chain can meet, however few.
    """
    sorts = wish.only or tuple(plan.SORTS)
    todo = plan.schedule(seed=wish.seed, seconds=wish.seconds, count=ceil(wish.faults * SPARE), sorts=sorts)
    extra = plan.schedule(seed=wish.seed + 1, seconds=OVERTIME_S, count=wish.faults, sorts=sorts)
    if for_peer:
        todo, extra = [fault for fault in todo if plan.SORTS[fault.sort].for_peer], []
    begun = time.monotonic()
    told = begun
    while time.monotonic() - begun < wish.seconds:
        while todo and todo[0].at_s <= time.monotonic() - begun:
            injector.inject(todo.pop(0))
        injector.tick()
        look()
        if time.monotonic() - told > TELL_S:
            told = time.monotonic()
            tell(f"{injector.count} faults after {told - begun:.0f} s")
        time.sleep(TICK_S)
    ends = time.monotonic() + OVERTIME_S
    while injector.count < wish.faults and extra and time.monotonic() < ends:
        injector.inject(extra.pop(0))
        injector.tick()
        look()
        time.sleep(TICK_S)
    injector.finish()
    if injector.count < wish.faults and not (for_peer or wish.only):
        raise Unavailable(
            f"Only {injector.count} of {wish.faults} faults found something to hit in {wish.seconds:.0f} s; "
            "give the run more seconds."
        )


def _sum_s(windows: list[Window]) -> float:
    return round(sum((one.end or time.time()) - one.start for one in windows), 1)


def _faults(injector: Injector) -> dict[str, Any]:
    return {
        "faults": injector.count,
        "faults_by_kind": dict(sorted(injector.by_sort.items())),
    }


def _kept(counted: tally.Count) -> dict[str, Any]:
    return {
        "lost": counted.outcomes["lost"],
        "published": counted.outcomes["published"],
        "with_human": counted.outcomes["with_human"],
        "cancelled": counted.outcomes["cancelled"],
        "lied_to": counted.outcomes["lied_to"],
        "published_twice": len(counted.twice),
        "published_unasked": len(counted.unasked),
        "published_unlabelled": len(counted.unlabelled),
        "overspent": len(counted.money),
    }
