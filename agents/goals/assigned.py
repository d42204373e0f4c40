"""Goals that campaigns ask for: so many a day of each agent, while the campaign runs, from its brief. PLN-4."""

from collections.abc import Sequence
from datetime import UTC, timedelta

import numpy as np

from agents.archive import selectors as archive
from agents.campaigns import selectors as campaigns
from agents.campaigns.models import Campaign
from agents.goals.models import Goal
from agents.goals.wish import Wish
from agents.personas.models import Agent, Soul
from chimera.core import clock, embeddings
from publishing.trends import background

LASTS = timedelta(hours=24)  # a day's goal that could not be met by then is not met any more


def wishes(*, agent: Agent, batch: str, count_max: int) -> list[Wish]:
    """What campaigns ask of this agent today, at most `count_max`; in the brand's context, the agent locked.

    A cause names campaign, agent, day and number, so that nobody asks twice. A cause that is known is not asked again.
    """
    if agent.soul is None or count_max < 1:
        return []
    found = []
    for campaign in campaigns.running_for(agent_id=agent.pk):
        causes = _causes(campaign, agent)
        known = {
            *archive.known_causes(causes=causes),
            *Goal.objects.filter(cause__in=causes).values_list("cause", flat=True),
        }
        fresh = [cause for cause in causes if cause not in known]
        if fresh:
            found += _wishes(agent, agent.soul, campaign, batch, fresh)
    return found[:count_max]


def _causes(campaign: Campaign, agent: Agent) -> list[str]:
    day = clock.now().astimezone(UTC).date().isoformat()
    return [f"campaign:{campaign.pk}:agent:{agent.pk}:{day}:{n}" for n in range(1, campaign.posts_per_day + 1)]


def _wishes(agent: Agent, soul: Soul, campaign: Campaign, batch: str, causes: Sequence[str]) -> list[Wish]:
    similarity_bp, relevance_bp = nearness(soul=soul, campaign=campaign)
    return [
        Wish(
            agent_id=agent.pk,
            soul_id=soul.pk,
            campaign_id=campaign.pk,
            campaign_version=campaign.version,
            cause=cause,
            batch=batch,
            wish=campaign.name,
            relevance_bp=relevance_bp,
            similarity_bp=similarity_bp,
            deadline=min(campaign.ends_at, clock.now() + LASTS),
            scopes=[*agent.scopes, campaign.scope],
        )
        for cause in causes
    ]


def nearness(*, soul: Soul, campaign: Campaign) -> tuple[int, int]:
    """How near a campaign is to a persona: similarity and percentile against the frozen background, in basis points.

    Who posts for a campaign is a human's choice, so nobody is left out for it; the judge looks at it like at a trend's.
    """
    profile = np.asarray(soul.profile, dtype=np.float32)
    text = ". ".join([campaign.name, *campaign.about, campaign.brief])
    similarity = embeddings.similarity(embeddings.embed([text])[0], profile)
    percentile = background.place(similarity=similarity, profile_vector=profile)
    return round(similarity * 10_000), int(percentile * 10_000)
