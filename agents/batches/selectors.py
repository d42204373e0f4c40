"""Which batches there were, and what the record says about their time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings

from agents.archive.models import ArchivedGoal, ArchivedTask
from agents.batches import clocks
from agents.batches.clocks import Moment, Times
from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.tasks.models import Task
from chimera.core import clock
from governance.audit.models import AuditEvent

WATCHED = ("agents.task:", "publishing.post:", "governance.reviewitem:")
CHUNK = 100  # batches whose events are read at once
BATCHES_MAX = 10_000


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The goals of one planning round of one agent, with the times of the record."""

    name: str
    agent_id: int
    handle: str
    goals: tuple[int, ...]
    times: Times

    @property
    def within(self) -> bool | None:
        """Whether it kept its service level; None while that is open, or when nothing went out."""
        running_s = self.times.running.total_seconds()
        if running_s > settings.BATCH_SERVICE_LEVEL_S:
            return False if self.times.posts or self.times.is_open else None
        return True if self.times.posts and not self.times.is_open else None

    def as_json(self) -> dict[str, Any]:
        """For machines: seconds with three decimals, times in ISO 8601."""
        first, last = self.times.first, self.times.last
        return {
            "batch": self.name,
            "agent": self.handle,
            "agent_id": self.agent_id,
            "goals": len(self.goals),
            "posts": self.times.posts,
            "first": first.isoformat() if first else None,
            "last": last.isoformat() if last else None,
            "running_s": round(self.times.running.total_seconds(), 3),
            "waiting_for_human_s": round(self.times.waiting.total_seconds(), 3),
            "open": self.times.is_open,
            "within": self.within,
        }


def since(*, start: datetime, agent_id: int | None = None) -> list[Batch]:
    """The batches with a goal made since `start`, newest first, archived ones too; of one agent or of all.

    At most the newest ten thousand. In a brand's context, or at the desk.
    """
    names: dict[tuple[int, str], datetime] = {}
    for model in (Goal, ArchivedGoal):
        found = model._default_manager.filter(made_at__gte=start)
        if agent_id is not None:
            found = found.filter(agent_id=agent_id)
        newest = found.order_by("-made_at").values_list("agent_id", "batch", "cause", "made_at")[:BATCHES_MAX]
        for agent, batch, cause, made_at in newest:
            names.setdefault((agent, batch or cause), made_at)
    ordered = iter(sorted(names, key=lambda name: (names[name], name), reverse=True)[:BATCHES_MAX])
    handles = dict(Agent.objects.values_list("id", "handle"))
    until = clock.now()
    batches: list[Batch] = []
    while chunk := list(islice(ordered, CHUNK)):
        goals = _goals(chunk)
        moments = _moments([goal for ids in goals.values() for goal in ids])
        for agent, name in chunk:
            own = tuple(sorted(goals[agent, name]))
            events = sorted((event for goal in own for event in moments.get(goal, [])), key=lambda event: event[0])
            batches.append(
                Batch(
                    name=name,
                    agent_id=agent,
                    handle=handles.get(agent, ""),
                    goals=own,
                    times=clocks.times(moments=[moment for _, moment in events], until=until),
                )
            )
    return batches


def _goals(chunk: list[tuple[int, str]]) -> dict[tuple[int, str], list[int]]:
    """The goals of these batches; one from before there were batches is alone, under its cause."""
    found: dict[tuple[int, str], list[int]] = {key: [] for key in chunk}
    names = [name for _, name in chunk]
    for model in (Goal, ArchivedGoal):
        for goal, agent, batch, cause in (
            *model._default_manager.filter(batch__in=names).values_list("id", "agent_id", "batch", "cause"),
            *model._default_manager.filter(batch="", cause__in=names).values_list("id", "agent_id", "batch", "cause"),
        ):
            if (agent, batch or cause) in found:
                found[agent, batch or cause].append(goal)
    return found


def _moments(goals: list[int]) -> dict[int, list[tuple[int, Moment]]]:
    """The events of these goals by goal, each with its number in the record."""
    tasks = {
        f"{Task.SUBJECT}:{task}": goal
        for model in (Task, ArchivedTask)
        for task, goal in model._default_manager.filter(goal_id__in=goals).values_list("id", "goal_id")
    }
    found: dict[int, list[tuple[int, Moment]]] = {}
    for goal, event in _events(goals, tasks):
        about = json.loads(event.body).get("subject", "") if event.subject.startswith(WATCHED[2]) else ""
        moment = Moment(
            at=event.at,
            goal=goal,
            subject=event.subject,
            from_status=event.from_status,
            to_status=event.to_status,
            about=about,
        )
        found.setdefault(goal, []).append((event.pk, moment))
    return found


def _events(goals: list[int], tasks: dict[str, int]) -> Iterator[tuple[int, AuditEvent]]:
    """Events of the goals themselves, and those about their tasks that belong to tasks, posts and cards."""
    subjects = {f"{Goal.SUBJECT}:{goal}": goal for goal in goals}
    for event in AuditEvent.objects.filter(subject__in=list(subjects)):
        yield subjects[event.subject], event
    for event in AuditEvent.objects.filter(task_id__in=list(tasks)):
        if event.subject.startswith(WATCHED):
            yield tasks[event.task_id], event
