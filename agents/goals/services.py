"""From campaigns and fresh trends to goals: the best first, at most n a day, one per (persona, trend)."""

from collections.abc import Collection
from datetime import UTC, datetime

import numpy as np
from django.conf import settings
from django.db.models import Q
from pgvector.django import CosineDistance

from agents.archive import selectors as archive
from agents.goals import asked, assigned, followed, learned, mentioned
from agents.goals.learned import Learned, Weighed
from agents.goals.models import Goal
from agents.goals.wish import Wish
from agents.personas.models import Agent, Soul
from chimera.core import clock
from chimera.core.embeddings import Vectors
from publishing.connectors.base import consents
from publishing.readiness import selectors as readiness
from publishing.trends import background
from publishing.trends import selectors as trends
from publishing.trends.models import Trend


def wishes(*, agent_id: int) -> list[Wish]:
    """What one agent wants to post about, within its day's number: its campaigns first, then what follows up on posts
    that did well, then the brand's live trends.

    A cause that is known, or was archived, is not taken up again. In the brand's context; the agent stays locked until
    the transaction ends.
    """
    # The lock makes two planners count the same day one after the other.
    agent = Agent.objects.select_for_update(of=("self",)).select_related("soul").get(pk=agent_id)
    if agent.soul is None or cannot_publish(agent=agent):
        return []
    left = max(0, agent.posts_per_day - _today(agent))
    batch = f"{agent.scope}/{clock.now().astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    found = assigned.wishes(agent=agent, batch=batch, count_max=left)
    if left <= len(found):
        return found
    known = learned.of(agent=agent, soul=agent.soul)
    found += followed.wishes(agent=agent, soul=agent.soul, learned=known, batch=batch, count_max=left - len(found))
    told = {wish.trend_id for wish in found}
    return [*found, *_of_trends(agent, agent.soul, batch, left - len(found), known, told)]


def cannot_publish(*, agent: Agent) -> str:
    """Why none of the agent's accounts can publish now; "" when one can, or when it has none at all."""
    standing = readiness.of(belongs_to=agent.subject, consents=consents())
    if not standing or any(not (one.why_not or one.full) for one in standing):
        return ""
    return "; ".join(f"{one.account}: {one.why_not or one.full}" for one in standing)


def _of_trends(
    agent: Agent, soul: Soul, batch: str, count_max: int, known_of: Learned, now_told: Collection[int | None]
) -> list[Wish]:
    candidates = _candidates(soul, known_of)
    causes = [_cause(trend, agent) for trend, *_ in candidates]
    set_otherwise = Q(cause__startswith=asked.PREFIX) | Q(cause__startswith=followed.PREFIX)
    ours = set_otherwise & Q(agent=agent, trend__in=[trend for trend, *_ in candidates])
    taken = list(Goal.objects.filter(Q(cause__in=causes) | ours).values_list("cause", "trend_id"))
    known = {*archive.known_causes(causes=causes), *(cause for cause, _ in taken)}
    # Also by a goal that an operator or a former post asked for: one for each persona and trend.
    told = {*(trend_id for _, trend_id in taken), *now_told}
    fresh = [
        (cause, *found)
        for cause, found in zip(causes, candidates, strict=True)
        if cause not in known and found[0].pk not in told
    ]
    return [
        Wish(
            agent_id=agent.pk,
            soul_id=soul.pk,
            trend_id=trend.pk,
            cause=cause,
            batch=batch,
            wish=f"Post about: {trend.title}"[:300],
            relevance_bp=relevance_bp,
            similarity_bp=similarity_bp,
            deadline=trend.expires_at,
            scopes=agent.scopes,
            reason=weighed.reason,
        )
        for cause, trend, relevance_bp, similarity_bp, weighed in fresh[:count_max]
    ]


def _cause(trend: Trend, agent: Agent) -> str:
    return f"trend:{trend.fingerprint[:40]}:agent:{agent.pk}"


def why_no_more(*, agent_id: int) -> str:
    """Why this agent sets no goal now, in a sentence. In the brand's context."""
    agent = Agent.objects.select_related("soul").get(pk=agent_id)
    today = _today(agent)
    if agent.soul is None:
        return f"@{agent.handle} has no soul; launch it from a SOUL.md."
    if why_not := cannot_publish(agent=agent):
        return f"Nothing is made for @{agent.handle}, since no account of it can publish ({why_not})."
    if today >= agent.posts_per_day:
        return f"@{agent.handle} has its {today} goals of today (posts_per_day in its soul); more at 00:00 UTC."
    fitting_trends = len(_candidates(agent.soul))
    if not fitting_trends:
        return f"@{agent.handle}: none of the {trends.live().count()} live trends is close to its interests."
    return f"@{agent.handle} has a goal for each of the {fitting_trends} live trends that fit it."


def _today(agent: Agent) -> int:
    midnight = datetime.combine(clock.now().astimezone(UTC).date(), datetime.min.time(), tzinfo=UTC)
    # A goal that was planned anew is the same wish once more, and an answer to somebody is no post of the day.
    today = Goal.objects.filter(agent=agent, made_at__gte=midnight).exclude(cause__contains=":again:")
    return today.exclude(cause__startswith=mentioned.PREFIX).count()


def _candidates(soul: Soul, known_of: Learned | None = None) -> list[tuple[Trend, int, int, Weighed]]:
    """Relevant live trends with percentile and similarity in basis points, and what their topic's posts taught.

    The most relevant and liveliest first, weighed by that; the percentile stays as it is, for the judge reads it.
    """
    taught = known_of or Learned()
    profile = np.asarray(soul.profile, dtype=np.float32)
    near = trends.live().annotate(distance=CosineDistance("vector", soul.profile))
    found = []
    for trend in near.filter(distance__lte=1 - settings.SIMILARITY_MIN_BP / 10_000):
        fit = fitting(similarity=1 - trend.distance, profile=profile)
        if fit is not None:
            found.append((trend, *fit, taught.weighed(vector=trend.vector)))
    return sorted(
        found,
        key=lambda one: (-weight(similarity_bp=one[2], score_bp=one[0].score_bp) * one[3].factor, one[0].pk),
    )


def fitting(*, similarity: float, profile: Vectors) -> tuple[int, int] | None:
    """Percentile and similarity in basis points of a trend that is relevant to a profile; None when it is not.

    `similarity` is the cosine of both. Touches no database.
    """
    if similarity < settings.SIMILARITY_MIN_BP / 10_000:
        return None
    percentile_bp = int(background.place(similarity=similarity, profile_vector=profile) * 10_000)
    return (percentile_bp, round(similarity * 10_000)) if percentile_bp >= settings.RELEVANCE_MIN_BP else None


def weight(*, similarity_bp: int, score_bp: int) -> int:
    """What relevant trends are put in order by, the greatest first: how near, and how lively."""
    return similarity_bp + score_bp // 4
