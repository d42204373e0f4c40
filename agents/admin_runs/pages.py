"""Looking at a run: the page, the part that moves, one step, its story. Nothing here changes anything."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from agents.admin_runs import showing
from agents.admin_story import told
from agents.archive.models import ArchivedGoal
from agents.runs import selectors
from agents.runs.selectors import NoSuchRun
from agents.runs.values import Node, Run
from chimera.core.errors import ChimeraError

DIGEST_CHARS = 16


def read(goal_id: int, *, counted: bool = True) -> Run:
    """The run, or 404 with the sentence."""
    try:
        return selectors.run(goal_id=goal_id, counted=counted)
    except NoSuchRun as error:
        raise Http404(str(error)) from error


def page(request: HttpRequest, goal_id: int, *, site: AdminSite) -> HttpResponse:
    """The whole page. What was put away is looked at in the archive."""
    try:
        run = selectors.run(goal_id=goal_id)
    except NoSuchRun as error:
        if ArchivedGoal.objects.filter(pk=goal_id).exists():
            return redirect("admin:agents_archivedgoal_change", goal_id)
        raise Http404(str(error)) from error
    return whole(request, site=site, run=run)


def of_task(request: HttpRequest, task_id: int, *, site: AdminSite) -> HttpResponse:
    """The page of a task's goal with this step open: what other pages link to."""
    try:
        goal_id = selectors.goal_of(name=f"task:{task_id}")
    except NoSuchRun:
        return redirect("admin:agents_task_story", task_id)
    return whole(request, site=site, run=read(goal_id), opened=task_id)


def whole(
    request: HttpRequest, *, site: AdminSite, run: Run, opened: int | None = None, panel: dict[str, Any] | None = None
) -> TemplateResponse:
    """The page; a step whose panel comes with it is in `panel`, one that is fetched at once is `opened`."""
    context = {
        **site.each_context(request),
        "title": f"Run of goal {run.goal}",
        **showing.page(request, run=run, opened=opened),
        **(panel or {}),
    }
    return TemplateResponse(request, "admin/runs/page.html", context)


def live(request: HttpRequest, goal_id: int) -> HttpResponse:
    """The part that moves; 204 when the page shows it already."""
    found = showing.live_part(request, run=read(goal_id), seen=_seen(request))
    return HttpResponse(status=204) if found is None else HttpResponse(found)


def step(request: HttpRequest, goal_id: int, task_id: int, *, site: AdminSite) -> HttpResponse:
    """One step: its panel for a page that is there, else the page with it."""
    run = read(goal_id, counted=not request.headers.get("HX-Request"))
    node = _node(run, task_id)
    if request.headers.get("HX-Request"):
        found = showing.panel_part(request, run=run, node=node, seen=_seen(request))
        return HttpResponse(status=204) if found is None else HttpResponse(found)
    return whole(request, site=site, run=run, panel=showing.panel(request, run=run, node=node))


def story(request: HttpRequest, goal_id: int, task_id: int) -> HttpResponse:
    """The story of a step, for its panel."""
    try:
        found = told(task_id=task_id)
    except ChimeraError as error:
        found = {"refused": str(error)}
    return TemplateResponse(request, "admin/runs/story.html", found)


def address(*, goal_id: int, task_id: int | None = None) -> str:
    """Where a run is looked at."""
    if task_id is None:
        return reverse("admin:agents_run", args=[goal_id])
    return reverse("admin:agents_run_step", args=[goal_id, task_id])


def _node(run: Run, task_id: int) -> Node:
    found = next((node for node in run.nodes if node.id == task_id), None)
    if found is None:
        raise Http404(f"Goal {run.goal} has no task {task_id}.")
    return found


def _seen(request: HttpRequest) -> str:
    return str(request.GET.get("seen", ""))[:DIGEST_CHARS]
