"""The desk's pages of why nothing is posting, and the buttons on them. Doors only. OPS-4, GOV-3, PER-5, REV-9."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agents import admin_board, cancelling, stopping
from agents.admin_trust import LadderPage
from agents.board import fleet
from agents.personas.models import Agent
from agents.planner import services as planner
from agents.why import selectors
from agents.why.gates import Act, Why
from chimera.core import tenancy, wake
from chimera.core.errors import ChimeraError, Denied
from publishing.accounts import services as accounts

SHOWN_MAX = 200
PAGES = {
    "circuits": "admin:core_circuit_changelist",
    "nodes": "admin:agents_node_changelist",
    "keys": "admin:governance_grantkey_changelist",
    "trends": "admin:publishing_trend_changelist",
    "limits": "admin:governance_budgetlimit_changelist",
}
# Of a row: the page that shows it.
ROWS = {
    "agents.agent": "admin:agents_agent_change",
    "agents.task": "admin:agents_task_change",
    "publishing.post": "admin:publishing_post_change",
    "governance.server": "admin:governance_server_change",
    "governance.reviewitem": "admin:desk_card",
}


def address(sees: str) -> str:
    """Where something that a sentence names is looked at."""
    if sees in PAGES:
        return reverse(PAGES[sees])
    kind, _, name = sees.partition(":")
    if kind == "limit":
        page = "fleetlimit" if name == "fleet" else "budgetlimit"
        return reverse(f"admin:governance_{page}_changelist") + ("" if name == "fleet" else f"?scope__exact={name}")
    if kind == "circuit":
        return f"{reverse(PAGES['circuits'])}?provider__exact={name}"
    if kind == "tasks_of":
        return f"{reverse('admin:agents_task_changelist')}?goal__id__exact={name}"
    return reverse(ROWS[kind], args=[name])


def _resume(request: HttpRequest) -> str:
    scope = request.POST.get("scope", "")
    done = stopping.resume(scope=scope, reason=request.POST.get("reason", ""), actor=tenancy.current_actor())
    if done.waiting:
        raise Denied(
            f"The stop on {scope} stays: it was imposed by {done.waiting[0].imposed_by}, so somebody else must resume "
            "it. Your wish is on the record."
        )
    return f"{scope}: {len(done.lifted)} lifted; what waited goes on."


def _account(request: HttpRequest) -> str:
    agent, platform = _agent(request), request.POST.get("platform", "")
    with tenancy.brand(agent.brand_id):
        made = accounts.register(
            brand_id=agent.brand_id,
            belongs_to=agent.subject,
            platform=platform,
            handle=agent.handle,
            display_name=agent.name,
        )
    return f"{made} is known; its credentials belong in the connector."


def _goals(request: HttpRequest) -> str:
    agent = _agent(request)
    with tenancy.brand(agent.brand_id):
        made = planner.set_goals(agent_id=agent.pk)
    if not made:
        raise Denied(
            f"@{agent.handle} has set no goal: none of the trends is close enough. {_why(agent).found.sentence}"
        )
    wake.after_commit(queue="think")
    return f"@{agent.handle} has {len(made)} new goals."


def _cancel(request: HttpRequest) -> str:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise Denied("Say why the goal is cancelled; the reason is kept with it.")
    done = cancelling.cancel(goals=cancelling.goals_of(name=f"goal:{request.POST.get('goal', '')}"), reason=reason)
    return f"{', '.join(done.goals)} is cancelled, with {done.tasks} tasks."


def _agent(request: HttpRequest) -> Agent:
    said = request.POST.get("agent", "")
    found = Agent.objects.filter(pk=int(said)).first() if said.isdigit() and len(said) <= 18 else None
    if found is None:
        raise Denied("There is no such agent; load the page again.")
    return found


# Name of an act -> the permission that it asks for, and what does it.
ACTS: dict[str, tuple[str, Callable[[HttpRequest], str]]] = {
    "resume": ("governance.impose_control", _resume),
    "account": ("publishing.add_account", _account),
    "goals": ("agents.steer_goal", _goals),
    "cancel": ("agents.steer_goal", _cancel),
}


@require_POST
def act(request: HttpRequest, does: str) -> HttpResponse:
    """Do what clears a gate, and come back to where the button was."""
    if does not in ACTS:
        raise Http404
    permission, does_it = ACTS[does]
    if not request.user.has_perm(permission):
        raise PermissionDenied
    try:
        messages.success(request, does_it(request))
    except ChimeraError as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    if back == "board":
        return redirect("admin:index")
    return (
        redirect("admin:agents_agent_why", int(back)) if back.isdigit() and len(back) <= 18 else redirect("admin:why")
    )


def _why(agent: Agent) -> Why:
    return selectors.of(name=str(agent.pk))


def _line(request: HttpRequest, one: Why) -> dict[str, Any]:
    """What the template shows: an act that this person may do, or a page."""
    clears: Act | None = one.found.act
    may = clears is not None and (not clears.does or request.user.has_perm(ACTS[clears.does][0]))
    return {
        "why": one,
        "clears": clears if may else None,
        "address": address(clears.sees) if clears is not None and clears.sees else "",
    }


def everybody(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """All agents, the worst first."""
    _may_see(request)
    whole = selectors.everybody()
    gate = request.GET.get("gate", "")
    chosen = [one for one in whole if not gate or one.found.gate.name == gate]
    context = {
        "title": "Why is nothing posting?",
        "lines": [_line(request, one) for one in chosen[:SHOWN_MAX]],
        "count": len(chosen),
        "shown": min(len(chosen), SHOWN_MAX),
        "gates": selectors.gates_met(found=whole),
        "gate": gate,
        "all": len(whole),
    }
    return TemplateResponse(request, "admin/why/list.html", {**site.each_context(request), **context})


def one(request: HttpRequest, agent_id: int, *, site: AdminSite) -> HttpResponse:
    """One agent."""
    _may_see(request)
    agent = Agent.objects.filter(pk=agent_id).first()
    if agent is None:
        raise Http404(f"There is no agent {agent_id}.")
    line = _line(request, _why(agent))
    context = {"title": f"Why is @{agent.handle} not posting?", "lines": [line], "agent": agent, "back": agent.pk}
    return TemplateResponse(request, "admin/why/agent.html", {**site.each_context(request), **context})


def _may_see(request: HttpRequest) -> None:
    if not request.user.has_perm(admin_board.SEES):
        raise PermissionDenied


class DoingFilter(admin.SimpleListFilter):
    """What agents do, as the board counts it."""

    title, parameter_name = "doing", "doing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state."""
        return [(state, state) for state in (fleet.WORKING, fleet.IDLE, fleet.PAUSED)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those that the board counts so."""
        return (
            queryset.filter(pk__in=fleet.with_state().filter(doing=self.value()).values("pk")) if self.value() else None
        )


class WhyPage(LadderPage):
    """The agents' pages, with the board and why beside them."""

    list_before_template = "admin/why/way.html"

    def get_urls(self) -> list[Any]:
        """With the pages of why and the live board. What changes anything is a POST."""
        site, wrap = self.admin_site, self.admin_site.admin_view
        return [
            path("board/", wrap(admin_board.live), name="board_live"),
            path("why/", wrap(require_GET(lambda request: everybody(request, site=site))), name="why"),
            path("why/<slug:does>/", wrap(act), name="why_act"),
            path(
                "<int:agent_id>/why/",
                wrap(require_GET(lambda request, agent_id: one(request, agent_id, site=site))),
                name="agents_agent_why",
            ),
            *super().get_urls(),
        ]
