"""`bench stop`: the fleet is stopped and resumed again and again under load, and every call outside is noted.

Real workers, connector and simulator, servers of the bench's own. A call that arrives between the return of a stop and
the beginning of its resumption must have been listed as under way by that stop; any other breaks the promise.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chimera.bench import arrivals
from chimera.bench.engine import kept
from chimera.bench.fleet import QUIET
from chimera.bench.ground import NotMeasured, connected, prepared, program, said, variables
from chimera.bench.latency import percentile
from chimera.embedded.entry import CHECKOUT, environment
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.processes import free_port
from chimera.embedded.supervisor import Program, Supervisor

STOPS = 100
QUICK_STOPS = 5
WORKERS = 2
P99_MS_MAX = 1_000
QUEUES = "reply,think,publish"
STOP_TAKES_S_MAX = 30.0
WARM_CALLS = 30
WARM_S_MAX = 180.0
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One arrival. `name` is the idempotency key of a post or the subject of a task."""

    at: float
    kind: str
    name: str


def read(log: Path) -> list[Call]:
    """The arrivals of a run, in order."""
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        at, kind, name = line.split(" ")
        found.append(Call(at=float(at), kind=kind, name=name))
    return found


def judged(stops: Sequence[Mapping[str, Any]], calls: Sequence[Call], subjects: Mapping[str, str]) -> dict[str, Any]:
    """The figures. `subjects`: which post an idempotency key belongs to.

    Only stops that came under load count: calls of both kinds arrived since the one before was lifted. NotMeasured when
    fewer than half did. A call after any stop counts, though.
    """
    loaded, after, listed_late = [], [], 0
    for number, one in enumerate(stops):
        listed = {*one["in_flight"], *one["may_still_land"]}
        for call in calls:
            if not one["returned"] < call.at < one["resuming"]:
                continue
            if subjects.get(call.name, call.name) in listed:
                listed_late += 1
            else:
                after.append({"stop": number, "kind": call.kind, "late_ms": (call.at - one["returned"]) * 1000})
        begun = stops[number - 1]["resuming"] if number else 0.0
        before = {call.kind for call in calls if begun < call.at < one["asked"]}
        if before == set(arrivals.TAKES_S):
            loaded.append(one)
    if not loaded or len(loaded) * 2 < len(stops):
        raise NotMeasured(
            f"Only {len(loaded)} of {len(stops)} stops came under load; a stop of nothing proves nothing."
        )
    took_ms = [(one["returned"] - one["asked"]) * 1000 for one in loaded]
    return {
        "stops": len(loaded),
        "stops_without_load": len(stops) - len(loaded),
        "p50_ms": round(percentile(took_ms, 0.5), 1),
        "p99_ms": round(percentile(took_ms, 0.99), 1),
        "worst_ms": round(max(took_ms), 1),
        "calls": {kind: sum(call.kind == kind for call in calls) for kind in arrivals.TAKES_S},
        "calls_after_stop": len(after),
        "after": after[:20],
        "listed_and_arrived_after": listed_late,
        "in_flight_listed": sum(len(one["in_flight"]) for one in stops),
        "grants_revoked": sum(one["revoked"] for one in stops),
        "load_of_the_machine": round(os.getloadavg()[0], 2),
    }


def _warm(log: Path) -> None:
    """Wait until calls of both kinds arrive steadily."""
    ends = time.monotonic() + WARM_S_MAX
    while time.monotonic() < ends:
        seen = read(log) if log.exists() else []
        if all(sum(call.kind == kind for call in seen) >= WARM_CALLS for kind in arrivals.TAKES_S):
            return
        time.sleep(0.5)
    raise NotMeasured(f"The workers had not made {WARM_CALLS} calls of each kind within {WARM_S_MAX:.0f} s.")


@contextmanager
def _running(ends: Endpoints, folder: Path) -> Iterator[None]:
    port, connector = free_port(), free_port()
    shared = {
        "PLAZA_URL": f"http://127.0.0.1:{port}",
        "PLAZA_CONNECTOR_URL": f"http://127.0.0.1:{connector}/mcp",
        "BENCH_THINK_URL": f"http://127.0.0.1:{port}{arrivals.THINK}",
        "SWITCHBOARD": "chimera.bench.asking",
    }
    base = variables(ends, "chimera_app") | shared
    crew = Supervisor(ends.home.logs)
    try:
        crew.start(
            [
                Program(
                    name="bench-platform",
                    argv=[sys.executable, "-m", "chimera.bench.arrivals", "--port", str(port), "--folder", str(folder)],
                    env=base,
                    ready_url=f"http://127.0.0.1:{port}/health",
                    restart=False,
                ),
                Program(
                    name="bench-connector",
                    argv=[sys.executable, "manage.py", "connector", "plaza", "--port", str(connector)],
                    env=base | environment(ends, "chimera_connector") | {"DATABASE_POOL_MAX": "4"},
                    ready_url=f"http://127.0.0.1:{connector}/health",
                    restart=False,
                ),
                *(_worker(ends, number, base) for number in range(WORKERS)),
                Program(name="bench-load", argv=[sys.executable, "-m", "chimera.bench.load"], env=base, restart=False),
            ]
        )
        yield
    finally:
        crew.stop()


def _worker(ends: Endpoints, number: int, base: Mapping[str, str]) -> Program:
    celery = [sys.executable, "-m", "celery", "--workdir", str(CHECKOUT), "-A", "celery_worker"]
    words = ["worker", "-n", f"stop{number}@%h", "-Q", QUEUES, "--pool", "threads", "--concurrency", "8", *QUIET]
    keys = environment(ends, "chimera_app", with_grant_key=True)
    mine = {"CHIMERA_QUEUES": f"{QUEUES},sweep" if number == 0 else QUEUES, "DATABASE_POOL_MAX": "16"}
    return Program(name=f"bench-stop-{number}", argv=[*celery, *words], env={**base, **keys, **mine}, restart=False)


def _subjects(ends: Endpoints) -> dict[str, str]:
    with connected(ends, ends.database) as connection:
        return {row[0]: row[1] for row in connection.execute("SELECT key, subject FROM governance_effect")}


def run(*, stops: int, tell: Tell) -> dict[str, Any]:
    """Stop so often, and what came of it; also written into the data folder."""
    with prepared() as ground, ground.database() as ends:
        folder = ends.home.root / "stop"
        folder.mkdir()
        tell("servers are up, the database is seeded")
        with _running(ends, folder):
            _warm(folder / "arrivals.log")
            tell(f"{stops} stops and resumes of the fleet under load")
            words = ["--stops", str(stops), "--works-s", "1.5"]
            stopper = program(ends, "chimera.bench.stopper", *words, role="chimera_operator")
            found = said(stopper, what="The stopper", timeout_s=60 + stops * STOP_TAKES_S_MAX)
        report = judged(found["stops"], read(folder / "arrivals.log"), _subjects(ends))
    path = kept(report, name="bench-stop.json")
    tell(f"written to {path}")
    return report
