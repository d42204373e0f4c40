"""Reading deliveries: what is to be looked for now, what is known to be deleted, and how many there were."""

from collections.abc import Collection
from datetime import timedelta

from chimera.core import clock
from chimera.core.clock import Now
from publishing.deliveries.models import Delivery, DeliveryCount, DeliveryKind


def due(*, platform: str, up_to: int, count_max: int) -> list[Delivery]:
    """What came for accounts of a platform up to this id and waits, the oldest first. In the brand's context."""
    found = Delivery.objects.select_related("account").filter(platform=platform, due_at__lte=Now(), pk__lte=up_to)
    return list(found.order_by("id")[:count_max])


def deleted(*, platform: str, platform_ids: Collection[str]) -> set[str]:
    """Those of these ids that the platform said are deleted. In the brand's context."""
    found = Delivery.objects.filter(platform=platform, kind=DeliveryKind.DELETED, platform_id__in=list(platform_ids))
    return set(found.values_list("platform_id", flat=True))


def counts(*, days: int) -> list[DeliveryCount]:
    """How many there were in the last days, by platform and day."""
    since = (clock.now() - timedelta(days=days - 1)).date()
    return list(DeliveryCount.objects.filter(day__gte=since).order_by("platform", "day"))
