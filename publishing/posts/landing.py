"""How a post ends: published or failed, together with its effect and its money, or not at all. PUB-4, GOV-1."""

from collections.abc import Mapping
from typing import Any

from chimera.core.clock import Now
from governance import transitions
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.reviews import services as reviews
from publishing.posts import fees
from publishing.posts.models import Post
from publishing.posts.states import PostStatus


def published(
    *, post: Post, effect: Effect, platform_id: str, url: str, told: Mapping[str, Any], fence: int | None
) -> None:
    """It is live. `told` is kept with the effect: the platform's answer, or who found it. Raises Fenced or LostRace."""
    if post.status == PostStatus.HELD:
        reviews.withdraw(about=post.subject)
    transitions.move(
        row=post,
        to=PostStatus.PUBLISHED,
        fence=fence,
        platform_id=platform_id,
        url=url,
        **leases.free(published_at=Now(), note=""),
    )
    if effect.status != EffectStatus.CONFIRMED:
        cost = fees.fee_of(post=post)
        effects.confirm(
            effect=effect, platform_id=platform_id, receipt=told, cost_usd_micros=cost.usd_micros, debit=cost.item
        )


def failed(*, post: Post, effect: Effect, note: str, told: Mapping[str, Any], fence: int | None) -> None:
    """It is surely not live and will not be: the money goes back. `told["code"]` is the word of whoever refused it.

    Raises Fenced or LostRace.
    """
    code = str(told.get("code", ""))[:40]
    transitions.move(row=post, to=PostStatus.FAILED, fence=fence, refused=code, **leases.free(note=note))
    if effect.status != EffectStatus.REFUTED:
        effects.refute(effect=effect, receipt=told)


def due_again(*, post: Post, after_s: float = 0.0) -> None:
    """Back into the queue, with all attempts before it."""
    reviews.withdraw(about=post.subject)
    if post.status == PostStatus.SCHEDULED:
        Post.objects.filter(pk=post.pk, state_version=post.state_version).update(
            **leases.due(after_s=after_s, attempts=0)
        )
    else:
        transitions.move(row=post, to=PostStatus.SCHEDULED, **leases.due(after_s=after_s, attempts=0))
