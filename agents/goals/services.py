"""From fresh trends to goals: relevant ones, the best first, at most n a day, one per (persona, trend)."""

from datetime import UTC, datetime

import numpy as np
from django.conf import settings
from pgvector.django import CosineDistance

from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.personas.models import Agent, Soul
from chimera.core import clock
from publishing.trends import background
from publishing.trends import selectors as trends
from publishing.trends.models import Trend


def set_goals(*, agent_id: int) -> list[Goal]:
    """New goals for one agent from the brand's live trends, within its day's number. In the brand's context."""
    # The lock makes two planners count the same day one after the other.
    agent = Agent.objects.select_for_update(of=("self",)).select_related("soul").get(pk=agent_id)
    if agent.soul is None:
        return []
    left = agent.posts_per_day - _today(agent)
    made: list[Goal] = []
    for trend, relevance_bp, similarity_bp in _candidates(agent.soul):
        if len(made) >= left:
            break
        goal, new = Goal.objects.get_or_create(
            brand_id=agent.brand_id,
            cause=f"trend:{trend.fingerprint[:40]}:agent:{agent.pk}",
            defaults={
                "agent": agent,
                "soul": agent.soul,
                "trend": trend,
                "wish": f"Post about: {trend.title}"[:300],
                "relevance_bp": relevance_bp,
                "similarity_bp": similarity_bp,
                "deadline": trend.expires_at,
                "status": GoalStatus.PROPOSED,
            },
        )
        if new:
            made.append(goal)
    return made


def _today(agent: Agent) -> int:
    midnight = datetime.combine(clock.now().astimezone(UTC).date(), datetime.min.time(), tzinfo=UTC)
    return Goal.objects.filter(agent=agent, made_at__gte=midnight).count()


def _candidates(soul: Soul) -> list[tuple[Trend, int, int]]:
    """Relevant live trends with percentile and similarity in basis points, the most relevant and liveliest first."""
    profile = np.asarray(soul.profile, dtype=np.float32)
    near = trends.live().annotate(distance=CosineDistance("vector", soul.profile))
    found = []
    for trend in near.filter(distance__lte=1 - settings.SIMILARITY_MIN_BP / 10_000):
        relevance = background.place(similarity=1 - trend.distance, profile_vector=profile)
        percentile_bp = int(relevance * 10_000)
        if percentile_bp >= settings.RELEVANCE_MIN_BP:
            found.append((trend, percentile_bp, round((1 - trend.distance) * 10_000)))
    return sorted(found, key=lambda one: (-(one[2] + one[0].score_bp // 4), one[0].pk))
