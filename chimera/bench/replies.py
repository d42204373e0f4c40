"""`manage.py bench replies`: from what somebody says on the platform to the decision about the reply. ENG-2.

Real workers, connector and simulator on servers of the bench's own. A crowd speaks to a fleet of agents at a steady
rate; each mention is read, kept, looked at, planned, worded and judged with three model calls that sleep. What is left
of the time without the calls' own durations is our overhead.
"""

import json
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from chimera.bench import meter
from chimera.bench.engine import kept
from chimera.bench.fleet import QUIET
from chimera.bench.ground import connected, prepared, program, said, variables
from chimera.bench.replies_figures import CALLS, judged, mean_at_once, most_at_once, ways
from chimera.bench.replies_models import LOG, MEDIAN_S, SIGMA
from chimera.core.errors import Denied
from chimera.embedded.entry import CHECKOUT, environment
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.postgres import SUPERUSER
from chimera.embedded.processes import free_port
from chimera.embedded.supervisor import Program, Supervisor

REPORT = "bench-replies.json"
AGENTS, PER_S, IN_FLIGHT_MAX = 1_000, 50.0, 300
SECONDS, QUICK_SECONDS, WARM_S = 60.0, 10.0, 20.0
WORKERS = 2
P95_S_MAX, OVERHEAD_P95_S_MAX = 10.0, 0.5
QUEUES = "reply,think"
LEFT_S_MAX = 120.0  # for what is under way when the crowd falls silent
SEEDED_S_MAX = 900.0
LOOK_EVERY_S = 0.5
Tell = Callable[[str], None]

_OPEN = """
SELECT (SELECT count(*) FROM publishing_mention WHERE status = 'NEW')
     + (SELECT count(*) FROM agents_task WHERE status IN ('WAITING', 'READY', 'JUDGING') AND kind <> 'commit')
"""
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename LIKE 'chimera%%'"


class BadOrder(Denied):
    """What was asked for makes no run; says what to ask instead."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """How many agents, mentions a second, seconds that count, workers, and calls in flight of all workers together."""

    agents: int = AGENTS
    per_s: float = PER_S
    seconds: float = SECONDS
    warm_s: float = WARM_S
    workers: int = WORKERS
    in_flight: int = IN_FLIGHT_MAX

    def __post_init__(self) -> None:
        for name, number in {"agents": self.agents, "workers": self.workers}.items():
            if number < 1:
                raise BadOrder(f"--{name} is {number}; it must be at least 1.")
        if not 0 < self.per_s <= 1_000:
            raise BadOrder(f"--per-s is {self.per_s:g}; ask for more than 0 and at most 1,000 mentions a second.")
        if not 1 <= self.seconds <= 3_600:
            raise BadOrder(f"--seconds is {self.seconds:g}; ask for 1 to 3,600.")
        if self.in_flight < self.workers:
            raise BadOrder(f"--in-flight is {self.in_flight}; each of {self.workers} workers needs at least one.")


@dataclass
class Watch(threading.Thread):
    """Looks now and then how many connections the programs hold."""

    ends: Endpoints
    most: int = 0

    def __post_init__(self) -> None:
        super().__init__(name="watch", daemon=True)
        self._over = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Look until told to end."""
        with connected(self.ends, SUPERUSER) as connection:
            while not self._over.wait(LOOK_EVERY_S):
                row = connection.execute(_CONNECTIONS, [self.ends.database]).fetchone()
                self.most = max(self.most, int(row[0]) if row else 0)

    def end(self) -> int:
        """The most that were seen."""
        self._over.set()
        self.join(5)
        return self.most


