"""Tables of publishing."""

from publishing.accounts.models import Account
from publishing.credentials.models import Credential
from publishing.fingerprints.models import Fingerprint, Likeness
from publishing.inbox.models import Bar, Cursor, Mention
from publishing.media.consistency.models import Reference, Resemblance
from publishing.media.models import Asset
from publishing.posts.models import Post
from publishing.trends.models import Feed, FeedItem, Release, Trend

__all__ = [
    "Account",
    "Asset",
    "Bar",
    "Credential",
    "Cursor",
    "Feed",
    "FeedItem",
    "Fingerprint",
    "Likeness",
    "Mention",
    "Post",
    "Reference",
    "Release",
    "Resemblance",
    "Trend",
]
