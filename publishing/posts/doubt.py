"""What is done with a post whose effect may be out: wait for the call, look, open again with a proof, or ask a human.

First the grant tells: burned now, nothing was sent; used, its connector may have written down what came of it. Then by
the platform's class: A is asked again under the same key while the platform knows it; B is looked up, found confirms,
absent often enough opens it again; C is blind. Whatever stays unknown is IN_DOUBT, the post is HELD and a card asks
what a human finds. Never a blind repeat: `governance/effects/sql/{doubt,burned}.sql` refuse one.
Requirements: PUB-4, PLN-5.
"""

import logging
from datetime import timedelta
from enum import Enum

from django.conf import settings

from chimera.core import clock, outside
from chimera.core.errors import Unavailable
from governance import transitions
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.grants import story
from governance.grants.models import Outcome
from governance.leases import services as leases
from governance.reviews import services as reviews
from governance.reviews.models import ReviewKind
from publishing.connectors.base import Absent, Connector, Found
from publishing.posts import landing
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.quotas import services as quotas

log = logging.getLogger("chimera.posts")

Seen = Found | Absent | Unavailable


class Step(Enum):
    """What a publish worker does with the post that it holds."""

    SEND = "send"
    LOOK = "look"
    NOTHING = "nothing"  # it was let go of: it waits, is over, or a human has it


def next_step(*, post: Post, effect: Effect, connector: Connector) -> Step:
    """Inside the transaction of tx A; what needs no call is done here. `effect` is opened again when that is proved."""
    if effect.status == EffectStatus.SENT and hear(post=post, effect=effect, connector=connector, fence=post.fence):
        leases.end_attempt(row=post, outcome=f"its connector had written down that it was {post.status}")
        return Step.NOTHING
    if effect.status == EffectStatus.SENT and effects.is_proved_absent(effect=effect):
        effects.reopen(effect=effect, by="look-up")
    tired = post.attempts > post.attempts_max
    if effect.status == EffectStatus.INTENDED:
        if tired:
            ask_exhausted(post=post, effect=effect)
        return Step.NOTHING if tired else Step.SEND
    if effect.status == EffectStatus.SENT:
        return _sent(post, effect, connector, tired)
    if effect.status == EffectStatus.IN_DOUBT:
        if connector.can_look_up and not tired:
            return Step.LOOK
        ask(post=post, effect=effect, why="It is still not known whether this post is live.", fence=post.fence)
        return Step.NOTHING
    _over(post, effect)
    return Step.NOTHING


def hear(*, post: Post, effect: Effect, connector: Connector, fence: int | None) -> bool:
    """What the grant of the last send tells of an effect that is SENT; true when the post is over by it.

    The effect is opened again when nothing was sent. Whatever nobody wrote down is left as it is.
    """
    if not connector.spends_grants:
        return False
    found = story.find_out(brand_id=post.brand_id, effect_key=effect.key, jti=effect.grant_jti)
    told = {**found.told, "found_by": "grant"}
    if found.is_burned and effects.is_only_send(effect=effect):
        effects.reopen(effect=effect, by=story.BURNED)
        quotas.give_back(jti=effect.grant_jti)
    elif found.outcome == Outcome.NOT_SENT and effect.platform_class != "A":
        effects.note_look_up(effect=effect, result="not_sent", said=str(told.get("message", "")))
        effects.reopen(effect=effect, by="not sent")
    elif found.outcome == Outcome.PUBLISHED:
        platform_id, url = str(told["platform_id"]), str(told.get("url", ""))
        url = url if url.startswith(("http://", "https://")) else ""
        landing.published(post=post, effect=effect, platform_id=platform_id, url=url, told=told, fence=fence)
    elif found.outcome == Outcome.REJECTED:
        note = str(told.get("message", ""))
        landing.failed(post=post, effect=effect, note=note, told={**told, "sentence": note}, fence=fence)
    return effect.status in (EffectStatus.CONFIRMED, EffectStatus.REFUTED)


def _sent(post: Post, effect: Effect, connector: Connector, tired: bool) -> Step:
    again = effects.may_ask_again(effect=effect)
    if again and not tired:
        return Step.SEND
    reads = connector.can_look_up and not again
    wait_s = effects.next_look_s(effect=effect) if reads else effects.wait_s(effect=effect)
    if wait_s > 0:
        note = "It was sent and may be live; what became of it is looked at when its call is surely over."
        leases.give_back(row=post, after_s=wait_s, note=note, counts=False)
        return Step.NOTHING
    if reads and not tired:
        return Step.LOOK
    ask(post=post, effect=effect, why=_why(post, effect, tired), fence=post.fence)
    return Step.NOTHING


def _why(post: Post, effect: Effect, tired: bool) -> str:
    if tired:
        return f"Tried {post.attempts_max} times; the post may be live. Last: {post.note}"
    if effect.platform_class == "A":
        return "The platform no longer remembers the key of this post; look whether it is live."
    return "The platform gave no answer and cannot be asked; look whether the post is live."


