"""Proposing (rules), ordering and dismissing (humans at the desk or in the queue). Who does it is `hiding`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings

from chimera.core import canonical, clock, registry, wake
from chimera.core.errors import Denied
from governance import transitions
from governance.effects import services as effects
from governance.leases import services as leases
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from publishing.connectors.base import Connector
from publishing.inbox.models import Mention
from publishing.moderation.models import Hiding
from publishing.moderation.states import HidingStatus

QUEUE = "publish"
ATTEMPTS_MAX = 6


class CannotHide(Denied):
    """This cannot be hidden: the platform lets nobody, or it is there no more. Says which."""


class Unordered(Denied):
    """There is nothing to take back: nobody has ordered it, or it is done."""


def can_hide(*, mention: Mention) -> bool:
    """Whether the platform lets its account hide what was said, as far as we can tell before asking."""
    try:
        connector = registry.get("CONNECTORS", mention.account.platform, Connector)
    except registry.NotOnSwitchboard:
        return False
    return connector.may_hide(platform_id=mention.platform_id, conversation=mention.conversation)


def propose(*, mentions: Sequence[Mention], why: str) -> int:
    """What a rule would have hidden; a human decides. Returns how many are proposed. In the brand's transaction."""
    rows = [_row(one, why) for one in mentions if can_hide(mention=one)]
    return len(Hiding.objects.bulk_create(rows, ignore_conflicts=True)) if rows else 0


def order(*, mention: Mention, why: str) -> Hiding:
    """A human's yes, kept as a card that is answered: the row is ORDERED, and done when the answer is final.

    Where two people are needed the first yes leaves the row as it was, and its card waits: another person's order
    completes it, or their yes in the queue. At the desk, in the brand's transaction. Raises CannotHide; NeedsAnother
    for who said yes already; what else an approval raises.
    """
    if not can_hide(mention=mention):
        raise CannotHide(f"{mention.account.platform} lets nobody hide this; look at it there.")
    if mention.gone_at is not None:
        raise CannotHide("It is deleted there; there is nothing to hide.")
    row, _ = Hiding.objects.select_for_update().get_or_create(
        brand_id=mention.brand_id, mention=mention, defaults=_columns(mention, why)
    )
    if row.status in (HidingStatus.ORDERED, HidingStatus.DONE):
        return row
    card = _open_card(row) or _ask(row, mention, why)
    if card.status == ReviewStatus.PENDING:
        card = reviews.approve(item=card)
    if card.status != ReviewStatus.APPROVED:
        return row
    return _ordered(row, mention, card, why=why, after_s=float(settings.REVIEW_UNDO_S))


def answer(*, about: str, review_id: int) -> Hiding | None:
    """Use a final answer that was given in the queue; the row when it is ORDERED by that, else None.

    In the brand's transaction. A yes that was given by the button is ordered already, and only used up here.
    """
    row = Hiding.objects.select_for_update().get(pk=int(about.rpartition(":")[2]))  # before its card, as in `hiding`
    card = ReviewItem.objects.select_for_update().get(pk=review_id)
    if card.consumed_at is not None:
        return None
    reviews.consume(item=card)
    if card.status == ReviewStatus.REJECTED and row.status == HidingStatus.PROPOSED:
        transitions.move(row=row, to=HidingStatus.DISMISSED, **leases.free(approval="", note=""))
    if card.status != ReviewStatus.APPROVED or row.status in (HidingStatus.ORDERED, HidingStatus.DONE):
        return None  # who let the card expire has answered nothing: what is proposed stays proposed
    mention = Mention.objects.select_related("account").get(pk=row.mention_id)
    return _ordered(row, mention, card, why=card.why, after_s=0.0)


def dismiss(*, mention: Mention) -> Hiding:
    """It stays visible: a proposal is turned down, or an order taken back that is not final. Raises Unordered."""
    row = Hiding.objects.select_for_update().filter(mention=mention).first()
    if row is None or row.status not in (HidingStatus.PROPOSED, HidingStatus.ORDERED):
        raise Unordered("Nothing is proposed or ordered here; load the page again.")
    card = _open_card(row)
    if card is None and row.status == HidingStatus.ORDERED:
        card = ReviewItem.objects.get(pk=int(row.approval.rpartition(":")[2]))
    if card is not None and card.status != ReviewStatus.PENDING:
        reviews.undo(item=card)
    reviews.withdraw(about=row.subject)
    return transitions.move(row=row, to=HidingStatus.DISMISSED, **leases.free(approval="", note=""))


def _open_card(row: Hiding) -> ReviewItem | None:
    """The card of this hiding that waits, or has a yes that nobody has used yet."""
    opened = ReviewItem.objects.filter(about=row.subject, consumed_at__isnull=True)
    return opened.filter(status__in=(ReviewStatus.PENDING, ReviewStatus.APPROVED)).order_by("-pk").first()


def _ask(row: Hiding, mention: Mention, why: str) -> ReviewItem:
    return reviews.ask(
        brand_id=mention.brand_id,
        about=row.subject,
        task=mention.task or row.subject,
        kind=ReviewKind.RULE,
        snapshot={
            "payload": row.payload,
            "agent": {"handle": mention.account.handle, "name": mention.account.display_name},
            "hides": {"mention": mention.subject},  # whoever answers it in the queue goes from there to what was said
        },
        why=why[:300],
        deadline=clock.now() + timedelta(seconds=settings.REVIEW_DEADLINE_S),
    )


def _ordered(row: Hiding, mention: Mention, card: ReviewItem, *, why: str, after_s: float) -> Hiding:
    ordered = transitions.move(
        row=row,
        to=HidingStatus.ORDERED,
        approval=card.subject,
        orders=row.orders + 1,
        why=why[:300],
        scopes=_scopes(mention),
        **leases.due(after_s=after_s, attempts=0, note=""),
    )
    wake.after_commit(queue=QUEUE)
    return ordered


def _row(mention: Mention, why: str) -> Hiding:
    return Hiding(brand_id=mention.brand_id, mention=mention, **_columns(mention, why))


def _columns(mention: Mention, why: str) -> dict[str, Any]:
    payload = {
        "platform": mention.account.platform,
        "account_handle": mention.account.handle,
        "action": "hide",
        "comment": mention.platform_id,
        "text": "",
        "ai_generated": True,  # of the account, which is a machine's: every grant discloses it
        "sponsorship": "none",
    }
    return {
        "account": mention.account,
        "payload": payload,
        "content_hash": canonical.digest(payload),
        "why": why[:300],
        "status": HidingStatus.PROPOSED,
        "queue": QUEUE,
        "scopes": _scopes(mention),
        "attempts_max": ATTEMPTS_MAX,
    }


def _scopes(mention: Mention) -> list[str]:
    platform = f"platform:{mention.account.platform}"
    return ["fleet", f"brand:{mention.brand_id}", *_agent(mention.account.belongs_to), platform, effects.OUTSIDE]


def _agent(belongs_to: str) -> list[str]:
    number = belongs_to.rpartition(":")[2]
    return [f"agent:{number}"] if number.isdigit() else []
