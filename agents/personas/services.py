"""Launching agents, new versions of souls, and the trust ladder."""

from django.conf import settings

from agents.personas import lookalike
from agents.personas.models import Agent, RungStep, Soul
from agents.personas.soul import SoulFile
from agents.personas.states import TrustRung
from chimera.core import money, tenancy
from chimera.core.clock import Now
from chimera.core.embeddings import embed
from chimera.core.errors import Denied
from governance import transitions
from governance.budgets import services as budgets
from governance.budgets.models import BudgetLimit
from publishing.accounts import services as accounts

LADDER = (TrustRung.PROBATION, TrustRung.SUPERVISED, TrustRung.AUTONOMOUS)


class HandleTaken(Denied):
    """Another agent of the brand has this handle."""


def write_soul(*, agent: Agent, soul: SoulFile) -> Soul:
    """Add the next version of an agent's soul and pin it; the same content again is the same version."""
    known = Soul.objects.filter(agent=agent, content_hash=soul.content_hash).first()
    if known is None:
        last = Soul.objects.filter(agent=agent).order_by("-version").values_list("version", flat=True).first() or 0
        known = Soul.objects.create(
            brand_id=agent.brand_id,
            agent=agent,
            version=last + 1,
            content_hash=soul.content_hash,
            source=soul.source,
            front=soul.front.model_dump(mode="json"),
            backstory=soul.backstory,
            interests=soul.front.interests,
            profile=embed([soul.profile_text])[0],
        )
    pin_soul(agent=agent, soul=known)
    return known


def pin_soul(*, agent: Agent, soul: Soul) -> None:
    """Let a version of its own soul be the one that counts for an agent. What was made with another one is stale."""
    if agent.soul_id != soul.pk:
        Agent.objects.filter(pk=agent.pk).update(soul=soul, posts_per_day=soul.front["posts_per_day"])
        agent.soul = soul


def refuse_look_alike(*, soul: SoulFile, brand_id: int) -> None:
    """Raise LookAlike when people would take this soul for another persona of the operator, in any brand.

    The agent of this brand with this very handle is not another: an edited soul is its next version. At the desk
    (tenancy.all_brands); `brand_id` 0 for a brand that is yet to be made.
    """
    others = Agent.objects.exclude(brand_id=brand_id, handle=soul.front.handle).select_related("soul", "brand")
    lookalike.refuse(
        handle=soul.front.handle,
        name=soul.front.name,
        prose=lookalike.prose(backstory=soul.backstory, voice=soul.front.voice.model_dump()),
        among=[
            lookalike.Known(
                handle=agent.handle,
                name=agent.name,
                prose=lookalike.prose(backstory=agent.soul.backstory, voice=agent.soul.front["voice"])
                if agent.soul
                else "",
                brand=agent.brand.slug,
            )
            for agent in others.order_by("id")
        ],
    )


def launch(*, brand_id: int, soul: SoulFile, platform: str, budget_usd_micros: int | None = None) -> Agent:
    """Make an agent of a soul: on probation, with an account and a daily budget. The same soul twice is one agent.

    `budget_usd_micros` a day is set when given, also on an agent that has one; else a limit that stands stays.
    """
    agent = Agent.objects.filter(brand_id=brand_id, handle=soul.front.handle).first()
    if agent is None:
        agent = Agent.objects.create(
            brand_id=brand_id,
            handle=soul.front.handle,
            name=soul.front.name,
            posts_per_day=soul.front.posts_per_day,
            status=TrustRung.PROBATION,
        )
    elif agent.name != soul.front.name:
        raise HandleTaken(f"@{agent.handle} is {agent.name}; choose another handle for {soul.front.name}.")
    write_soul(agent=agent, soul=soul)
    accounts.register(
        brand_id=brand_id,
        belongs_to=agent.subject,
        platform=platform,
        handle=agent.handle,
        display_name=agent.name,
    )
    for scope, default in (
        (f"brand:{brand_id}", settings.DEFAULT_BRAND_BUDGET_USD),
        (agent.scope, settings.DEFAULT_AGENT_BUDGET_USD),
    ):
        if not BudgetLimit.objects.filter(brand_id=brand_id, scope=scope).exists():
            budgets.set_limit(brand_id=brand_id, scope=scope, limit_usd_micros=money.usd(default))
    if budget_usd_micros is not None:
        budgets.set_limit(brand_id=brand_id, scope=agent.scope, limit_usd_micros=budget_usd_micros)
    return agent


def promote(*, agent: Agent, to: TrustRung, reason: str) -> Agent:
    """Raise an agent to a rung, one step at a time, each on the record with who did it and why."""
    if LADDER.index(to) < LADDER.index(TrustRung(agent.status)):
        raise Denied(f"@{agent.handle} is {agent.status}; use demote to lower it to {to}.")
    while agent.status != to:
        nxt = LADDER[LADDER.index(TrustRung(agent.status)) + 1]
        _step(agent=agent, to=nxt, reason=reason)
    return agent


def demote(*, agent: Agent, to: TrustRung, reason: str) -> Agent:
    """Lower an agent to a rung, in one step."""
    if LADDER.index(to) >= LADDER.index(TrustRung(agent.status)):
        raise Denied(f"@{agent.handle} is {agent.status}; that is not above {to}.")
    return _step(agent=agent, to=to, reason=reason)


def _step(*, agent: Agent, to: TrustRung, reason: str) -> Agent:
    """Decisions about the agent count from here on; what was before led to this step."""
    former = agent.status
    transitions.move(row=agent, to=to, rung_reason=reason, rung_since=Now())
    agent.refresh_from_db(fields=["rung_since"])
    RungStep.objects.create(
        brand_id=agent.brand_id,
        agent=agent,
        from_rung=former,
        to_rung=to,
        reason=reason,
        actor=tenancy.current_actor(),
    )
    return agent
