"""Before a card is answered: it is locked, read again, and compared with what the reviewer had before them.

The database refuses the same things by itself (`sql/hands.sql`); here they become sentences. Requirements: REV-3.
"""

from datetime import datetime
from typing import Any

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Conflict
from governance.foureyes import selectors as foureyes
from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus


class NotPending(Conflict):
    """Somebody else answered, or the card expired."""


class TakenBy(Conflict):
    """Somebody else has the card open. `by` is their name, `until` when that ends if they are silent."""

    def __init__(self, sentence: str, *, by: str, until: datetime) -> None:
        super().__init__(sentence)
        self.by, self.until = by, until


class Stale(Conflict):
    """The reviewer looked at another version. `former` is the card as they had it, `current` what is asked now.

    Nothing was changed; what they wrote is theirs to keep, and `former_payload` beside `current_payload` shows what
    changed.
    """

    def __init__(self, sentence: str, *, former: ReviewItem, current: ReviewItem) -> None:
        super().__init__(sentence)
        self.former, self.current = former, current

    @property
    def former_payload(self) -> dict[str, Any]:
        """What the reviewer saw."""
        payload: dict[str, Any] = self.former.snapshot["payload"]
        return payload

    @property
    def current_payload(self) -> dict[str, Any]:
        """What would go out now."""
        return self.current.asked_payload


def locked(*, item: ReviewItem) -> datetime:
    """Lock the card and read it again, into `item`, with what takes two people in its brand (`rules_of_two`).

    Returns what time it is.
    """
    read = ReviewItem.objects.select_for_update().annotate(as_of=Now(), rules_of_two=foureyes.in_force())
    fresh = read.get(pk=item.pk)
    item.rules_of_two = fresh.rules_of_two  # type: ignore[attr-defined]
    for field in ReviewItem._meta.concrete_fields:
        setattr(item, field.attname, getattr(fresh, field.attname))
    as_of: datetime = fresh.as_of
    return as_of


def require_open(*, item: ReviewItem, seen_version: int | None = None, seen_hash: str | None = None) -> None:
    """Lock the card; it must wait for an answer, in nobody else's hands, in time, and be what the reviewer saw.

    Raises NotPending, TakenBy or Stale; nothing was changed then.
    """
    as_of = locked(item=item)
    if item.status != ReviewStatus.PENDING:
        following = ReviewItem.objects.filter(about=item.about, status=ReviewStatus.PENDING).first()
        if following is not None:
            raise Stale(
                "What was asked here has changed, and is asked again: look at what changed.",
                former=item,
                current=following,
            )
        by = f" by {item.decided_by}" if item.decided_by else ""
        raise NotPending(f"This review was already answered ({item.status.lower()}{by}); nothing was changed.")
    require_free(item=item, as_of=as_of)
    if item.deadline <= as_of:
        raise NotPending(
            f"This review was due by {item.deadline:%d %b %H:%M} UTC and expires; nothing was changed. "
            f"What is late is neither approved nor rejected."
        )
    if (seen_hash or item.asked_hash) != item.asked_hash or (seen_version or item.state_version) != item.state_version:
        first = item.first_by.removeprefix("user:")
        raise Stale(
            f"Since you opened this review {first} said yes to what is shown now: look again."
            if first
            else "Since you opened this review it was answered, and the answer taken back: look again.",
            former=item,
            current=item,
        )


def require_free(*, item: ReviewItem, as_of: datetime) -> None:
    """Raises TakenBy while somebody else has it open."""
    if item.claimed_until is None or item.claimed_until <= as_of or item.claimed_by == tenancy.current_actor():
        return
    raise TakenBy(
        f"This review is in the hands of {item.claimed_by}; nothing was changed. It is free when they are done, "
        f"or {(item.claimed_until - as_of).total_seconds():.0f} s after they leave.",
        by=item.claimed_by,
        until=item.claimed_until,
    )
