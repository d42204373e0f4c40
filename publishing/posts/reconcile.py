"""Reading the platforms to find out what became of what was sent; after a restore, also of what was forgotten.

Whatever is found live is confirmed; what a platform does not show is dealt with as its class allows; what does not fit
is listed and changes nothing. Sends nothing. Requirements: PUB-4, OPS-9.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from chimera.core import clock, outside, registry, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.errors import Conflict, Denied, Unavailable
from governance.budgets.services import Exhausted
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from publishing.accounts.models import Account
from publishing.connectors.base import Connector, Found, Listing
from publishing.posts import doubt, fees, landing
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

READ_POSTS_MAX = 2_000  # of one account
OPEN = (EffectStatus.SENT, EffectStatus.IN_DOUBT)
MAY_GO_OUT = (PostStatus.SCHEDULED, PostStatus.HELD)


@dataclass(kw_only=True)
class Report:
    """What a pass found. Each entry is a sentence-like dict with at least `subject` or `account`, and `platform`."""

    incarnation: int
    since: datetime | None
    confirmed: list[dict[str, Any]] = field(default_factory=list)  # found live, and now known here
    reopened: list[dict[str, Any]] = field(default_factory=list)  # proved absent: may be sent again
    refused: list[dict[str, Any]] = field(default_factory=list)  # the platform had said no, and now it is known here
    in_doubt: list[dict[str, Any]] = field(default_factory=list)  # a human has a card
    asked_again: list[dict[str, Any]] = field(default_factory=list)  # class A: the same key will tell
    waiting: list[dict[str, Any]] = field(default_factory=list)  # too early to tell, or a worker has it: run again
    unreadable: list[dict[str, Any]] = field(default_factory=list)  # the platform did not answer: run again
    not_live: list[dict[str, Any]] = field(default_factory=list)  # confirmed here, not live there
    strangers: list[dict[str, Any]] = field(default_factory=list)  # live there, unknown here

    @property
    def is_clean(self) -> bool:
        """Nothing is left to wait for, and nothing contradicts."""
        return not (self.waiting or self.unreadable or self.not_live or self.strangers)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "clean": self.is_clean}


def run(*, since: timedelta | None = None, actor: str) -> Report:
    """One pass over every brand. With `since` also over what was confirmed since then, and over the accounts' posts."""
    report = Report(incarnation=effects.incarnation(), since=clock.now() - since if since is not None else None)
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=actor):
            sent = Effect.objects.filter(kind="publish", about__startswith=f"{Post.SUBJECT}:", status__in=OPEN)
            ids = list(sent.order_by("id").values_list("id", flat=True))
        for effect_id in ids:
            _resolve(report, brand_id, effect_id, actor)
        if report.since is not None:
            _compare(report, brand_id, report.since, actor)
    return report


def _connector(platform: str) -> Connector | None:
    try:
        return registry.get("CONNECTORS", platform, Connector)
    except registry.NotOnSwitchboard:
        return None


def _entry(post: Post, **more: Any) -> dict[str, Any]:
    account = post.payload.get("account_handle", "")
    return {"subject": post.subject, "platform": post.payload.get("platform", ""), "account": account, **more}


def _in_work(post: Post) -> bool:
    return post.lease_until is not None and post.lease_until > clock.now()


def _locked(post: Post) -> Post:
    """The post again, locked, as it was read. Raises Conflict when a worker has had it meanwhile."""
    again = Post.objects.select_related("account").select_for_update(of=("self",)).get(pk=post.pk)
    if (again.fence, again.state_version) != (post.fence, post.state_version) or _in_work(again):
        raise Conflict(f"{post.subject} is being worked on; run this again.")
    return again


def _resolve(report: Report, brand_id: int, effect_id: int, actor: str) -> None:
    """One effect that is SENT or IN_DOUBT."""
    if _heard(report, brand_id, effect_id, actor):
        return
    with tenancy.brand(brand_id, actor=actor):
        effect = Effect.objects.get(pk=effect_id)
        post = Post.objects.select_related("account").get(pk=int(effect.about.rpartition(":")[2]))
        connector = _connector(post.payload["platform"])
        again = effect.status == EffectStatus.SENT and effects.may_ask_again(effect=effect)
        wait_s = effects.wait_s(effect=effect)
        others = doubt.others(post=post)
        if _in_work(post) or wait_s > 0:
            report.waiting.append(_entry(post, status=effect.status, after_s=round(wait_s, 1)))
            return
        if connector is None or not connector.can_look_up:
            if again:
                report.asked_again.append(_entry(post, status=effect.status))
            else:
                _to_a_human(report, post, effect)
            return
    seen = doubt.look(post=post, effect=effect, connector=connector, but=others)
    try:
        with tenancy.brand(brand_id, actor=actor):
            _land(report, _locked(post), effect, seen, again)
    except Conflict as lost:
        report.waiting.append(_entry(post, status=effect.status, said=str(lost)))