def _over(post: Post, effect: Effect) -> None:
    """The effect is known and the post is not: it follows."""
    told = effect.receipt or {}
    if effect.status == EffectStatus.CONFIRMED:
        url = str(told.get("url", ""))
        landing.published(
            post=post, effect=effect, platform_id=effect.platform_id, url=url, told=told, fence=post.fence
        )
    else:
        note = str(told.get("sentence", ""))
        landing.failed(post=post, effect=effect, note=note, told=told, fence=post.fence)
    leases.end_attempt(row=post, outcome=f"its effect was {effect.status}")


def look(*, post: Post, effect: Effect, connector: Connector, but: list[str]) -> Seen:
    """Read the platform; outside of any transaction. Whatever goes wrong is Unavailable: nothing was learnt."""
    since = effect.first_sent_at or post.made_at
    try:
        with outside.waiting():
            return connector.look_up(
                payload=post.payload,
                idempotency_key=effect.key,
                stage_ids=effect.stage_ids,
                since=since,
                but=but,
                timeout_s=settings.CALL_TIMEOUT_S,
            )
    except Unavailable as said:
        return said
    except Exception as error:
        log.exception("%s could not be looked up", post.subject)
        return Unavailable(f"{connector.platform} could not be looked up ({type(error).__name__}).")


def others(*, post: Post) -> list[str]:
    """Ids on the platform that belong to other posts of the account."""
    found = Post.objects.filter(account_id=post.account_id).exclude(platform_id="").exclude(pk=post.pk)
    return list(found.values_list("platform_id", flat=True))


def land(*, post: Post, effect: Effect, seen: Seen) -> None:
    """What a look-up showed, under the post's fencing number. Raises Fenced with nothing kept."""
    if isinstance(seen, Found):
        found(post=post, effect=effect, seen=seen, by="look-up", fence=post.fence)
        leases.end_attempt(row=post, outcome="found live")
    elif isinstance(seen, Absent):
        effects.note_look_up(effect=effect, result="absent")
        if effect.status == EffectStatus.SENT and effect.platform_class == "B":
            proved = effects.is_proved_absent(effect=effect)
            after_s = 0.0 if proved else effects.next_look_s(effect=effect)
            note = f"Not on the platform ({effect.absences} look-ups)."
            leases.give_back(row=post, after_s=after_s, note=note, counts=False)
        else:
            why = "The platform does not show this post; look whether it is live."
            ask(post=post, effect=effect, why=why, fence=post.fence)
    else:
        effects.note_look_up(effect=effect, result="failed", said=str(seen))
        leases.give_back(row=post, after_s=leases.backoff_s(attempts=post.attempts), note=str(seen))


def found(*, post: Post, effect: Effect, seen: Found, by: str, fence: int | None) -> None:
    """It is live: confirm the effect, publish the post."""
    receipt = seen.receipt
    if effect.status in (EffectStatus.SENT, EffectStatus.IN_DOUBT):
        effects.note_look_up(effect=effect, result="found", said=receipt.platform_id)
    told = {"platform_id": receipt.platform_id, "url": receipt.url, "raw_status": receipt.raw_status, "found_by": by}
    landing.published(
        post=post, effect=effect, platform_id=receipt.platform_id, url=receipt.url, told=told, fence=fence
    )


def ask(*, post: Post, effect: Effect, why: str, fence: int | None) -> None:
    """Nobody can tell: the effect is IN_DOUBT, its money held, the post waits for what a human finds."""
    if effect.status == EffectStatus.SENT:
        effects.doubt(effect=effect, receipt={"sentence": why})
    _hold(post, effect, why, ReviewKind.IN_DOUBT, fence)


def ask_exhausted(*, post: Post, effect: Effect) -> None:
    """Nothing is out, and trying did not help: a human says whether to try on."""
    why = f"Tried {post.attempts_max} times to publish; it is not out. Last: {post.note}"
    _hold(post, effect, why, ReviewKind.EXHAUSTED, post.fence)


def _hold(post: Post, effect: Effect, why: str, kind: ReviewKind, fence: int | None) -> None:
    if post.status == PostStatus.HELD:
        reviews.withdraw(about=post.subject)  # what was asked before is no longer the question
    else:
        transitions.move(row=post, to=PostStatus.HELD, fence=fence, **leases.free(note=why[:2000]))
    sent_at = effect.sent_at.isoformat(timespec="seconds") if effect.sent_at else None
    reviews.ask(
        brand_id=post.brand_id,
        about=post.subject,
        task=post.task,
        kind=kind,
        snapshot={
            "payload": post.payload,
            "agent": {"handle": post.account.handle, "name": post.account.display_name},
            "effect": {
                "status": effect.status,
                "platform_class": effect.platform_class,
                "sends": effect.sends,
                "sent_at": sent_at,
                "key": effect.key,
                "stage_ids": effect.stage_ids,
                "lookups": effect.lookups,
            },
        },
        why=why,
        deadline=clock.now() + timedelta(seconds=settings.REVIEW_DEADLINE_S),
    )
    if fence is not None:
        leases.end_attempt(row=post, outcome=why)