def _shared(ends: Endpoints, folder: Path, port: int, connector: int, order: Order) -> dict[str, str]:
    return variables(ends, "chimera_app") | {
        "PLAZA_URL": f"http://127.0.0.1:{port}",
        "PLAZA_CONNECTOR_URL": f"http://127.0.0.1:{connector}/mcp",
        "SWITCHBOARD": "chimera.bench.answering",
        "MODELS_PLAN": "offline",  # the bench's own plan asks the reader
        "MODELS_READ": "bench-reader",
        "MODELS_WRITE": "bench-writer",
        "MODELS_JUDGE": "bench-judge",
        "BODIES_MAX": str(order.in_flight // order.workers),
        LOG: str(folder / "calls-"),
    }


def _worker(ends: Endpoints, number: int, base: Mapping[str, str]) -> Program:
    celery = [sys.executable, "-m", "celery", "--workdir", str(CHECKOUT), "-A", "celery_worker"]
    words = ["worker", "-n", f"replies{number}@%h", "-Q", QUEUES, "--pool", "threads", "--concurrency", "8", *QUIET]
    mine = {"CHIMERA_QUEUES": f"{QUEUES},sweep" if number == 0 else QUEUES, "DATABASE_POOL_MAX": "16"}
    return Program(name=f"bench-replies-{number}", argv=[*celery, *words], env={**base, **mine}, restart=False)


@contextmanager
def _running(ends: Endpoints, folder: Path, order: Order) -> Iterator[tuple[dict[str, str], list[psutil.Process]]]:
    port, connector = free_port(), free_port()
    base = _shared(ends, folder, port, connector, order)
    outside = base | {"SECRET_KEY": "none", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    manage = [sys.executable, "manage.py"]
    store = str(folder / "plaza.sqlite3")
    crew = Supervisor(ends.home.logs)
    try:
        crew.start(
            [
                Program(
                    name="bench-platform",
                    argv=[*manage, "simulator", "--port", str(port), "--store", store],
                    env=outside,
                    ready_url=f"http://127.0.0.1:{port}/health",
                    restart=False,
                ),
                Program(
                    name="bench-connector",
                    argv=[*manage, "connector", "plaza", "--port", str(connector)],
                    env=base | environment(ends, "chimera_connector") | {"DATABASE_POOL_MAX": "4"},
                    ready_url=f"http://127.0.0.1:{connector}/health",
                    restart=False,
                ),
                *(_worker(ends, number, base) for number in range(order.workers)),
            ]
        )
        yield base, [psutil.Process(pid) for pid in crew.pids().values()]
    finally:
        crew.stop()


def _cpu(ends: Endpoints, workers: Sequence[psutil.Process]) -> dict[str, float]:
    found = {"workers": meter.cpu_s(list(workers[2:])), "platform": meter.cpu_s(list(workers[:2]))}
    if (pid := ends.postgres.pid()) is not None:
        found["postgres"] = meter.cpu_s([psutil.Process(pid)])
    return found


def _wait_decided(ends: Endpoints) -> None:
    stop = time.monotonic() + LEFT_S_MAX
    with connected(ends, ends.database) as connection:
        while time.monotonic() < stop:
            row = connection.execute(_OPEN).fetchone()
            if row is not None and not row[0]:
                return
            time.sleep(LOOK_EVERY_S)


def _calls(folder: Path) -> list[tuple[float, float]]:
    lines = [line.split() for log in folder.glob("calls-*.log") for line in log.read_text().splitlines()]
    return [(float(begun), float(ended)) for begun, ended, _ in lines]


def measure(ends: Endpoints, folder: Path, order: Order, *, tell: Tell) -> dict[str, Any]:
    """Let the crowd speak to the fleet, and what came of it."""
    seeding = program(
        ends, "chimera.bench.replies_ground", "agents", "--count", str(order.agents), role="chimera_operator"
    )
    said(seeding, what="Making agents", timeout_s=SEEDED_S_MAX)
    with connected(ends, ends.database) as connection:
        handles = [row[0] for row in connection.execute("SELECT handle FROM publishing_account ORDER BY id")]
        connection.execute("ANALYZE")
    spread = [handles[at] for start in range(125) for at in range(start, len(handles), 125)]
    (folder / "handles.json").write_text(json.dumps(spread), encoding="utf-8")
    tell(f"{len(handles)} agents listen; {order.per_s:g} mentions a second for {order.warm_s + order.seconds:.0f} s")
    with _running(ends, folder, order) as (base, processes):
        watch = Watch(ends)
        watch.start()
        words = ["--folder", str(folder), "--base-url", base["PLAZA_URL"], "--per-s", str(order.per_s)]
        speaking = program(
            ends, "chimera.bench.replies_ground", "crowd", *words, "--seconds", str(order.warm_s + order.seconds)
        )
        begun = time.time()
        time.sleep(order.warm_s)
        before, since = _cpu(ends, processes), time.time()
        spoke = said(speaking, what="The crowd", timeout_s=order.warm_s + order.seconds + LEFT_S_MAX)
        until, after = time.time(), _cpu(ends, processes)
        _wait_decided(ends)
        connections = watch.end()
    found, calls = judged(ways(ends), since=since, until=until), _calls(folder)
    return {
        **found,
        "in_flight_max": most_at_once(calls),
        "in_flight_mean": round(mean_at_once(calls, since=since, until=until), 1),
        "connections_max": connections,
        "cores": {name: round((after[name] - before[name]) / (until - since), 2) for name in after},
        "crowd": spoke | {"seconds": round(until - begun, 1)},
    }


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """Run it on servers of its own; the report is also written into the data folder."""
    load = round(os.getloadavg()[0], 2)
    with prepared() as ground, ground.database() as ends:
        folder = ends.home.root / "replies"
        folder.mkdir()
        tell("servers are up; now the agents")
        found = measure(ends, folder, order, tell=tell)
    report = {
        **found,
        "p95_s_max": P95_S_MAX,
        "overhead_p95_s_max": OVERHEAD_P95_S_MAX,
        "agents": order.agents,
        "per_s": order.per_s,
        "seconds": order.seconds,
        "workers": order.workers,
        "call": {"median_s": MEDIAN_S, "sigma": SIGMA, "of_a_mention": CALLS},
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load_before": load,
            "load_after": round(os.getloadavg()[0], 2),
        },
    }
    path = kept(report, name=REPORT)
    tell(f"written to {path}")
    return report
