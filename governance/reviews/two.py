"""A yes that needs two people: the first one waits, another person's completes it, authors give neither.

The database refuses the same by itself (`sql/two.sql`); here it becomes sentences. Requirements: REV-8.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance.controls.services import person
from governance.foureyes import selectors as foureyes
from governance.reviews.locking import NotPending
from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus

NO_FIRST: dict[str, Any] = {"first_by": "", "first_at": None, "first_hash": "", "first_edited": None}


class NeedsAnother(Denied):
    """Whoever asks may not give this yes: it is theirs already, or what the card rests on is. Nothing was changed."""


def needed(*, item: ReviewItem, is_edited: bool) -> bool:
    """Whether a yes to this card, as `locking` read it, takes two people."""
    sponsorship = item.asked_payload.get("sponsorship", "none")
    return item.needs_two or foureyes.needed(
        rules=item.rules_of_two,  # type: ignore[attr-defined]
        kind=item.kind,
        is_sponsored=sponsorship != "none",
        is_edited=is_edited,
    )


def refusal(*, item: ReviewItem, actor: str) -> str:
    """Why this person ("user:ada") may not approve a card that needs two, in a sentence; "" when they may."""
    own = foureyes.written_by(person=actor, rests_on=item.rests_on)
    if own:
        return f"This rests on {own}, which you made, changed or started; here two other people approve it."
    return ""


def is_completed_by(*, item: ReviewItem, actor: str, covers: str) -> bool:
    """Whether this person's yes to this content would be the second one."""
    return bool(item.first_by) and person(item.first_by) != person(actor) and item.first_hash == covers


def first_yes(*, item: ReviewItem, covers: str, edited: Mapping[str, Any] | None) -> ReviewItem:
    """Keep the first yes: to the card's content, or to what was made of it. The card waits for another person.

    In place of a first yes to other content. The card is locked and as it was seen. Raises NeedsAnother.
    """
    actor = tenancy.current_actor()
    if item.first_by and item.first_hash == covers:
        raise NeedsAnother("You said yes to this already: one of two. Another person must say it too.")
    changes: dict[str, Any] = {
        "first_by": actor,
        "first_hash": covers,
        "first_edited": dict(edited) if edited is not None else None,
        "needs_two": True,
        "claimed_by": "",
        "claimed_until": None,
    }
    if item.assigned_to == actor:  # it was handed to them, and they have done their part
        changes |= {"assigned_to": "", "assigned_by": "", "assign_reason": ""}
    return _changed(item, first_at=Now(), **changes)


def take_back(*, item: ReviewItem) -> ReviewItem:
    """Take one's own first yes back: the card waits for two again, in one's own hands. The card is locked."""
    until = Now() + timedelta(seconds=settings.REVIEW_LEASE_S)
    return _changed(item, **NO_FIRST, claimed_by=tenancy.current_actor(), claimed_until=until)


def _changed(item: ReviewItem, **changes: Any) -> ReviewItem:
    """No transition: the card waits before and after. The version rises, so that who looked before looks again."""
    same = ReviewItem.objects.filter(pk=item.pk, status=ReviewStatus.PENDING, state_version=item.state_version)
    if same.update(state_version=F("state_version") + 1, **changes) != 1:
        raise NotPending(f"{item.subject} has changed since it was read; nothing was changed. Load it again.")
    fresh = ReviewItem.objects.defer("snapshot").get(pk=item.pk)
    for name in ("state_version", *changes):
        setattr(item, name, getattr(fresh, name))
    return item
