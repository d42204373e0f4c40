"""Giving advice, and doing what a human took."""

from collections.abc import Mapping
from typing import Any

from agents.advice.models import Advice, AdviceKind
from agents.advice.states import AdviceStatus
from agents.personas import services as personas
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied
from governance import transitions
from governance.routing import RETRY_BELOW_BP
from governance.thresholds import services as thresholds
from governance.thresholds.models import Threshold
from governance.thresholds.states import ThresholdStatus


class NotOpen(Conflict):
    """Somebody else decided, or newer figures overtook it; nothing was changed."""


class NoReason(Denied):
    """A decision without a reason teaches nothing."""


def offer_threshold(
    *, brand_id: int, scope: str, act_above_bp: int, why: str, figures: Mapping[str, Any]
) -> Advice | None:
    """Suggest a threshold. None when exactly this is open already; another open one is overtaken."""
    return _offer(
        brand_id=brand_id, kind=AdviceKind.THRESHOLD, scope=scope, act_above_bp=act_above_bp, why=why, figures=figures
    )


def offer_rung(*, agent: Agent, rung: TrustRung, why: str, figures: Mapping[str, Any]) -> Advice | None:
    """Suggest a rung. None when exactly this is open already."""
    return _offer(brand_id=agent.brand_id, kind=AdviceKind.RUNG, scope=agent.scope, rung=rung, why=why, figures=figures)


def overtake(*, brand_id: int, kind: AdviceKind, scope: str) -> int:
    """End what is open about this scope, because the figures say something else now. Returns how many (0 or 1)."""
    found = Advice.objects.select_for_update().filter(
        brand_id=brand_id, kind=kind, scope=scope, status=AdviceStatus.OPEN
    )
    return len(transitions.move_many(rows=list(found), to=AdviceStatus.OVERTAKEN))


def take(*, advice: Advice, reason: str) -> Advice:
    """Do what is advised, in this transaction. The actor of the running context decided. Raises NotOpen, NoReason."""
    agent = None
    if advice.kind == AdviceKind.RUNG:  # the agent first, as whoever counts decisions does
        agent = Agent.objects.select_for_update(no_key=True).get(pk=int(advice.scope.rpartition(":")[2]))
    one = _as_it_is(advice, reason)
    if agent is None:
        _tighten(one, reason)
    else:
        if personas.LADDER.index(TrustRung(agent.status)) != personas.LADDER.index(TrustRung(one.rung)) - 1:
            raise NotOpen(f"@{agent.handle} is {agent.status.lower()} by now; the advice was about another rung.")
        personas.promote(agent=agent, to=TrustRung(one.rung), reason=reason.strip())
    return _decided(one, AdviceStatus.TAKEN, reason)


def decline(*, advice: Advice, reason: str) -> Advice:
    """Leave things as they are, and say why. Raises NotOpen, NoReason."""
    return _decided(_as_it_is(advice, reason), AdviceStatus.DECLINED, reason)


def _offer(*, brand_id: int, kind: AdviceKind, scope: str, **wanted: Any) -> Advice | None:
    known = Advice.objects.filter(brand_id=brand_id, kind=kind, scope=scope, status=AdviceStatus.OPEN).first()
    if known is not None:
        if (known.act_above_bp, known.rung) == (wanted.get("act_above_bp"), wanted.get("rung", "")):
            return None
        overtake(brand_id=brand_id, kind=kind, scope=scope)
    return Advice.objects.create(brand_id=brand_id, kind=kind, scope=scope, status=AdviceStatus.OPEN, **wanted)


def _tighten(advice: Advice, reason: str) -> None:
    """Only the bar for acting is moved; what is tried again stays as it was set."""
    assert advice.act_above_bp is not None, "a constraint says so"
    held = Threshold.objects.filter(
        brand_id=advice.brand_id, scope=advice.scope, kind="", status=ThresholdStatus.IN_FORCE
    ).first()
    thresholds.tighten(
        brand_id=advice.brand_id,
        scope=advice.scope,
        act_above_bp=advice.act_above_bp,
        retry_below_bp=held.retry_below_bp if held else RETRY_BELOW_BP,
        reason=reason,
    )


def _as_it_is(advice: Advice, reason: str) -> Advice:
    """The advice as it is now, locked until the decision stands. Raises NotOpen, NoReason."""
    one = Advice.objects.select_for_update().get(pk=advice.pk)
    if one.status != AdviceStatus.OPEN:
        by = f" by {one.decided_by}" if one.decided_by else ""
        raise NotOpen(f"This advice is {one.status.lower()}{by} already; nothing was changed.")
    if not reason.strip():
        raise NoReason("Say why; the reason stays with the advice and what it changes.")
    return one


def _decided(advice: Advice, to: AdviceStatus, reason: str) -> Advice:
    return transitions.move(
        row=advice,
        to=to,
        decided_by=tenancy.current_actor(),
        decided_at=Now(),
        decision_reason=reason.strip(),
    )
