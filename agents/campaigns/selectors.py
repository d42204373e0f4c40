"""Reading campaigns."""

from django.db.models import QuerySet

from agents.campaigns.models import Campaign
from agents.campaigns.states import CampaignStatus
from agents.personas.models import Agent
from chimera.core.clock import Now
from chimera.core.errors import Denied
from chimera.core.taint import Tainted


class NoSuchCampaign(Denied):
    """No campaign has this name."""


def by_name(name: str) -> Campaign:
    """The campaign with this name or id, in the brand of the context or, at the desk, in all. Raises NoSuchCampaign."""
    found = list(Campaign.objects.filter(name=name)[:2])
    if not found and name.isascii() and name.isdigit() and len(name) <= 18:
        found = list(Campaign.objects.filter(pk=int(name)))
    if not found:
        known = ", ".join(Campaign.objects.order_by("-id").values_list("name", flat=True)[:10])
        raise NoSuchCampaign(f"There is no campaign {name!r}. Known: {known or 'none yet'}.")
    if len(found) > 1:
        raise NoSuchCampaign(f"Several brands have a campaign {name!r}; use its id ({found[0].pk}, {found[1].pk}, …).")
    return found[0]


def running() -> QuerySet[Campaign]:
    """Campaigns that are ACTIVE and within their dates now, oldest first."""
    return Campaign.objects.filter(status=CampaignStatus.ACTIVE, starts_at__lte=Now(), ends_at__gt=Now()).order_by("pk")


def running_for(*, agent_id: int) -> QuerySet[Campaign]:
    """Those for which this agent posts."""
    return running().filter(casting__agent=agent_id, casting__active=True)


def agents_of(*, campaign: Campaign) -> QuerySet[Agent]:
    """The agents that post for a campaign, by handle."""
    cast = campaign.casting.filter(active=True).values("agent")
    return Agent.objects.filter(pk__in=cast).order_by("handle")


def brief_of(*, campaign: Campaign) -> Tainted:
    """The brief as what it is: text from outside."""
    return Tainted(campaign.brief, f"brief:{campaign.scope}")


def source_of(*, campaign: Campaign) -> str:
    """What posts name as the source of the brief's facts."""
    return campaign.name
