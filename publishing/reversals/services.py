"""Asking for a reversal, as the human that acts. What a worker does with it is in `taking_down`."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from chimera.core import canonical, clock, taint, wake
from chimera.core.clock import Now
from chimera.core.errors import Denied
from chimera.core.prices import selectors as prices
from chimera.core.prices.selectors import UnknownPrice
from governance.controls.selectors import in_force
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from publishing.connectors import reversing
from publishing.posts import scheduling
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.reversals.models import Reversal
from publishing.reversals.states import ReversalStatus

ATTEMPTS_MAX = 8
PRIORITY = 1  # before what is to go out
REASON_MAX = 500
FLEET = "fleet"


class NoReason(Denied):
    """Who takes something back says why."""


class NotLive(Denied):
    """There is nothing to take down; the sentence says what to do instead."""


class InDoubt(Denied):
    """Nobody knows whether it is live; a card asks."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came of asking. `outcome`: "asked", "already" (asked for, or done), "cancelled" (it was not out yet)."""

    post: Post
    outcome: str
    sentence: str
    reversal: Reversal | None = None


def ask(*, post_id: int, reason: str) -> Asked:
    """Ask for a post to be taken down; one that is not out yet is cancelled. In its brand, as a human, at the desk.

    Of several that ask at once one makes the reversal and the others find it. Raises NoReason, NotLive, InDoubt.
    """
    why = " ".join(reason.split())
    if not why:
        raise NoReason("Say why it is taken back; the reason is kept with the reversal and on the record.")
    if len(why) > REASON_MAX or not why.isprintable():
        raise NoReason(f"Say why in at most {REASON_MAX} characters that can be printed.")
    taint.refuse([why], sink="The reason of a reversal")
    post = Post.objects.select_related("account").select_for_update(of=("self",)).get(pk=post_id)
    if post.status in (PostStatus.SCHEDULED, PostStatus.HELD):
        return _cancelled(post, why)
    known = Reversal.objects.filter(post=post, way=reversing.DELETE).exclude(status=ReversalStatus.LEFT).first()
    if known is not None:
        return Asked(post=post, outcome="already", sentence=said(reversal=known), reversal=known)
    if post.status != PostStatus.PUBLISHED:
        raise NotLive(f"{post.subject} is {post.status}: it is not live as far as is known here; nothing was done.")
    made = _made(post, why)
    wake.after_commit(queue="publish")
    return Asked(post=post, outcome="asked", sentence=said(reversal=made), reversal=made)


def _cancelled(post: Post, why: str) -> Asked:
    effect = Effect.objects.filter(brand_id=post.brand_id, about=post.subject, kind="publish").first()
    if post.status == PostStatus.HELD and effect is not None and effect.status == EffectStatus.IN_DOUBT:
        raise InDoubt(
            f"Nobody knows whether {post.subject} is live: answer the card first, then take it back if it is."
        )
    if scheduling.cancel(tasks=[post.task], note=f"Taken back before it went out: {why}"):
        post.refresh_from_db()
        return Asked(post=post, outcome="cancelled", sentence=f"{post.subject} was not out yet; it is cancelled.")
    raise NotLive(f"{post.subject} is on its way out just now; ask again when it is live, or in doubt.")


def _made(post: Post, why: str) -> Reversal:
    asked = reversing.payload(
        platform=post.account.platform, account_handle=post.account.handle, platform_id=post.platform_id
    )
    try:
        with transaction.atomic():
            made = Reversal.objects.create(
                brand_id=post.brand_id,
                post=post,
                way=reversing.DELETE,
                payload=asked,
                content_hash=canonical.digest(asked),
                reason=why,
                status=ReversalStatus.ASKED,
                queue="publish",
                priority=PRIORITY,
                scopes=_scopes(post, platform=post.account.platform),
                due_at=Now(),
                attempts_max=ATTEMPTS_MAX,
            )
    except IntegrityError as refused:
        if "reversal_is_asked_by_a_human" not in str(refused):
            raise
        raise Denied("Only a human takes back what is live: sign in at the desk, or use manage.py revert.") from None
    made.refresh_from_db()
    return made


def _scopes(post: Post, *, platform: str) -> list[str]:
    """What holds it back: a stop of everything that leaves, and of the brand. Not one of the agent, of its campaign or
    of publishing on the platform, which must not keep a bad post live (docs/adr/0048)."""
    try:
        item = f"platform:{platform}:{reversing.DELETE}"
        costs = prices.cost_usd_micros(item=item, at=clock.now()) > 0
    except UnknownPrice:
        costs = True
    spending = [effects.SPENDING] if costs else []
    return [FLEET, f"brand:{post.brand_id}", effects.OUTSIDE, *spending]


def said(*, reversal: Reversal) -> str:
    """How a reversal stands, as a sentence for whoever asked; names the stop that holds it back."""
    name = f"post {reversal.post_id}"
    if reversal.status == ReversalStatus.DONE:
        how = "was gone already" if reversal.told.get("status") == "gone" else "is taken down"
        return f"{name} {how} on {reversal.platform}."
    if reversal.status == ReversalStatus.LEFT:
        return f"{name} was left live on {reversal.platform}: {reversal.note}"
    if reversal.status == ReversalStatus.BY_HAND:
        return f"{name} has to be deleted on {reversal.platform} by hand; a card asks for it. {reversal.note}"
    stop = in_force(scopes=reversal.scopes).first()
    if stop is not None:
        return f"{name} stays live for now: nothing leaves while this holds. {stop.sentence} It goes on when resumed."
    waits = f" Last: {reversal.note}" if reversal.note else ""
    return f"{name} is to be taken down on {reversal.platform}; a publish worker does it.{waits}"