def _heard(report: Report, brand_id: int, effect_id: int, actor: str) -> bool:
    """Whether the grant of the last send told what became of it, or a worker came between."""
    with tenancy.brand(brand_id, actor=actor):
        effect = Effect.objects.get(pk=effect_id)
        post = Post.objects.get(pk=int(effect.about.rpartition(":")[2]))
        connector = _connector(post.payload["platform"])
        asks = effect.status == EffectStatus.SENT and post.status == PostStatus.SCHEDULED and not _in_work(post)
        if connector is None or not asks:
            return False
        try:
            with transaction.atomic():
                post = _locked(post)
                doubt.hear(post=post, effect=effect, connector=connector, fence=None)
                if effect.status == EffectStatus.INTENDED:
                    landing.due_again(post=post)
        except Conflict as lost:
            report.waiting.append(_entry(post, status=EffectStatus.SENT, said=str(lost)))
            return True
    known = {"INTENDED": report.reopened, "CONFIRMED": report.confirmed, "REFUTED": report.refused}.get(effect.status)
    if known is not None:
        known.append(_entry(post, post_status=post.status, told_by="grant"))
    return known is not None


def _to_a_human(report: Report, post: Post, effect: Effect, **more: Any) -> None:
    """Nobody can tell by reading. A post whose card waits keeps it."""
    if effect.status == EffectStatus.SENT or post.status == PostStatus.SCHEDULED:
        why = "Whether this post is live cannot be found by reading; look on the platform."
        doubt.ask(post=post, effect=effect, why=why, fence=None)
    report.in_doubt.append(_entry(post, status=effect.status, **more))


def _land(report: Report, post: Post, effect: Effect, seen: doubt.Seen, again: bool) -> None:
    if isinstance(seen, Found):
        _confirm(report, post, effect, seen)
    elif isinstance(seen, Unavailable):
        effects.note_look_up(effect=effect, result="failed", said=str(seen))
        report.unreadable.append(_entry(post, status=effect.status, said=str(seen)))
    elif again:
        report.asked_again.append(_entry(post, status=effect.status))
    elif effect.platform_class == "B" and effect.status == EffectStatus.SENT:
        if effects.next_look_s(effect=effect) <= 0:
            effects.note_look_up(effect=effect, result="absent")
        if effects.is_proved_absent(effect=effect):
            effects.reopen(effect=effect, by="look-up")
            landing.due_again(post=post)
            report.reopened.append(_entry(post, absences=effect.absences))
        else:
            after_s = round(effects.next_look_s(effect=effect), 1)
            report.waiting.append(_entry(post, status=effect.status, absences=effect.absences, after_s=after_s))
    else:
        effects.note_look_up(effect=effect, result="absent")
        _to_a_human(report, post, effect, absences=effect.absences)


def _confirm(report: Report, post: Post, effect: Effect, seen: Found) -> None:
    shown = {"platform_id": seen.receipt.platform_id, "url": seen.receipt.url}
    if post.status in MAY_GO_OUT:
        doubt.found(post=post, effect=effect, seen=seen, by="reconcile", fence=None)
    else:  # given up before it was known: the post stays as it is, the money follows the truth
        cost = fees.fee_of(post=post)
        told = {**shown, "found_by": "reconcile"}
        effects.confirm(
            effect=effect,
            platform_id=shown["platform_id"],
            receipt=told,
            cost_usd_micros=cost.usd_micros,
            debit=cost.item,
        )
    report.confirmed.append(_entry(post, post_status=post.status, **shown))


