"""What a prompt gets of what was published before, as values that keep their origin."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from agents.memory import choosing
from agents.memory.base import Ask, Memory
from chimera.core import outside, taint
from publishing.posts import selectors as posts


def recall(*, brand_id: int, asked: Sequence[tuple[int, str]]) -> list[list[dict[str, Any]]]:
    """For each agent and text the memories for its prompt: all of the last hour, then the most alike, each post once.

    A memory is {"text", "at", "post"}; its text is Tainted, written as JSON, unless all its words are the operator's.
    Raises StoreFailed or CircuitOpen. One call for all of them, made between transactions.
    """
    asks = [
        Ask(
            agent_id=agent_id,
            text=text[:1_000],
            count=settings.MEMORY_COUNT * posts.PLATFORMS_USUAL,
            recent_s=settings.MEMORY_RECENT_S,
        )
        for agent_id, text in asked
    ]
    if settings.MEMORY_URL or settings.MEMORY_STORE != "postgres":
        with outside.waiting():
            found = choosing.store().recall(brand_id=brand_id, asks=asks)
    else:
        found = choosing.store().recall(brand_id=brand_id, asks=asks)
    return [_as_values([*one.recent, *_distinct(one.alike)[: settings.MEMORY_COUNT]]) for one in found]


def _distinct(memories: Sequence[Memory]) -> list[Memory]:
    """Each text once: what stands on several platforms is remembered for each of them."""
    once: dict[str, Memory] = {}
    for memory in memories:
        once.setdefault(memory.text, memory)
    return list(once.values())


def _as_values(memories: Sequence[Memory]) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = taint.to_json(
        [
            {"text": memory.words, "at": memory.at.isoformat(timespec="seconds"), "post": memory.post_id}
            for memory in _distinct(memories)
        ]
    )
    return values
