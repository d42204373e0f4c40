"""From queue to start: how long a committed goal waits until a worker has claimed its first task."""

import math
from collections.abc import Sequence
from typing import Any

from chimera.bench import own
from chimera.bench.fleet import working
from chimera.bench.ground import Ground, NotMeasured, connected
from chimera.embedded.lifecycle import Endpoints

IDLE_SAMPLES = 200
LOAD = 0.8
LOAD_S = 20.0
LOAD_PIPELINES_MAX = 20_000
_FIRST_CLAIMS = """
SELECT t.goal_id, extract(epoch FROM min(a.claimed_at))::float8
  FROM agents_task t JOIN governance_attempt a ON a.brand_id = t.brand_id AND a.subject = 'agents.task:' || t.id
 WHERE t.goal_id = ANY (%s) AND t.kind = 'plan' GROUP BY 1
"""


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least this share of all does not exceed."""
    if not samples:
        raise NotMeasured("No sample was taken, so there is no percentile.")
    return sorted(samples)[max(0, math.ceil(len(samples) * share - 1e-9) - 1)]


def waits_ms(ends: Endpoints, put: Sequence[Sequence[float]]) -> list[float]:
    """For every goal that was put in: from just before its insert to the first claim, in milliseconds."""
    committed = {int(goal_id): moment for goal_id, moment in put}
    with connected(ends, ends.database) as connection:
        claimed: dict[int, float] = dict(connection.execute(_FIRST_CLAIMS, [list(committed)]).fetchall())
    if missing := committed.keys() - claimed.keys():
        raise NotMeasured(f"{len(missing)} of {len(committed)} goals were never claimed.")
    return [max(0.0, (claimed[goal_id] - moment) * 1000) for goal_id, moment in committed.items()]


def _told(samples: Sequence[float]) -> dict[str, Any]:
    return {
        "samples": len(samples),
        "p50_ms": round(percentile(samples, 0.5), 1),
        "p95_ms": round(percentile(samples, 0.95), 1),
        "max_ms": round(max(samples), 1),
    }


def measure(ground: Ground, *, layout: str, pipelines_per_s: float, idle_samples: int = IDLE_SAMPLES) -> dict[str, Any]:
    """Idle (each goal after the one before it is done) and at 80% of a measured rate."""
    rate = pipelines_per_s * LOAD
    count = max(20, min(LOAD_PIPELINES_MAX, round(rate * LOAD_S)))
    with ground.database() as ends, working(ends, layout=layout):
        own.warm(ends)
        idle = own.drive(ends, pipelines=idle_samples, more=("--one-at-a-time",))
        loaded = own.drive(ends, pipelines=count, more=("--every-s", f"{1 / rate:.6f}"))
        return {
            "idle": _told(waits_ms(ends, idle["put"])),
            "loaded": {"offered_per_s": round(rate, 2), **_told(waits_ms(ends, loaded["put"]))},
        }
