"""Who has a card open. A claim is a lease, no state: it ends by itself; meanwhile the database lets nobody else answer.

Requirements: REV-3.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance.reviews import filters, locking, selectors
from governance.reviews.filters import Filters
from governance.reviews.locking import NotPending
from governance.reviews.models import ReviewItem
from governance.reviews.selectors import Held
from governance.reviews.states import ReviewStatus

UNCLAIM_MAX = 500


class TooMany(Denied):
    """More at once than one statement should lock."""


def _lease(as_of: datetime | Now) -> dict[str, Any]:
    return {"claimed_by": tenancy.current_actor(), "claimed_until": as_of + timedelta(seconds=settings.REVIEW_LEASE_S)}


def claim(*, item_id: int) -> ReviewItem:
    """Take a card into one's own hands for REVIEW_LEASE_S, or keep it. Raises TakenBy, NotPending."""
    item = ReviewItem(pk=item_id)
    try:
        as_of = locking.locked(item=item)
    except ReviewItem.DoesNotExist:
        raise NotPending(f"There is no review {item_id} here.") from None
    if item.status != ReviewStatus.PENDING:
        by = f" by {item.decided_by}" if item.decided_by else ""
        raise NotPending(f"This review was already answered ({item.status.lower()}{by}).")
    locking.require_free(item=item, as_of=as_of)
    return _taken(item, as_of)


def claim_next(*, queue: Filters, after: int | None = None) -> ReviewItem | None:
    """The most urgent card of a queue that nobody has, claimed; None when there is none.

    `after` is the card that was before: the next one in the order follows it, and behind the last the first. Two who
    ask at the same moment get two cards.
    """
    reviewer = tenancy.current_actor()
    for cards in selectors.from_here(queue=queue, reviewer=reviewer, after=after):
        free = cards.filter(filters.free(reviewer=reviewer)).annotate(as_of=Now())
        item = free.select_for_update(skip_locked=True, of=("self",)).first()
        if item is not None:
            return _taken(item, item.as_of)
    return None


def claim_free(*, item_ids: Sequence[int]) -> list[Held]:
    """Take those of the cards that nobody else has, or keep them; says of each who has it now. Raises TooMany.

    Waits for nobody: a card that somebody answers at this moment is left alone.
    """
    if len(item_ids) > UNCLAIM_MAX:
        raise TooMany(f"At most {UNCLAIM_MAX} reviews at once, not {len(item_ids)}; choose fewer.")
    reviewer = tenancy.current_actor()
    cards = ReviewItem.objects.filter(filters.free(reviewer=reviewer), pk__in=item_ids, status=ReviewStatus.PENDING)
    free = list(cards.select_for_update(skip_locked=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    ReviewItem.objects.filter(pk__in=free).update(**_lease(Now()))
    return selectors.who_have(item_ids=item_ids, reviewer=reviewer)


def _taken(item: ReviewItem, as_of: datetime) -> ReviewItem:
    lease = _lease(as_of)
    ReviewItem.objects.filter(pk=item.pk).update(**lease)
    item.claimed_by, item.claimed_until = lease["claimed_by"], lease["claimed_until"]
    return item


def heartbeat(*, item_id: int) -> Held:
    """Keep one's own claim alive and say who has the card. Claims nothing that one does not have, never raises for a
    card that is gone or somebody else's.
    """
    reviewer = tenancy.current_actor()
    # Also one that ran out while nobody else wanted the card: a laptop that slept.
    mine = ReviewItem.objects.filter(pk=item_id, status=ReviewStatus.PENDING, claimed_by=reviewer)
    mine.update(claimed_until=Now() + timedelta(seconds=settings.REVIEW_LEASE_S))
    return selectors.who_has(item_id=item_id, reviewer=reviewer)


def unclaim(*, item_ids: Sequence[int], anybodys: bool = False) -> list[int]:
    """Let go of cards: one's own, or with `anybodys` (the door asks for the permission) whoever has them.

    Returns the ids that somebody had, in order; the others were free or are answered. Raises TooMany.
    """
    if len(item_ids) > UNCLAIM_MAX:
        raise TooMany(f"At most {UNCLAIM_MAX} reviews at once, not {len(item_ids)}; choose fewer.")
    cards = ReviewItem.objects.filter(pk__in=item_ids, status=ReviewStatus.PENDING).exclude(claimed_by="")
    if not anybodys:
        cards = cards.filter(claimed_by=tenancy.current_actor())
    found = list(cards.select_for_update().order_by("pk").values_list("pk", flat=True))
    ReviewItem.objects.filter(pk__in=found).update(claimed_by="", claimed_until=None)
    return found
