"""How long it takes, at the 95th percentile of the newest rows of the window. Requirements: OPS-6.

Of at most SAMPLE rows: a percentile of two hundred is steady enough to act on, and costs the same with a million tasks.
"""

from django.db import connection

from agents.board.figures import Behind, Figure, lasting, listed
from agents.board.window import Window

SAMPLE = 200
CLAIMS_LOOKED_AT = 5_000  # the newest; the first claims of planning tasks are among them
POSTS_LOOKED_AT = 500  # the newest; most are about a trend
START = (
    f"Seconds from the making of a goal's planning task, which is due at once, to its first claim by a worker: 95th "
    f"percentile of the newest {SAMPLE} claimed in the window, among the last {CLAIMS_LOOKED_AT:,} claims. "
    "Unit: seconds."
)
TO_POST = (
    f"Seconds from when a trend was first seen to when the post about it went out, a human's time in it included: 95th "
    f"percentile of the newest {SAMPLE} such posts of the window, among its last {POSTS_LOOKED_AT}. Unit: seconds."
)
_SQL = "SELECT kind, id, seconds FROM agents_board_took(%s, %s, %s, %s, %s)"  # sql/took.sql


def p95(values: list[float]) -> float | None:
    """The value that 95 of 100 do not exceed (nearest rank); None of nothing."""
    return sorted(values)[-(-95 * len(values) // 100) - 1] if values else None


def figures(*, window: Window) -> list[Figure]:
    """From queue to start, from trend to post. One query."""
    took: dict[str, dict[int, float]] = {"start": {}, "post": {}}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [window.since, window.until, SAMPLE, CLAIMS_LOOKED_AT, POSTS_LOOKED_AT])
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
