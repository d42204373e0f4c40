"""Laying out plans, ending tasks, releasing what waits, opening again what a retry wants changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F

from agents.goals.models import Goal, Plan
from agents.goals.states import GoalStatus
from agents.tasks import selectors
from agents.tasks.graph import Step
from agents.tasks.models import Artifact, Dependency, Task
from agents.tasks.states import TaskStatus
from chimera.core import canonical, wake
from chimera.core.clock import Now
from governance import transitions
from governance.leases import services as leases

ENDED = (TaskStatus.DONE, TaskStatus.REJECTED, TaskStatus.EXPIRED, TaskStatus.CANCELLED)


def begin(*, goal: Goal, scopes: Sequence[str]) -> Task:
    """The planning task of a goal: what the goal starts with."""
    task = Task.objects.create(
        brand_id=goal.brand_id,
        goal=goal,
        agent_id=goal.agent_id,
        soul_id=goal.soul_id,
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


def lay_out(
    *,
    planning: Task,
    steps: Sequence[Step],
    estimate_usd_micros: int,
    kinds: Mapping[str, tuple[bool, str]],
) -> list[Task]:
    """Make the plan, its tasks and their dependencies. `kinds` gives (outward, queue) by kind."""
    goal = planning.goal
    plan = Plan.objects.create(
        brand_id=goal.brand_id,
        goal=goal,
        steps=[step.as_json() for step in steps],
        estimate_usd_micros=estimate_usd_micros,
    )
    made: dict[str, Task] = {}
    for step in steps:
        outward, queue = kinds[step.kind]
        made[step.key] = Task(
            brand_id=goal.brand_id,
            goal=goal,
            plan=plan,
            agent_id=planning.agent_id,
            soul_id=planning.soul_id,
            kind=step.kind,
            outward=outward,
            queue=queue,
            scopes=planning.scopes,
            unmet=len(step.needs),
            status=TaskStatus.BLOCKED if step.needs else TaskStatus.READY,
            due_at=None if step.needs else Now(),
            deadline=planning.deadline,
        )
    tasks = Task.objects.bulk_create(made.values())
    Dependency.objects.bulk_create(
        Dependency(brand_id=goal.brand_id, predecessor=made[need], successor=made[step.key])
        for step in steps
        for need in step.needs
    )
    transitions.move(row=goal, to=GoalStatus.ACTIVE)
    for queue in {task.queue for task in tasks if task.status == TaskStatus.READY}:
        wake.after_commit(queue=queue)
    return tasks


def keep(*, task: Task, payload: Mapping[str, Any], confidence_bp: int | None) -> Artifact:
    """Store what an attempt produced, with its hash."""
    return Artifact.objects.create(
        brand_id=task.brand_id,
        task=task,
        fence=task.fence,
        payload=dict(payload),
        content_hash=canonical.digest(dict(payload)),
        confidence_bp=confidence_bp,
    )


def done(*, task: Task) -> None:
    """End a task well under its fencing number, and release what waited for it. Raises Fenced."""
    transitions.move(row=task, to=TaskStatus.DONE, fence=task.fence, **leases.free(ended_at=Now(), note=""))
    release(task=task)


def release(*, task: Task) -> None:
    """Count this task as met; successors with nothing left unmet become READY. Locked in id order."""
    waiting = Task.objects.select_for_update().filter(
        pk__in=Dependency.objects.filter(predecessor=task).values("successor_id"), status=TaskStatus.BLOCKED
    )
    rows = list(waiting.order_by("pk"))
    Task.objects.filter(pk__in=[row.pk for row in rows]).update(unmet=F("unmet") - 1)
    ready = [row for row in rows if row.unmet == 1]
    transitions.move_many(rows=ready, to=TaskStatus.READY, **leases.due())
    for queue in {row.queue for row in ready}:
        wake.after_commit(queue=queue)


def reopen(*, outward: Task, about: str, feedback: Mapping[str, Any]) -> bool:
    """Open the upstream task of kind `about` again with a finding, and block what hangs on it.

    `outward` is JUDGING or HELD and waits again afterwards. False when its plan has no such finished task: nothing
    was changed then.
    """
    target = next(
        (node for node in selectors.ancestors(task=outward) if node.kind == about and node.status == TaskStatus.DONE),
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


def close_goal(*, goal_id: int) -> None:
    """End the goal when every outward task of its plan has ended: DONE if any of them went out, else FAILED."""
    goal = Goal.objects.select_for_update().get(pk=goal_id)
    if goal.status != GoalStatus.ACTIVE:
        return
    ends = list(Task.objects.filter(goal_id=goal_id, outward=True).values_list("status", flat=True))
    if ends and all(end in ENDED for end in ends):
        transitions.move(row=goal, to=GoalStatus.DONE if TaskStatus.DONE in ends else GoalStatus.FAILED)


def cancel(*, goal_id: int, note: str) -> int:
    """Cancel every open task of a goal and the goal itself; returns how many tasks. What is out stays out."""
    rows = list(Task.objects.select_for_update().filter(goal_id=goal_id).exclude(status__in=ENDED).order_by("pk"))
    for row in rows:
        transitions.move(row=row, to=TaskStatus.CANCELLED, **leases.free(ended_at=Now(), note=note))
    goal = Goal.objects.select_for_update().get(pk=goal_id)
    if goal.status in (GoalStatus.PROPOSED, GoalStatus.ACTIVE):
        transitions.move(row=goal, to=GoalStatus.CANCELLED)
    return len(rows)
