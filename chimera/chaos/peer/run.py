"""One run of the peer: servers of its own again, the same faults at the same moments, the same count."""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chimera.chaos.aim import Aim
from chimera.chaos.conductor import FAULT_LOG, FED_S, FEED_SHARE, LOOK_S, READY_S, Wish, strike
from chimera.chaos.crew import Crew, Roles
from chimera.chaos.hints import Hints
from chimera.chaos.injector import INSTEAD, Injector
from chimera.chaos.peer.app import HARDENING, STEPS, TABLE
from chimera.chaos.platforms import ALL, Place
from chimera.chaos.programs import PROCESSES, THREADS
from chimera.chaos.stage import PEER_DATABASE, Stage, pick_ports
from chimera.chaos.tally import published_twice
from chimera.chaos.texts import text_for
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.supervisor import Program

TOKEN = "demo-token"  # what the simulated platform takes by default
QUIET_S = 60.0  # three visibility timeouts: what did not come back by then does not come back
SETTLE_S = 240.0
IN_HAND = "SELECT holder FROM chain WHERE holder <> ''"


class PeerRun:
    """As `conductor.Run`, for the bare chain."""

    def __init__(self, *, wish: Wish, folder: Path, tell: Callable[[str], None]) -> None:
        self.wish, self.tell = wish, tell
        self.stage = Stage(folder)
        self.place = Place(platform=ALL[0], port=pick_ports(1)[0], connector_port=0, store=folder / "peer-plaza.db")
        self.crew = Crew(self.stage.home.logs)
        self.noted = folder / "handed-over.txt"
        self._looked_at = 0.0

    def go(self) -> dict[str, Any]:
        """All of it; the row of the peer. Whatever happens, every process that was started here is ended."""
        hints: Hints | None = None
        try:
            self.tell("now the same faults on a hardened bare Celery chain")
            self._set_up()
            hints = Hints(broker_url=self.stage.valkey.url())
            injector = self._torment(hints)
            took_s = self._settle()
            return self._count(injector, took_s)
        finally:
            if hints is not None:
                hints.close()
            self.crew.thaw_all()
            self.crew.stop()
            self.stage.stop()

    def _set_up(self) -> None:
        self.stage.start_servers()
        self.variables = {
            "PYTHONPATH": str(CHECKOUT),
            "PEER_BROKER_URL": self.stage.valkey.url(),
            "PEER_DATABASE_URL": self.stage.make_peer_database(),
            "PEER_PLATFORM_URL": self.place.url,
            "PEER_PLATFORM_TOKEN": TOKEN,
        }
        with self.stage.look(PEER_DATABASE) as owner:
            owner.execute(TABLE)
            owner.execute("GRANT SELECT, INSERT, UPDATE ON chain TO chimera_app")
        worker = self._worker
        self.crew.start(
            [self.place.program(), worker("worker", "threads", THREADS), worker("pool", "prefork", PROCESSES)]
        )
        self.crew.wait_ready(READY_S)

    def _worker(self, name: str, pool: str, size: int) -> Program:
        words = ["worker", "-n", f"{name}@%h", "--pool", pool, "--concurrency", str(size), "--loglevel", "INFO"]
        argv = [sys.executable, "-m", "celery", "--workdir", str(CHECKOUT), "-A", "chimera.chaos.peer.app", *words]
        return Program(name=name, argv=argv, env=self.variables)

    def _torment(self, hints: Hints) -> Injector:
        words = ["--count", str(self.wish.tasks), "--seconds", str(self.wish.seconds * FEED_SHARE)]
        argv = [sys.executable, "-m", "chimera.chaos.peer.feeder", *words, "--noted", str(self.noted)]
        self.crew.start([Program(name="feeder", argv=argv, env=self.variables, restart=False)])
        aim = Aim(stage=self.stage, query=IN_HAND, database=PEER_DATABASE)
        injector = Injector(
            crew=self.crew, roles=Roles(workers=("worker", "pool"), pools=("pool",)), stage=self.stage, hints=hints,
            places={}, log=self.stage.folder / FAULT_LOG, rng=random.Random(self.wish.seed), aim=aim,
            instead=() if self.wish.only else INSTEAD,
        )  # fmt: skip
        strike(injector, wish=self.wish, look=self._look, tell=self.tell, for_peer=True)
        aim.close()
        return injector

    def _look(self) -> None:
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            self.crew.tick()
            self.stage.check()

    def _settle(self) -> float:
        """Wait until every chain is through, or nothing has moved for a long time."""
        self.stage.settle()
        begun = moved_at = time.monotonic()
        moved: object = None
        while time.monotonic() - begun < SETTLE_S:
            self._look()
            with self.stage.look(PEER_DATABASE) as owner:
                row = owner.execute(
                    "SELECT count(*) FILTER (WHERE step < %s), sum(step) FROM chain", [STEPS]
                ).fetchone()
            fed = "feeder" not in self.crew.pids() or time.monotonic() - begun > FED_S
            if row != moved:
                moved, moved_at = row, time.monotonic()
            if fed and ((row and row[0] == 0) or time.monotonic() - moved_at > QUIET_S):
                break
            time.sleep(LOOK_S)
        return time.monotonic() - begun

    def _count(self, injector: Injector, took_s: float) -> dict[str, Any]:
        self.crew.stop()
        keys = self.noted.read_text(encoding="utf-8").split()
        live = {self.place.name: Counter(self.place.texts())}
        with self.stage.look(PEER_DATABASE) as owner:
            found = owner.execute("SELECT key FROM chain WHERE step = %s", [STEPS]).fetchall()
        through = {str(row[0]) for row in found}
        published = {key for key in keys if live[self.place.name][text_for(cause=key)]}
        return {
            "faults": injector.count,
            "faults_by_kind": dict(sorted(injector.by_sort.items())),
            "tasks": len(keys),
            "lost": len(set(keys) - published),
            "published": len(published),
            "published_twice": len(published_twice(live=live)),
            "published_and_not_known": len(published - through),
            "restarts": dict(self.crew.restarts),
            "settled_after_s": round(took_s, 1),
            "hardening": list(HARDENING),
        }
