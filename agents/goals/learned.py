"""What a persona's posts taught: topics that did well or badly, within bounds, and fading. MET-1, PLN-1.

A topic is one of the persona's own interests, the nearest to what a post or a trend says: words of ours, never a
headline. It changes which trends come first, not how relevant the judge finds them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from django.conf import settings

from agents.goals import drafts
from agents.personas.models import Agent, Soul
from chimera.core import clock, embeddings
from chimera.core.embeddings import Vectors
from publishing.fingerprints.models import Fingerprint
from publishing.metrics import selectors as metrics
from publishing.metrics.selectors import Did, Topic

FACTOR_MIN, FACTOR_MAX = 0.8, 1.25
POSTS_MIN = 3  # about a topic, before it counts; one draft on several platforms is one
WHOLE_WEIGHT = 3.0  # of posts about a topic: from then on it counts in full, below it in part
SHOWN_MAX = 3  # of the best, and of the worst, that a model is told


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """By how much the trends of a topic are weighed up or down, and why, in a sentence ("" where nothing is known)."""

    factor: float = 1.0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Everything known of a persona. `drafts` names the draft of each post: what is one draft counts once in topics."""

    dids: Sequence[Did] = ()
    drafts: Mapping[int, str] = field(default_factory=dict)
    topics: Sequence[Topic] = ()
    interests: Sequence[str] = ()

    def weighed(self, *, vector: Sequence[float]) -> Weighed:
        """Of a trend with this vector."""
        name = topic(interests=self.interests, vector=vector)
        return next((weighed(topic=one) for one in self.topics if one.name == name), Weighed()) if name else Weighed()

    def shown(self) -> dict[str, list[dict[str, Any]]]:
        """The best and the worst topics as values of ours, for whoever plans."""
        told: dict[str, list[dict[str, Any]]] = {"well": [], "badly": []}
        for one in self.topics:
            if one.posts >= POSTS_MIN:
                said = {"topic": one.name, "times": f"{one.times:.1f}", "posts": one.posts}
                told["well" if one.times >= 1 else "badly"].append(said)
        return {"best": told["well"][:SHOWN_MAX], "worst": told["badly"][::-1][:SHOWN_MAX]}


def of(*, agent: Agent, soul: Soul) -> Learned:
    """What this persona's posts of the last days taught; in the brand's context."""
    now = clock.now()
    dids = metrics.how_they_did(belongs_to=agent.subject, now=now)
    if not dids:
        return Learned()
    each = metrics.last(dids=dids)
    names = {
        post_id: topic(interests=soul.interests, vector=vector)
        for post_id, vector in _vectors(post_ids=[one.post_id for one in each]).items()
    }
    known = drafts.of(dids=each)
    topics = metrics.topics(dids=drafts.once(dids=each, drafts=known, names=names), names=names, now=now)
    return Learned(dids=dids, drafts=known, topics=topics, interests=tuple(soul.interests))


def weighed(*, topic: Topic) -> Weighed:
    """What a topic's posts say of its next trend: 0.8 to 1.25, and nearer to 1 the older or fewer they are."""
    if topic.posts < POSTS_MIN:
        return Weighed()
    most = min(FACTOR_MAX, max(FACTOR_MIN, topic.times))
    factor = 1 + min(1.0, topic.weight / WHOLE_WEIGHT) * (most - 1)
    reason = (
        f"{topic.posts} posts about “{topic.name}” did {topic.times:.1f} times the usual in "
        f"{metrics.BACK.days} days, so its trends are weighed {factor:.2f} times."
    )
    return Weighed(factor=factor, reason=reason)


def topic(*, interests: Sequence[str], vector: Sequence[float]) -> str:
    """The interest that this is nearest to; "" when it is near to none."""
    if not interests:
        return ""
    near = _interests(tuple(interests)) @ np.asarray(vector, dtype=np.float32)
    best = int(np.argmax(near))
    return interests[best] if near[best] >= settings.SIMILARITY_MIN_BP / 10_000 else ""


@lru_cache(maxsize=2_000)
def _interests(texts: tuple[str, ...]) -> Vectors:
    return embeddings.embed(texts)


def _vectors(*, post_ids: Iterable[int]) -> Mapping[int, Sequence[float]]:
    found = Fingerprint.objects.filter(post_id__in=list(post_ids), place=0, vector__isnull=False)
    return {one.post_id: one.vector for one in found.only("post_id", "vector")}
