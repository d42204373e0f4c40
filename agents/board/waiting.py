"""What waits for a human or a worker: how much, and how long the oldest has. OPS-6, REV-9.

Depth: rows that are due and that nobody has taken, by queue; cards that wait, without blind samples, which keep nothing
waiting. Age: seconds since the oldest of them became due, of a card since it was made. Now.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from agents.board.figures import Behind, lasting, listed
from governance.reviews.models import ReviewKind
from governance.reviews.states import ReviewStatus

_SQL = """
SELECT w.kind, w.name, CASE w.kind WHEN 'review' THEN c.reviews ELSE c.samples END,
       CASE w.kind WHEN 'review' THEN c.review_since ELSE c.sample_since END
  FROM (VALUES ('review', 'reviews'), ('sample', 'samples')) AS w (kind, name)
 CROSS JOIN (SELECT count(*) FILTER (WHERE kind <> 'sample') AS reviews,
                    min(made_at) FILTER (WHERE kind <> 'sample') AS review_since,
                    count(*) FILTER (WHERE kind = 'sample') AS samples,
                    min(made_at) FILTER (WHERE kind = 'sample') AS sample_since
               FROM governance_reviewitem WHERE status = 'PENDING') c
UNION ALL
SELECT 'task', queue, count(*), min(due_at) FROM agents_task WHERE due_at <= %(now)s GROUP BY queue
UNION ALL
SELECT 'post', queue, count(*), min(due_at) FROM publishing_post WHERE due_at <= %(now)s GROUP BY queue
"""
ASKED = ",".join(kind for kind in ReviewKind.values if kind != ReviewKind.SAMPLE)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One queue. `oldest_s` is None when nothing waits in it."""

    name: str
    depth: int
    oldest_s: float | None
    behind: Behind
    oldest: str  # the list of what has waited longest

    @property
    def said(self) -> str:
        """How long the oldest has waited, in words."""
        return "nothing waits" if self.oldest_s is None else f"oldest {lasting(self.oldest_s)}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"queue": self.name, "depth": self.depth, "oldest_s": self.oldest_s}


def queues(*, now: datetime) -> list[Queue]:
    """Reviews and samples, then the queues of tasks in their order, then posts."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"now": now})
        found = {(kind, name): (int(count), oldest) for kind, name, count, oldest in cursor.fetchall() if count}
    every = [("review", "reviews"), ("sample", "samples"), *(("task", name) for name in settings.QUEUES)]
    shown = [key for key in [*every, ("post", "publish")] if key in found or key[0] == "review"]
    return [_queue(kind, name, *found.get((kind, name), (0, None)), now=now) for kind, name in shown]


def _queue(kind: str, name: str, depth: int, oldest: datetime | None, *, now: datetime) -> Queue:
    if kind in ("review", "sample"):
        page, what, column = "governance/reviewitem", name, "made_at"
        wanted = {
            "status": ReviewStatus.PENDING.value,
            "kind__in": ASKED if kind == "review" else ReviewKind.SAMPLE.value,
        }
        shown = wanted
    else:
        page, what, column = (
            ("agents/task", "tasks", "due_at") if kind == "task" else ("publishing/post", "posts", "due_at")
        )
        wanted = {"queue__exact": name}
        shown = {**wanted, "due_at__lte": now.isoformat()}
    return Queue(
        name=f"{what} ({name})" if kind in ("task", "post") else name,
        depth=depth,
        oldest_s=(now - oldest).total_seconds() if oldest else None,
        behind=Behind(count=depth, what=what, address=listed(page, **shown)),
        oldest=listed(page, **wanted, **({f"{column}__lte": oldest.isoformat()} if oldest else {})),
    )
