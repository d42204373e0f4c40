"""The slot of a send: waited for while there is none, given back when the send surely did not go out. PUB-6."""

from datetime import datetime

from django.conf import settings

from chimera.core import clock, tenancy
from chimera.core.errors import Denied, Stopped, Unavailable
from governance.effects.models import Effect
from governance.leases import services as leases
from publishing.connectors.base import GRANT_REFUSED, Connector, NotSent, Receipt, Rejected
from publishing.posts.models import Post
from publishing.quotas import services as quotas
from publishing.quotas.services import Full
from publishing.timing import moments

SPREAD_MAX_S = 900  # who waits for one slot comes back within a quarter of an hour of it, each at a time of its own
LOOK_AGAIN_S = 1.0


def take(*, post: Post, jti: str) -> None:
    """In tx B, last. Raises Full."""
    quotas.take(account_id=post.account_id, platform=post.payload["platform"], jti=jti)


def wait(*, post: Post, until: datetime, span_s: int, note: str) -> None:
    """Let the post wait for a slot, which is no attempt; not beyond its own end. Raises Fenced."""
    now = clock.now()
    within_s = min(span_s, SPREAD_MAX_S) if span_s else 0
    due = until + moments.offset(account=post.pk, day=until.date(), within_s=within_s)
    if post.expires_at is not None:
        due = min(due, post.expires_at)
    after_s = max((due - now).total_seconds(), LOOK_AGAIN_S)
    leases.give_back(row=post, after_s=after_s, note=note, counts=False)


def is_told_more(*, post: Post, connector: Connector, full: Full, actor: str) -> bool:
    """Whether the platform itself says that it takes more of the account than we knew; then it is kept for a day.

    Outside of any transaction: it is a call.
    """
    if full.scope != "account" or not full.span_s or not connector.tells_quota:
        return False
    try:
        told = connector.quota(account_handle=post.account.handle, timeout_s=settings.CALL_TIMEOUT_S)
    except (Unavailable, Denied):
        return False  # what is known holds
    if told.span_s != full.span_s or told.used >= told.total:
        return False
    with tenancy.brand(post.brand_id, actor=actor):
        quotas.told(account_id=post.account_id, span_s=told.span_s, count_max=told.total)
    return True


def settle(*, post: Post, effect: Effect, outcome: Receipt | Rejected | Stopped | Unavailable) -> None:
    """What the outcome of a send means for its slot and its window; in tx C, last.

    Given back: a control stopped it, its grant was refused, or it was not sent and the
    platform was never asked. Whatever is unknown keeps it. A platform that names the end of its window is believed.
    """
    asked = isinstance(outcome, NotSent) and outcome.asked
    if isinstance(outcome, NotSent) and outcome.until is not None:
        scope = "app" if outcome.whole_app else "account"
        quotas.close(account_id=post.account_id, scope=scope, until=outcome.until)
    refused = isinstance(outcome, Rejected) and outcome.code == GRANT_REFUSED
    if refused or isinstance(outcome, Stopped) or (isinstance(outcome, NotSent) and not asked):
        quotas.give_back(jti=effect.grant_jti)
