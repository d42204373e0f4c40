"""Editing a plan that waits for a look, and starting it, checked as what the planner proposes is. PLN-1, GOV-1."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agents.blueprints import services as blueprints
from agents.blueprints.models import Blueprint, Revision
from agents.goals.models import Goal
from agents.runs.services import NoReason
from agents.tasks.graph import BadPlan, Step, from_json
from agents.worker.kinds import plan as planning
from chimera.core import clock, money
from governance.budgets.models import Budget, BudgetLimit, Window

ATTEMPTS_MAX = 10
REASON_CHARS_MAX = 500


def edit(*, blueprint: Blueprint, steps: Sequence[Step], reason: str) -> Blueprint:
    """Keep other steps for a held plan, as it was read; in the brand's transaction.

    Raises BadPlan with what is wrong where, NoReason, blueprints.NotHeld and EditedMeanwhile; then nothing is changed.
    """
    why = " ".join(reason.split())[:REASON_CHARS_MAX]
    if not why:
        raise NoReason("Say why the plan is changed; it is kept with the change.")
    ordered, estimate = checked(blueprint=blueprint, steps=steps)
    if [step.as_json() for step in ordered] == [step.as_json() for step in from_json(blueprint.steps)]:
        raise BadPlan("Nothing is changed: the plan says the same as before.")
    return blueprints.change(blueprint=blueprint, steps=ordered, estimate_usd_micros=estimate, reason=why)


def start(*, blueprint: Blueprint) -> Goal:
    """Make the tasks of a held plan as it was read; in the brand's transaction. Raises as `edit` does."""
    steps, _ = checked(blueprint=blueprint, steps=from_json(blueprint.steps))
    blueprints.start(blueprint=blueprint, kinds=planning.laid(), steps=steps)
    return Goal.objects.get(pk=blueprint.goal_number)


def checked(*, blueprint: Blueprint, steps: Sequence[Step]) -> tuple[list[Step], int]:
    """The steps in order and the estimate: the planner's checks, times within the goal's, cost within what is left.

    Raises BadPlan.
    """
    ordered, estimate = planning.checked(steps=[_lean(step) for step in steps])
    _check_times(blueprint, ordered)
    goal = Goal.objects.select_related("agent").get(pk=blueprint.goal_number)
    left = left_usd_micros(brand_id=goal.brand_id, scopes=goal.agent.scopes)
    if left is not None and estimate > left[1]:
        raise BadPlan(
            f"The plan would cost about {money.show(estimate)}; {left[0]} has {money.show(max(0, left[1]))} left today."
        )
    return ordered, estimate


def _lean(step: Step) -> Step:
    """Parameters that say what is so anyway are left out."""
    usual = (
        {name: field.default for name, field in planning.known()[step.kind].params.model_fields.items()}
        if (step.kind in planning.known())
        else {}
    )
    params = {name: value for name, value in step.params.items() if name not in usual or value != usual[name]}
    return Step(
        key=step.key,
        kind=step.kind,
        needs=step.needs,
        params=params,
        deadline=step.deadline,
        attempts_max=step.attempts_max,
    )


def _check_times(blueprint: Blueprint, steps: Sequence[Step]) -> None:
    now, by_key = clock.now(), {step.key: step for step in steps}
    if blueprint.deadline <= now:
        raise BadPlan(f"The time of goal {blueprint.goal_number} is over ({_told(blueprint.deadline)}).")
    for step in steps:
        if step.attempts_max is not None and not 1 <= step.attempts_max <= ATTEMPTS_MAX:
            raise BadPlan(f"Step {step.key} is given up after 1 to {ATTEMPTS_MAX} tries, not {step.attempts_max}.")
        if step.deadline is None:
            continue
        if step.deadline <= now:
            raise BadPlan(f"Step {step.key} would be too late at once: {_told(step.deadline)} is over.")
        if step.deadline > blueprint.deadline:
            raise BadPlan(
                f"Step {step.key} may last until {_told(step.deadline)}, but its goal is over at "
                f"{_told(blueprint.deadline)}, with its trend or campaign."
            )
        for need in step.needs:
            former = by_key[need].deadline
            if former is not None and former > step.deadline:
                raise BadPlan(f"Step {step.key} ends before {need}, which it needs ({_told(step.deadline)}).")


def left_usd_micros(*, brand_id: int, scopes: Sequence[str]) -> tuple[str, int] | None:
    """The scope with the least left today, and how much that is; None where no limit is set. Two queries."""
    limits = BudgetLimit.objects.filter(brand_id=brand_id, scope__in=scopes, window=Window.DAY)
    left = dict(limits.values_list("scope", "limit_usd_micros"))
    begun = Budget.objects.filter(brand_id=brand_id, scope__in=scopes, day=clock.now().date())
    for row in begun:
        left[row.scope] = row.limit_usd_micros - row.reserved_usd_micros - row.settled_usd_micros
    return min(left.items(), key=lambda one: one[1]) if left else None


def differences(*, before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> list[str]:
    """What two versions of a plan have different, one sentence each; empty when they say the same."""
    former, now = ({step["key"]: step for step in steps} for steps in (before, after))
    said = [f"{key} ({former[key]['kind']}) is dropped." for key in former if key not in now]
    said += [f"{key} ({now[key]['kind']}) is new." for key in now if key not in former]
    for key in [key for key in now if key in former]:
        was, is_now = _flat(former[key]), _flat(now[key])
        said += [
            f"{key}: {name} {was.get(name, 'as usual')} → {is_now.get(name, 'as usual')}."
            for name in sorted({*was, *is_now})
            if was.get(name) != is_now.get(name)
        ]
    return said


def _flat(step: dict[str, Any]) -> dict[str, str]:
    found = {"after": ", ".join(step["needs"]) or "nothing", "kind": step["kind"]}
    found |= {name.replace("_", " "): f"“{value}”" for name, value in step.get("params", {}).items()}
    if step.get("deadline"):
        found["deadline"] = _told(datetime.fromisoformat(step["deadline"]))
    if step.get("attempts_max"):
        found["given up after"] = f"{step['attempts_max']} tries"
    return found


def _told(at: datetime) -> str:
    return f"{at:%d %b %H:%M} UTC"


def told(*, revisions: Sequence[Revision]) -> list[dict[str, Any]]:
    """The edits of a plan for people, the newest first."""
    return [
        {
            "number": row.number,
            "by": row.by.removeprefix("user:"),
            "at": row.at,
            "reason": row.reason,
            "changes": differences(before=row.before, after=row.after),
        }
        for row in reversed(revisions)
    ]
