"""What a platform asks for one post: the item of the price table, by what the post says. GEN-7, GOV-1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chimera.core.prices import selectors as prices
from publishing.posts.models import Post

# What a platform turns into a link: an address with its scheme or www, or a bare name under one of the usual domains.
_LINK = re.compile(
    r"https?://\S|\bwww\.\w|\b[a-z0-9-]+\.(?:com|org|net|io|dev|app|co|ai|gov|edu|info|news|blog|shop|tv|ly|gl|gg|me)\b(?!@)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Fee:
    """An item of the price table and what it costs, in micros of a dollar."""

    item: str
    usd_micros: int


def has_link(*, payload: Mapping[str, Any]) -> bool:
    """Whether the platform would make a link of something in the text."""
    return _LINK.search(str(payload.get("text", ""))) is not None


def links(*, payload: Mapping[str, Any]) -> list[str]:
    """What in the text the platform would make a link of, as it stands there."""
    text = str(payload.get("text", ""))
    return [text[found.start() :].split(None, 1)[0] for found in _LINK.finditer(text)]


def fee(*, platform: str, payload: Mapping[str, Any], at: datetime) -> Fee:
    """What this payload costs on a platform at `at`. Raises prices.UnknownPrice."""
    item = f"platform:{platform}:{'post_with_link' if has_link(payload=payload) else 'post'}"
    return Fee(item=item, usd_micros=prices.cost_usd_micros(item=item, at=at))


def estimate_usd_micros(*, platform: str) -> int:
    """What a post without a link costs at most, whenever it is: plans ask no clock. Raises prices.UnknownPrice."""
    return prices.most_usd_micros(item=f"platform:{platform}:post")


def fee_of(*, post: Post) -> Fee:
    """What a post costs: at the price that held when it was made, so that what is settled is what was set aside."""
    return fee(platform=post.payload["platform"], payload=post.payload, at=post.made_at)
