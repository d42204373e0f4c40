"""Gathering what a story is told from: the events, and the rows that say why. A constant number of queries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from agents.archive import selectors as archive
from agents.archive.models import ArchivedTask
from agents.personas.models import Agent
from agents.tasks.models import Artifact, Task, Verdict
from chimera.core.errors import Denied
from governance.budgets.models import Hold
from governance.effects.models import Effect
from governance.leases.models import Attempt
from governance.reviews.models import ReviewItem
from publishing.posts.models import Post

EVENTS_MAX = 1_000
ROWS_MAX = 500
ID_MAX = 2**63 - 1
Row = dict[str, Any]

_TASK = ("id", "kind", "status", "note", "feedback")
_VERDICT = ("fence", "findings", "composite_bp", "ruling", "reasons", "route")
_ARTIFACT = ("fence", "content_hash", "confidence_bp")
_ATTEMPT = ("subject", "fence", "stage", "owner", "claimed_at", "ended_at", "outcome")
_REVIEW = (
    "id",
    "about",
    "kind",
    "status",
    "why",
    "decided_by",
    "first_by",
    "decided_at",
    "reason_code",
    "reason",
    "answer",
)
_EFFECT = ("id", "kind", "status", "platform_class", "platform_id", "lookups", "reopened_by")
_STEP = ("id", "kind", "status")
_POST = ("id", "status", "approval", "note", "url", "platform_id", "content_hash", "account__platform")
_EVENTS = """
SELECT e.id, e.subject, e.actor, e.action, e.from_status, e.to_status, e.state_version, e.body, e.at, s.seq
  FROM governance_auditevent e LEFT JOIN governance_sealedevent s ON s.event_id = e.id
 WHERE e.brand_id = %(brand)s AND e.task_id = ANY (%(about)s)
 ORDER BY e.id LIMIT %(most)s
"""


class NoSuchTask(Denied):
    """No task has this name, among those at work and those that were put away."""


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A task with its events in order, and the rows that they are about. Rows are dictionaries by column.

    `is_whole` is False when there were more events than EVENTS_MAX; the first ones are here.
    """

    task: Row
    goal: Row
    handle: str
    is_archived: bool
    events: list[Row]
    is_whole: bool
    steps: list[Row]  # every task of the same goal: id, kind, status
    about: list[str]  # the names under which events are found: the task, its post
    post: Row | None
    verdicts: dict[int, Row] = field(default_factory=dict)  # by fencing number, as are the artifacts
    artifacts: dict[int, Row] = field(default_factory=dict)
    attempts: list[Row] = field(default_factory=list)
    holds: dict[int, Row] = field(default_factory=dict)  # by id, as are reviews and effects
    reviews: dict[int, Row] = field(default_factory=dict)
    effects: dict[int, Row] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The task's name in the record."""
        return f"{Task.SUBJECT}:{self.task['id']}"


def number(name: str) -> int:
    """The id in "42" or "agents.task:42". Raises NoSuchTask."""
    text = name.strip().removeprefix(f"{Task.SUBJECT}:")
    if not (text.isascii() and text.isdigit() and int(text) <= ID_MAX):
        raise NoSuchTask(f"{name[:60]!r} names no task; give its id, like 42 or {Task.SUBJECT}:42.")
    return int(text)


def gather(*, task_id: int) -> Gathered:
    """What there is about a task, at work or archived; at the desk over all brands. Raises NoSuchTask.

    Raises archive.Tampered when the archive does not hold what it says.
    """
    live = Task.objects.select_related("goal", "agent").filter(pk=task_id).first()
    if live is not None:
        return _of_live(live)
    listed = ArchivedTask.objects.select_related("goal").filter(pk=task_id).first()
    if listed is None:
        raise NoSuchTask(f"There is no task {task_id}, neither at work nor in the archive; the desk lists both.")
    return _of_archived(listed)


def _of_live(task: Task) -> Gathered:
    found = _recorded(task.brand_id, task.subject)
    own = {"brand_id": task.brand_id, "task_id": task.pk}
    attempts = Attempt.objects.filter(brand_id=task.brand_id, subject__in=found["about"]).order_by("id")
    holds = Hold.objects.filter(pk__in=_numbers(found["events"], Hold.SUBJECT)).values("id", "key")
    steps = Task.objects.filter(brand_id=task.brand_id, goal_id=task.goal_id).order_by("id")
    return Gathered(
        task={name: getattr(task, name) for name in _TASK},
        goal={"id": task.goal_id, "wish": task.goal.wish, "cause": task.goal.cause},
        handle=task.agent.handle,
        is_archived=False,
        steps=list(steps.values(*_STEP)),
        verdicts=_by("fence", Verdict.objects.filter(**own).values(*_VERDICT)[:ROWS_MAX]),
        artifacts=_by("fence", Artifact.objects.filter(**own).values(*_ARTIFACT)[:ROWS_MAX]),
        attempts=list(attempts.values(*_ATTEMPT)[:ROWS_MAX]),
        holds=_by("id", holds),
        **found,
    )


def _of_archived(listed: ArchivedTask) -> Gathered:
    whole = archive.story(archived=listed.goal)
    mine = whole.of_task(task_id=listed.pk)
    found = _recorded(listed.brand_id, f"{Task.SUBJECT}:{listed.pk}")
    (task,) = mine.tasks
    agent = Agent.objects.filter(pk=listed.goal.agent_id).first()
    return Gathered(
        task={name: task[name] for name in _TASK},
        goal={"id": listed.goal_id, "wish": listed.goal.wish, "cause": listed.goal.cause},
        handle=agent.handle if agent else "",
        is_archived=True,
        steps=[{name: row[name] for name in _STEP} for row in whole.tasks],
        verdicts=_by("fence", mine.verdicts),
        artifacts=_by("fence", mine.artifacts),
        attempts=[{**row, **_times(row)} for row in whole.attempts if row["subject"] in found["about"]],
        holds=_by("id", whole.holds),
        **found,
    )


def _recorded(brand_id: int, subject: str) -> dict[str, Any]:
    """What no archive moves: the events, and the post, reviews and effects that they are about."""
    post = Post.objects.filter(brand_id=brand_id, task=subject).values(*_POST).first()
    # The fee of a post is set aside for the post.
    about = [subject, *([f"{Post.SUBJECT}:{post['id']}"] if post else [])]
    events = _events(brand_id, about)
    reviews = ReviewItem.objects.filter(pk__in=_numbers(events, ReviewItem.SUBJECT)).values(*_REVIEW)
    effects = Effect.objects.filter(pk__in=_numbers(events, Effect.SUBJECT)).values(*_EFFECT)
    return {
        "about": about,
        "post": post,
        "events": events[:EVENTS_MAX],
        "is_whole": len(events) <= EVENTS_MAX,
        "reviews": _by("id", reviews),
        "effects": _by("id", effects),
    }


def _events(brand_id: int, about: list[str]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, {"brand": brand_id, "about": about, "most": EVENTS_MAX + 1})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _numbers(events: list[Row], prefix: str) -> list[int]:
    """The ids of the rows with this name that the events are about."""
    found = (event["subject"].rpartition(":") for event in events)
    return sorted({int(end) for name, _, end in found if name == prefix})


def _times(attempt: Row) -> Row:
    """The archive keeps times as text."""
    return {
        name: datetime.fromisoformat(attempt[name]) if attempt[name] else None for name in ("claimed_at", "ended_at")
    }


def _by(name: str, rows: Any) -> dict[int, Row]:
    return {row[name]: row for row in rows}
