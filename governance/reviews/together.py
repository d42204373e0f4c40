"""Many cards answered at once, each by itself: what is refused to one stops none of the others.

Every card has its own savepoint and goes through the same service as alone, with the version and hash as it was seen.
Cards are taken in the order of their numbers, so that two who decide the same ones wait for each other and never
for ever. Requirements: REV-7.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, transaction

from chimera.core.errors import ChimeraError, Denied
from governance.reviews import services
from governance.reviews.locking import NotPending, Stale, TakenBy
from governance.reviews.models import RejectReason, ReviewItem
from governance.reviews.states import ReviewStatus

TOGETHER_MAX = 50  # a savepoint and four statements each, in one transaction that holds all their locks


class TooMany(Denied):
    """More at once than one transaction should lock."""


class Unseen(Denied):
    """A yes to what somebody else made of the card, which is not shown beside others."""


class Became(StrEnum):
    """What became of one card."""

    APPROVED = "approved"
    FIRST = "first"  # one of two: it waits for another person
    REJECTED = "rejected"
    TAKEN_BACK = "taken back"
    TAKEN = "taken"  # somebody else has it open
    STALE = "stale"  # it was seen in another version
    LATE = "late"  # it is expired, or can only expire
    ANSWERED = "answered"  # somebody else was first, or it is asked no more
    REFUSED = "refused"  # a rule said no


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a reviewer wants for one card as they saw it: a yes, or a no with a reason code and words."""

    item_id: int
    approves: bool
    seen_version: int
    seen_hash: str
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of one card, in a sentence; `by`: who has or answered it, `stale`: what changed since it was seen."""

    item_id: int
    became: Became
    sentence: str = ""
    by: str = ""
    stale: Stale | None = None

    @property
    def is_done(self) -> bool:
        """Whether what was wanted happened."""
        return self.became in (Became.APPROVED, Became.FIRST, Became.REJECTED, Became.TAKEN_BACK)


def decide(*, choices: Sequence[Choice]) -> list[Told]:
    """Answer each card by itself. Returns what became of each, in the order given. Raises TooMany, then of nothing.

    A card that was named twice is answered once, as it was named first.
    """
    wanted = {one.item_id: one for one in reversed(choices)}

    def _answer(item: ReviewItem) -> Became:
        one = wanted[item.pk]
        if one.approves:
            answered = services.approve(item=item, seen_version=one.seen_version, seen_hash=one.seen_hash)
            if answered.status == ReviewStatus.PENDING:
                return Became.FIRST
            if answered.edited is not None:  # this would be the second yes to a text that this page does not show
                raise Unseen("Somebody has edited it and said yes; open the card to see what they changed.")
            return Became.APPROVED
        services.reject(
            item=item,
            code=_code(one.code),
            reason=one.reason,
            seen_version=one.seen_version,
            seen_hash=one.seen_hash,
        )
        return Became.REJECTED

    return _each([one.item_id for one in choices], _answer)


def _code(said: str) -> RejectReason:
    if said not in RejectReason.values:
        raise services.NoReason("Choose one of the reasons for rejecting it; nothing was changed.")
    return RejectReason(said)


def undo(*, item_ids: Sequence[int]) -> list[Told]:
    """Take one's own answers back, each by itself, while its window is open. Returns what became of each."""

    def _back(item: ReviewItem) -> Became:
        services.undo(item=item)
        return Became.TAKEN_BACK

    return _each(item_ids, _back)


def _each(item_ids: Sequence[int], act: Callable[[ReviewItem], Became]) -> list[Told]:
    ids = list(dict.fromkeys(item_ids))
    if len(ids) > TOGETHER_MAX:
        raise TooMany(f"At most {TOGETHER_MAX} reviews are decided at once, not {len(ids)}; choose fewer.")
    told = {pk: _one(ReviewItem(pk=pk), act) for pk in sorted(ids)}
    return [told[pk] for pk in ids]


def _one(item: ReviewItem, act: Callable[[ReviewItem], Became]) -> Told:
    """One card in a savepoint of its own; whatever is refused is told and undone."""
    try:
        with transaction.atomic():
            return Told(item_id=item.pk, became=act(item), by=item.decided_by)
    except ReviewItem.DoesNotExist:
        return Told(item_id=item.pk, became=Became.ANSWERED, sentence=f"There is no review {item.pk} here.")
    except Stale as error:
        return Told(item_id=item.pk, became=Became.STALE, sentence=str(error), stale=error)
    except TakenBy as error:
        return Told(item_id=item.pk, became=Became.TAKEN, sentence=str(error), by=error.by)
    except NotPending as error:
        late = item.status in (ReviewStatus.PENDING, ReviewStatus.EXPIRED)
        became = Became.LATE if late else Became.ANSWERED
        return Told(item_id=item.pk, became=became, sentence=str(error), by=item.decided_by)
    except ChimeraError as error:
        return Told(item_id=item.pk, became=Became.REFUSED, sentence=str(error))
    except IntegrityError as error:
        # The database keeps its promises against everybody; its first line names the one that this would break.
        return Told(
            item_id=item.pk, became=Became.REFUSED, sentence=f"{str(error).splitlines()[0]}; nothing was changed."
        )
