"""Holding a plan before it has tasks, changing it, and starting it."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F

from agents.blueprints.models import Blueprint
from agents.blueprints.states import BlueprintStatus
from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.tasks import services as tasks
from agents.tasks.graph import BadPlan, Step
from agents.tasks.models import Task
from agents.tasks.services import Laid, Layout
from chimera.core import clock, wake
from chimera.core.errors import Conflict, Denied
from governance import transitions


class NotHeld(Denied):
    """The plan does not wait any more; it cannot be edited or started."""


class EditedMeanwhile(Conflict):
    """Somebody else changed the plan since it was read; nothing was changed. `current` is how it is now."""

    def __init__(self, sentence: str, *, current: Blueprint) -> None:
        super().__init__(sentence)
        self.current = current


def hold(*, plans: Sequence[Layout]) -> list[Blueprint]:
    """Keep plans of one brand for a look instead of making their tasks; in the transaction that ends the planning."""
    deadlines = dict(Goal.objects.filter(pk__in=[one.planning.goal_id for one in plans]).values_list("pk", "deadline"))
    return Blueprint.objects.bulk_create(
        Blueprint(
            brand_id=one.planning.brand_id,
            goal_number=one.planning.goal_id,
            planning_number=one.planning.id,
            steps=[step.as_json() for step in one.steps],
            estimate_usd_micros=one.estimate_usd_micros,
            deadline=deadlines[one.planning.goal_id],
            status=BlueprintStatus.HELD,
        )
        for one in plans
    )


def change(*, blueprint: Blueprint, steps: Sequence[Step], estimate_usd_micros: int, reason: str) -> Blueprint:
    """Give a held plan other steps, which were checked. The database keeps what they were, who, and why.

    Raises NotHeld; EditedMeanwhile when it is no longer at the version that was read.
    """
    wanted = Blueprint.objects.filter(
        pk=blueprint.pk, status=BlueprintStatus.HELD, state_version=blueprint.state_version
    )
    changed = wanted.update(
        steps=[step.as_json() for step in steps],
        estimate_usd_micros=estimate_usd_micros,
        reason=reason,
        state_version=F("state_version") + 1,
    )
    if changed != 1:
        raise _lost(blueprint, "was edited")
    return Blueprint.objects.get(pk=blueprint.pk)


def start(
    *,
    blueprint: Blueprint,
    kinds: Mapping[str, Laid],
    steps: Sequence[Step],
    estimate_usd_micros: int | None = None,
) -> None:
    """Make the tasks of a held plan as it was read, and set its goal going. Raises NotHeld, EditedMeanwhile.

    `estimate_usd_micros` is what it would cost now; None: as when it was kept. Raises BadPlan where time or money are
    not enough any more; then it is still held.
    """
    estimate = blueprint.estimate_usd_micros if estimate_usd_micros is None else estimate_usd_micros
    with transaction.atomic():
        _start(blueprint, kinds, steps, estimate)


def _start(blueprint: Blueprint, kinds: Mapping[str, Laid], steps: Sequence[Step], estimate: int) -> None:
    goal = Goal.objects.select_for_update().get(pk=blueprint.goal_number)  # first the goal, as whoever ends it does
    if goal.status != GoalStatus.PROPOSED or goal.deadline <= clock.now():
        raise NotHeld(f"Goal {goal.pk} is {goal.status.lower()} or its time is over; its plan is not started.")
    try:
        transitions.move(row=blueprint, to=BlueprintStatus.STARTED)
    except transitions.LostRace as lost:
        raise _lost(blueprint, "was started") from lost
    planning = Task.objects.get(pk=blueprint.planning_number)
    laid = tasks.lay_out(plans=[Layout(planning=planning, steps=steps, estimate_usd_micros=estimate)], kinds=kinds)
    for refused in laid.refused:
        raise BadPlan(refused.sentence)
    for queue in laid.queues:
        wake.after_commit(queue=queue)


def _lost(blueprint: Blueprint, what: str) -> Denied | EditedMeanwhile:
    current = Blueprint.objects.get(pk=blueprint.pk)
    if current.status != BlueprintStatus.HELD:
        return NotHeld(f"The plan of goal {current.goal_number} is {current.status.lower()} already; nothing {what}.")
    return EditedMeanwhile(
        f"The plan of goal {current.goal_number} was changed since you opened it; nothing {what}. "
        "Look at the difference and decide again.",
        current=current,
    )
