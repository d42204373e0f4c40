"""Scheduling a post, and publishing it through its effect."""

import logging
import time
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from chimera.core import clock, faults, outside, registry, tenancy, wake
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.circuits.services import CircuitOpen
from chimera.core.errors import Conflict, Denied, Stopped, Unavailable
from chimera.core.prices.selectors import UnknownPrice
from chimera.core.registry import NotOnSwitchboard
from governance import transitions
from governance.budgets import gates
from governance.budgets.services import Exhausted
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.grants import services as grants
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.servers import listed as servers
from publishing.accounts import refusing
from publishing.connectors.base import GRANT_REFUSED, Connector, NotSent, Receipt, Rejected, Underway, Unknown
from publishing.posts import doubt, expiry, fees, landing, slots
from publishing.posts.answers import act_on_answers
from publishing.posts.doubt import Step
from publishing.posts.models import Post
from publishing.quotas.services import Full

log = logging.getLogger("chimera.posts")

_turn = 0  # the brand that this process published for last: the one after it is next

__all__ = ["act_on_answers", "drain", "publish"]


def drain(*, seconds: float | None = None) -> int:
    """Publish what is due until nothing is; returns how many posts were dealt with."""
    global _turn
    ends = time.monotonic() + (settings.DRAIN_S if seconds is None else seconds)
    dealt = 0
    while time.monotonic() < ends:
        claims = leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1, after_brand=_turn)
        if not claims:
            return dealt
        _turn = claims[0].brand_id
        with leases.keeper.holding(table=Post.CLAIM, claims=claims):
            for claim in claims:
                try:
                    publish(claim=claim)
                    dealt += 1
                except Conflict as lost:
                    log.info("dropped: %s", lost)
                except (OperationalError, InterfaceError):
                    raise  # not of this post: the database is away
                except Exception:
                    # One post that cannot be handled keeps no other waiting; its lease runs out, and it is tried again.
                    log.exception("publishing.post:%s was left as it is", claim.id)
    wake.hint(queue="publish")
    return dealt


def publish(*, claim: Claim) -> None:
    """One claimed post, one step further: sent and landed, or looked up, or put before a human.

    Raises Fenced with nothing of this attempt kept.
    """
    actor = f"{leases.owner()} stage:publish"
    others: list[str] = []
    with tenancy.brand(claim.brand_id, actor=actor):
        post = _held(claim)
        if expiry.over(post=post):
            return
        try:
            connector = registry.get("CONNECTORS", post.payload["platform"], Connector)
        except NotOnSwitchboard as missing:
            leases.give_back(row=post, after_s=leases.backoff_s(attempts=post.attempts), note=str(missing))
            return
        effect = _intended(post, connector)
        step = Step.NOTHING if effect is None else doubt.next_step(post=post, effect=effect, connector=connector)
        if step is Step.SEND and expiry.over(post=post):  # it was sent, and proved not to be live, too late
            return
        if step is Step.LOOK:
            others = doubt.others(post=post)
    if effect is None or step is Step.NOTHING:
        return
    if step is Step.LOOK:
        seen = doubt.look(post=post, effect=effect, connector=connector, but=others)
        with tenancy.brand(claim.brand_id, actor=actor):
            doubt.land(post=post, effect=effect, seen=seen)
        return
    jti, begun = grants.new_jti(), dict(effect.stage_ids)  # what the try before this one noted: a new send forgets it
    faults.point("before_sent")
    try:
        signer = grants.signer()  # before anything is SENT that nobody could grant
    except Denied as lacking:
        with tenancy.brand(claim.brand_id, actor=actor):
            leases.give_back(row=post, after_s=leases.backoff_s(attempts=post.attempts), note=str(lacking))
        return
    if not _sent(post, effect, jti, actor, connector):
        return
    faults.point("after_sent")
    recorder = Recorder()
    outcome = _call(post=post, effect=effect, connector=connector, jti=jti, begun=begun, by=signer, recorder=recorder)
    faults.point("before_confirm")
    with tenancy.brand(claim.brand_id, actor=actor):
        recorder.write(brand_id=post.brand_id, subject=post.subject, fence=post.fence)
        _land(post=post, effect=effect, outcome=outcome)


