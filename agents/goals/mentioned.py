"""Goals that mentions ask for: one for each mention and agent. What was said stays in the inbox. ENG-1, SAF-1."""

import re
from datetime import datetime, timedelta

from django.conf import settings

from agents.goals.wish import Wish
from agents.personas.models import Agent
from publishing.inbox.models import Mention

PREFIX = "mention:"
QUEUE = "reply"  # replies overtake posts
_CAUSE = re.compile(r"mention:(\d+):agent:\d+(?::again:\d+)?")


def cause(*, mention_id: int, agent_id: int) -> str:
    """What the goal is keyed by."""
    return f"{PREFIX}{mention_id}:agent:{agent_id}"


def mention_id(*, cause: str) -> int | None:
    """The mention that a goal with this cause answers; None when it answers none."""
    found = _CAUSE.fullmatch(cause)
    return int(found[1]) if found else None


def causes(*, mention_id: int, agent_id: int) -> list[str]:
    """Every cause that the goal of a mention may have had, the newest first: it is planned anew so often at most."""
    first = cause(mention_id=mention_id, agent_id=agent_id)
    return [*(f"{first}:again:{number}" for number in range(settings.REPLANS_MAX + 1, 1, -1)), first]


def wish(*, mention: Mention, agent: Agent, now: datetime) -> Wish:
    """The goal to answer it: without a word of what was said, which only who reads it gets to see."""
    return Wish(
        agent_id=agent.pk,
        soul_id=agent.soul_id or 0,
        cause=cause(mention_id=mention.pk, agent_id=agent.pk),
        wish=f"Answer somebody on {mention.account.platform}",
        deadline=now + timedelta(seconds=settings.REPLY_LIVES_S),
        scopes=agent.scopes,
        queue=QUEUE,
    )
