"""News that tries to give orders is kept, says why, and is used for nothing until a person has read it (SAF-1).

The suspicion is written with the item and never changed; a release is a row of its own that only the desk may write.
Looking costs milliseconds once per item, when a feed is read; nothing is looked at where work is done.
"""

from chimera.core import tenancy
from chimera.core.errors import Denied
from chimera.core.injection import detector
from chimera.core.taint import Tainted
from publishing.trends.models import FeedItem, Release


class NotQuarantined(Denied):
    """There is nothing to release."""


def suspicion(*, title: Tainted, summary: Tainted) -> str:
    """Why nothing may be made of an item, as a sentence; empty for an ordinary one."""
    return detector.look(f"{title.text}\n\n{summary.text}").why


def name(title: str) -> str:
    """The title of a feed, or nothing when it is no name but an order; the outlet is then called by its host."""
    return "" if detector.look(title).trips else title


def release(*, item_id: int, reason: str) -> Release:
    """Let a suspicious item be used from the next scan on. The running actor is kept. Raises NotQuarantined."""
    said = reason.strip()
    if not said:
        raise NotQuarantined(f"Item {item_id} needs a reason to be released; say what you read in it.")
    item = FeedItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotQuarantined(f"There is no item {item_id}; `manage.py quarantine` lists those that are held.")
    if not item.suspicion:
        raise NotQuarantined(f"Item {item_id} is not in quarantine; it is used already.")
    row, made = Release.objects.get_or_create(item=item_id, defaults={"reason": said, "by": tenancy.current_actor()})
    if not made:
        raise NotQuarantined(f"Item {item_id} was released by {row.by} at {row.at:%d %b %H:%M} UTC.")
    row.refresh_from_db()
    return row
