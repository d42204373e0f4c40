"""Asking a human, taking the answer, using it once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from chimera.core import canonical, tenancy
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied
from governance import transitions
from governance.reviews.models import DoubtAnswer, RejectReason, ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus


class NotPending(Conflict):
    """Somebody else answered, or the card expired."""


class NoReason(Denied):
    """A rejection without a reason teaches nothing."""


class WrongAnswer(Denied):
    """The card asks something else: nothing was changed."""


def ask(
    *,
    brand_id: int,
    about: str,
    task: str,
    kind: ReviewKind,
    snapshot: Mapping[str, Any],
    why: str,
    deadline: datetime,
) -> ReviewItem:
    """Put a card into the queue; the snapshot's hash is what an approval will cover."""
    return ReviewItem.objects.create(
        brand_id=brand_id,
        about=about,
        task=task,
        kind=kind,
        content_hash=canonical.digest(snapshot["payload"]),
        snapshot=dict(snapshot),
        why=why,
        deadline=deadline,
        status=ReviewStatus.PENDING,
    )


def _require_pending(item: ReviewItem) -> None:
    if item.status != ReviewStatus.PENDING:
        by = f" by {item.decided_by}" if item.decided_by else ""
        raise NotPending(f"This review was already answered ({item.status.lower()}{by}); nothing was changed.")


def _require_judgement(item: ReviewItem) -> None:
    if item.kind == ReviewKind.IN_DOUBT:
        raise WrongAnswer(
            "This card asks whether the post is live, not whether it is good: look there and say what you found."
        )


def approve(*, item: ReviewItem) -> ReviewItem:
    """Say yes to exactly this content. The actor of the running context is the reviewer."""
    _require_pending(item)
    _require_judgement(item)
    return transitions.move(row=item, to=ReviewStatus.APPROVED, decided_by=tenancy.current_actor(), decided_at=Now())


def reject(*, item: ReviewItem, code: RejectReason, reason: str) -> ReviewItem:
    """Say no, and why: the reason goes into the retry."""
    _require_pending(item)
    _require_judgement(item)
    if code not in RejectReason.values:
        raise NoReason("Choose one of the reasons: " + ", ".join(RejectReason.values) + ".")
    return transitions.move(
        row=item,
        to=ReviewStatus.REJECTED,
        decided_by=tenancy.current_actor(),
        decided_at=Now(),
        reason_code=code,
        reason=reason.strip(),
    )


def resolve(*, item: ReviewItem, answer: DoubtAnswer, evidence: str = "", reason: str = "") -> ReviewItem:
    """Say what became of an act that is in doubt. `evidence` is where it is live: its address or the platform's id.

    The actor of the running context is the one who looked. Whoever owns the subject acts on the answer.
    """
    _require_pending(item)
    if item.kind != ReviewKind.IN_DOUBT:
        raise WrongAnswer("Nothing is in doubt here: approve or reject this card.")
    if answer not in DoubtAnswer.values:
        raise WrongAnswer("Choose one of the answers: " + ", ".join(DoubtAnswer.values) + ".")
    told = evidence.strip()
    if answer == DoubtAnswer.FOUND_LIVE and not (told and told.isprintable() and len(told) <= 500):
        raise WrongAnswer("Say where it is live: the address of the post, or the platform's id of it.")
    gives_up = answer == DoubtAnswer.GIVE_UP
    return transitions.move(
        row=item,
        to=ReviewStatus.REJECTED if gives_up else ReviewStatus.APPROVED,
        decided_by=tenancy.current_actor(),
        decided_at=Now(),
        answer=answer,
        evidence_url=told if answer == DoubtAnswer.FOUND_LIVE else "",
        reason_code=RejectReason.UNWANTED if gives_up else "",
        reason=reason.strip(),
    )


def withdraw(*, about: str, reason: str = "") -> int:
    """Take the pending card of a subject back, because its content is gone. Returns how many there were (0 or 1).

    `reason` is kept with the card.
    """
    cards = ReviewItem.objects.filter(about=about, status=ReviewStatus.PENDING)
    rows = list(cards.select_for_update())
    ended = {"decided_at": Now(), "consumed_at": Now(), "reason": reason}
    return len(transitions.move_many(rows=rows, to=ReviewStatus.WITHDRAWN, **ended))


def consume(*, item: ReviewItem) -> None:
    """Use an answer, once. Raises NotPending when it was used before."""
    used = ReviewItem.objects.filter(pk=item.pk, consumed_at__isnull=True).exclude(status=ReviewStatus.PENDING)
    if used.update(consumed_at=Now()) != 1:
        raise NotPending(f"{item.subject} was used before; an answer counts once.")


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
