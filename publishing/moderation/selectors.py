"""Reading what is hidden, and what is proposed to be."""

from collections.abc import Collection

from publishing.moderation.models import Hiding


def of(*, mention_ids: Collection[int]) -> dict[int, Hiding]:
    """The hiding of each of these mentions that has one; in one query."""
    return {one.mention_id: one for one in Hiding.objects.filter(mention_id__in=list(mention_ids))}
