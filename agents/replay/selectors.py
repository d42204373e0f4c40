"""Reading what there is to replay: the task by its name, its attempts, the origin of a result, the steps of a goal."""

from agents.goals.models import Goal, Plan
from agents.tasks import selectors as tasks
from agents.tasks.graph import Step, from_json
from agents.tasks.models import Artifact, Task, Verdict
from agents.worker.inputs import REUSED
from chimera.core.errors import Denied

ID_MAX = 2**63 - 1


class NoSuchTask(Denied):
    """No task has this name."""


class NoSuchAttempt(Denied):
    """The task has no result of this attempt."""


class NoSuchStep(Denied):
    """The plan has no step of this name, or the goal has no plan."""


def by_name(name: str) -> Task:
    """The task with this id or subject ("42", "agents.task:42"); at the desk over all brands."""
    text = name.removeprefix(f"{Task.SUBJECT}:")
    if not (text.isascii() and text.isdigit() and int(text) <= ID_MAX):
        raise NoSuchTask(f"{name[:60]!r} names no task; give its id, like 42 or {Task.SUBJECT}:42.")
    task = Task.objects.select_related("goal", "agent").filter(pk=int(text)).first()
    if task is None:
        raise NoSuchTask(f"There is no task {text}; the desk lists them under Tasks.")
    return task


def artifact_of(*, task: Task, fence: int | None) -> Artifact | None:
    """The result of the attempt with this fencing number, or the newest. None when there is no result at all.

    Raises NoSuchAttempt when the number is not one of those that gave a result.
    """
    if fence is None:
        return tasks.newest_artifact(task_id=task.pk)
    found = Artifact.objects.filter(task=task, fence=fence).first()
    if found is None:
        known = Artifact.objects.filter(task=task).order_by("fence").values_list("fence", flat=True)
        some = ", ".join(map(str, known)) or "none"
        raise NoSuchAttempt(f"Attempt {fence} of {task.subject} left no result; attempts with one: {some}.")
    return found


def origin(*, artifact: Artifact) -> Artifact:
    """The artifact that was made by work: of a result that was taken over, the one that it copies."""
    while REUSED in artifact.inputs:  # each link was checked when it was written and points at an older row
        artifact = Artifact.objects.select_related("task").get(pk=artifact.inputs[REUSED])
    return artifact


def newest_verdict(*, artifact: Artifact) -> Verdict | None:
    """What the judge said last about this content."""
    return Verdict.objects.filter(artifact=artifact).order_by("-fence").first()


def tasks_of(*, goal_id: int) -> list[Task]:
    """Every task of a goal in the order of its plan, the planning first."""
    return list(Task.objects.filter(goal_id=goal_id).order_by("pk"))


def steps_of(*, goal: Goal) -> list[tuple[Step, Task]]:
    """The steps of the goal's plan with their tasks, in order. Raises NoSuchStep."""
    plan = Plan.objects.filter(goal=goal).first()
    if plan is None:
        raise NoSuchStep(f"Goal {goal.pk} has no plan, so there is no step to start from.")
    # Tasks are made in the order of the steps.
    steps, made = from_json(plan.steps), list(Task.objects.filter(plan=plan).order_by("pk"))
    if [step.kind for step in steps] != [task.kind for task in made]:
        raise NoSuchStep(f"The tasks of goal {goal.pk} are not those of its plan; it cannot be run again from a step.")
    return list(zip(steps, made, strict=True))


def position(*, steps: list[tuple[Step, Task]], named: str) -> int:
    """Where a step stands, by its key or its number from 1. Raises NoSuchStep."""
    keys = [step.key for step, _ in steps]
    if named in keys:
        return keys.index(named)
    if named.isascii() and named.isdigit() and 1 <= int(named) <= len(keys):
        return int(named) - 1
    known = ", ".join(f"{number} {key}" for number, key in enumerate(keys, 1))
    raise NoSuchStep(f"The plan has no step {named[:40]!r}; its steps are: {known}.")
