"""Laying out plans, ending tasks, releasing what waits, opening again what a retry wants changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.goals.wish import Wish
from agents.tasks import graph, selectors
from agents.tasks.bounds import Refused, refused
from agents.tasks.graph import Step
from agents.tasks.models import Artifact, Task
from agents.tasks.states import TaskStatus
from agents.tasks.taking import Taken
from chimera.core import taint, wake
from chimera.core.clock import Now
from governance import transitions
from governance.leases import services as leases
from governance.reviews import services as reviews
from publishing.media.making import services as makings
from publishing.posts import scheduling

WRITES = {"draft": ("draft", "wording")}  # findings about the words are about whichever step wrote them
ENDED = (TaskStatus.DONE, TaskStatus.REJECTED, TaskStatus.EXPIRED, TaskStatus.CANCELLED)


def begin(*, goal: Goal, scopes: Sequence[str]) -> Task:
    """The planning task of a goal: what the goal starts with."""
    task = Task.objects.create(
        brand_id=goal.brand_id,
        goal=goal,
        agent_id=goal.agent_id,
        soul_id=goal.soul_id,
        campaign_id=goal.campaign_id,
        campaign_version=goal.campaign_version,
        policy_version=goal.policy_version,
        keeps_versions=goal.keeps_versions,
        kind="plan",
        outward=False,
        status=TaskStatus.READY,
        queue="think",
        scopes=list(scopes),
        due_at=Now(),
        deadline=goal.deadline,
    )
    wake.after_commit(queue="think")
    return task


def begin_all(*, brand_id: int, actor: str, wishes: Sequence[Wish]) -> list[int]:
    """Goals from wishes, each with its planning task, in one statement; causes that are known are left out.

    Returns the ids of the new goals. A transaction of its own, unless the caller is in one of this brand. Raises
    TaintedSink for a wish, a deadline or a scope from outside.
    """
    taint.refuse(list(wishes), sink="A goal")
    rows = [
        {
            "agent": wish.agent_id,
            "soul": wish.soul_id,
            "trend": wish.trend_id,
            "cause": wish.cause,
            "batch": wish.batch,
            "wish": wish.wish,
            "relevance": wish.relevance_bp,
            "similarity": wish.similarity_bp,
            "deadline": wish.deadline.isoformat(),
            "scopes": list(wish.scopes),
            "campaign": wish.campaign_id,
            "campaign_version": wish.campaign_version,
            "queue": wish.queue,
            "reason": wish.reason,
        }
        for wish in wishes
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT agents_goal_begin(%s, %s, %s)", [brand_id, actor, json.dumps(rows)])
        made: list[int] = cursor.fetchone()[0]
    if made:
        for queue in sorted({wish.queue for wish in wishes}):
            wake.after_commit(queue=queue)
    return made


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A validated plan for the goal of one planning task."""

    planning: Taken | Task
    steps: Sequence[Step]
    estimate_usd_micros: int


class Laid(NamedTuple):
    """What laying out needs of a kind; `lasts_s` is how long a task of it usually takes."""

    outward: bool
    queue: str
    lasts_s: int = 0


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """The queues on which tasks became due, and the plans of which nothing was made."""

    queues: Sequence[str]
    refused: Sequence[Refused]


def lay_out(*, plans: Sequence[Layout], kinds: Mapping[str, Laid]) -> LaidOut:
    """Make plans of one brand, their tasks and dependencies, in one statement, inside the brand's transaction.

    Each is held against the time and the money that are left now: of one that may not begin nothing is made.
    """
    said = _asked("agents_plan_lay_out", plans, kinds)
    return LaidOut(queues=said["queues"], refused=[refused(row) for row in said["refused"]])


def refusals(*, plans: Sequence[Layout], kinds: Mapping[str, Laid]) -> list[Refused]:
    """Which of these plans of one brand could not begin now, and why; nothing is made. As `lay_out` asks it."""
    return [refused(row) for row in _asked("agents_plan_refused", plans, kinds) or ()]


def _asked(function: str, plans: Sequence[Layout], kinds: Mapping[str, Laid]) -> Any:
    rows = [_row(one, kinds) for one in plans]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [plans[0].planning.brand_id, json.dumps(rows)])
        said = cursor.fetchone()[0]
    return json.loads(said) if isinstance(said, str) else said


def _row(one: Layout, kinds: Mapping[str, Laid]) -> dict[str, Any]:
    finishes = graph.finishes(steps=one.steps, lasts={name: kind.lasts_s for name, kind in kinds.items()})
    return {
        "goal": one.planning.goal_id,
        "agent": one.planning.agent_id,
        "soul": one.planning.soul_id,
        "scopes": list(one.planning.scopes),
        "planning": one.planning.id,
        "estimate": one.estimate_usd_micros,
        "lasts": max(finishes.values()),
        "steps": [
            {
                **step.as_json(),
                "outward": kinds[step.kind].outward,
                "queue": kinds[step.kind].queue,
                "lasts": finishes[step.key],
            }
            for step in one.steps
        ],
    }


def give_up_unplanned(*, plans: Sequence[Refused]) -> None:
    """End goals whose plan may not begin, each with why; in the transaction that ends their planning."""
    why = {one.goal_id: one.sentence for one in plans}
    for goal in Goal.objects.select_for_update().filter(pk__in=why, status=GoalStatus.PROPOSED).order_by("pk"):
        transitions.move(row=goal, to=GoalStatus.FAILED, note=why[goal.pk])


