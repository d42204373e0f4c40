"""One run of Chimera: real workers on a database of their own, goals put in from outside, everything counted after."""

import time
from typing import Any

import psutil

from chimera.bench import tally
from chimera.bench.fleet import LAYOUTS, working
from chimera.bench.ground import NotMeasured, connected, program, said
from chimera.bench.meter import Meter
from chimera.embedded.lifecycle import Endpoints

DURABILITY = "every stage committed with flush: row, version, audit event, hold, verdict; claims fenced"
SHAPE = "plan, 3 x (work, judge, route, commit), goal closed"
WARM_UP = 40
STALLED_S = 120.0
LOOK_EVERY_S = 0.01
LOOK_COSTS_S = 2e-5  # longer pauses where a look counts more rows
DRIVER_WAIT_S = 3600.0


class Miscounted(NotMeasured):
    """The tables do not hold what the run must have left; there is no figure then."""


def wait_done(connection: tally.Superuser, *, since: int, goals: int) -> float:
    """Wait until so many goals beyond an id are done; returns the moment (seconds since 1970).

    All looks are one transaction (read committed: each sees what is new), so that they do not count as commits.
    """
    done, moved_at = -1, time.monotonic()
    with connection.transaction():
        while True:
            row = connection.execute(
                "SELECT count(*) FROM agents_goal WHERE id > %s AND status = 'DONE'", [since]
            ).fetchone()
            assert row is not None
            if int(row[0]) >= goals:
                return time.time()
            if int(row[0]) != done:
                done, moved_at = int(row[0]), time.monotonic()
            elif time.monotonic() - moved_at > STALLED_S:
                raise NotMeasured(f"Chimera stalled: {done} of {goals} goals done, none for {STALLED_S:.0f} s.")
            time.sleep(max(LOOK_EVERY_S, goals * LOOK_COSTS_S))


def drive(ends: Endpoints, *, pipelines: int, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """Put goals in and wait until they are done; adds `seconds`, from the first insert to the last goal's end."""
    with connected(ends, ends.database) as connection:
        row = connection.execute("SELECT coalesce(max(id), 0) FROM agents_goal").fetchone()
        assert row is not None
        driving = program(ends, "chimera.bench.driver", "--pipelines", str(pipelines), *more)
        try:
            ended = wait_done(connection, since=int(row[0]), goals=pipelines)
        except BaseException:
            driving.kill()
            driving.communicate()
            raise
        found = said(driving, what="The driver", timeout_s=DRIVER_WAIT_S)
    return {**found, "seconds": ended - found["begun"]}


def settled(connection: tally.Superuser, *, since: dict[str, int], pipelines: int) -> None:
    """Raise Miscounted unless the tables hold exactly what these pipelines must have left."""
    wrong = tally.wrong(tally.counted(connection, since=since), pipelines=pipelines)
    if wrong:
        raise Miscounted(f"The run of {pipelines} pipelines left a wrong count: {'; '.join(map(str, wrong))}.")


def warm(ends: Endpoints) -> None:
    """Run a few, so that processes, caches and plans are there, then let the planner see filled tables."""
    drive(ends, pipelines=WARM_UP)
    with connected(ends, ends.database) as connection:
        connection.execute("ANALYZE")


def measured(ends: Endpoints, *, workers: list[psutil.Process], pipelines: int) -> dict[str, Any]:
    """One timed run with its counts checked, on workers that are warm."""
    meter = Meter(ends, workers)
    with connected(ends, ends.database) as connection:
        since = tally.marks(connection)
        meter.start()
        found = drive(ends, pipelines=pipelines)
        where = meter.stop(pipelines=pipelines, driver_cpu_s=found["cpu_s"])
        settled(connection, since=since, pipelines=pipelines)
    return {
        "pipelines": pipelines,
        "pipelines_done": pipelines,
        "seconds": round(found["seconds"], 4),
        "pipelines_per_s": round(pipelines / found["seconds"], 2),
        "correct": True,
        "where": where,
    }


def row(ends: Endpoints, *, layout: str, pipelines: int) -> dict[str, Any]:
    """Chimera's line of one round."""
    with working(ends, layout=layout) as workers:
        warm(ends)
        found = measured(ends, workers=workers, pipelines=pipelines)
    named = {"system": "chimera", "layout": f"{SHAPE}; {LAYOUTS[layout].text}", "durability": DURABILITY}
    return {**named, **found}
