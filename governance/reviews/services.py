"""Asking a human, taking the answer, taking it back, using it once.

An answer is final `REVIEW_UNDO_S` after it was given: until then whoever gave it can take it back, and nobody acts on
it. Claims, and what is put off, are in `claims` and `putting_off`. Requirements: REV-2 to REV-6.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from chimera.core import canonical, tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance import transitions
from governance.reviews import two, urgency
from governance.reviews.locking import NotPending, Stale, TakenBy, locked, require_open
from governance.reviews.models import ANSWERS, DoubtAnswer, RejectReason, ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from governance.reviews.two import NeedsAnother

__all__ = ["NeedsAnother", "NoReason", "NotPending", "NotYours", "Stale", "TakenBy", "TooLate", "WrongAnswer"]

ANSWERED = (ReviewStatus.APPROVED, ReviewStatus.REJECTED)
# A card without an answer. What was given before stays in the record.
UNANSWERED: dict[str, Any] = {
    "decided_by": "",
    "decided_at": None,
    "final_at": None,
    "approved_hash": "",
    "edited": None,
    "reason_code": "",
    "reason": "",
    "reject_span": "",
    "answer": "",
    "evidence_url": "",
}


SPAN_CHARS_MAX = 500


class NoReason(Denied):
    """A rejection without a reason teaches nothing."""


class WrongAnswer(Denied):
    """The card asks something else: nothing was changed."""


class NotYours(Denied):
    """Only whoever gave an answer takes it back."""


class TooLate(NotPending):
    """The answer is final: somebody acts on it, or has."""


def ask(
    *,
    brand_id: int,
    about: str,
    task: str,
    kind: ReviewKind,
    snapshot: Mapping[str, Any],
    why: str,
    deadline: datetime,
    group: str = "",
    rests_on: Sequence[str] = (),
) -> ReviewItem:
    """Put a card into the queue; the snapshot's hash is what an approval will cover.

    `group` is the subject of the campaign or trend that it belongs to: cards of one group are looked at together.
    `rests_on` names the rows whose authors do not approve it where two people are needed ("agents.soul:7").
    """
    return ReviewItem.objects.create(
        brand_id=brand_id,
        about=about,
        task=task,
        kind=kind,
        content_hash=canonical.digest(snapshot["payload"]),
        snapshot=dict(snapshot),
        why=why,
        deadline=deadline,
        urgent_at=urgency.urgent_at(kind=kind, snapshot=snapshot, deadline=deadline, tau_s=settings.REVIEW_TAU_S),
        agent=str(snapshot.get("agent", {}).get("handle", "")),
        platform=str(snapshot["payload"].get("platform", "")),
        group=group,
        rests_on=list(rests_on),
        status=ReviewStatus.PENDING,
    )


def _require_judgement(item: ReviewItem) -> None:
    if item.kind == ReviewKind.IN_DOUBT:
        raise WrongAnswer(
            "This card asks whether the post is live, not whether it is good: look there and say what you found."
        )
    if item.kind == ReviewKind.BY_HAND:
        raise WrongAnswer("This card asks you to delete a post by hand: say whether it is gone, or leave it live.")


def _answer(item: ReviewItem, to: ReviewStatus, **said: Any) -> ReviewItem:
    """The actor of the running context is the reviewer."""
    final_at = Now() + timedelta(seconds=settings.REVIEW_UNDO_S)
    by = tenancy.current_actor()
    return transitions.move(row=item, to=to, decided_by=by, decided_at=Now(), final_at=final_at, **said)


def approve(
    *,
    item: ReviewItem,
    seen_version: int | None = None,
    seen_hash: str | None = None,
    edited: Mapping[str, Any] | None = None,
) -> ReviewItem:
    """Say yes to exactly this content, or to what was made of it (`edited`, see the model).

    Where two people are needed the first yes leaves the card PENDING with `first_by`; another person's yes to the same
    completes it. Raises NeedsAnother for who said yes already, and for an author.
    `seen_version` and `seen_hash` are the card's as the reviewer had it before them. Raises Stale when it is another by
    now, TakenBy, NotPending. What was edited has passed the hard rules: whoever owns the subject sees to that.
    """
    require_open(item=item, seen_version=seen_version, seen_hash=seen_hash)
    _require_judgement(item)
    if edited is None:
        edited = item.first_edited
    covers = edited["content_hash"] if edited is not None else item.content_hash
    if two.needed(item=item, is_edited=edited is not None):
        actor = tenancy.current_actor()
        if said := two.refusal(item=item, actor=actor):
            raise NeedsAnother(said)
        if not two.is_completed_by(item=item, actor=actor, covers=covers):
            return two.first_yes(item=item, covers=covers, edited=edited)
    return _answer(
        item, ReviewStatus.APPROVED, approved_hash=covers, edited=dict(edited) if edited is not None else None
    )


def reject(
    *,
    item: ReviewItem,
    code: RejectReason,
    reason: str,
    span: str = "",
    seen_version: int | None = None,
    seen_hash: str | None = None,
) -> ReviewItem:
    """Say no, and why: the reason goes into the retry, and `span`, the words of the post that it is about, if any.

    Raises like `approve`.
    """
    require_open(item=item, seen_version=seen_version, seen_hash=seen_hash)
    _require_judgement(item)
    if code not in RejectReason.values:
        raise NoReason("Choose one of the reasons: " + ", ".join(RejectReason.values) + ".")
    marked = span.strip()
    if marked and (len(marked) > SPAN_CHARS_MAX or marked not in str(item.snapshot["payload"].get("text", ""))):
        raise WrongAnswer(
            f"The marked words must stand in the text as they are, at most {SPAN_CHARS_MAX} characters; mark again."
        )
    return _answer(item, ReviewStatus.REJECTED, reason_code=code, reason=reason.strip(), reject_span=marked)


def resolve(*, item: ReviewItem, answer: DoubtAnswer, evidence: str = "", reason: str = "") -> ReviewItem:
    """Say what became of an act that is in doubt. `evidence` is where it is live: its address or the platform's id.

    The actor of the running context is the one who looked. Whoever owns the subject acts on the answer.
    """
    require_open(item=item)
    answers = ANSWERS.get(item.kind)
    if answers is None:
        raise WrongAnswer("Nothing is in doubt here: approve or reject this card.")
    if answer not in answers:
        raise WrongAnswer(
            "Choose one of the answers: " + ", ".join(one for one in DoubtAnswer.values if one in answers) + "."
        )
    told = evidence.strip()
    if answer == DoubtAnswer.FOUND_LIVE and not (told and told.isprintable() and len(told) <= 500):
        raise WrongAnswer("Say where it is live: the address of the post, or the platform's id of it.")
    gives_up = answer in (DoubtAnswer.GIVE_UP, DoubtAnswer.LEAVE)
    return _answer(
        item,
        ReviewStatus.REJECTED if gives_up else ReviewStatus.APPROVED,
        approved_hash="" if gives_up else item.content_hash,
        answer=answer,
        evidence_url=told if answer == DoubtAnswer.FOUND_LIVE else "",
        reason_code=RejectReason.UNWANTED if gives_up else "",
        reason=reason.strip(),
    )


def undo(*, item: ReviewItem) -> ReviewItem:
    """Take an answer back before it is final: the card waits again, in the hands of whoever answered.

    A first yes that waits for a second can be taken back as long as it waits. Who completed it takes back their own.
    Raises TooLate when it is final or was used, NotYours for somebody else's. What the answer was stays in the record.
    """
    as_of = locked(item=item)
    if item.status == ReviewStatus.PENDING and item.first_by:
        if item.first_by != tenancy.current_actor():
            raise NotYours(f"The first yes is that of {item.first_by}, who alone can take it back.")
        return two.take_back(item=item)
    if item.status not in ANSWERED:
        raise NotPending(f"This review has no answer to take back ({item.status.lower()}); nothing was changed.")
    if item.decided_by != tenancy.current_actor():
        raise NotYours(f"This review was answered by {item.decided_by}, who alone can take that back.")
    if item.consumed_at is not None or (item.final_at is not None and item.final_at <= as_of):
        raise TooLate("The time to take this back is over: what was answered is on its way. Cancel or stop it instead.")
    again = Now() + timedelta(seconds=settings.REVIEW_LEASE_S)
    by = tenancy.current_actor()
    try:
        with transaction.atomic():
            return transitions.move(row=item, to=ReviewStatus.PENDING, **UNANSWERED, claimed_by=by, claimed_until=again)
    except IntegrityError as refused:
        if "review_pending_once" not in str(refused):
            raise
        raise TooLate("Meanwhile another review of the same was asked for: answer that one.") from refused


def withdraw(*, about: str, reason: str = "") -> int:
    """Take the card of a subject back, because its content is gone: one that waits, or whose answer is not final yet.

    Returns how many there were (0 or 1). `reason` is kept with the card.
    """
    undoable = Q(status__in=ANSWERED, consumed_at__isnull=True, final_at__gt=Now())
    cards = ReviewItem.objects.filter(Q(status=ReviewStatus.PENDING) | undoable, about=about)
    rows = list(cards.select_for_update().order_by("pk"))
    ended = {**UNANSWERED, "decided_at": Now(), "consumed_at": Now(), "reason": reason}
    return sum(
        len(transitions.move_many(rows=[row], to=ReviewStatus.WITHDRAWN, **{**ended, "decided_by": row.decided_by}))
        for row in rows
    )


def consume(*, item: ReviewItem) -> None:
    """Use an answer, once, when it is final. Raises NotPending when it is not, or was used before."""
    final = Q(final_at__isnull=True) | Q(final_at__lte=Now())
    used = ReviewItem.objects.filter(final, pk=item.pk, consumed_at__isnull=True).exclude(status=ReviewStatus.PENDING)
    if used.update(consumed_at=Now()) != 1:
        fresh = ReviewItem.objects.get(pk=item.pk)
        if fresh.consumed_at is not None or fresh.status == ReviewStatus.PENDING:
            raise NotPending(f"{item.subject} was used before; an answer counts once.")
        raise NotPending(f"{item.subject} can be taken back until {fresh.final_at:%H:%M:%S} UTC; nobody acts on it.")


def expire_late(*, count_max: int = 100) -> int:
    """Cards past their deadline become expired: neither approved nor rejected. Returns how many.

    A sample that nobody answered is over with that: nothing waits for it, so it is no late decision and not counted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, brand_id FROM governance_late_reviews(%s)", [count_max])
        late = cursor.fetchall()
    expired = 0
    for pk, brand_id in late:
        with tenancy.brand(brand_id, actor=settings.SWEEPER):
            card = ReviewItem.objects.select_for_update().get(pk=pk)
            if card.status != ReviewStatus.PENDING:
                continue
            if card.kind == ReviewKind.SAMPLE:
                transitions.move(row=card, to=ReviewStatus.EXPIRED, decided_at=Now(), consumed_at=Now())
            else:
                transitions.move(row=card, to=ReviewStatus.EXPIRED, decided_at=Now())
                expired += 1
    return expired
