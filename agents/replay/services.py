"""Running a goal again from one of its steps: what was paid for is taken over, the rest is ordinary work.

The new run is a goal of its own with the cause "replay:<goal>:<number>". Its tasks before the step end at once with a
copy of the former result; the fleet does the others, and judge, governor and reviewers see them as any. Nothing is
published by the replay itself.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from agents.goals.models import Goal, Plan
from agents.goals.states import GoalStatus
from agents.personas.models import Soul
from agents.replay import selectors
from agents.tasks import selectors as task_selectors
from agents.tasks import services as tasks
from agents.tasks.graph import Step, from_json
from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from agents.worker import checking
from agents.worker.inputs import REUSED
from chimera.core import clock
from chimera.core.calls import selectors as calls
from chimera.core.errors import Conflict, Denied
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

PLANNING = "plan"


class CannotRerun(Denied):
    """The goal may not be run again from this step; says why."""


class ChangedMeanwhile(Conflict):
    """The goal is no longer as it was when the yes was given; nothing was begun."""


@dataclass(frozen=True, kw_only=True)
class Reused:
    """A result that is taken over, and what it had cost."""

    key: str
    task: str
    artifact: int
    cost_usd_micros: int


@dataclass(frozen=True, kw_only=True)
class Rerun:
    """What a run from a step would take over and what it would do. Read before the yes, checked again after it."""

    goal: int
    agent: str
    from_step: str
    reused: tuple[Reused, ...]
    runs: tuple[str, ...]
    left_out: tuple[str, ...]  # outward steps before it: what is out is out
    soul: int
    soul_version: int
    reused_soul_version: int

    @property
    def saved_usd_micros(self) -> int:
        """What the results that are taken over had cost."""
        return sum(one.cost_usd_micros for one in self.reused)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "saved_usd_micros": self.saved_usd_micros}


def prepare(*, task: Task, from_step: str, same_soul: bool = False) -> Rerun:
    """What running the task's goal again from this step means; in the brand's context.

    Raises CannotRerun or NoSuchStep.
    """
    goal = Goal.objects.select_related("agent", "agent__soul", "soul").get(pk=task.goal_id)
    _refuse_open(goal)
    steps = selectors.steps_of(goal=goal)
    place = selectors.position(steps=steps, named=from_step)
    before, after = steps[:place], steps[place:]
    _refuse_what_is_out(after)
    planning = Task.objects.get(goal=goal, kind=PLANNING)
    kept = [(PLANNING, planning), *((step.key, node) for step, node in before if not node.outward)]
    soul = goal.soul if same_soul or goal.agent.soul is None else goal.agent.soul
    return Rerun(
        goal=goal.pk,
        agent=goal.agent.handle,
        from_step=after[0][0].key,
        reused=tuple(_reused(key, node) for key, node in kept),
        runs=tuple(step.key for step, _ in after),
        left_out=tuple(step.key for step, node in before if node.outward),
        soul=soul.pk,
        soul_version=soul.version,
        reused_soul_version=goal.soul.version,
    )


def begin(*, rerun: Rerun, same_soul: bool = False) -> Goal:
    """Begin what was prepared, in one transaction, as the operator. Raises ChangedMeanwhile, CannotRerun."""
    former = Goal.objects.select_for_update().get(pk=rerun.goal)
    task = Task.objects.get(goal=former, kind=PLANNING)
    if prepare(task=task, from_step=rerun.from_step, same_soul=same_soul) != rerun:
        raise ChangedMeanwhile(f"Goal {former.pk} has changed since it was shown; nothing was begun. Look again.")
    goal = Goal.objects.create(
        brand_id=former.brand_id,
        agent_id=former.agent_id,
        soul=Soul.objects.get(pk=rerun.soul),
        trend_id=former.trend_id,
        cause=f"{_cause(former)}{Goal.objects.filter(cause__startswith=_cause(former)).count() + 1}",
        wish=former.wish,
        relevance_bp=former.relevance_bp,
        similarity_bp=former.similarity_bp,
        campaign_id=former.campaign_id,
        campaign_version=former.campaign.version if former.campaign else None,
        policy_version=task_selectors.policy_version(brand_id=former.brand_id),
        keeps_versions=same_soul,  # an older soul was asked for: it is not out of date
        deadline=_deadline(former),
        status=GoalStatus.PROPOSED,
    )
    planning = tasks.begin(goal=goal, scopes=goal.agent.scopes)
    origins = {one.key: one.artifact for one in rerun.reused}
    tasks.take_over(task=planning, former_id=origins.pop(PLANNING), inputs_key=REUSED)
    steps, made = _laid_out(planning=planning, rerun=rerun)
    for step, node in zip(steps, made, strict=True):
        if step.key in origins:
            # Releasing its predecessors made it READY in the database.
            tasks.take_over(task=Task.objects.get(pk=node.pk), former_id=origins[step.key], inputs_key=REUSED)
    return goal


def _cause(goal: Goal) -> str:
    return f"replay:{goal.pk}:"


def _deadline(goal: Goal) -> datetime:
    """The goal's own time, and at least as long as a review may take: somebody asked for this run."""
    return max(goal.deadline, clock.now() + timedelta(seconds=settings.REVIEW_DEADLINE_S))


