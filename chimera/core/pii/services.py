"""Forgetting a person: every room that keeps something of theirs, in every brand."""

from chimera.core import registry, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.pii import authors
from chimera.core.pii.base import Keeper


def forget_author(*, platform: str, author_id: str, actor: str) -> dict[str, int]:
    """Delete what is kept of an author, under any live key; returns rows by the name of their keeper."""
    gone = {keeper.name: 0 for keeper in registry.every("KEEPERS", Keeper)}
    for brand_id in brands.ids():
        names = authors.names(brand_id=brand_id, platform=platform, author_id=author_id)
        with tenancy.brand(brand_id, actor=actor):
            for keeper in registry.every("KEEPERS", Keeper):
                gone[keeper.name] += keeper.forget_author(names=names)
    return gone


def expire(*, keep_days: int, count_max: int) -> int:
    """One step of forgetting what is older, at every keeper. In the brand's context; 0 days keep for ever."""
    if not keep_days:
        return 0
    gone = 0
    for keeper in registry.every("KEEPERS", Keeper):
        gone += keeper.expire(keep_days=keep_days, count_max=count_max)
    return gone
