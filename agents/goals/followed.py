"""Goals that posts ask for which did far better than usual: one more about the same subject. MET-1, PLN-1."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import numpy as np
from django.conf import settings
from pgvector.django import CosineDistance

from agents.archive import selectors as archive
from agents.goals.learned import Learned
from agents.goals.models import Goal
from agents.goals.wish import Wish
from agents.personas.models import Agent, Soul
from chimera.core import clock, embeddings
from publishing.metrics.selectors import Did
from publishing.trends import background
from publishing.trends import selectors as trends
from publishing.trends.models import Trend

PREFIX = "metrics:"
TIMES_MIN = 3.0  # the persona's median
STEP_S_MIN = 4 * 3600
FRESH = timedelta(days=8)  # an older post is not followed up any more
LASTS = timedelta(hours=24)
# For the writer: how, never what. The figures are for people; a text that quoted them would be about itself.
NOTE = "A post of yours about this subject did far better than usual. Stay with the subject, say something new."


def cause(*, post_id: int, agent_id: int) -> str:
    """What the goal is keyed by: one for a post, ever; `wishes` sees to it that it is one for a draft."""
    return f"{PREFIX}{post_id}:agent:{agent_id}"


def wishes(*, agent: Agent, soul: Soul, learned: Learned, batch: str, count_max: int) -> list[Wish]:
    """Follow-ups of this agent's drafts, the best first, at most `count_max`; in the brand's context, the agent locked.

    Each is about the live trend that is nearest to the post and of which the agent has no goal; without one it waits.
    """
    hits = _hits(learned) if count_max > 0 else []
    if not hits:
        return []
    followed = _followed(hits, learned, agent)
    found: list[Wish] = []
    told: set[int] = set()
    for hit in hits:
        is_due = learned.drafts[hit.post_id] not in followed and len(found) < count_max
        trend = _nearest(hit, agent, told) if is_due else None
        if trend is None:
            continue
        told.add(trend.pk)
        found.append(_wish(agent, soul, hit, trend, batch))
    return found


def _hits(learned: Learned) -> list[Did]:
    """Of each draft the post that did best, where one did so well at a step that is late enough; the best first.

    None that were paid for. A post counts at the first step that said so.
    """
    since = clock.now() - FRESH
    first: dict[int, Did] = {}
    for one in learned.dids:
        is_hit = one.times is not None and one.times >= TIMES_MIN and one.step_s >= STEP_S_MIN
        if is_hit and not one.is_sponsored and one.published_at >= since:
            first.setdefault(one.post_id, one)
    best: dict[str, Did] = {}
    for one in sorted(first.values(), key=lambda one: (-(one.times or 0), one.post_id)):
        best.setdefault(learned.drafts[one.post_id], one)
    return list(best.values())


def _followed(hits: Sequence[Did], learned: Learned, agent: Agent) -> set[str]:
    """Those of the drafts that have been followed up, whichever of their posts it was that asked."""
    wanted = {learned.drafts[hit.post_id] for hit in hits}
    causes = {
        cause(post_id=post_id, agent_id=agent.pk): draft for post_id, draft in learned.drafts.items() if draft in wanted
    }
    known = archive.known_causes(causes=causes) | set(
        Goal.objects.filter(cause__in=[*causes]).values_list("cause", flat=True)
    )
    return {causes[name] for name in known}


def _nearest(hit: Did, agent: Agent, told: Collection[int]) -> Trend | None:
    vector = embeddings.embed([hit.text])[0].tolist()
    taken = Goal.objects.filter(agent=agent, trend__isnull=False).values("trend_id")
    near = trends.live().exclude(pk__in=[*told]).exclude(pk__in=taken)
    near = near.annotate(distance=CosineDistance("vector", vector))
    close = near.filter(distance__lte=1 - settings.SIMILARITY_MIN_BP / 10_000)
    return close.order_by("distance", "pk").first()


def _wish(agent: Agent, soul: Soul, hit: Did, trend: Trend, batch: str) -> Wish:
    hours = hit.step_s // 3600
    relevance_bp, similarity_bp = _nearness(soul, trend)
    said = (
        f"Post {hit.post_id} on {hit.platform} did {hit.times or 0:.1f} times this persona's usual after {hours} h: "
        f"{hit.figures.sentence()}."
    )
    return Wish(
        agent_id=agent.pk,
        soul_id=soul.pk,
        trend_id=trend.pk,
        cause=cause(post_id=hit.post_id, agent_id=agent.pk),
        batch=batch,
        wish=f"Follow up on a post that did well. {said}",
        reason=said,
        deadline=min(trend.expires_at, clock.now() + LASTS),
        scopes=agent.scopes,
        relevance_bp=relevance_bp,
        similarity_bp=similarity_bp,
    )


def _nearness(soul: Soul, trend: Trend) -> tuple[int, int]:
    """How near the trend is to the persona, as for any other goal: the judge looks at it."""
    profile = np.asarray(soul.profile, dtype=np.float32)
    similarity = embeddings.similarity(np.asarray(trend.vector, dtype=np.float32), profile)
    place = background.place(similarity=similarity, profile_vector=profile)
    return int(place * 10_000), round(similarity * 10_000)
