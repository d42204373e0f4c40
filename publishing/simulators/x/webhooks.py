"""What X delivers to a subscriber (Account Activity): posts that name an account, and posts that are gone. Plays X-19.

Requirements: ENG-1, SAF-1.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from publishing.simulators.x.store import Store
from publishing.simulators.x.wording import named


def signing(secret: str) -> Callable[[bytes], tuple[str, str]]:
    """The header of a delivery: HMAC-SHA256 of the raw body under the app's consumer secret, in base64."""

    def sign(body: bytes) -> tuple[str, str]:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return "x-twitter-webhooks-signature", "sha256=" + base64.b64encode(digest).decode()

    return sign


def of_post(store: Store, post_id: str, *, is_deleted: bool = False) -> list[dict[str, Any]]:
    """The deliveries about one post that is there, to every account that it names or answers.

    That the deletion of somebody else's post is told to whom it named is our assumption: X documents it for own posts.
    """
    post = store.post(post_id=int(post_id))
    if post is None:
        return []
    meant = named(post["text"]) | ({post["reply_handle"].lower()} if post["reply_handle"] else set())
    found = [store.account(handle=handle) for handle in sorted(meant)]
    users = [str(one["id"]) for one in found if one is not None and str(one["id"]) != post["author_id"]]
    if is_deleted:
        status = {"id": post["id"], "user_id": post["author_id"]}
        gone = [{"status": status, "timestamp_ms": str(post["created_ms"])}]
        return [{"for_user_id": user, "tweet_delete_events": gone} for user in users]
    event = {
        "id_str": post["id"],
        "text": post["text"],
        "user": {"id_str": post["author_id"], "screen_name": post["handle"]},
        "in_reply_to_status_id_str": post["reply_to"],
    }
    return [{"for_user_id": user, "tweet_create_events": [event]} for user in users]
