"""How a reversal ends, with its effect, its money and its post, or not at all. PUB-4, PUB-5, GOV-1."""

from collections.abc import Mapping
from typing import Any

from chimera.core.clock import Now
from governance import transitions
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.reviews import services as reviews
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.reversals import fees
from publishing.reversals.models import Reversal
from publishing.reversals.states import ReversalStatus


def done(*, reversal: Reversal, effect: Effect | None, told: Mapping[str, Any], costs: bool, fence: int | None) -> None:
    """It is not live any more. `told` says how that is known; `costs`: the platform asked its fee for it.

    Raises Fenced or LostRace with nothing kept.
    """
    if reversal.status == ReversalStatus.BY_HAND:
        reviews.withdraw(about=reversal.subject)
    free = leases.free(told=dict(told), ended_at=Now(), note="")
    transitions.move(row=reversal, to=ReversalStatus.DONE, fence=fence, **free)
    post = Post.objects.select_for_update().get(brand_id=reversal.brand_id, pk=reversal.post_id)
    if post.status == PostStatus.PUBLISHED:
        note = f"Taken back by {reversal.asked_by}: {reversal.reason}"
        transitions.move(row=post, to=PostStatus.REVERTED, note=note)
    if effect is None or effect.status in (EffectStatus.CONFIRMED, EffectStatus.REFUTED):
        return
    fee = fees.fee_of(reversal=reversal)
    effects.confirm(
        effect=effect,
        platform_id=reversal.platform_id,
        receipt=told,
        cost_usd_micros=fee.usd_micros if costs else 0,
        debit=fee.item,
    )


def left(*, reversal: Reversal, effect: Effect | None, by: str, reason: str) -> None:
    """A human leaves it live; a doubt about the deletion ends with what they saw."""
    note = f"Left live by {by}{f': {reason}' if reason else ''}"
    transitions.move(row=reversal, to=ReversalStatus.LEFT, ended_at=Now(), note=note, told={"by": by})
    if effect is not None and effect.status not in (EffectStatus.CONFIRMED, EffectStatus.REFUTED):
        effects.refute(effect=effect, receipt={"sentence": note, "by": by})