def _sent(post: Post, effect: Effect, jti: str, actor: str, connector: Connector, asks: bool = True) -> bool:
    """tx B. False when a rule said no or there is no slot; the post then waits."""
    platform = post.payload["platform"]
    try:
        circuits.require_closed(provider=platform)  # before tx B: nothing is SENT that nobody could send
        servers.require_in_force(name=platform)
        with tenancy.brand(post.brand_id, actor=actor):
            leases.extend(row=post, seconds=2 * settings.CALL_TIMEOUT_S)
            effects.send(effect=effect, row=post, jti=jti, call_timeout_s=settings.CALL_TIMEOUT_S)
            slots.take(post=post, jti=jti)
    except Full as full:
        circuits.let_go(provider=platform)
        with tenancy.brand(post.brand_id, actor=actor):
            effect.refresh_from_db()  # the transaction that changed it is undone
        if asks and slots.is_told_more(post=post, connector=connector, full=full, actor=actor):
            return _sent(post, effect, jti, actor, connector, asks=False)
        with tenancy.brand(post.brand_id, actor=actor):
            slots.wait(post=post, until=full.free_at, span_s=full.span_s, note=str(full))
        return False
    except CircuitOpen as outage:
        with tenancy.brand(post.brand_id, actor=actor):
            leases.give_back(row=post, after_s=outage.retry_after_s, note=str(outage), counts=False)
        return False
    except Denied as refusal:  # a control came into force: wait for it to be lifted; any other no is an attempt
        circuits.let_go(provider=platform)
        stopped = isinstance(refusal, Stopped)
        wait_s = _stopped_s(post, refusal) if isinstance(refusal, Stopped) else leases.backoff_s(attempts=post.attempts)
        with tenancy.brand(post.brand_id, actor=actor):
            leases.give_back(row=post, after_s=wait_s, note=str(refusal), counts=not stopped)
        return False
    return True


def _stopped_s(post: Post, stop: Stopped) -> float:
    return leases.stopped_s(scopes=post.scopes, by=stop.scope)


def _held(claim: Claim) -> Post:
    post = Post.objects.select_related("account").filter(pk=claim.id, fence=claim.fence).first()
    if post is None:
        raise transitions.Fenced(f"publishing.post:{claim.id} was taken over; fencing number {claim.fence} is old.")
    return post


def _intended(post: Post, connector: Connector) -> Effect | None:
    """tx A. None when there is no money for it, or no price, or spending is stopped: the post waits for that."""
    try:
        return effects.intend(
            row=post,
            task=post.task,
            kind="publish",
            platform_class=connector.effect_class,
            payload_hash=post.content_hash,
            fee_usd_micros=fees.fee_of(post=post).usd_micros,
            lasts_s=settings.HOLD_LASTS_S,
        )
    except Stopped as stop:
        leases.give_back(row=post, after_s=_stopped_s(post, stop), note=str(stop), counts=False)
        return None
    except Exhausted as refusal:
        gates.pause_exhausted(refusal=refusal)
        wait_s = refusal.gate.wait_s(now=clock.now())
        leases.give_back(row=post, after_s=wait_s, note=str(refusal), counts=False)
        return None
    except UnknownPrice as missing:
        leases.give_back(row=post, after_s=settings.BUDGET_RETRY_MAX_S, note=str(missing), counts=False)
        return None


def _granted(post: Post, effect: Effect, connector: Connector, jti: str, by: grants.Signer) -> str:
    """A grant for exactly this post, attempt and content."""
    return grants.issue(
        claims=grants.Claims(
            jti=jti,
            subject=post.subject,
            task=post.task,
            brand_id=post.brand_id,
            fence=post.fence,
            account_handle=post.account.handle,
            effect_key=effect.key,
            payload_hash=post.content_hash,
            approval=post.approval,
            is_ad=post.payload.get("sponsorship", "none") != "none",
            action=effect.kind,
        ),
        connector=connector.platform,
        by=by,
    )


