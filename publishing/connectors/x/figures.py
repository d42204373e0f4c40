"""What the connector process reads of X about how posts do: one request for at most a hundred. Row X-31.

X asks for every post that it shows, so nothing is read twice here. Requirements: MET-1.
"""

from typing import Any

from publishing.connectors import measuring
from publishing.connectors.serving import refusal
from publishing.connectors.x.calling import Caller

IDS_MAX = 100
NOT_THERE = "resource-not-found"


def measured(caller: Caller, *, account: str, ids: list[str]) -> dict[str, Any]:
    """`{"figures": [...], "gone": [...]}` of these posts. Raises a refusal: "rejected" or "unavailable".

    Gone is what X does not find; what it may not show this account stands in neither list.
    """
    if not 1 <= len(ids) <= IDS_MAX or not all(one.isascii() and one.isdigit() for one in ids):
        raise refusal("rejected", "validation", f"X tells of 1 to {IDS_MAX} posts at once, named by numbers.")
    params = {"ids": ",".join(ids), "tweet.fields": "public_metrics"}
    page = caller.read(account, "/2/tweets", params=params, scope="tweet.read")
    try:
        return {
            "figures": [_row(one) for one in page.get("data") or []],
            "gone": [
                str(one["resource_id"])
                for one in page.get("errors") or []
                if str(one.get("type", "")).endswith(NOT_THERE) and one.get("resource_id")
            ],
            "note": "",
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise refusal(
            "unavailable", "unreadable", f"X's figures have another form ({type(error).__name__})."
        ) from error


def _row(one: dict[str, Any]) -> dict[str, Any]:
    told = one["public_metrics"]
    numbers = {
        "views": told.get("impression_count"),
        "likes": told["like_count"],
        "replies": told["reply_count"],
        "reposts": measuring.added((told["retweet_count"], told.get("quote_count"))),
        "saves": told.get("bookmark_count"),
    }
    return measuring.row(str(one["id"]), numbers)
