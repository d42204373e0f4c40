"""Scanning: feeds once for the fleet, then each brand's trends.

Items are clustered by meaning over a sliding window; near-duplicates join; a trend keeps its fingerprint while items
join and expires when nothing new comes. Requirements: TRD-1, TRD-2, SAF-2.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from django.conf import settings

from chimera.core import clock, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.embeddings import embed
from chimera.core.pii import masking
from chimera.core.pii.base import Kind
from chimera.core.taint import Tainted
from governance.controls import looking
from governance.controls import selectors as controls
from publishing.trends import bursts, clustering, quarantine, reading, selectors
from publishing.trends.clustering import Cluster, Item
from publishing.trends.models import Feed, FeedItem, Trend
from publishing.trends.reading import Asked, Reading
from publishing.trends.rows import address
from publishing.trends.sources.base import Entry
from publishing.trends.stories import Story, Told

SCANNER = "worker:trends stage:scan"
HISTORY_ITEMS_MAX = 10_000  # the newest; more are not looked at for what broke out


@dataclass(frozen=True, kw_only=True)
class Found:
    """A trend before it belongs to a brand: the cluster with its score and times."""

    cluster: Cluster
    score: clustering.Score
    expires_at: datetime
    detected_at: datetime | None = None

    @property
    def title(self) -> str:
        """The title of the item that stands for the others."""
        return clustering.representative(self.cluster).title


def follow(*, sources: Sequence[str], any_age: bool, only: bool = False) -> list[Feed]:
    """Make feeds known that somebody named: loopback addresses are then allowed, other private ones are not.

    With `only` every other feed is left from now on.
    """
    feeds = []
    for source in sources:
        url = reading.address(source)
        feed, _ = Feed.objects.update_or_create(
            url=url,
            defaults={"active": True, "any_age": any_age, "loopback_allowed": reading.is_loopback(url)},
        )
        feeds.append(feed)
    if only:
        Feed.objects.exclude(pk__in=[feed.pk for feed in feeds]).update(active=False)
    return feeds


def scan(*, feeds: Sequence[Feed], may_call: Callable[[], None] | None = None) -> list[Reading]:
    """Read these feeds and keep what is new. `may_call` is asked before each and raises when nothing may leave now."""
    asked = [
        Asked(source=f.url, loopback_allowed=f.loopback_allowed, etag=f.etag, last_modified=f.last_modified)
        for f in feeds
    ]
    readings = reading.read_all(asked=asked, may_call=may_call)
    at = clock.now()
    for feed, got in zip(feeds, readings, strict=True):
        _keep(feed=feed, got=got, at=at)
    return readings


def scan_all() -> list[Reading]:
    """Read every active feed and refresh the trends of every brand. Nothing is read while the fleet is stopped."""
    if controls.in_force(scopes=["fleet"]).exists():
        return []
    feeds = list(Feed.objects.filter(active=True).order_by("id"))
    readings = scan(feeds=feeds, may_call=partial(looking.require_open, scopes=["fleet"]))
    at = clock.now()
    found = seen(at=at)
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=SCANNER):
            refresh(brand_id=brand_id, found=found, at=at)
    return readings


def _keep(*, feed: Feed, got: Reading, at: datetime) -> None:
    changes: dict[str, object] = {"read_at": at, "error": got.error}
    if got.document is not None:
        changes |= {
            "title": quarantine.name(got.document.title)[:300],
            "format": got.document.format,
            "etag": got.etag,
            "last_modified": got.last_modified,
            "items_seen": len(got.entries),
            "error": got.document.warning or "",
        }
        known = set(FeedItem.objects.filter(feed=feed).values_list("guid", flat=True))
        fresh = [entry for entry in map(_masked, got.entries) if entry.guid not in known]
        vectors = embed([f"{entry.title.text}. {entry.summary.text}" for entry in fresh])
        FeedItem.objects.bulk_create(
            [
                FeedItem(
                    feed=feed,
                    guid=entry.guid,
                    title=entry.title.text,
                    summary=entry.summary.text,
                    url=entry.url,
                    origin=entry.title.origin[:300],
                    published_at=min(entry.published_at or at, at),
                    vector=vector.tolist(),
                    suspicion=quarantine.suspicion(title=entry.title, summary=entry.summary),
                )
                for entry, vector in zip(fresh, vectors, strict=True)
            ],
            ignore_conflicts=True,
        )
    Feed.objects.filter(pk=feed.pk).update(**changes)


def _masked(entry: Entry) -> Entry:
    """The item without what is private in it: a stranger's address or a leaked key is never stored (SAF-2)."""
    in_names = {Kind.EMAIL, Kind.SECRET}  # of an address or an id; its digits are no phone number
    guid = entry.guid
    if masking.find(guid, kinds=in_names):
        guid = f"sha256:{hashlib.sha256(guid.encode()).hexdigest()}"
    return replace(
        entry,
        guid=guid,
        title=Tainted(masking.mask(entry.title.text).text, entry.title.origin),
        summary=Tainted(masking.mask(entry.summary.text).text, entry.summary.origin),
        url="" if masking.find(entry.url, kinds=in_names) else entry.url,
    )


def find(*, items: Sequence[Item], seen_at: datetime) -> list[Found]:
    """The trends among items, best first. `seen_at` is when they were read: the life of old news starts there."""
    window = timedelta(seconds=settings.TREND_WINDOW_S)
    clusters = clustering.cluster(items=items, window=window, similarity_min=clustering.SIMILARITY_MIN)
    found = [
        Found(
            cluster=cluster,
            score=clustering.scores(cluster=cluster, now=seen_at, window=window),
            expires_at=max(cluster.last_at, seen_at) + timedelta(seconds=settings.TREND_LIFE_S),
        )
        for cluster in clusters
    ]
    return sorted(found, key=lambda trend: (-trend.score.total, trend.title))


