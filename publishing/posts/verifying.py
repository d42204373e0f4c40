"""After a post is out it is looked at: whether the platform shows it, and its labels where software can see them.

A platform can say yes and keep nothing, or show it late. So the account's posts are read VERIFY_AFTER_S after it went
out, and again after twice and four times as long; what does not show then is marked and people are told. Nothing is
sent again by this: the effect stays confirmed until a human, or `reconcile`, says otherwise.
Requirements: PUB-2, PUB-4.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F

from chimera.core import clock, outside, registry, tenancy, ticks
from chimera.core.clock import Now
from chimera.core.errors import Denied, Unavailable
from governance.controls.selectors import in_force
from governance.notices import services as notices
from governance.notices.models import NoticeKind
from governance.notices.saying import plain
from publishing.accounts.models import Account
from publishing.connectors.base import Connector, Listed, Listing
from publishing.posts.models import Post, Verification
from publishing.posts.states import PostStatus

log = logging.getLogger("chimera.posts")

ACTOR = "worker:verifier stage:verify"
EVERY_S = 15
ACCOUNTS_MAX = 20  # of one round
READ_POSTS_MAX = 300  # of one account: what went out yesterday is among them
WITHIN = timedelta(days=1)  # what nobody could read for so long is left alone
ABSENT_LOOKS = 3  # then it is called not live: a listing may lag
UNREADABLE_LOOKS = 6  # then it is called unreadable, an hour later
_TOLD: dict[str, str] = {
    Verification.NOT_LIVE: "is called published and the platform does not show it; look there, and run "
    "manage.py reconcile --since.",
    Verification.UNLABELLED: "is live and the platform does not show the label that was set; look there, and label it "
    "by hand or take it down.",
}


def verify_due() -> int:
    """Look at what is due, once in EVERY_S for the fleet; returns how many posts something is known of now."""
    if not settings.VERIFY_AFTER_S or not ticks.first(name="publishing.verify", every_s=EVERY_S):
        return 0
    known = 0
    for brand_id, account_id in _due():
        try:
            known += verify(brand_id=brand_id, account_id=account_id)
        except Exception:
            log.exception("the posts of account %s could not be looked at", account_id)
    return known


def _due() -> list[tuple[int, int]]:
    asked: list[str | int] = [f"{settings.VERIFY_AFTER_S} seconds", f"{WITHIN.total_seconds()} seconds", ACCOUNTS_MAX]
    with connection.cursor() as cursor:
        cursor.execute("SELECT brand_id, account_id FROM publishing_to_verify(%s, %s, %s)", asked)
        return [(int(brand_id), int(account_id)) for brand_id, account_id in cursor.fetchall()]


def verify(*, brand_id: int, account_id: int) -> int:
    """Look at the posts of one account that are due; returns of how many something is known now.

    Under a stop of the fleet, the brand or the platform nothing is read.
    """
    with tenancy.brand(brand_id, actor=ACTOR):
        account = Account.objects.get(pk=account_id)
        if in_force(scopes=["fleet", f"brand:{brand_id}", f"platform:{account.platform}"]).exists():
            return 0
        posts = [post for post in _open(account) if _is_due(post)]
    try:
        connector = registry.get("CONNECTORS", account.platform, Connector)
    except registry.NotOnSwitchboard:
        return 0
    if not posts:
        return 0
    listing = _listing(connector, account) if connector.can_look_up else None
    with tenancy.brand(brand_id, actor=ACTOR):
        found = [(post, _seen(post, listing, connector)) for post in posts]
        for post, seen in found:
            _mark(post, seen, connector, account, _address(post, listing))
        return sum(seen != "" for _, seen in found)


def _open(account: Account) -> Sequence[Post]:
    since = clock.now() - WITHIN
    found = Post.objects.filter(account=account, status=PostStatus.PUBLISHED, verification="", published_at__gt=since)
    return list(found.order_by("published_at"))


def _is_due(post: Post) -> bool:
    after = timedelta(seconds=settings.VERIFY_AFTER_S * 2**post.looks)
    return post.published_at is not None and post.published_at <= clock.now() - after


def _listing(connector: Connector, account: Account) -> Listing | None:
    """What the account shows; None when it cannot be read now."""
    try:
        with outside.waiting():
            return connector.list_posts(
                account_handle=account.handle, count_max=READ_POSTS_MAX, timeout_s=settings.CALL_TIMEOUT_S
            )
    except (Unavailable, Denied) as said:
        log.info("@%s on %s could not be looked at: %s", account.handle, account.platform, said)
        return None


def _seen(post: Post, listing: Listing | None, connector: Connector) -> str:
    """What is known of a post now; "" when the next look may tell."""
    if post.payload.get("reply_to") and not connector.lists_replies:
        return Verification.UNREADABLE  # it was read back when it went out, and stands in no list
    assert post.published_at is not None, "only what is out is looked at"
    shown = listing.shown(platform_id=post.platform_id, url=post.url) if listing else None
    if listing is None or (shown is None and not listing.reaches(post.published_at)):
        last = not connector.can_look_up or post.looks + 1 >= UNREADABLE_LOOKS
        return Verification.UNREADABLE if last else ""
    if shown is None:
        return Verification.NOT_LIVE if post.looks + 1 >= ABSENT_LOOKS else ""
    return Verification.LIVE if _shows_labels(shown, post, connector) else Verification.UNLABELLED


def _shows_labels(shown: Listed, post: Post, connector: Connector) -> bool:
    """False only where the platform says so: what software cannot see is not held against it."""
    is_paid = post.payload.get("sponsorship", "none") != "none"
    return shown.labelled is not False and not (is_paid and connector.sponsor_field and shown.paid is False)


def _address(post: Post, listing: Listing | None) -> str:
    """Where it is to be seen; who published it may have ended before the platform was asked."""
    shown = listing.shown(platform_id=post.platform_id, url=post.url) if listing else None
    return post.url or (shown.url if shown else "")


def _mark(post: Post, seen: str, connector: Connector, account: Account, url: str) -> None:
    same = Post.objects.filter(pk=post.pk, verification="")
    changed = same.update(looks=F("looks") + 1, verification=seen, verified_at=Now() if seen else None, url=url)
    if not changed or seen not in _TOLD:
        return
    notices.note(
        kind=NoticeKind.DOUBT,
        scope=f"brand:{account.brand_id}",
        subject=post.subject,
        sentence=f"@{plain(account.handle)}'s post {post.pk} on {account.platform} {_TOLD[seen]}",
        link=f"/admin/publishing/post/{post.pk}/change/",
        key=f"verification:{post.pk}",
    )
