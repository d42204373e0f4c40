"""Steps on the ladder: after each answer, for drift of the voice, for a strike by a platform.

An agent is locked before its decisions are counted, so that of two answers at once one sees the other. A step counts
decisions since the step before it only: the same rejections never lower an agent twice. Requirements: PER-5.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from agents.advice import services as advice
from agents.advice.models import Advice, AdviceKind
from agents.advice.states import AdviceStatus
from agents.decisions import services as decisions
from agents.decisions.models import Decision
from agents.ladder import selectors
from agents.personas import services as personas
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.tasks.models import Task
from governance.reviews.models import ReviewItem


def count(*, review: ReviewItem, task: Task) -> Agent | None:
    """Note the answer to the card of a held task, and let its agent take the step that is due, if one is.

    In the transaction that consumes the answer. Returns the agent when it took a step.
    """
    agent = _locked(task.agent_id)
    return None if decisions.note_card(review=review, task=task) is None else _step(agent)


def count_sample(
    *,
    review: ReviewItem,
    agent_id: int,
    task_id: int,
    kind: str,
    snapshot: Mapping[str, Any],
    verdict: Mapping[str, Any],
) -> Agent | None:
    """The same for a blind sample: what was let out by itself says as much of its agent as what was asked about."""
    agent = _locked(agent_id)
    noted = decisions.note(
        review=review, agent_id=agent_id, task_id=task_id, kind=kind, snapshot=snapshot, verdict=verdict
    )
    return None if noted is None else _step(agent)


def strike(*, agent_id: int, platform: str, reason: str) -> Agent:
    """A platform objected to an agent: one rung down, never below probation. In the brand's context."""
    agent = _locked(agent_id)
    _down(agent, f"A strike by {platform}: {reason.strip() or 'no reason was given'}")
    return agent


def drifted(*, agent_id: int, why: str) -> Agent:
    """The voice of an agent has moved away from itself: one rung down, never below probation."""
    agent = _locked(agent_id)
    _down(agent, why)
    return agent


def _locked(agent_id: int) -> Agent:
    # Rows that point at the agent may go on being written.
    return Agent.objects.select_for_update(no_key=True).get(pk=agent_id)


def _step(agent: Agent) -> Agent | None:
    standing = selectors.standing(agent=agent)
    if standing.to is None:
        advice.overtake(brand_id=agent.brand_id, kind=AdviceKind.RUNG, scope=agent.scope)
        return None
    ladder = personas.LADDER
    if ladder.index(standing.to) < ladder.index(TrustRung(agent.status)):
        _down(agent, standing.why)
    elif standing.to == TrustRung.AUTONOMOUS and not settings.TRUST_AUTONOMOUS_ALONE:
        if _declined_lately(agent):
            return None
        advice.offer_rung(agent=agent, rung=standing.to, why=standing.why, figures={"rung": agent.status})
        return None
    else:
        personas.promote(agent=agent, to=standing.to, reason=standing.why)
    return agent


def _down(agent: Agent, why: str) -> None:
    advice.overtake(brand_id=agent.brand_id, kind=AdviceKind.RUNG, scope=agent.scope)
    rung = personas.LADDER.index(TrustRung(agent.status))
    if rung > 0:
        personas.demote(agent=agent, to=personas.LADDER[rung - 1], reason=why)


def _declined_lately(agent: Agent) -> bool:
    """Whether a human said no to this step, and fewer decisions were made since than it takes to ask again."""
    last = (
        Advice.objects.filter(
            brand_id=agent.brand_id, kind=AdviceKind.RUNG, scope=agent.scope, status=AdviceStatus.DECLINED
        )
        .order_by("-id")
        .first()
    )
    if last is None:
        return False
    since = Decision.objects.filter(brand_id=agent.brand_id, agent_id=agent.pk, made_at__gt=last.decided_at)
    return since.count() < settings.TRUST_MORE
