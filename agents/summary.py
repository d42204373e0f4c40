"""What the fleet has done so far, in numbers from the tables: for the demo's progress and its last line.

Requirements: MET-1, OPS-1.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Sum

from agents.archive.models import ArchivedGoal, ArchivedTask
from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from governance.budgets.models import Hold
from governance.reviews import selectors as reviews
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.trends import selectors as trends


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Counts of one brand. `first_post_at` is None while nothing was published, `published_on` is by platform."""

    trends: int
    goals: int
    tasks_done: int
    published: int
    in_review: int
    rejected: int
    cost_usd_micros: int
    working: int  # rows that a worker still has to move
    first_post_at: datetime | None
    published_on: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def count(*, since: datetime | None = None) -> Numbers:
    """The numbers of the brand of the running context, archived work included; the first post counts from `since`."""
    # What still moves is counted first, upstream before downstream: at zero, all that follows is of one state.
    moving = Goal.objects.filter(status=GoalStatus.PROPOSED).count()
    # A blocked task moves when something above it does, so it is not work by itself: below a held one it waits.
    moving += Task.objects.filter(status__in=[TaskStatus.READY, TaskStatus.JUDGING, TaskStatus.ACCEPTED]).count()
    moving += Post.objects.filter(status=PostStatus.SCHEDULED).count()
    posts = Post.objects.filter(status=PostStatus.PUBLISHED)
    fresh = posts.filter(published_at__gte=since) if since else posts
    cost = Hold.objects.aggregate(total=Sum("settled_usd_micros"))["total"] or 0
    cost += ArchivedGoal.objects.aggregate(total=Sum("spent_usd_micros"))["total"] or 0
    ended = {status: ArchivedTask.objects.filter(ended_as=status).count() for status in ("DONE", "REJECTED")}
    return Numbers(
        trends=trends.live().count(),
        goals=Goal.objects.count() + ArchivedGoal.objects.count(),
        tasks_done=Task.objects.filter(status=TaskStatus.DONE).count() + ended["DONE"],
        published=posts.count(),
        in_review=reviews.pending().count(),
        rejected=Task.objects.filter(status=TaskStatus.REJECTED).count()
        + ended["REJECTED"]
        + Post.objects.filter(status=PostStatus.FAILED).count(),
        cost_usd_micros=int(cost),
        working=moving,
        published_on=dict(posts.order_by().values_list("account__platform").annotate(count=Count("id"))),
        first_post_at=fresh.aggregate(first=Min("published_at"))["first"],
    )
