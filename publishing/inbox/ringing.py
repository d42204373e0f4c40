"""What platforms delivered, made use of: what was said is asked for by its id, what was deleted is not answered.

A delivery is a hint with an id; what is kept of a mention always comes from the platform itself. ENG-1, ENG-2, SAF-2.
"""

from collections.abc import Sequence

from django.conf import settings

from chimera.core import outside, tenancy
from chimera.core.circuits import services as circuits
from chimera.core.clock import Now
from publishing.connectors.base import Connector, Hearing
from publishing.deliveries import selectors as deliveries
from publishing.deliveries import services as delivered
from publishing.deliveries.models import Delivery, DeliveryKind
from publishing.inbox import services
from publishing.inbox.models import Mention
from publishing.inbox.selectors import Ears
from publishing.inbox.states import MentionStatus

COUNT_MAX = 50  # deliveries of one brand and platform at a time


def waiting(*, ears: Ears) -> list[Delivery]:
    """What rang, the oldest first. In the brand's context."""
    return deliveries.due(platform=ears.platform, up_to=ears.rung, count_max=COUNT_MAX)


def read(*, connector: Connector, ears: Ears, waits: Sequence[Delivery], actor: str) -> int:
    """Ask the platform for what was said by the ids that were delivered; returns how many mentions are new.

    Outside of a transaction. Raises what the platform's circuit and connector raise.
    """
    new = 0
    said = [one for one in waits if one.kind == DeliveryKind.SAID]
    for handle in sorted({one.account.handle for one in said}):
        names = [one.platform_id for one in said if one.account.handle == handle]
        with circuits.through(provider=f"{connector.platform} inbox"), outside.waiting():
            found = connector.hear_named(account_handle=handle, platform_ids=names, timeout_s=settings.CALL_TIMEOUT_S)
        if found:
            with tenancy.brand(ears.brand_id, actor=actor):
                new += services.keep(
                    ears=ears, hearing=Hearing(mentions=found, position=ears.position, is_whole=True), is_list=False
                )
    return new


def settle(*, waits: Sequence[Delivery]) -> None:
    """What is in the inbox by now is done with; the rest is looked for again, a few times. In the brand's context."""
    said = [one for one in waits if one.kind == DeliveryKind.SAID]
    known = set(
        Mention.objects.filter(
            account_id__in={one.account_id for one in said}, platform_id__in=[one.platform_id for one in said]
        ).values_list("account_id", "platform_id")
    )
    delivered.done(deliveries=[one for one in said if (one.account_id, one.platform_id) in known])
    delivered.not_there(deliveries=[one for one in said if (one.account_id, one.platform_id) not in known])


def let_go(*, waits: Sequence[Delivery]) -> list[Mention]:
    """Note what was deleted there: its text is forgotten, and it is not answered. In the brand's context.

    Returns the mentions for which something was begun, which whoever began it takes back.
    """
    deleted = [one for one in waits if one.kind == DeliveryKind.DELETED]
    if not deleted:
        return []
    rows = Mention.objects.filter(
        account__platform=deleted[0].platform, platform_id__in=[one.platform_id for one in deleted], gone_at=None
    )
    ids = list(rows.values_list("pk", flat=True))
    Mention.objects.filter(pk__in=ids).update(gone_at=Now(), text="")
    delivered.done(deliveries=deleted)
    begun = Mention.objects.select_related("account").filter(pk__in=ids, status=MentionStatus.TAKEN)
    return list(begun.order_by("id"))
