"""The fleet at a glance: each agent with its rung, what it did, what it cost, and the first gate that holds it back.

Requirements: PUB-7, GOV-3, PER-5.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from agents.personas.models import Agent
from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from chimera.core import clock
from governance.budgets.models import Budget, BudgetLimit
from governance.controls import selectors as controls
from governance.controls.models import Control
from governance.effects import services as effects
from publishing.accounts.models import Account
from publishing.posts.models import Post
from publishing.posts.states import PostStatus


@dataclass(frozen=True, kw_only=True)
class Line:
    """One agent. Money in micros of a dollar, of today (UTC)."""

    id: int
    handle: str
    name: str
    brand: str
    rung: str
    published: int
    in_review: int
    open_tasks: int
    spent_today_usd_micros: int
    limit_usd_micros: int
    held_back_by: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def lines() -> list[Line]:
    """Every agent of the brand (at the desk: of all), by handle. A constant number of queries."""
    agents = list(Agent.objects.select_related("brand", "soul").order_by("brand_id", "handle"))
    day = clock.now().date()
    counts: dict[int, Any] = {
        row["agent_id"]: row
        for row in Task.objects.values("agent_id").annotate(
            in_review=Count("id", filter=Q(status=TaskStatus.HELD)),
            open=Count("id", filter=~Q(status__in=["DONE", "REJECTED", "EXPIRED", "CANCELLED"])),
        )
    }
    published: dict[str, int] = dict(
        Post.objects.filter(status=PostStatus.PUBLISHED)
        .values_list("account__belongs_to")
        .annotate(count=Count("id"))
        .values_list("account__belongs_to", "count")
    )
    spent: dict[str, int] = dict(
        Budget.objects.filter(day=day)
        .values_list("scope")
        .annotate(s=Sum("settled_usd_micros"))
        .values_list("scope", "s")
    )
    limits = dict(BudgetLimit.objects.values_list("scope", "limit_usd_micros"))
    accounts: dict[str, list[str]] = {}
    for belongs_to, platform in Account.objects.values_list("belongs_to", "platform"):
        accounts.setdefault(belongs_to, []).append(platform)
    stops = list(controls.everything_in_force())
    return [
        Line(
            id=agent.pk,
            handle=agent.handle,
            name=agent.name,
            brand=agent.brand.slug,
            rung=agent.status,
            published=published.get(agent.subject, 0),
            in_review=counts.get(agent.pk, {}).get("in_review", 0),
            open_tasks=counts.get(agent.pk, {}).get("open", 0),
            spent_today_usd_micros=spent.get(agent.scope, 0) or 0,
            limit_usd_micros=limits.get(agent.scope, 0),
            held_back_by=_gate(agent, accounts, stops, spent, limits),
        )
        for agent in agents
    ]


def _gate(
    agent: Agent,
    accounts: dict[str, list[str]],
    stops: list[Control],
    spent: dict[str, int],
    limits: dict[str, int],
) -> str:
    """The first thing that keeps this agent from posting by itself; empty when nothing does."""
    platforms = [f"platform:{platform}" for platform in accounts.get(agent.subject, [])]
    mine = {*agent.scopes, *platforms, effects.OUTSIDE, effects.SPENDING}
    for control in stops:
        if control.scope in mine:
            return control.sentence
    if agent.soul_id is None:
        return "no soul"
    if agent.subject not in accounts:
        return "no account"
    if agent.scope not in limits:
        return "no budget"
    if (spent.get(agent.scope) or 0) >= limits[agent.scope]:
        return "today's budget is spent; it reopens at 00:00 UTC"
    if agent.status == "PROBATION":
        return "on probation: every post waits for a human"
    return ""