def _call(
    *,
    post: Post,
    effect: Effect,
    connector: Connector,
    jti: str,
    begun: dict[str, str],
    by: grants.Signer,
    recorder: Recorder,
) -> Receipt | Rejected | Stopped | Unavailable:
    """The one call, with a grant for exactly this; outside of any transaction. What came of it is a value."""
    grant = _granted(post, effect, connector, jti, by)
    request = {"payload_hash": post.content_hash, "key": effect.key, "jti": jti}
    got: list[Receipt | Underway] = []

    def _note(name: str, value: str) -> None:
        with tenancy.brand(post.brand_id, actor=f"{leases.owner()} stage:publish"):
            effects.note_id(effect=effect, jti=jti, name=name, value=value)
        connection.close()  # the call goes on without it

    def _publish() -> dict[str, Any]:
        try:
            receipt = connector.publish_in_stages(
                payload=post.payload,
                grant=grant,
                idempotency_key=effect.key,
                timeout_s=settings.CALL_TIMEOUT_S,
                note=_note,
                stage_ids=begun,
            )
        except Underway as said:  # the platform answers: no outage of it
            got.append(said)
            return {"underway": str(said)}
        got.append(receipt)
        return asdict(receipt)

    try:
        with outside.waiting():
            recorder.tool(
                seat="publish", provider=connector.platform, model="publish_post", request=request, call=_publish
            )
    except (Rejected, Stopped, Unavailable) as said:
        if isinstance(said, Rejected) and said.code == GRANT_REFUSED:
            grants.forget()  # perhaps its key was revoked just now
        return said
    except Exception as error:
        log.exception("%s: the connector failed in words of its own", post.subject)
        return Unknown(f"{connector.platform}'s connector failed ({type(error).__name__}); the post may be live.")
    faults.point("after_call")
    return got[0]


def _land(*, post: Post, effect: Effect, outcome: Receipt | Rejected | Stopped | Unavailable) -> None:
    """tx C. The post moves under its fencing number together with its effect, or nothing does."""
    if isinstance(outcome, Receipt):
        landing.published(
            post=post,
            effect=effect,
            platform_id=outcome.platform_id,
            url=outcome.url,
            told=asdict(outcome),
            fence=post.fence,
        )
        leases.end_attempt(row=post, outcome="published")
    elif isinstance(outcome, Rejected) and outcome.code != GRANT_REFUSED:
        told = {"code": outcome.code, "sentence": str(outcome)}
        landing.failed(post=post, effect=effect, note=str(outcome), told=told, fence=post.fence)
        refusing.tell(account=post.account, code=outcome.code, sentence=str(outcome))
        leases.end_attempt(row=post, outcome=str(outcome))
    else:
        outage = circuits.outage(error=outcome)
        after_s = outage.retry_after_s if outage else leases.backoff_s(attempts=post.attempts)
        after_s = 1.0 if isinstance(outcome, Stopped) else after_s  # its claim waits for the stop to be lifted
        if isinstance(outcome, Underway):
            after_s = outcome.after_s
        counts = outage is None and not isinstance(outcome, (Stopped, Underway))
        if isinstance(outcome, NotSent) and outcome.until is not None:  # as a slot is waited for
            after_s, counts = max(after_s, (outcome.until - clock.now()).total_seconds()), False
        if effect.platform_class != "A" and isinstance(outcome, (NotSent, Stopped)):
            # The only send since the effect was opened, and its own call says that nothing went out.
            effects.note_look_up(effect=effect, result="not_sent", said=str(outcome))
            effects.reopen(effect=effect, by="not sent")
        elif effect.platform_class != "A":
            # Next it is read, or a human is asked: neither waits for a platform that takes no posts to come back.
            after_s = effects.wait_s(effect=effect)
        # Otherwise nobody knows: the effect stays SENT, and whoever claims the post next finds out.
        leases.give_back(row=post, after_s=after_s, note=str(outcome), counts=counts)
    slots.settle(post=post, effect=effect, outcome=outcome)
