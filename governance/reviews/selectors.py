"""Reading the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet, Subquery

from governance.reviews import filters
from governance.reviews.filters import Filters, Now
from governance.reviews.models import ReviewItem, ReviewKind, SavedQueue
from governance.reviews.states import ReviewStatus

ORDER = ("urgent_at", "id")


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A review that has a final answer which nobody has acted on yet."""

    id: int
    brand_id: int
    about: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """Who has a card open. `by` is empty when nobody has; `status` may be GONE: there is none."""

    item_id: int
    status: str
    by: str
    until: datetime | None
    is_mine: bool


def pending() -> QuerySet[ReviewItem]:
    """What waits for a human in this brand (at the desk: in all), most urgent first. For a sample nothing waits."""
    cards = ReviewItem.objects.filter(status=ReviewStatus.PENDING).exclude(kind=ReviewKind.SAMPLE)
    return cards.order_by(*ORDER)


def cards_of(*, queue: Filters, reviewer: str) -> QuerySet[ReviewItem]:
    """What a reviewer ("user:ada") would be given of a queue, most urgent first: without what they skipped.

    Cards that somebody else has open are in it.
    """
    cards = queue.apply(ReviewItem.objects.all(), reviewer=reviewer)
    return cards.filter(filters.not_skipped(reviewer=reviewer)).order_by(*ORDER)


def from_here(*, queue: Filters, reviewer: str, after: int | None, back: bool = False) -> list[QuerySet[ReviewItem]]:
    """The queue in two parts: what follows the card `after` (backwards: comes before it), then from the other end on.

    Without `after`, or when there is no such card, in one part: the whole. `after` itself is in neither.
    """
    cards = cards_of(queue=queue, reviewer=reviewer)
    if back:
        cards = cards.order_by(*(f"-{name}" for name in ORDER))
    if not after:
        return [cards]
    place = Subquery(ReviewItem.objects.filter(pk=after).values("urgent_at"))  # nothing is behind one that is gone
    way = "lt" if back else "gt"
    behind = Q(**{f"urgent_at__{way}": place}) | Q(urgent_at=place, **{f"id__{way}": after})
    # Said twice, because an index serves the plain bound.
    return [cards.filter(behind, **{f"urgent_at__{way}e": place}), cards.exclude(pk=after)]


def following(*, queue: Filters, reviewer: str, after: int | None, back: bool = False) -> ReviewItem | None:
    """The card that a reviewer would see after this one (or before it), free or their own; claims nothing."""
    for cards in from_here(queue=queue, reviewer=reviewer, after=after, back=back):
        found = cards.filter(filters.free(reviewer=reviewer)).first()
        if found is not None:
            return found
    return None


def size(*, queue: Filters, reviewer: str) -> int:
    """How many cards a queue has, counted up to REVIEW_QUEUE_COUNT_MAX + 1."""
    cards = cards_of(queue=queue, reviewer=reviewer)
    return len(cards.order_by().values_list("pk", flat=True)[: settings.REVIEW_QUEUE_COUNT_MAX + 1])


def who_has(*, item_id: int, reviewer: str) -> Held:
    """Who has a card open now."""
    return who_have(item_ids=[item_id], reviewer=reviewer)[0]


def who_have(*, item_ids: Sequence[int], reviewer: str) -> list[Held]:
    """Who has each of these cards open now, in the order given."""
    found = {
        pk: row
        for pk, *row in ReviewItem.objects.filter(pk__in=item_ids)
        .annotate(as_of=Now())
        .values_list("pk", "status", "claimed_by", "claimed_until", "as_of")
    }
    return [_held(pk, found.get(pk, ["GONE", "", None, None]), reviewer) for pk in item_ids]


def _held(item_id: int, row: Sequence[Any], reviewer: str) -> Held:
    status, by, until, as_of = row
    lives = until is not None and as_of is not None and until > as_of
    return Held(
        item_id=item_id,
        status=status,
        by=by if lives else "",
        until=until if lives else None,
        is_mine=lives and by == reviewer,
    )


def of_group(*, group: str) -> QuerySet[ReviewItem]:
    """What waits of one trend or campaign (publishing.trend:7), most urgent first, in whoever's hands; no samples."""
    return pending().filter(group=group)


def saved_queues(*, reviewer: str) -> list[SavedQueue]:
    """A reviewer's own queues and those that are shared, by name."""
    return list(SavedQueue.objects.filter(Q(owner=reviewer) | Q(is_shared=True)).order_by("name", "id"))


def agents_waiting(*, count_max: int = 100) -> Sequence[str]:
    """Handles with cards that wait, by name: what a filter offers."""
    cards = ReviewItem.objects.filter(status=ReviewStatus.PENDING).exclude(agent="")
    return list(cards.order_by("agent").values_list("agent", flat=True).distinct()[:count_max])


def answered(*, prefix: str, count_max: int) -> list[Answered]:
    """Final answers over all brands for subjects that start with `prefix`, oldest first: ids, never content."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, brand_id, about FROM governance_answered_reviews(%s, %s)", [prefix, count_max])
        return [Answered(id=r[0], brand_id=r[1], about=r[2]) for r in cursor.fetchall()]
