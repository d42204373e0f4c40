"""How long it takes, at the 95th percentile of the newest rows of the window. Requirements: OPS-6.

Of at most SAMPLE rows: a percentile of two hundred is steady enough to act on, and costs the same with a million tasks.
"""

from typing import Any

from django.db import connection

from agents.board.figures import Behind, Figure, lasting, listed
from agents.board.window import Window

SAMPLE = 200
CLAIMS_LOOKED_AT = 5_000  # the newest; the first claims of planning tasks are among them
START = (
    f"Seconds from the making of a goal's planning task, which is due at once, to its first claim by a worker: 95th "
    f"percentile of the newest {SAMPLE} claimed in the window, among the last {CLAIMS_LOOKED_AT:,} claims. "
    "Unit: seconds."
)
TO_POST = (
    f"Seconds from when a trend was first seen to when the post about it went out, a human's time in it included: 95th "
    f"percentile of the newest {SAMPLE} such posts of the window. Unit: seconds."
)
_SQL = """
(SELECT 'start', t.id, extract(epoch FROM c.claimed_at - t.made_at)::float8
   FROM (SELECT n.brand_id, n.subject, n.claimed_at
           FROM (SELECT * FROM governance_attempt ORDER BY id DESC LIMIT %(looked)s) n
          WHERE n.stage = 'plan' AND n.fence = 1 AND n.claimed_at >= %(since)s AND n.claimed_at < %(until)s
          ORDER BY n.id DESC LIMIT %(sample)s) c
   JOIN agents_task t
     ON t.brand_id = c.brand_id AND t.id = substring(c.subject FROM '^agents\\.task:([0-9]{1,18})$')::bigint)
UNION ALL
(SELECT 'post', p.id, extract(epoch FROM p.published_at - r.first_seen)::float8
   FROM core_brand b
   JOIN publishing_post p ON p.brand_id = b.id AND p.published_at >= %(since)s AND p.published_at < %(until)s
   JOIN agents_task t
     ON t.brand_id = p.brand_id AND t.id = substring(p.task FROM '^agents\\.task:([0-9]{1,18})$')::bigint
   JOIN agents_goal g ON g.brand_id = t.brand_id AND g.id = t.goal_id
   JOIN publishing_trend r ON r.brand_id = g.brand_id AND r.id = g.trend_id
  WHERE p.status = 'PUBLISHED' ORDER BY p.published_at DESC LIMIT %(sample)s)
"""


def p95(values: list[float]) -> float | None:
    """The value that 95 of 100 do not exceed (nearest rank); None of nothing."""
    return sorted(values)[-(-95 * len(values) // 100) - 1] if values else None


def figures(*, window: Window) -> list[Figure]:
    """From queue to start, from trend to post. One query."""
    values: dict[str, Any] = {
        "since": window.since,
        "until": window.until,
        "sample": SAMPLE,
        "looked": CLAIMS_LOOKED_AT,
    }
    took: dict[str, dict[int, float]] = {"start": {}, "post": {}}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        for kind, pk, seconds in cursor.fetchall():
            took[kind][pk] = max(0.0, seconds)
    return [
        _figure("queue_to_start_p95", "Queue to start, p95", START, took["start"], "tasks", "agents/task"),
        _figure("trend_to_post_p95", "Trend to post, p95", TO_POST, took["post"], "posts", "publishing/post"),
    ]


def _figure(name: str, title: str, formula: str, took: dict[int, float], what: str, page: str) -> Figure:
    value = p95(list(took.values()))
    ids = ",".join(str(pk) for pk in sorted(took)) or "0"
    return Figure(
        name=name,
        title=title,
        value=value,
        unit="s",
        said=lasting(value),
        formula=formula,
        behind=(Behind(count=len(took), what=what, address=listed(page, id__in=ids)),),
    )