def take_over(*, task: Task, former_id: int, inputs_key: str) -> None:
    """End a READY task with a copy of a former result: no attempt, no call, no cost. The database compares the two."""
    former = Artifact.objects.get(pk=former_id)
    transitions.move(row=task, to=TaskStatus.DONE, **leases.free(ended_at=Now(), note=""))
    Artifact.objects.create(
        brand_id=task.brand_id,
        task=task,
        fence=task.fence,
        payload=former.payload,
        content_hash=former.content_hash,
        confidence_bp=former.confidence_bp,
        inputs={inputs_key: former.pk},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT agents_task_release(%s, %s)", [task.brand_id, [task.pk]])
        queues: list[str] | None = cursor.fetchone()[0]
    for queue in queues or ():
        wake.after_commit(queue=queue)


def reopen(*, outward: Task, about: str, feedback: Mapping[str, Any]) -> bool:
    """Open the upstream task of kind `about` again with a finding, and block what hangs on it.

    `outward` is JUDGING or HELD and waits again afterwards. False when its plan has no such finished task: nothing
    was changed then.
    """
    target = next(
        (
            node
            for node in selectors.ancestors(task=outward)
            if node.kind in WRITES.get(about, (about,)) and node.status == TaskStatus.DONE
        ),
        None,
    )
    if target is None:
        return False
    below = selectors.descendants(task=target)
    opened = {target.pk, *(node.pk for node in below)}
    for node in below:
        if node.status == TaskStatus.DONE and node.outward:
            continue  # what is out is out
        unmet = _unmet(node, opened)
        if node.status == TaskStatus.BLOCKED:
            Task.objects.filter(pk=node.pk).update(unmet=unmet)
        elif node.status == TaskStatus.DONE or node.pk == outward.pk:
            row = outward if node.pk == outward.pk else node
            transitions.move(row=row, to=TaskStatus.BLOCKED, unmet=unmet, attempts=0, **leases.free(ended_at=None))
    transitions.move(
        row=target,
        to=TaskStatus.READY,
        attempts=0,
        feedback=[*target.feedback, dict(feedback)],
        **leases.due(ended_at=None),
    )
    wake.after_commit(queue=target.queue)
    return True


def _unmet(node: Task, opened: set[int]) -> int:
    before = selectors.predecessors(task=node)
    undone = set(Task.objects.filter(pk__in=before).exclude(status=TaskStatus.DONE).values_list("pk", flat=True))
    return len({pk for pk in before if pk in opened or pk in undone})


def close_goal(*, brand_id: int, goal_id: int) -> None:
    """End the goal when every outward task of its plan has ended: DONE if any of them went out, else FAILED."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT agents_goal_close(%s, %s)", [brand_id, [goal_id]])


def cancel(*, goal_id: int, note: str) -> int:
    """Cancel a goal, its open tasks, their cards and their posts that were not sent. What is out stays out.

    Returns how many tasks. A worker that is on one of them finds itself fenced when it finishes.
    """
    return end(goal_id=goal_id, note=note)[0]


def end(*, goal_id: int, note: str, unless_ended: bool = False) -> tuple[int, bool]:
    """As `cancel`; says also whether the goal was open until now, so that one of several callers knows it was them.

    `unless_ended`: the posts of a goal that has ended by itself meanwhile go out.
    """
    cancelled = _cancel_open(goal_id, note)
    goal = Goal.objects.select_for_update().get(pk=goal_id)
    was_open = goal.status in (GoalStatus.PROPOSED, GoalStatus.ACTIVE)
    if was_open:
        transitions.move(row=goal, to=GoalStatus.CANCELLED)
    # Looked at again: while the planning task was waited for, its plan may have been laid out. No other will be now.
    cancelled += _cancel_open(goal_id, note)
    if was_open or not unless_ended:
        outward = Task.objects.filter(goal_id=goal_id, outward=True)
        scheduling.cancel(tasks=[row.subject for row in outward], note=note)
    return cancelled, was_open


def cancel_from(*, task: Task, note: str) -> list[Task]:
    """Cancel one task and what hangs on it, their cards and posts that were not sent. Returns what was cancelled.

    A goal of which nothing outward can be reached any more is cancelled with it. A worker that is on one of them finds
    itself fenced when it finishes. What is done stays done, and what is out stays out.
    """
    rows = selectors.branch(task=task)
    goal = Goal.objects.select_for_update().get(pk=task.goal_id)  # tasks first, as whoever cancels a goal does
    opened = [row for row in rows if row.status not in ENDED]
    _cancel_rows(opened, note)
    scheduling.cancel(tasks=[row.subject for row in rows if row.outward], note=note)
    outward = Task.objects.filter(goal=goal, outward=True)
    if goal.status == GoalStatus.ACTIVE and not outward.exclude(status__in=ENDED).exists():
        if outward.filter(status=TaskStatus.DONE).exists():
            close_goal(brand_id=goal.brand_id, goal_id=goal.pk)
        else:
            end(goal_id=goal.pk, note=note)
    return opened


def _cancel_open(goal_id: int, note: str) -> int:
    rows = Task.objects.select_for_update().filter(goal_id=goal_id).exclude(status__in=ENDED).order_by("pk")
    return _cancel_rows(rows, note)


def _cancel_rows(rows: Iterable[Task], note: str) -> int:
    cancelled = []
    for row in rows:
        transitions.move(row=row, to=TaskStatus.CANCELLED, **leases.free(ended_at=Now(), note=note))
        reviews.withdraw(about=row.subject, reason=note)
        cancelled.append(row.subject)
    if cancelled:
        makings.cancel(abouts=cancelled, note=note)
    return len(cancelled)
