"""Reading tasks."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from agents.tasks.models import Artifact, Dependency, Task, Verdict


def newest_artifact(*, task_id: int) -> Artifact | None:
    """What the task produced last."""
    return Artifact.objects.filter(task_id=task_id).order_by("-fence").first()


def upstream_artifacts(*, task: Task) -> dict[str, Artifact]:
    """The newest artifact of every task that this one depends on, directly or not, by kind."""
    found: dict[str, Artifact] = {}
    for node in ancestors(task=task):
        artifact = newest_artifact(task_id=node.pk)
        if artifact is not None:
            found[node.kind] = artifact
    return found


def upstream(*, task: Task) -> dict[str, dict[str, Any]]:
    """The payloads of `upstream_artifacts`."""
    return {kind: artifact.payload for kind, artifact in upstream_artifacts(task=task).items()}


def _edges(plan_id: int | None) -> list[tuple[int, int]]:
    if plan_id is None:  # the planning task itself stands outside of its plan
        return []
    edges = Dependency.objects.filter(predecessor__plan_id=plan_id)
    return list(edges.values_list("predecessor_id", "successor_id"))


def _reachable(start: Iterable[int], steps: dict[int, list[int]]) -> set[int]:
    seen: set[int] = set()
    todo = list(start)
    while todo:
        for following in steps.get(todo.pop(), []):
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return seen


def ancestors(*, task: Task) -> list[Task]:
    """Every task of the plan that `task` hangs on, by id."""
    back: dict[int, list[int]] = {}
    for predecessor, successor in _edges(task.plan_id):
        back.setdefault(successor, []).append(predecessor)
    return list(Task.objects.filter(pk__in=_reachable([task.pk], back)).order_by("pk"))


def descendants(*, task: Task) -> list[Task]:
    """Every task of the plan that hangs on `task`, locked, by id."""
    forth: dict[int, list[int]] = {}
    for predecessor, successor in _edges(task.plan_id):
        forth.setdefault(predecessor, []).append(successor)
    return list(Task.objects.select_for_update().filter(pk__in=_reachable([task.pk], forth)).order_by("pk"))


def branch(*, task: Task) -> list[Task]:
    """The task and every task of its plan that hangs on it, locked, by id."""
    forth: dict[int, list[int]] = {}
    for predecessor, successor in _edges(task.plan_id):
        forth.setdefault(predecessor, []).append(successor)
    wanted = {task.pk, *_reachable([task.pk], forth)}
    return list(Task.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))


def predecessors(*, task: Task) -> list[int]:
    """Ids of the tasks that this one depends on directly."""
    return list(Dependency.objects.filter(successor=task).values_list("predecessor_id", flat=True))


def drafts_beside(*, task: Task, count_max: int) -> list[str]:
    """Texts that the same agent drafted for other goals, newest first: what waits for a human counts as said."""
    drafts = Artifact.objects.filter(task__agent_id=task.agent_id, task__kind="draft")
    found = drafts.exclude(task__goal_id=task.goal_id).order_by("-id")
    return [payload["text"] for payload in found.values_list("payload", flat=True)[:count_max]]


def policy_version(*, brand_id: int) -> int:
    """The version of the policies that the brand sets for itself; 0 while it sets none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_policy_version(%s)", [brand_id])
        version: int = cursor.fetchone()[0]
    return version


def verdicts_on(*, causes: str) -> list[Verdict]:
    """The last verdict on each goal whose cause begins so, with its task and goal, by goal."""
    found = Verdict.objects.filter(task__goal__cause__startswith=causes).select_related("task__goal").order_by("id")
    return list({verdict.task.goal_id: verdict for verdict in found}.values())
