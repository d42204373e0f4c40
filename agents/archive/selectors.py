"""Reading what was put away."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agents.archive.models import ArchivedGoal, ArchivedTask
from chimera.core.errors import Denied

Row = dict[str, Any]


class Tampered(Denied):
    """An archived body is not the one that was archived."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """All rows of an archived goal as they were, each table by id. Times are ISO 8601 in UTC."""

    goal: Row
    plan: Row | None
    trend: Row | None
    tasks: list[Row]
    dependencies: list[Row]
    artifacts: list[Row]
    verdicts: list[Row]
    attempts: list[Row]
    calls: list[Row]
    holds: list[Row]

    def of_task(self, *, task_id: int) -> "Story":
        """The same, with what belongs to one task only; its posts' attempts, calls and holds stand with the goal."""
        name = f"agents.task:{task_id}"
        return Story(
            goal=self.goal,
            plan=self.plan,
            trend=self.trend,
            tasks=[row for row in self.tasks if row["id"] == task_id],
            dependencies=[row for row in self.dependencies if task_id in (row["predecessor_id"], row["successor_id"])],
            artifacts=[row for row in self.artifacts if row["task_id"] == task_id],
            verdicts=[row for row in self.verdicts if row["task_id"] == task_id],
            attempts=[row for row in self.attempts if row["subject"] == name],
            calls=[row for row in self.calls if row["subject"] == name],
            holds=[row for row in self.holds if row["about"] == name],
        )


def story(*, archived: ArchivedGoal) -> Story:
    """The body of an archived goal. Raises Tampered when it is not what its hash says."""
    body = bytes(archived.body)
    if hashlib.sha256(body).hexdigest() != archived.content_hash:
        raise Tampered(f"The archive of agents.goal:{archived.pk} does not match its hash; restore it from a backup.")
    kept = json.loads(body)
    return Story(
        goal=kept["agents_goal"][0],
        plan=next(iter(kept.get("agents_plan", [])), None),
        trend=kept["trend"],
        tasks=kept.get("agents_task", []),
        dependencies=kept.get("agents_dependency", []),
        artifacts=kept.get("agents_artifact", []),
        verdicts=kept.get("agents_verdict", []),
        attempts=kept.get("governance_attempt", []),
        calls=kept.get("core_callrecord", []),
        holds=kept.get("governance_hold", []),
    )


def of_goal(*, goal_id: int) -> Story | None:
    """What was archived with a goal; None when it is not in the archive."""
    archived = ArchivedGoal.objects.filter(pk=goal_id).first()
    return story(archived=archived) if archived else None


def of_task(*, task_id: int) -> Story | None:
    """What was archived with a task; None when it is not in the archive."""
    listed = ArchivedTask.objects.select_related("goal").filter(pk=task_id).first()
    return story(archived=listed.goal).of_task(task_id=task_id) if listed else None


def goals_of_task(*, task_id: int) -> list[int]:
    """The archived goal of an archived task, as a list of one or none."""
    return list(ArchivedTask.objects.filter(pk=task_id).values_list("goal_id", flat=True))


def known_causes(*, causes: Iterable[str]) -> set[str]:
    """Those of the causes for which there was a goal that has been archived."""
    return set(ArchivedGoal.objects.filter(cause__in=list(causes)).values_list("cause", flat=True))
