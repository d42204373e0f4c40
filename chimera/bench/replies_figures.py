"""The figures of `bench replies`: what became of each mention, and how long it took without the calls too. ENG-2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chimera.bench.ground import NotMeasured, connected
from chimera.bench.latency import percentile
from chimera.embedded.lifecycle import Endpoints

CALLS = 3  # of a mention: read, write, judge

# What became of each mention, with its times in seconds since 1970: said, heard, looked at, and each stage's claim; the
# decision is the verdict that let the reply out, held it or refused it. `calls_ms`: what the calls took by themselves.
_TIMES = """
SELECT extract(epoch FROM m.said_at)::float8, extract(epoch FROM m.heard_at)::float8,
       extract(epoch FROM m.taken_at)::float8, extract(epoch FROM v.made_at)::float8, v.route, c.calls, c.calls_ms,
       extract(epoch FROM a.plan)::float8, extract(epoch FROM a.wording)::float8, extract(epoch FROM a.reply)::float8,
       extract(epoch FROM a.judge)::float8, m.status
  FROM publishing_mention m
  LEFT JOIN agents_goal g ON g.brand_id = m.brand_id AND g.cause LIKE 'mention:' || m.id || ':agent:%'
  LEFT JOIN LATERAL (
    SELECT v.made_at, v.route FROM agents_verdict v JOIN agents_task t ON t.brand_id = v.brand_id AND t.id = v.task_id
     WHERE t.brand_id = g.brand_id AND t.goal_id = g.id AND v.route <> 'RETRY' ORDER BY v.id LIMIT 1) v ON true
  LEFT JOIN LATERAL (
    SELECT count(*) AS calls, coalesce(sum(r.latency_ms), 0)::float8 AS calls_ms FROM core_callrecord r
     WHERE r.brand_id = g.brand_id
       AND r.subject IN (SELECT 'agents.task:' || t.id FROM agents_task t WHERE t.goal_id = g.id)) c ON true
  LEFT JOIN LATERAL (
    SELECT min(p.claimed_at) FILTER (WHERE t.kind = 'plan') AS plan,
           min(p.claimed_at) FILTER (WHERE t.kind = 'wording') AS wording,
           min(p.claimed_at) FILTER (WHERE t.kind = 'reply' AND p.stage = 'work') AS reply,
           min(p.claimed_at) FILTER (WHERE t.kind = 'reply' AND p.stage = 'judge') AS judge
      FROM agents_task t JOIN governance_attempt p ON p.brand_id = t.brand_id AND p.subject = 'agents.task:' || t.id
     WHERE t.goal_id = g.id) a ON true
 ORDER BY m.said_at
"""


@dataclass(frozen=True, kw_only=True)
class Way:
    """What became of one mention. Times in seconds since 1970, None for what did not happen."""

    said: float
    heard: float | None
    taken: float | None
    decided: float | None
    route: str
    calls: int
    calls_s: float
    stages: Mapping[str, float | None] = field(default_factory=dict)
    status: str = "TAKEN"

    @property
    def total_s(self) -> float:
        """From arrival on the platform to the decision."""
        assert self.decided is not None
        return self.decided - self.said

    @property
    def overhead_s(self) -> float:
        """The same without what the calls took by themselves."""
        return self.total_s - self.calls_s


def ways(ends: Endpoints) -> list[Way]:
    """Every mention, the first first."""
    found = []
    with connected(ends, ends.database) as connection:
        for row in connection.execute(_TIMES).fetchall():
            said_at, heard, taken, decided, route, calls, calls_ms, plan, wording, reply, judge, status = row
            stages = {"plan": plan, "wording": wording, "reply": reply, "judge": judge}
            found.append(
                Way(said=said_at, heard=heard, taken=taken, decided=decided, route=route or "", calls=calls,
                    calls_s=calls_ms / 1000, stages=stages, status=status)
            )  # fmt: skip
    return found


def most_at_once(calls: Sequence[tuple[float, float]]) -> int:
    """The most calls that were under way at any moment."""
    steps = sorted([(begun, 1) for begun, _ in calls] + [(ended, -1) for _, ended in calls])
    now = most = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most


def mean_at_once(calls: Sequence[tuple[float, float]], *, since: float, until: float) -> float:
    """How many calls were under way on average in a span."""
    return sum(max(0.0, min(ended, until) - max(begun, since)) for begun, ended in calls) / (until - since)


def judged(found: Sequence[Way], *, since: float, until: float) -> dict[str, Any]:
    """The figures of the mentions of a span. NotMeasured when one of them was not decided or lacks a call.

    A mention that was left alone by the rules before any model is not one of them.
    """
    span = [way for way in found if since <= way.said < until]
    wanted = [way for way in span if way.status != "SKIPPED"]
    if not wanted:
        raise NotMeasured("Nobody said anything in the time that counts.")
    undecided = [way for way in wanted if way.decided is None]
    if undecided:
        raise NotMeasured(f"{len(undecided)} of {len(wanted)} mentions were not decided in time.")
    if few := sum(way.calls < CALLS for way in wanted):
        raise NotMeasured(f"{few} of {len(wanted)} mentions had fewer than {CALLS} calls.")
    total, over = [way.total_s for way in wanted], [way.overhead_s for way in wanted]
    routes = sorted({way.route for way in wanted})
    return {
        "p50_s": round(percentile(total, 0.5), 3),
        "p95_s": round(percentile(total, 0.95), 3),
        "p99_s": round(percentile(total, 0.99), 3),
        "overhead_p50_s": round(percentile(over, 0.5), 3),
        "overhead_p95_s": round(percentile(over, 0.95), 3),
        "calls_p95_s": round(percentile([way.calls_s for way in wanted], 0.95), 3),
        "mentions": len(wanted),
        "decided_per_s": round(sum(since <= (way.decided or 0) < until for way in found) / (until - since), 1),
        "left_alone": len(span) - len(wanted),
        "routes": {route: sum(way.route == route for way in wanted) for route in routes},
        "asked_again": sum(way.calls > CALLS for way in wanted),
        "waits": _waits(wanted),
    }


def _waits(wanted: Sequence[Way]) -> dict[str, dict[str, float]]:
    """Where the overhead is: on the way into the inbox, until it was looked at, and until each stage was claimed."""
    steps: dict[str, list[float]] = {"heard": [], "taken": [], "plan": []}
    for way in wanted:
        if way.heard and way.taken and way.stages.get("plan"):
            steps["heard"].append(way.heard - way.said)
            steps["taken"].append(way.taken - way.heard)
            steps["plan"].append((way.stages["plan"] or 0.0) - way.taken)
    return {
        name: {"p50_s": round(percentile(found, 0.5), 3), "p95_s": round(percentile(found, 0.95), 3)}
        for name, found in steps.items()
        if found
    }
