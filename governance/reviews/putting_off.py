"""Not now, or not me: skip a card, hold it for everybody, hand it to a named person. Nothing here is a transition.

A skip is personal and nobody is told. A hold and a hand-over are on the record, with who did it; their words stay with
the card. None of it moves the deadline: what is held too long expires. Requirements: REV-2, REV-6.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance.reviews import locking
from governance.reviews.models import ReviewItem, ReviewSkip

FREE = {"claimed_by": "", "claimed_until": None}
DECIDES = "governance.decide_reviewitem"


class NoSense(Denied):
    """What was asked for cannot be; says why. Nothing was changed."""


def skip(*, item: ReviewItem, for_s: float | None = None) -> None:
    """Keep a card out of one's own way for a while (seconds; REVIEW_SKIP_S unless said), and let go of it."""
    locking.require_open(item=item)
    reviewer = tenancy.current_actor()
    until = Now() + timedelta(seconds=settings.REVIEW_SKIP_S if for_s is None else for_s)
    ReviewSkip.objects.bulk_create(
        [ReviewSkip(brand_id=item.brand_id, item_id=item.pk, reviewer=reviewer, until=until)],
        update_conflicts=True,
        unique_fields=["brand", "item", "reviewer"],
        update_fields=["until"],
    )
    ReviewItem.objects.filter(pk=item.pk, claimed_by=reviewer).update(**FREE)


def hold(*, item: ReviewItem, reason: str, until: datetime | None = None) -> ReviewItem:
    """Take a card out of everybody's queue until then, or until somebody lets it go; it can be opened and answered.

    Raises NoSense without a reason or for a time that is over or behind the card's deadline, and like an answer.
    """
    locking.require_open(item=item)
    said = reason.strip()
    if not said:
        raise NoSense("Say what it waits for: whoever looks at it next reads that.")
    as_of = locking.locked(item=item)
    if until is not None and not as_of < until < item.deadline:
        raise NoSense(
            f"Hold it until a moment that is still to come and before {item.deadline:%d %b %H:%M} UTC, when it expires."
        )
    return _change(item, held_by=tenancy.current_actor(), held_until=until, hold_reason=said[:500], **FREE)


def release(*, item: ReviewItem) -> ReviewItem:
    """Let a held card go back into the queue, whoever held it."""
    locking.require_open(item=item)
    if not item.held_by:
        raise NoSense("This review is not on hold; nothing was changed.")
    return _change(item, held_by="", held_until=None, hold_reason="")


def hand_to(*, item: ReviewItem, username: str, reason: str) -> ReviewItem:
    """Give a card to one person: it leaves everybody else's queue. An empty name gives it back to all.

    Raises NoSense for a name that nobody has or who may not decide, and without a reason.
    """
    locking.require_open(item=item)
    name, said = username.strip().removeprefix("user:"), reason.strip()
    if not name:
        return _change(item, assigned_to="", assigned_by="", assign_reason="", **FREE)
    if not said:
        raise NoSense(f"Say why: {name} reads it beside the review.")
    if not _deciding(item.brand_id).filter(username=name).exists():
        there = ", ".join(deciders(brand_id=item.brand_id)) or "nobody yet"
        raise NoSense(f"Nobody named {name!r} may decide reviews of this brand; choose one of: {there}.")
    return _change(
        item, assigned_to=f"user:{name}", assigned_by=tenancy.current_actor(), assign_reason=said[:500], **FREE
    )


def deciders(*, brand_id: int, count_max: int = 50) -> list[str]:
    """Names of those who may decide reviews of a brand, for a choice."""
    named = _deciding(brand_id).order_by("username").values_list("username", flat=True)
    return list(named[:count_max])


def _deciding(brand_id: int) -> QuerySet[User]:
    people = User.objects.with_perm(DECIDES, backend="django.contrib.auth.backends.ModelBackend")
    actor = Concat(Value("user:"), F("username"), output_field=TextField())
    # The function, not the table: who is bound to a brand of somebody else's is invisible to them.
    bound = Func(actor, function="core_brands_of", output_field=TextField())
    listed = Concat(Value(","), bound, Value(","), output_field=TextField())
    mine = people.annotate(brands=listed).filter(Q(brands=",,") | Q(brands__contains=f",{brand_id},"))
    return mine.filter(is_active=True, is_staff=True)


def _change(item: ReviewItem, **changes: object) -> ReviewItem:
    ReviewItem.objects.filter(pk=item.pk).update(**changes)
    for name, value in changes.items():
        setattr(item, name, value)
    return item
