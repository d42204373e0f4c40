"""Tables of publishing."""

from publishing.accounts.models import Account, AccountCheck
from publishing.credentials.models import Credential
from publishing.deliveries.models import Delivery, DeliveryCount
from publishing.fingerprints.models import Fingerprint, Likeness
from publishing.inbox.models import Bar, Cursor, Mention
from publishing.media.consistency.models import Reference, Resemblance
from publishing.media.making.models import Making
from publishing.media.models import Asset
from publishing.metrics.models import ReadCount, Reading
from publishing.moderation.models import Hiding
from publishing.posts.models import Post
from publishing.quotas.models import Quota, Slot, Window
from publishing.reversals.models import Reversal
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
    "Delivery",
    "DeliveryCount",
    "Feed",
    "FeedItem",
    "Fingerprint",
    "FleetBlackout",
    "Hiding",
    "Likeness",
    "Making",
    "Mention",
    "Post",
    "Quota",
    "ReadCount",
    "Reading",
    "Reference",
    "Release",
    "Resemblance",
    "Reversal",
    "Slot",
    "Trend",
    "Window",
]