def look(*, sources: Sequence[str]) -> tuple[list[Reading], list[Found]]:
    """Read feeds and find trends without keeping anything."""
    asked = [Asked(source=reading.address(s), loopback_allowed=reading.is_loopback(s)) for s in sources]
    readings = reading.read_all(asked=asked)
    at = clock.now()
    items: list[Item] = []
    for got in readings:
        vectors = embed([f"{entry.title.text}. {entry.summary.text}" for entry in got.entries])
        for entry, vector in zip(got.entries, vectors, strict=True):
            if quarantine.suspicion(title=entry.title, summary=entry.summary):
                continue
            items.append(
                Item(
                    id=len(items),
                    key=f"{got.source}#{entry.guid}",
                    vector=vector,
                    at=min(entry.published_at or at, at),
                    source=(got.document.title if got.document else "") or got.source,
                    title=entry.title.text,
                )
            )
    return readings, find(items=items, seen_at=at)


def seen(*, at: datetime, feeds: Sequence[Feed] | None = None) -> list[Found]:
    """The trends in what was seen within the window before `at`, of these feeds or of all that are followed."""
    since = at - timedelta(seconds=settings.TREND_WINDOW_S)
    oldest = at - timedelta(seconds=settings.TREND_ITEM_AGE_MAX_S)
    rows = selectors.usable().select_related("feed").filter(seen_at__gte=since, feed__active=True)
    if feeds is not None:
        rows = rows.filter(feed__in=[feed.pk for feed in feeds])
    items = [
        Item(
            id=row.pk,
            key=f"{row.feed.url}#{row.guid}",
            vector=np.asarray(row.vector, dtype=np.float32),
            at=row.published_at,
            source=row.feed.title or row.feed.url,
            title=row.title,
        )
        for row in rows
        if row.feed.any_age or row.published_at >= oldest
    ]
    found = find(items=items, seen_at=at)
    return broken_out(found=found, stories=_stories(at=at)) if found else []


def _stories(*, at: datetime) -> list[Story]:
    """What broke out, by all that was published within the history of a subject."""
    rows = (
        selectors.usable()
        .select_related("feed")
        .filter(published_at__gte=at - bursts.HISTORY - bursts.WINDOW, published_at__lte=at, feed__active=True)
    )
    return bursts.replay(
        Told(
            id=str(row.pk),
            at=row.published_at,
            title=row.title,
            summary=row.summary,
            source=(row.feed.title or row.feed.url).casefold(),
            url=address(row.url),
            vector=np.asarray(row.vector, dtype=np.float32),
        )
        for row in rows.order_by("-published_at")[:HISTORY_ITEMS_MAX]
    )


def broken_out(*, found: Sequence[Found], stories: Sequence[Story]) -> list[Found]:
    """The trends with the burst of the story that they share most items with, best first."""
    story_of = {item.id: story for story in stories for item in (*story.items, *story.copies)}
    marked = []
    for trend in found:
        near = Counter(id(story_of[str(item.id)]) for item in trend.cluster.items if str(item.id) in story_of)
        story = next((one for one in stories if near and id(one) == near.most_common(1)[0][0]), None)
        if story is not None and story.parts is not None:
            score = trend.score.bursting(story.parts.burst)
            marked.append(replace(trend, score=score, detected_at=story.detected_at))
        else:
            marked.append(trend)
    return sorted(marked, key=lambda trend: (-trend.score.total, trend.title))


def refresh(*, brand_id: int, found: Sequence[Found] | None = None, at: datetime | None = None) -> int:
    """Make the brand's trends from what was seen within the window; returns how many there are. In its context.

    `found` is what `seen(at=at)` gave, when it was asked for several brands.
    """
    at = at or clock.now()
    found = seen(at=at) if found is None else found
    for trend in found:
        _upsert(brand_id=brand_id, trend=trend, at=at)
    return len(found)


def _upsert(*, brand_id: int, trend: Found, at: datetime) -> None:
    members = sorted(item.id for item in trend.cluster.items)
    values = {
        "title": trend.title,
        "origin": "feeds",
        "items": members,
        "sources": sorted(trend.cluster.sources),
        "vector": trend.cluster.centroid.tolist(),
        "score_bp": round(trend.score.total * 10_000),
        "velocity_bp": round(trend.score.velocity * 10_000),
        "diversity_bp": round(trend.score.diversity * 10_000),
        "freshness_bp": round(trend.score.freshness * 10_000),
        "burst_bp": round(trend.score.burst * 10_000),
        "updated_at": at,
    }
    # An item with an earlier date may arrive late and change the fingerprint: a trend with any of them stays itself.
    row = Trend.objects.filter(items__overlap=members).order_by("id").first()
    made = row is None
    if row is None:
        born = {**values, "first_seen": trend.cluster.first_at, "expires_at": trend.expires_at}
        born["detected_at"] = trend.detected_at
        row, made = Trend.objects.get_or_create(
            brand_id=brand_id, fingerprint=clustering.fingerprint(trend.cluster), defaults=born
        )
    if not made:
        # Nothing new joined: the trend is not younger for having been looked at again.
        life = {"expires_at": trend.expires_at} if members != sorted(row.items) else {}
        broke = {"detected_at": trend.detected_at} if row.detected_at is None else {}  # once it is said, it stays
        Trend.objects.filter(pk=row.pk).update(**values, **life, **broke)
