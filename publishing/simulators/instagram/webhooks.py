"""What Instagram delivers to a subscriber: comments on an account's media, and where it is named elsewhere. Plays I-20.

Requirements: ENG-1, SAF-1.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

from publishing.simulators.instagram.comments import names_in
from publishing.simulators.instagram.store import Store


def signing(secret: str) -> Callable[[bytes], tuple[str, str]]:
    """The header of a delivery: HMAC-SHA256 of the raw body under the app's secret, in hex."""

    def sign(body: bytes) -> tuple[str, str]:
        return "X-Hub-Signature-256", "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

    return sign


def of_comment(store: Store, comment_id: str, *, is_deleted: bool = False) -> list[dict[str, Any]]:
    """The deliveries about one comment: one to whose media it is on, one to everybody else whom it names.

    A comment that was deleted is told with the verb "remove", as for pages: Instagram documents none, it is our
    assumption.
    """
    row = store.any_comment(comment_id=int(comment_id))
    if row is None:
        return []
    value: dict[str, Any] = {
        "id": row["id"],
        "text": row["text"],
        "from": {"id": row["account_id"], "username": row["username"]},
        "media": {"id": row["media_id"], "media_product_type": "FEED"},
    }
    if row["parent_id"]:
        value["parent_id"] = row["parent_id"]
    if is_deleted:
        value["verb"] = "remove"
    told = [_entry(row["owner_id"], "comments", value)]
    for account in [] if is_deleted else store.accounts():
        if account["id"] != row["owner_id"] and account["username"].lower() in names_in(row["text"]):
            mention = {"media_id": row["media_id"], "comment_id": row["id"]}
            told.append(_entry(account["id"], "mentions", mention))
    return told


def _entry(account_id: str, field: str, value: dict[str, Any]) -> dict[str, Any]:
    changes = [{"field": field, "value": value}]
    return {"object": "instagram", "entry": [{"id": account_id, "time": int(time.time()), "changes": changes}]}
