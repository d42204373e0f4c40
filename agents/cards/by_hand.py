"""What a human deletes by hand: where the post is, who wants it gone and why. From what the card froze. PUB-5."""

from dataclasses import dataclass

from chimera.core import registry
from chimera.core.errors import Denied
from governance.reviews.models import ReviewItem
from publishing.connectors.base import WEB, Connector


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """The task. `url` is the post's own page, or else the account's; "" where neither is known."""

    url: str
    is_account: bool
    platform_id: str
    asked_by: str
    reason: str
    post_id: int | None


def of(*, item: ReviewItem) -> ByHand:
    """Of a card of kind `by_hand`. No query."""
    told, payload = item.snapshot.get("reversal", {}), item.snapshot["payload"]
    url = str(told.get("url") or "")
    url = url if url.startswith(WEB) else ""
    number = str(told.get("post", "")).rpartition(":")[2]
    return ByHand(
        url=url or _account_page(str(payload.get("platform", "")), str(payload.get("account_handle") or item.agent)),
        is_account=not url,
        platform_id=str(told.get("platform_id", "")),
        asked_by=str(told.get("asked_by", "")),
        reason=str(told.get("reason", "")),
        post_id=int(number) if number.isdigit() else None,
    )


def _account_page(platform: str, handle: str) -> str:
    try:
        return registry.get("CONNECTORS", platform, Connector).account_page(account_handle=handle)
    except Denied:
        return ""  # gone from the switchboard: a human looks without its help
