"""Whether a post is still there: read before a deletion of unknown outcome is asked for again. PUB-4."""

import logging
from datetime import timedelta
from enum import Enum

from django.conf import settings

from chimera.core import clock, outside
from chimera.core.errors import Denied, Unavailable
from publishing.connectors.base import Connector
from publishing.posts.models import Post

log = logging.getLogger("chimera.posts")

READ_POSTS_MAX = 2_000


class Seen(Enum):
    """What reading showed."""

    THERE = "found"
    GONE = "absent"
    UNKNOWN = "failed"  # not readable or in no list, not far enough back, or too young to be listed for sure


def still_there(*, post: Post, connector: Connector) -> Seen:
    """Read the account's posts; outside of any transaction. Whatever goes wrong is UNKNOWN: nothing was learnt."""
    if not connector.can_look_up or (post.payload.get("reply_to") and not connector.lists_replies):
        return Seen.UNKNOWN
    try:
        with outside.waiting():
            listing = connector.list_posts(
                account_handle=str(post.payload["account_handle"]),
                count_max=READ_POSTS_MAX,
                timeout_s=settings.CALL_TIMEOUT_S,
            )
    except (Denied, Unavailable) as said:
        log.info("%s could not be looked for: %s", post.subject, said)
        return Seen.UNKNOWN
    except Exception:
        log.exception("%s could not be looked for", post.subject)
        return Seen.UNKNOWN
    if listing.shown(platform_id=post.platform_id, url=post.url) is not None:
        return Seen.THERE
    at = post.published_at or post.made_at
    lag = timedelta(seconds=settings.EFFECT_LOOKUP_EVERY_S * max(1, settings.EFFECT_ABSENT_COUNT - 1))
    if clock.now() - at < lag:
        return Seen.UNKNOWN  # what went out just now may not be listed yet
    return Seen.GONE if listing.reaches(at) else Seen.UNKNOWN
