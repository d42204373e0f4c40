"""Goals that an operator sets: in words of ours, about a live trend of the brand, once for each key. PLN-1, TRD-3."""

import hashlib
import re
from datetime import UTC, timedelta

import numpy as np
from django.conf import settings
from pgvector.django import CosineDistance

from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.goals.wish import Wish
from agents.personas.models import Agent
from chimera.core import clock, embeddings
from chimera.core.errors import Denied
from publishing.media.studio.base import SECONDS_MAX, SECONDS_MIN
from publishing.trends import background
from publishing.trends import selectors as trends
from publishing.trends.models import Trend

PREFIX = "operator:"
VIDEO = re.compile(r"operator:video:(?P<seconds>\d{1,2}):")  # how a cause begins whose post is to be a video
TEXT_CHARS_MAX = 300
HOURS_MAX = 72
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class CannotAsk(Denied):
    """This goal cannot be set; says what to change."""


def cause(*, agent: Agent, text: str, key: str = "", video_s: int = 0) -> str:
    """What the goal is keyed by: the key, else the words and the day, and a video's seconds. Raises CannotAsk."""
    if key and not _KEY.fullmatch(key):
        raise CannotAsk("The key has 1 to 60 letters, digits, dots, hyphens or underscores.")
    day = clock.now().astimezone(UTC).date().isoformat()
    named = key or f"{hashlib.sha256(worded(text).encode()).hexdigest()[:16]}.{day}"
    form = f"video:{_seconds(video_s)}:" if video_s else ""
    return f"{PREFIX}{form}{named}:agent:{agent.pk}"


def _seconds(video_s: int) -> int:
    """Raises CannotAsk, naming the gate."""
    if not round(SECONDS_MIN) <= video_s <= round(SECONDS_MAX):
        raise CannotAsk(
            f"A video of {video_s} s is refused by the gate of the studio: it renders {SECONDS_MIN:g} to "
            f"{SECONDS_MAX:g} s (publishing.media.studio); name so many with --seconds."
        )
    return video_s


def video(*, cause: str) -> int:
    """How many seconds the video may last that an operator asked for; 0 where none was asked for."""
    found = VIDEO.match(cause)
    return int(found["seconds"]) if found else 0


def worded(text: str) -> str:
    """The words on one line. Raises CannotAsk."""
    words = " ".join(text.split())
    if not 3 <= len(words) <= TEXT_CHARS_MAX or not words.isprintable():
        raise CannotAsk(f"Say in 3 to {TEXT_CHARS_MAX} characters what to post about.")
    return words


def wish(
    *, agent: Agent, text: str, key: str = "", trend_id: int | None = None, hours: int = 12, video_s: int = 0
) -> Wish:
    """The goal as a value; in the brand's context, the agent locked. Raises CannotAsk."""
    if agent.soul is None:
        raise CannotAsk(f"@{agent.handle} has no soul; launch it from a SOUL.md.")
    if not 1 <= hours <= HOURS_MAX:
        raise CannotAsk(f"A goal lasts 1 to {HOURS_MAX} hours, not {hours}.")
    words = worded(text)
    trend = _named(trend_id) if trend_id is not None else _nearest(words)
    unsaid = (GoalStatus.FAILED, GoalStatus.CANCELLED)
    other = Goal.objects.filter(agent=agent, trend=trend).exclude(status__in=unsaid).order_by("pk").first()
    if other is not None:
        raise CannotAsk(f"@{agent.handle} has goal {other.pk} about this trend already: {trend.title[:120]!r}.")
    profile = np.asarray(agent.soul.profile, dtype=np.float32)
    similarity = embeddings.similarity(np.asarray(trend.vector, dtype=np.float32), profile)
    return Wish(
        agent_id=agent.pk,
        soul_id=agent.soul.pk,
        trend_id=trend.pk,
        cause=cause(agent=agent, text=text, key=key, video_s=video_s),
        wish=words,
        relevance_bp=int(background.place(similarity=similarity, profile_vector=profile) * 10_000),
        similarity_bp=round(similarity * 10_000),
        deadline=min(trend.expires_at, clock.now() + timedelta(hours=hours)),
        scopes=agent.scopes,
    )


def _named(trend_id: int) -> Trend:
    trend = trends.live().filter(pk=trend_id).first()
    if trend is None:
        raise CannotAsk(f"There is no live trend {trend_id} in this brand; the desk lists those that there are.")
    return trend


def _nearest(text: str) -> Trend:
    near = trends.live().annotate(distance=CosineDistance("vector", embeddings.embed([text])[0].tolist()))
    close = near.filter(distance__lte=1 - settings.SIMILARITY_MIN_BP / 10_000)
    trend = close.order_by("distance", "pk").first()
    if trend is None:
        raise CannotAsk("No live trend is about that, so there is nothing to cite; wait for news or name one: --trend.")
    return trend