def _refuse_open(goal: Goal) -> None:
    if goal.status in (GoalStatus.PROPOSED, GoalStatus.ACTIVE):
        raise CannotRerun(
            f"Goal {goal.pk} is still going ({goal.status}); answer its review or wait for its end, then run it again."
        )
    again = Goal.objects.filter(cause__startswith=_cause(goal)).exclude(
        status__in=[GoalStatus.FAILED, GoalStatus.CANCELLED]
    )
    if other := again.first():
        raise CannotRerun(f"Goal {goal.pk} is run again already, as goal {other.pk} ({other.status}).")


def _refuse_what_is_out(after: list[tuple[Step, Task]]) -> None:
    outward = [(step, node) for step, node in after if node.outward]
    if not outward:
        raise CannotRerun(f"No step from {after[0][0].key} on reaches the outside; start from an earlier one.")
    for step, node in outward:
        refuse_doubt(node)
        never = Post.objects.filter(task=node.subject, status__in=[PostStatus.FAILED, PostStatus.CANCELLED]).exists()
        if node.status == TaskStatus.DONE and not never:
            raise CannotRerun(f"Step {step.key} went out ({node.subject}) and would go out twice; what is out is out.")


def refuse_doubt(node: Task) -> None:
    """An outward step of which something was sent and nobody knows whether it is out. Raises CannotRerun."""
    sent = Effect.objects.filter(
        brand_id=node.brand_id, task=node.subject, status__in=(EffectStatus.SENT, EffectStatus.IN_DOUBT)
    )
    if sent.exists():
        raise CannotRerun(f"{node.subject} was sent and nobody knows yet whether it is out; answer that doubt first.")


def _reused(key: str, node: Task) -> Reused:
    artifact = task_selectors.newest_artifact(task_id=node.pk)
    if node.status != TaskStatus.DONE or artifact is None:
        raise CannotRerun(f"Step {key} has no finished result ({node.status}); start from it or from an earlier step.")
    origin = selectors.origin(artifact=artifact)
    cost = calls.cost_usd_micros(subject=origin.task.subject, fence=origin.fence)
    return Reused(key=key, task=node.subject, artifact=artifact.pk, cost_usd_micros=cost)


def _laid_out(*, planning: Task, rerun: Rerun) -> tuple[list[Step], list[Task]]:
    """The plan of the new goal without what is out, and its tasks in the same order; the estimate is for what runs.

    The plan as it was started, edits included; times of its own that are over do not bind the new run.
    """
    stored = from_json(Plan.objects.get(goal_id=rerun.goal).steps)
    known = checking.known()
    steps = [replace(step, deadline=None) for step in stored if step.key not in rerun.left_out]
    if gone := sorted({step.kind for step in steps} - known.keys()):
        raise CannotRerun(f"The plan uses kinds that are not on the switchboard any more: {', '.join(gone)}.")
    laid = tasks.lay_out(
        plans=[
            tasks.Layout(
                planning=planning,
                steps=steps,
                estimate_usd_micros=sum(
                    known[step.kind].estimate_usd_micros() for step in steps if step.key in rerun.runs
                ),
            )
        ],
        kinds=checking.laid(),
    )
    for refused in laid.refused:
        raise CannotRerun(refused.sentence)
    return steps, list(Task.objects.filter(goal_id=planning.goal_id, plan__isnull=False).order_by("pk"))
