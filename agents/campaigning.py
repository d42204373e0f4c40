"""Running campaigns: their moves, and what follows for the work that is open for them.

Starting sets goals with the next planning round; a pause is a control on the campaign's scope, so its work waits as any
stopped work does; an edit throws away what was made before it; an end cancels what is open. What is out stays out.
Requirements: PLN-4, PLN-12, OPS-4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from agents.campaigns import services as campaigns
from agents.campaigns.models import Campaign
from agents.campaigns.services import Terms
from agents.campaigns.states import CampaignStatus
from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.personas.models import Agent
from agents.tasks import replanning
from agents.tasks import services as tasks
from chimera.core import tenancy
from governance.controls import services as controls
from governance.controls.models import ControlKind

OPEN = (GoalStatus.PROPOSED, GoalStatus.ACTIVE)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A campaign after an act, with what became of its open goals."""

    campaign: Campaign
    planned_anew: int = 0
    cancelled: int = 0


def move(*, campaign: Campaign, to: CampaignStatus, reason: str) -> Moved:
    """Start, pause, resume, end or cancel a campaign, in the transaction of the caller. Raises BadCampaign."""
    with tenancy.brand(campaign.brand_id):
        moved = campaigns.move(campaign=campaign, to=to, reason=reason)
        if to == CampaignStatus.PAUSED:
            controls.impose(scope=campaign.scope, kind=ControlKind.PAUSE, reason=moved.note)
            return Moved(campaign=moved)
        controls.lift(scope=campaign.scope, reason=moved.note)
        if to == CampaignStatus.ACTIVE:
            return Moved(campaign=moved)
        note = f"The campaign {moved.name!r} is {to.lower()}: {moved.note}"
        return Moved(campaign=moved, cancelled=_cancel(Goal.objects.filter(campaign=moved, status__in=OPEN), note))


def edit(*, campaign: Campaign, terms: Terms) -> Moved:
    """Change what a campaign says; what is open for it is thrown away and planned anew. Raises as `campaigns.edit`."""
    with tenancy.brand(campaign.brand_id):
        edited = campaigns.edit(campaign=campaign, terms=terms)
        again = replanning.replan_open(goals=Goal.objects.filter(campaign=edited))
        return Moved(campaign=edited, planned_anew=again)


def cast(*, campaign: Campaign, agents: Iterable[Agent]) -> Moved:
    """Let exactly these agents post for a campaign; what those who leave have open for it is cancelled."""
    with tenancy.brand(campaign.brand_id):
        gone = campaigns.cast(campaign=campaign, agents=agents)
        left = Goal.objects.filter(campaign=campaign, agent__in=gone, status__in=OPEN)
        note = f"The agent posts for the campaign {campaign.name!r} no longer."
        return Moved(campaign=campaign, cancelled=_cancel(left, note))


def _cancel(goals: Iterable[Goal], note: str) -> int:
    found = list(goals)
    for goal in found:
        tasks.cancel(goal_id=goal.pk, note=note)
    return len(found)
