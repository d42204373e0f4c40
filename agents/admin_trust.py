"""The ladder of trust on an agent's page: rung, since when, why, and what is missing for the next one. PER-5."""

from typing import Any

from django.http import HttpRequest

from agents.advice.models import Advice, AdviceKind
from agents.advice.states import AdviceStatus
from agents.ladder import selectors as ladder
from agents.models import Agent, RungStep
from chimera.core.desk import ReadingAdmin

STEPS_MAX = 20


class LadderPage(ReadingAdmin):
    """Shows the ladder before the form of an agent; what changes it are decisions, commands and advice."""

    change_form_before_template = "admin/agents/ladder.html"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """With where the agent stands."""
        agent = Agent.objects.filter(pk=object_id).first() if object_id and object_id.isdigit() else None
        context = {**(extra_context or {}), "ladder": _ladder(agent) if agent else None}
        return super().changeform_view(request, object_id, form_url, context)


def _ladder(agent: Agent) -> dict[str, Any]:
    return {
        "agent": agent,
        "standing": ladder.standing(agent=agent),
        "steps": RungStep.objects.filter(agent=agent).order_by("-id")[:STEPS_MAX],
        "advice": Advice.objects.filter(
            brand_id=agent.brand_id, kind=AdviceKind.RUNG, scope=agent.scope, status=AdviceStatus.OPEN
        ).first(),
    }
