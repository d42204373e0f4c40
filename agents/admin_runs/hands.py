"""Acting on a run: cancel, retry, replay; edit and start a plan that waits. Each a POST, one service, one sentence."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from agents.admin_runs import pages, planform, showing
from agents.blueprints import selectors as blueprints
from agents.blueprints.models import Blueprint
from agents.blueprints.services import EditedMeanwhile
from agents.blueprints.states import BlueprintStatus
from agents.runs import editing, services, shadowing
from agents.tasks.graph import Step, from_json
from agents.tasks.models import Task
from chimera.core import money, tenancy
from chimera.core.errors import ChimeraError


def _task_of(request: HttpRequest, goal_id: int) -> int | None:
    said = str(request.POST.get("task", ""))
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        return None
    return Task.objects.filter(pk=int(said), goal_id=goal_id).values_list("pk", flat=True).first()


def cancel(request: HttpRequest, goal_id: int) -> HttpResponse:
    """Give up the goal, or one step of it with what hangs on it."""
    run = pages.read(goal_id)
    task_id = _task_of(request, goal_id)
    try:
        with tenancy.brand(run.brand):
            said = services.cancel(goal_id=goal_id, task_id=task_id, reason=str(request.POST.get("reason", "")))
        messages.success(request, said)
    except ChimeraError as refused:
        messages.error(request, str(refused))
    return redirect(pages.address(goal_id=goal_id, task_id=task_id))


def retry(request: HttpRequest, goal_id: int) -> HttpResponse:
    """Have it done again from a step, as a new goal; whoever asked is taken there."""
    run = pages.read(goal_id)
    task_id = _task_of(request, goal_id)
    if task_id is None:
        messages.error(request, "Choose a step of this goal.")
        return redirect(pages.address(goal_id=goal_id))
    try:
        with tenancy.brand(run.brand):
            begun = services.retry(task_id=task_id, reason=str(request.POST.get("reason", "")))
    except ChimeraError as refused:
        messages.error(request, str(refused))
        return redirect(pages.address(goal_id=goal_id, task_id=task_id))
    kept = ", ".join(begun.reused)
    messages.success(
        request,
        f"Begun as goal {begun.goal}: {', '.join(begun.runs)} anew; taken over: {kept}, which saves "
        f"{money.show(begun.saved_usd_micros)}.",
    )
    return redirect(pages.address(goal_id=begun.goal))


def replay(request: HttpRequest, goal_id: int) -> HttpResponse:
    """Ask for a replay in the shadow, in the background."""
    run = pages.read(goal_id)
    task_id = _task_of(request, goal_id)
    try:
        with tenancy.brand(run.brand):
            shadowing.ask(goal_id=goal_id, brand_id=run.brand, task_id=task_id, actor=tenancy.current_actor())
        messages.success(request, "The replay begins; nobody is asked and nothing leaves. Its result comes here.")
    except ChimeraError as refused:
        messages.error(request, str(refused))
    return redirect(pages.address(goal_id=goal_id, task_id=task_id))


def plan(request: HttpRequest, goal_id: int, *, site: AdminSite) -> HttpResponse:
    """The form of a held plan, and what came back of it."""
    run = pages.read(goal_id)
    blueprint = blueprints.of_goal(goal_id=goal_id)
    if blueprint is None or blueprint.status != BlueprintStatus.HELD:
        messages.error(request, f"The plan of goal {goal_id} does not wait for a look; it cannot be edited.")
        return redirect(pages.address(goal_id=goal_id))
    stored = from_json(blueprint.steps)
    if request.method != "POST":
        return _form(request, site=site, blueprint=blueprint, steps=stored)
    wanted: list[Step] = stored
    try:
        seen = _seen_steps(request, blueprint)
        wanted = planform.read(steps=seen, said=request.POST)
        blueprint.state_version = _version(request, blueprint)
        with tenancy.brand(run.brand):
            editing.edit(blueprint=blueprint, steps=wanted, reason=str(request.POST.get("reason", "")))
    except EditedMeanwhile as stale:
        apart = editing.differences(before=[one.as_json() for one in seen], after=stale.current.steps)
        current = stale.current
        return _form(
            request, site=site, blueprint=current, steps=_over(current, wanted), refused=str(stale), stale=apart
        )
    except ChimeraError as refused:
        return _form(
            request,
            site=site,
            blueprint=blueprints.of_goal(goal_id=goal_id),
            steps=stored,
            refused=str(refused),
            kept=request.POST,
        )
    messages.success(request, "The plan is changed; it still waits. What it was is kept with your reason.")
    return redirect(pages.address(goal_id=goal_id))


def start(request: HttpRequest, goal_id: int) -> HttpResponse:
    """Start a held plan as it was shown."""
    run = pages.read(goal_id)
    blueprint = blueprints.of_goal(goal_id=goal_id)
    if blueprint is None:
        messages.error(request, f"The plan of goal {goal_id} does not wait for a look.")
        return redirect(pages.address(goal_id=goal_id))
    try:
        blueprint.state_version = _version(request, blueprint)
        with tenancy.brand(run.brand):
            editing.start(blueprint=blueprint)
        messages.success(request, f"Goal {goal_id} is under way.")
    except ChimeraError as refused:
        messages.error(request, str(refused))
    return redirect(pages.address(goal_id=goal_id))


def _version(request: HttpRequest, blueprint: Blueprint) -> int:
    """The version that was shown; what is no number was never shown."""
    said = str(request.POST.get("version", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1


def _seen_steps(request: HttpRequest, blueprint: Blueprint) -> list[Step]:
    """The steps that the form was made from: of the version that was shown."""
    version = _version(request, blueprint)
    if version == blueprint.state_version:
        return from_json(blueprint.steps)
    kept = {row.number: row for row in blueprints.revisions(blueprint=blueprint)}
    # A held plan's version rises with its edits alone: version 1 is what edit 1 began with.
    return from_json(kept[version].before) if version in kept else from_json(blueprint.steps)


def _over(current: Blueprint, wanted: list[Step]) -> list[Step]:
    """What somebody wrote, put over the plan as it is now: steps that are gone stay gone."""
    mine = {step.key: step for step in wanted}
    return [mine.get(step.key, step) for step in from_json(current.steps)]


def _form(
    request: HttpRequest,
    *,
    site: AdminSite,
    blueprint: Blueprint | None,
    steps: list[Step],
    refused: str = "",
    stale: list[str] | None = None,
    kept: Any = None,
) -> HttpResponse:
    assert blueprint is not None
    context = {
        **site.each_context(request),
        "title": f"Plan of goal {blueprint.goal_number}",
        "blueprint": blueprint,
        "fields": planform.fields(steps=steps, said=kept),
        "estimate": money.show(blueprint.estimate_usd_micros),
        "revisions": showing.revisions(goal_id=blueprint.goal_number),
        "refused": refused,
        "stale": stale,
        "reason": str(request.POST.get("reason", "")),
        "run": pages.read(blueprint.goal_number),
    }
    return TemplateResponse(request, "admin/runs/plan.html", context, status=409 if stale else 200)
