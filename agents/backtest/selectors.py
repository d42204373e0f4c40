"""Reading the past in pieces: verdicts, what humans decided about them, what they cost. At the desk or in a brand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from agents.backtest.changes import Stored, finding_of
from agents.decisions.models import Decision
from agents.tasks.models import Task, Verdict
from governance.budgets.models import Hold
from governance.governor import Ruling
from governance.routing import Route
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

CHUNK = 200


@dataclass(frozen=True, kw_only=True)
class Past:
    """A stored verdict with what followed. `answer` is what a human decided about this content, "" if nobody did.

    `counts` for the costs: only the newest verdict of a task does. Micros of a dollar: `making` is what one making of
    the content cost, `posting` what its post did.
    """

    stored: Stored
    answer: str
    is_out: bool
    platform: str
    spent_usd_micros: int
    making_usd_micros: int
    posting_usd_micros: int


def count(*, since: datetime) -> int:
    """How many verdicts there are since then."""
    return _verdicts(since).count()


def pieces(*, since: datetime) -> Iterator[list[Past]]:
    """The verdicts since then, oldest first, a few hundred at a time."""
    last = 0
    while rows := list(_verdicts(since).filter(id__gt=last).order_by("id").select_related("task")[:CHUNK]):
        last = rows[-1].pk
        yield _with_what_followed(rows)


def _verdicts(since: datetime) -> QuerySet[Verdict]:
    return Verdict.objects.filter(made_at__gte=since)


def _with_what_followed(rows: Sequence[Verdict]) -> list[Past]:
    tasks = {row.task_id for row in rows}
    answers = {
        (task, content_hash): answer
        for task, content_hash, answer in Decision.objects.filter(task_id__in=tasks)
        .order_by("id")
        .values_list("task_id", "content_hash", "answer")
    }
    newest = {
        found["task_id"]: (found["newest"], found["makings"])
        for found in Verdict.objects.filter(task_id__in=tasks)
        .values("task_id")
        .annotate(newest=Max("id"), makings=Count("id"))
    }
    posts = {post.task: post for post in Post.objects.filter(task__in=[f"{Task.SUBJECT}:{pk}" for pk in tasks])}
    making, posting = _costs(rows, list(posts.values()))
    past = []
    for row in rows:
        post = posts.get(f"{Task.SUBJECT}:{row.task_id}")
        made, posted = making.get(row.task.goal_id, 0), posting.get(post.subject, 0) if post else 0
        newest_id, makings = newest[row.task_id]
        past.append(
            Past(
                stored=_stored(row),
                answer=answers.get((row.task_id, row.content_hash), ""),
                is_out=post is not None
                and post.status in (PostStatus.PUBLISHED, PostStatus.REVERTED)  # it went out, whatever came after
                and post.content_hash == row.content_hash,
                platform=str(row.snapshot["payload"].get("platform", "")),
                spent_usd_micros=made + posted if row.pk == newest_id else 0,
                making_usd_micros=made // makings,
                posting_usd_micros=posted,
            )
        )
    return past


def _stored(row: Verdict) -> Stored:
    return Stored(
        id=row.pk,
        task_id=row.task_id,
        kind=row.task.kind,
        content_hash=row.content_hash,
        snapshot=row.snapshot,
        findings=tuple(finding_of(finding) for finding in row.findings),
        composite_bp=row.composite_bp,
        ruling=Ruling(row.ruling),
        route=Route(row.route),
    )


def _costs(rows: Sequence[Verdict], posts: Sequence[Post]) -> tuple[dict[int, int], dict[str, int]]:
    """What was settled: for the tasks of each goal, and for each post by its name."""
    goals = {row.task.goal_id for row in rows}
    goal_of = {
        f"{Task.SUBJECT}:{pk}": goal for pk, goal in Task.objects.filter(goal_id__in=goals).values_list("id", "goal_id")
    }
    making: dict[int, int] = {}
    posting: dict[str, int] = {}
    abouts = [*goal_of, *(post.subject for post in posts)]
    for about, settled in Hold.objects.filter(about__in=abouts).values_list("about", "settled_usd_micros"):
        if about in goal_of:
            making[goal_of[about]] = making.get(goal_of[about], 0) + (settled or 0)
        else:
            posting[about] = posting.get(about, 0) + (settled or 0)
    return making, posting
