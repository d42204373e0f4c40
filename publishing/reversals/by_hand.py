"""The task for a human: a card with the address of the post and what to do there, and what its answer does. PUB-5.

"It is gone" ends the reversal, "leave it" too; silence does neither, and is asked again.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from chimera.core import clock, tenancy
from governance import transitions
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.reviews import selectors as review_queue
from governance.reviews import services as reviews
from governance.reviews.models import DoubtAnswer, ReviewItem, ReviewKind
from publishing.posts.models import Post
from publishing.reversals import landing
from publishing.reversals.models import Reversal
from publishing.reversals.states import ReversalStatus


def hand_over(
    *, reversal: Reversal, effect: Effect | None, why: str, told: Mapping[str, Any], fence: int | None
) -> None:
    """Software cannot, or does not know: a human does it, or looks. The effect is over, or in doubt when it was sent.

    Raises Fenced or LostRace with nothing kept.
    """
    if effect is not None and effect.status == EffectStatus.INTENDED:
        effects.refute(effect=effect, receipt={**told, "sentence": why})
    elif effect is not None and effect.status == EffectStatus.SENT:
        end = effects.refute if told.get("code") else effects.doubt  # a code: the platform itself said no
        end(effect=effect, receipt={**told, "sentence": why})
    if reversal.status == ReversalStatus.ASKED:
        transitions.move(row=reversal, to=ReversalStatus.BY_HAND, fence=fence, **leases.free(note=why[:2000]))
    _ask(reversal, why)
    if fence is not None:
        leases.end_attempt(row=reversal, outcome=why)


def _ask(reversal: Reversal, why: str) -> None:
    post = Post.objects.select_related("account").get(brand_id=reversal.brand_id, pk=reversal.post_id)
    todo = f"Delete it on {reversal.platform}, signed in as @{reversal.account_handle}, then say that it is gone."
    reviews.withdraw(about=reversal.subject)
    reviews.ask(
        brand_id=reversal.brand_id,
        about=reversal.subject,
        task=reversal.subject,
        kind=ReviewKind.BY_HAND,
        snapshot={
            "payload": {**post.payload, "action": reversal.way},  # no yes to this covers the post itself
            "agent": {"handle": post.account.handle, "name": post.account.display_name},
            "reversal": {
                "subject": reversal.subject,
                "post": post.subject,
                "url": post.url,
                "platform_id": post.platform_id,
                "reason": reversal.reason,
                "asked_by": reversal.asked_by,
            },
        },
        why=f"{why} {todo}",
        deadline=clock.now() + timedelta(seconds=settings.REVIEW_DEADLINE_S),
    )


def act_on_answers() -> int:
    """Reversals that waited for a human and have an answer. Returns how many answers were used."""
    acted = 0
    for answer in review_queue.answered(prefix=f"{Reversal.SUBJECT}:", count_max=50):
        with tenancy.brand(answer.brand_id, actor=f"{leases.owner()} stage:answer"):
            review = ReviewItem.objects.select_for_update().get(pk=answer.id)
            if review.consumed_at is not None:
                continue
            reviews.consume(item=review)
            pk = int(answer.about.rpartition(":")[2])
            reversal = Reversal.objects.select_for_update().get(pk=pk)
            if reversal.status == ReversalStatus.BY_HAND:
                _answered(reversal, review)
            acted += 1
    return acted


def _answered(reversal: Reversal, review: ReviewItem) -> None:
    effect = Effect.objects.select_for_update().filter(about=reversal.subject, kind=reversal.way).first()
    if review.answer == DoubtAnswer.GONE:
        told = {"status": "deleted", "found_by": review.subject, "by": review.decided_by}
        landing.done(reversal=reversal, effect=effect, told=told, costs=True, fence=None)
    elif review.answer == DoubtAnswer.LEAVE:
        landing.left(reversal=reversal, effect=effect, by=review.decided_by, reason=review.reason)
    else:  # nobody answered in time
        _ask(reversal, reversal.note)
