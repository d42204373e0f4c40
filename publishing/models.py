"""Tables of publishing."""

from publishing.accounts.models import Account, AccountCheck
from publishing.credentials.models import Credential
from publishing.fingerprints.models import Fingerprint, Likeness
from publishing.inbox.models import Bar, Cursor, Mention
from publishing.media.models import Asset
from publishing.posts.models import Post
from publishing.quotas.models import Quota, Slot, Window
from publishing.timing.models import Blackout, FleetBlackout
from publishing.trends.models import Feed, FeedItem, Release, Trend

__all__ = [
    "Account",
    "AccountCheck",
    "Asset",
    "Bar",
    "Blackout",
    "Credential",
    "Cursor",
    "Feed",
    "FeedItem",
    "Fingerprint",
    "FleetBlackout",
    "Likeness",
    "Mention",
    "Post",
    "Quota",
    "Release",
    "Slot",
    "Trend",
    "Window",
]
