"""Scheduling a post, and publishing it through its effect."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings

from chimera.core import canonical, clock, faults, money, outside, registry, tenancy, wake
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.circuits.services import CircuitOpen
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied, Unavailable
from governance import transitions
from governance.budgets.services import Exhausted
from governance.controls.services import Stopped
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.grants import services as grants
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.reviews import selectors as review_queue
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from publishing.accounts.models import Account
from publishing.connectors.base import Connector, Receipt, Rejected
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

log = logging.getLogger("chimera.posts")

ATTEMPTS_MAX = 8
TRY_AGAIN_WITH_A_NEW_GRANT = "grant_refused"


def schedule(
    *, brand_id: int, task: str, account: Account, payload: Mapping[str, Any], scopes: Sequence[str], approval: str
) -> Post:
    """An accepted payload becomes a post that is due now; once per task, however often it is committed."""
    post, made = Post.objects.get_or_create(
        brand_id=brand_id,
        task=task,
        defaults={
            "account": account,
            "payload": dict(payload),
            "content_hash": canonical.digest(dict(payload)),
            "approval": approval,
            "status": PostStatus.SCHEDULED,
            "queue": "publish",
            "scopes": list(scopes),
            "due_at": Now(),
            "attempts_max": ATTEMPTS_MAX,
        },
    )
    if made:
        wake.after_commit(queue="publish")
    return post


def drain(*, seconds: float | None = None) -> int:
    """Publish what is due until nothing is; returns how many posts were dealt with."""
    ends = time.monotonic() + (settings.DRAIN_S if seconds is None else seconds)
    dealt = 0
    while time.monotonic() < ends:
        claims = leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)
        if not claims:
            return dealt
        with leases.keeper.holding(table=Post.CLAIM, claims=claims):
            for claim in claims:
                try:
                    publish(claim=claim)
                    dealt += 1
                except Conflict as lost:
                    log.info("dropped: %s", lost)
    wake.hint(queue="publish")
    return dealt


def publish(*, claim: Claim) -> None:
    """One claimed post through tx A, tx B, the call, tx C. Raises Fenced with nothing of this attempt kept."""
    actor = f"{leases.owner()} stage:publish"
    with tenancy.brand(claim.brand_id, actor=actor):
        post = _held(claim)
        connector = registry.get("CONNECTORS", post.payload["platform"], Connector)
        effect = _intended(post, connector)
    if effect is None:
        return
    jti = grants.new_jti()
    faults.point("before_sent")
    try:
        circuits.require_closed(provider=connector.platform)  # before tx B: nothing is SENT that nobody could send
        with tenancy.brand(claim.brand_id, actor=actor):
            leases.extend(row=post, seconds=2 * settings.CALL_TIMEOUT_S)
            effects.send(effect=effect, row=post, jti=jti, call_timeout_s=settings.CALL_TIMEOUT_S)
    except CircuitOpen as outage:
        with tenancy.brand(claim.brand_id, actor=actor):
            leases.give_back(row=post, after_s=outage.retry_after_s, note=str(outage), counts=False)
        return
    except Denied as refusal:  # a control came into force: wait for it to be lifted; any other no is an attempt
        circuits.let_go(provider=connector.platform)
        stopped = isinstance(refusal, Stopped)
        wait_s = 1.0 if stopped else leases.backoff_s(attempts=post.attempts)
        with tenancy.brand(claim.brand_id, actor=actor):
            leases.give_back(row=post, after_s=wait_s, note=str(refusal), counts=not stopped)
        return
    faults.point("after_sent")
    recorder = Recorder()
    outcome = _call(post=post, effect=effect, connector=connector, jti=jti, recorder=recorder)
    faults.point("before_confirm")
    with tenancy.brand(claim.brand_id, actor=actor):
        recorder.write(brand_id=post.brand_id, subject=post.subject, fence=post.fence)
        _land(post=post, effect=effect, outcome=outcome)


def _held(claim: Claim) -> Post:
    post = Post.objects.select_related("account").filter(pk=claim.id, fence=claim.fence).first()
    if post is None:
        raise transitions.Fenced(f"publishing.post:{claim.id} was taken over; fencing number {claim.fence} is old.")
    return post


def _intended(post: Post, connector: Connector) -> Effect | None:
    """tx A. None when the post may not go on: out of attempts, out of money, or out of the platform's key window."""
    fee = money.usd(settings.PLATFORM_FEES_USD[connector.platform])
    try:
        effect = effects.intend(
            row=post,
            task=post.task,
            kind="publish",
            platform_class=connector.effect_class,
            payload_hash=post.content_hash,
            fee_usd_micros=fee,
            lasts_s=settings.HOLD_LASTS_S,
        )
    except Exhausted as refusal:
        wait_s = max(1.0, (refusal.gate.reopens - clock.now()).total_seconds())
        leases.give_back(row=post, after_s=wait_s, note=str(refusal), counts=False)
        return None
    too_old = (
        effect.status == EffectStatus.SENT
        and effect.made_at is not None
        and (clock.now() - effect.made_at > timedelta(seconds=settings.EFFECT_KEY_WINDOW_S))
    )
    if effect.status not in effects.OPEN or too_old:
        _ask(post, "The platform no longer remembers the key of this post; look whether it is live.", effect)
        return None
    if post.attempts > post.attempts_max:
        _ask(post, f"Tried {post.attempts_max} times to publish. Last: {post.note}", effect)
        return None
    return effect


