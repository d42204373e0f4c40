"""Editing a plan that waits for a look, and starting it, checked as what the planner proposes is. PLN-1, GOV-1."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from agents.blueprints import services as blueprints
from agents.blueprints.models import Blueprint, Revision
from agents.goals.models import Goal
from agents.runs.services import NoReason
from agents.tasks import services as tasks
from agents.tasks.graph import BadPlan, Step, from_json
from agents.tasks.graph import told as moment
from agents.tasks.models import Task
from agents.tasks.services import Layout
from agents.worker import checking

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
    steps, estimate = checked(blueprint=blueprint, steps=from_json(blueprint.steps))
    blueprints.start(blueprint=blueprint, kinds=checking.laid(), steps=steps, estimate_usd_micros=estimate)
    return Goal.objects.get(pk=blueprint.goal_number)


def checked(*, blueprint: Blueprint, steps: Sequence[Step]) -> tuple[list[Step], int]:
    """The steps in order and the estimate: as every plan is checked, also against the time and money left now.

    Raises BadPlan.
    """
    ordered, estimate = checking.checked(steps=[_lean(step) for step in steps])
    planning = Task.objects.get(pk=blueprint.planning_number)
    layout = Layout(planning=planning, steps=ordered, estimate_usd_micros=estimate)
    for refused in tasks.refusals(plans=[layout], kinds=checking.laid()):
        raise BadPlan(refused.sentence)
    return ordered, estimate


def _lean(step: Step) -> Step:
    """Parameters that say what is so anyway are left out."""
    kinds = checking.known()
    fields = kinds[step.kind].params.model_fields if step.kind in kinds else {}
    usual = {name: field.default for name, field in fields.items()}
    params = {name: value for name, value in step.params.items() if name not in usual or value != usual[name]}
    return replace(step, params=params)


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
        found["deadline"] = moment(datetime.fromisoformat(step["deadline"]))
    if step.get("attempts_max"):
        found["given up after"] = f"{step['attempts_max']} tries"
    return found


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
