"""Reading a passport: the post, what was frozen when it was judged, its sources and its media."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from agents.archive import selectors as archive
from agents.archive.selectors import Tampered
from agents.passport import origin
from agents.personas import checklist
from agents.tasks.models import Task, Verdict
from chimera.core import canonical
from publishing.media.selectors import facts
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.reversals import selectors as reversals
from publishing.trends.models import FeedItem

EVERY_BRAND = "*"
SPONSORED = {
    "none": "Nobody paid for this post.",
    "own": "The brand advertises its own product.",
    "paid": "Somebody paid for this post.",
    "gifted": "The products were given for free.",
    "affiliate": "The brand gets a share of sales.",
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a claim of the post rests on. `url` is empty where it is no web address; `day` is None where not known."""

    title: str
    outlet: str
    url: str
    day: datetime | None


@dataclass(frozen=True, kw_only=True)
class Medium:
    """A picture or a video of the post by the SHA-256 of its bytes. Of a video the page shows the words only."""

    sha256: str
    alt: str
    is_video: bool
    mime: str
    width: int | None
    height: int | None
    c2pa: str


@dataclass(frozen=True, kw_only=True)
class Passport:
    """What anybody may know of a post that is out, or was until `taken_down_at`.

    `content` is the canonical text whose hash is `content_hash`.
    """

    post_id: int
    brand_id: int
    name: str
    handle: str
    disclosure: str
    soul_version: int | None
    platform: str
    url: str
    platform_id: str
    published_at: datetime
    taken_down_at: datetime | None
    text: str
    text_sha256: str
    label_field: str
    is_labelled: bool
    sponsored: str
    decided: str
    content: str
    content_hash: str
    media: list[Medium]
    sources: list[Source]
    sources_said: str

    def as_json(self) -> dict[str, Any]:
        """For machines; without the numbers of rows."""
        return {key: value for key, value in asdict(self).items() if key not in ("post_id", "brand_id")}


def is_public(*, slug: str) -> bool:
    """Whether the passports of a brand may be read by everybody."""
    return EVERY_BRAND in settings.PASSPORTS_PUBLIC or slug in settings.PASSPORTS_PUBLIC


def published(*, post_id: int) -> Post | None:
    """A post that is out, or was and was taken down, with account and brand; None for every other number.

    At the desk over all brands.
    """
    out = [PostStatus.PUBLISHED, PostStatus.REVERTED]
    found = Post.objects.select_related("account", "brand").filter(pk=post_id, status__in=out).first()
    return found if found is not None and found.published_at is not None else None


def pictures(*, post: Post) -> set[str]:
    """The hashes of what may be sent as a picture: a video is none, it is large and no page shows it."""
    return {one["sha256"] for one in post.payload.get("media", []) if not _is_video(one)}


def of_post(*, post: Post) -> Passport:
    """The passport of a post from `published`. In its brand; a constant number of queries."""
    payload, kept = post.payload, _kept(post)
    snapshot = kept.snapshot
    label = snapshot.get("limits", {}).get("label_field") or "ai_generated"
    assert post.published_at is not None, "a post that is out has its time"
    return Passport(
        post_id=post.pk,
        brand_id=post.brand_id,
        name=snapshot.get("agent", {}).get("name") or post.account.display_name,
        handle=post.account.handle,
        disclosure=checklist.disclosure(operated_by=post.brand.name),
        soul_version=snapshot.get("soul", {}).get("version"),
        platform=post.account.platform,
        url=_web(post.url),
        platform_id=post.platform_id,
        published_at=post.published_at,
        taken_down_at=reversals.taken_down_at(post_id=post.pk) if post.status == PostStatus.REVERTED else None,
        text=str(payload.get("text", "")),
        text_sha256=hashlib.sha256(str(payload.get("text", "")).encode()).hexdigest(),
        label_field=label,
        is_labelled=payload.get(label) is True,
        sponsored=SPONSORED.get(payload.get("sponsorship", "none"), "Who paid is not known."),
        decided=_decided(post.approval),
        content=canonical.dumps(payload),
        content_hash=post.content_hash,
        media=_media(payload.get("media", [])),
        sources=_sources(kept),
        sources_said=_said(kept),
    )


def _decided(approval: str) -> str:
    if approval.startswith("governance.reviewitem:"):
        return "A human looked at exactly this content and said yes."
    return "The judge alone: no rule objected, and its score was above the bar at which a human is asked."


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What was frozen when the post was judged, and the feed items of its trend."""

    snapshot: Mapping[str, Any]
    items: Sequence[int]
    is_of_brief: bool
    is_gone: bool = False


def _kept(post: Post) -> _Kept:
    number = post.task.rpartition(":")[2]
    task_id = int(number) if number.isdigit() else 0
    # The verdict on exactly what went out: an earlier one on another draft says nothing of this post.
    mine = Verdict.objects.filter(brand_id=post.brand_id, task_id=task_id, content_hash=post.content_hash)
    verdict = mine.select_related("task__goal__trend").order_by("-id").first()
    if verdict is not None:
        goal = verdict.task.goal
        items = list(goal.trend.items) if goal.trend else []
        return _Kept(snapshot=verdict.snapshot, items=items, is_of_brief=goal.campaign_id is not None)
    gone = _Kept(snapshot={}, items=(), is_of_brief=False, is_gone=True)
    if Task.objects.filter(pk=task_id).exists():
        return gone
    try:
        whole = archive.of_task(task_id=task_id)
    except Tampered:
        return gone
    found = [row for row in whole.verdicts if row["content_hash"] == post.content_hash] if whole else []
    if whole is None or not found:
        return gone
    items = whole.trend["items"] if whole.trend else []
    return _Kept(snapshot=found[-1]["snapshot"], items=items, is_of_brief=whole.goal.get("campaign_id") is not None)


def _said(kept: _Kept) -> str:
    if kept.is_gone:
        return "What it was made from is no longer kept."
    if kept.is_of_brief:
        return "It was written from a brief of the brand."
    return "" if kept.snapshot.get("citations") else "It cites nothing."


def _sources(kept: _Kept) -> list[Source]:
    """The cited items, each once, in the order of the text's claims. A brief is the brand's own and is not shown."""
    if kept.is_of_brief or not kept.snapshot.get("citations"):
        return []
    rows = FeedItem.objects.filter(pk__in=list(kept.items)).values_list("url", "title", "published_at")
    days = {key: at for url, title, at in rows for key in (url, title) if key}
    found: dict[tuple[str, str], Source] = {}
    for one in kept.snapshot["citations"]:
        title, url = str(one.get("title") or ""), str(one.get("url") or "")
        found.setdefault(
            (title, url),
            Source(
                title=title or url,
                outlet=str(one.get("source") or ""),
                url=_web(url),
                day=days.get(url) or days.get(title),
            ),
        )
    return list(found.values())


def _media(shown: Sequence[Mapping[str, Any]]) -> list[Medium]:
    if not shown:
        return []
    known = facts(hashes=[one["sha256"] for one in shown])
    return [
        Medium(
            sha256=one["sha256"],
            alt=str(one.get("alt") or ""),
            is_video=_is_video(one),
            mime=known.get(one["sha256"], {}).get("mime", ""),
            width=known.get(one["sha256"], {}).get("width"),
            height=known.get(one["sha256"], {}).get("height"),
            c2pa=origin.said(sha256=one["sha256"]),
        )
        for one in shown
    ]


def _is_video(one: Mapping[str, Any]) -> bool:
    return one.get("kind") == "video"


def _web(url: str) -> str:
    """The address if a browser may be led there, else nothing: it came from outside."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""
