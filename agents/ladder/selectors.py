"""Where agents stand on the ladder."""

from django.conf import settings

from agents.decisions.models import Decision
from agents.ladder import rules
from agents.ladder.rules import Decided, Rules, Standing
from agents.personas.models import Agent
from agents.personas.states import TrustRung


def the_rules() -> Rules:
    """The rules as they are set."""
    return Rules(
        window=settings.TRUST_WINDOW,
        approved_min=settings.TRUST_APPROVED_MIN,
        rejects_max=settings.TRUST_REJECTS_MAX,
        more=settings.TRUST_MORE,
        clear_min=settings.TRUST_CLEAR_MIN,
        agreement_min_bp=settings.TRUST_AGREEMENT_MIN_BP,
        drop_window=settings.TRUST_DROP_WINDOW,
        drop_rejects=settings.TRUST_DROP_REJECTS,
    )


def decided(*, agent: Agent, count_max: int) -> list[Decided]:
    """The newest decisions about an agent since it stands on its rung. In the brand's context, or at the desk."""
    found = Decision.objects.filter(brand_id=agent.brand_id, agent_id=agent.pk, made_at__gt=agent.rung_since)
    return [
        Decided(answer=answer, composite_bp=composite, is_clean=clean)
        for answer, composite, clean in found.order_by("-id").values_list("answer", "composite_bp", "is_clean")[
            :count_max
        ]
    ]


def standing(*, agent: Agent) -> Standing:
    """Where its decisions would take an agent, or what is missing for the next rung."""
    known = the_rules()
    return rules.standing(
        rung=TrustRung(agent.status), decided=decided(agent=agent, count_max=known.decisions_max), rules=known
    )
