"""What a human may do about a run: give up a step or all of it, or have it done again from a step."""

from dataclasses import dataclass

from agents import cancelling
from agents.goals.models import Goal, Plan
from agents.goals.states import GoalStatus
from agents.replay import selectors as replays
from agents.replay import services as replay
from agents.replay.services import CannotRerun
from agents.tasks import services as tasks
from agents.tasks.models import Task
from chimera.core import tenancy
from chimera.core.errors import Denied
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

OPEN = (GoalStatus.PROPOSED, GoalStatus.ACTIVE)
UNSENT = (PostStatus.SCHEDULED, PostStatus.HELD)


class NothingOpen(Denied):
    """What should be given up has ended already."""


class NoReason(Denied):
    """An act like this needs a reason in words."""


@dataclass(frozen=True, kw_only=True)
class Retried:
    """What a retry from a step began."""

    goal: int
    reused: tuple[str, ...]
    runs: tuple[str, ...]
    saved_usd_micros: int


def cancel(*, goal_id: int, task_id: int | None, reason: str) -> str:
    """Give up a goal, or of it one step with what hangs on it. Returns what was done, as a sentence.

    Raises NoReason, NothingOpen. What is out stays out, and what was sent may still land.
    """
    why = _worded(reason)
    goal = Goal.objects.get(pk=goal_id)
    if task_id is None:
        done = cancelling.cancel(goals=[goal], reason=why)
        if not (done.tasks or done.posts) and goal.status not in OPEN:
            raise NothingOpen(f"Goal {goal_id} has ended ({goal.status.lower()}); nothing of it was open.")
        said = f"Goal {goal_id} is cancelled: {done.tasks} open tasks, {done.cards} cards, {done.posts} posts."
        left = [f"{post} is out already." for post in done.out] + [
            f"{post} may still land." for post in done.may_still_land
        ]
        return " ".join([said, *left])
    with tenancy.brand(goal.brand_id):
        task = Task.objects.get(pk=task_id, goal=goal)
        if task.status in tasks.ENDED and not _unsent(task):
            raise NothingOpen(f"{task.subject} has ended ({task.status.lower()}); there is nothing to give up.")
        rows = tasks.cancel_from(task=task, note=f"Cancelled: {why}")
    named = ", ".join(f"{row.kind} {row.pk}" for row in rows) or "its post"
    return f"Cancelled: {named}."


def _unsent(task: Task) -> bool:
    return task.outward and Post.objects.filter(task=task.subject, status__in=UNSENT).exists()


def retry(*, task_id: int, reason: str) -> Retried:
    """Do a goal again from one of its steps, with the results before it as they are; in the brand's transaction.

    A goal that is still going is given up first, in the same transaction. Raises CannotRerun where something went out
    or may have, where a step before has no result, or where the step is the planning itself; then nothing is changed.
    """
    why = _worded(reason)
    task = Task.objects.select_related("goal").get(pk=task_id)
    key = _key_of(task)
    if task.goal.status in OPEN:
        tasks.cancel(goal_id=task.goal_id, note=f"Done again from {key}: {why}")
    for outward in Task.objects.filter(goal_id=task.goal_id, outward=True).order_by("pk"):
        replay.refuse_doubt(outward)
        if Post.objects.filter(task=outward.subject, status=PostStatus.PUBLISHED).exists():
            raise CannotRerun(f"{outward.subject} is out; what is out is out, and it would go out twice.")
    task.refresh_from_db()
    rerun = replay.prepare(task=task, from_step=key)
    begun = replay.begin(rerun=rerun)
    return Retried(
        goal=begun.pk,
        reused=tuple(one.key for one in rerun.reused),
        runs=rerun.runs,
        saved_usd_micros=rerun.saved_usd_micros,
    )


def _key_of(task: Task) -> str:
    if task.plan_id is None or not Plan.objects.filter(pk=task.plan_id).exists():
        raise CannotRerun("The planning itself is not done again from here; choose one of the steps after it.")
    steps = replays.steps_of(goal=task.goal)
    return next(step.key for step, node in steps if node.pk == task.pk)


def _worded(reason: str) -> str:
    why = " ".join(reason.split())
    if not why:
        raise NoReason("Say why in words; it is kept with what you do.")
    return why[:500]