def _ask(post: Post, why: str, effect: Effect) -> None:
    transitions.move(row=post, to=PostStatus.HELD, fence=post.fence, **leases.free(note=why))
    reviews.ask(
        brand_id=post.brand_id,
        about=post.subject,
        task=post.task,
        kind=ReviewKind.EXHAUSTED,
        snapshot={
            "payload": post.payload,
            "agent": {"handle": post.account.handle, "name": post.account.display_name},
            "effect": {"status": effect.status, "sends": effect.sends, "key": effect.key},
        },
        why=why,
        deadline=clock.now() + timedelta(seconds=settings.REVIEW_DEADLINE_S),
    )
    leases.end_attempt(row=post, outcome=why)


def _call(
    *, post: Post, effect: Effect, connector: Connector, jti: str, recorder: Recorder
) -> Receipt | Rejected | Unavailable:
    """The one call, with a grant for exactly this; outside of any transaction. What came of it is a value."""
    grant = grants.issue(
        claims=grants.Claims(
            jti=jti,
            subject=post.subject,
            task=post.task,
            brand_id=post.brand_id,
            fence=post.fence,
            account_handle=post.account.handle,
            effect_key=effect.key,
            payload_hash=post.content_hash,
        ),
        audience=connector.platform,
    )
    request = {"payload_hash": post.content_hash, "key": effect.key, "jti": jti}
    got: list[Receipt] = []

    def _publish() -> dict[str, Any]:
        got.append(
            connector.publish(
                payload=post.payload, grant=grant, idempotency_key=effect.key, timeout_s=settings.CALL_TIMEOUT_S
            )
        )
        return asdict(got[0])

    try:
        with outside.waiting():
            recorder.tool(
                seat="publish", provider=connector.platform, model="publish_post", request=request, call=_publish
            )
            faults.point("after_call")
    except (Rejected, Unavailable) as said:
        return said
    return got[0]


def _land(*, post: Post, effect: Effect, outcome: Receipt | Rejected | Unavailable) -> None:
    """tx C. The post moves under its fencing number together with its effect, or nothing does."""
    if isinstance(outcome, Receipt):
        fee = money.usd(settings.PLATFORM_FEES_USD[post.payload["platform"]])
        transitions.move(
            row=post,
            to=PostStatus.PUBLISHED,
            fence=post.fence,
            platform_id=outcome.platform_id,
            url=outcome.url,
            **leases.free(published_at=Now(), note=""),
        )
        effects.confirm(effect=effect, platform_id=outcome.platform_id, receipt=asdict(outcome), cost_usd_micros=fee)
        leases.end_attempt(row=post, outcome="published")
    elif isinstance(outcome, Rejected) and outcome.code != TRY_AGAIN_WITH_A_NEW_GRANT:
        transitions.move(row=post, to=PostStatus.FAILED, fence=post.fence, **leases.free(note=str(outcome)))
        effects.refute(effect=effect, receipt={"code": outcome.code, "sentence": str(outcome)})
        leases.end_attempt(row=post, outcome=str(outcome))
    else:
        # Not sent, or nobody knows: the effect stays SENT and is asked again under the same key.
        outage = circuits.outage(error=outcome)
        wait_s = outage.retry_after_s if outage else leases.backoff_s(attempts=post.attempts)
        leases.give_back(row=post, after_s=wait_s, note=str(outcome), counts=outage is None)


def act_on_answers() -> int:
    """Posts that waited for a human and have an answer: try again, or give up."""
    acted = 0
    for answer in review_queue.answered(prefix=f"{Post.SUBJECT}:", count_max=50):
        with tenancy.brand(answer.brand_id, actor=f"{leases.owner()} stage:answer"):
            review = ReviewItem.objects.select_for_update().get(pk=answer.id)
            if review.consumed_at is not None:
                continue
            reviews.consume(item=review)
            post = Post.objects.select_for_update().get(pk=int(answer.about.rpartition(":")[2]))
            if post.status == PostStatus.HELD:
                _answered(post=post, approved=review.status == ReviewStatus.APPROVED)
            acted += 1
    return acted


def _answered(*, post: Post, approved: bool) -> None:
    if approved:
        transitions.move(row=post, to=PostStatus.SCHEDULED, **leases.due(attempts=0))
        wake.after_commit(queue="publish")
        return
    transitions.move(row=post, to=PostStatus.FAILED, **leases.free())
    effect = Effect.objects.select_for_update().get(about=post.subject, kind="publish")
    if effect.status == EffectStatus.INTENDED:
        effects.refute(effect=effect, receipt={"sentence": "A human gave up before anything was sent."})
    elif effect.status == EffectStatus.SENT:
        # It may be live: the money stays held until somebody knows.
        effects.doubt(effect=effect, receipt={"sentence": "A human gave up; whether it is live is not known."})
