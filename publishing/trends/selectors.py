"""Reading trends and their items."""

from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef, Q, QuerySet

from chimera.core.clock import Now
from chimera.core.taint import Tainted
from publishing.trends.models import FeedItem, Release, Trend


def live() -> QuerySet[Trend]:
    """Trends of the brand that have not expired, best first."""
    return Trend.objects.filter(expires_at__gt=Now()).order_by("-score_bp", "id")


def usable() -> QuerySet[FeedItem]:
    """Items that something may be made of: not suspicious, or released by a person."""
    return FeedItem.objects.filter(Q(suspicion="") | Exists(Release.objects.filter(item=OuterRef("pk"))))


def quarantined() -> QuerySet[FeedItem]:
    """Items that are kept and not used, newest first."""
    held = FeedItem.objects.exclude(suspicion="").exclude(Exists(Release.objects.filter(item=OuterRef("pk"))))
    return held.select_related("feed").order_by("-seen_at", "-id")


def outlet(item: FeedItem) -> str:
    """The name of the source as people know it: the feed's title, else its host."""
    return outlet_name(title=item.feed.title, url=item.feed.url)


def outlet_name(*, title: str, url: str) -> str:
    """A feed's title, else its host, else its address."""
    return title or urlsplit(url).hostname or url


def items_of(*, trend: Trend) -> list[dict[str, Any]]:
    """The items of a trend that may be used, oldest first; texts are tainted with their origin."""
    items = usable().select_related("feed").filter(pk__in=trend.items).order_by("published_at", "id")
    return [
        {
            "title": Tainted(item.title, item.origin),
            "summary": Tainted(item.summary, item.origin),
            "source": outlet(item),
            "url": item.url,
        }
        for item in items
    ]