def _compare(report: Report, brand_id: int, since: datetime, actor: str) -> None:
    """What the accounts of a brand show against what is known here."""
    with tenancy.brand(brand_id, actor=actor):
        accounts = list(Account.objects.order_by("id"))
    for account in accounts:
        connector = _connector(account.platform)
        if connector is None or not connector.can_look_up:
            continue
        at = {"account": account.handle, "platform": account.platform}
        try:
            with outside.waiting():
                listing = connector.list_posts(
                    account_handle=account.handle, count_max=READ_POSTS_MAX, timeout_s=settings.CALL_TIMEOUT_S
                )
        except (Unavailable, Denied) as said:
            report.unreadable.append({**at, "said": str(said)})
            continue
        for pk in _forgotten(brand_id, account, actor):
            _adopt(report, brand_id, pk, connector, actor)
        with tenancy.brand(brand_id, actor=actor):
            _contradictions(report, account, listing, since, has_replies=connector.lists_replies)
            report.strangers += [{**at, **stranger} for stranger in _strangers(account, listing, since)]


def _forgotten(brand_id: int, account: Account, actor: str) -> list[int]:
    """Posts that were never sent as far as this database remembers."""
    with tenancy.brand(brand_id, actor=actor):
        waiting = Post.objects.filter(account=account, status__in=MAY_GO_OUT).order_by("id")
        status = dict(Effect.objects.filter(kind="publish").values_list("about", "status"))
        return [post.pk for post in waiting if status.get(post.subject) in (None, EffectStatus.INTENDED)]


def _adopt(report: Report, brand_id: int, pk: int, connector: Connector, actor: str) -> None:
    """A post that is live although nothing here says that it was sent: its effect is confirmed, its fee paid."""
    with tenancy.brand(brand_id, actor=actor):
        post = Post.objects.select_related("account").get(pk=pk)
        others = doubt.others(post=post)
    draft = Effect(first_sent_at=post.made_at)
    seen = doubt.look(post=post, effect=draft, connector=connector, but=others)
    if isinstance(seen, Unavailable):
        report.unreadable.append(_entry(post, said=str(seen)))
    if not isinstance(seen, Found):
        return
    try:
        with tenancy.brand(brand_id, actor=actor):
            post = _locked(post)
            effect = effects.intend(
                row=post,
                task=post.task,
                kind="publish",
                platform_class=connector.effect_class,
                payload_hash=post.content_hash,
                fee_usd_micros=fees.fee_of(post=post).usd_micros,
                lasts_s=settings.HOLD_LASTS_S,
            )
            _confirm(report, post, effect, seen)
    except (Conflict, Exhausted) as lost:
        report.waiting.append(_entry(post, said=str(lost)))


def _contradictions(report: Report, account: Account, listing: Listing, since: datetime, *, has_replies: bool) -> None:
    """Posts that are confirmed here and that the platform does not show; replies where its list has them."""
    lag = timedelta(seconds=settings.EFFECT_LOOKUP_EVERY_S * max(1, settings.EFFECT_ABSENT_COUNT - 1))
    fresh = clock.now() - lag
    for post in Post.objects.filter(account=account, status=PostStatus.PUBLISHED, published_at__gte=since):
        if post.published_at is None or post.published_at > fresh:
            continue
        if listing.shown(platform_id=post.platform_id, url=post.url) is not None:
            continue
        if not has_replies and post.payload.get("reply_to"):
            continue
        entry = _entry(post, platform_id=post.platform_id, url=post.url, published_at=post.published_at)
        if not listing.posts or listing.reaches(post.published_at):
            report.not_live.append(entry)
        else:
            report.unreadable.append({**entry, "said": "The account has too many posts to read back that far."})


def _strangers(account: Account, listing: Listing, since: datetime) -> Iterator[dict[str, Any]]:
    """Posts of an account that the platform shows and nothing here knows."""
    known = set(Post.objects.filter(account=account).exclude(platform_id="").values_list("platform_id", flat=True))
    known |= set(Effect.objects.exclude(platform_id="").values_list("platform_id", flat=True))
    for post in listing.posts:
        if post.platform_id not in known and post.made_at >= since:
            yield {"platform_id": post.platform_id, "url": post.url, "made_at": post.made_at, "text": post.text[:80]}


def open_again(*, report: Report, actor: str) -> int:
    """Let effects out after a clean pass. Raises NotClean; returns how many controls were lifted."""
    if not report.is_clean:
        raise NotClean(
            f"Effects stay back: {len(report.waiting)} to wait for, {len(report.unreadable)} unreadable, "
            f"{len(report.not_live)} not live, {len(report.strangers)} unknown here. Run this again, or look and then "
            f"lift it yourself with manage.py resume --effects."
        )
    with tenancy.acting(actor):
        return effects.end_quarantine()


class NotClean(Denied):
    """The pass left something open."""
