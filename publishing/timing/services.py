"""Saying on which days nothing is said, and taking it back. Requirements: PUB-6."""

from datetime import datetime

from chimera.core import clock, taint
from chimera.core.clock import Now
from chimera.core.errors import Denied
from publishing.timing.models import Blackout, FleetBlackout

LASTS_DAYS_MAX = 366


class BadBlackout(Denied):
    """A blackout that cannot be kept; says what to write."""


class NoSuchBlackout(Denied):
    """No blackout has this number, or it was removed before."""


def add(
    *, brand_id: int | None, platform: str, begins_at: datetime, ends_at: datetime, reason: str
) -> Blackout | FleetBlackout:
    """Say nothing from `begins_at` up to `ends_at`: a brand, or (None) the fleet; on a platform, or ("") on all.

    What is scheduled inside goes out when it is over. At the desk, or in the brand's context. Raises BadBlackout.
    """
    words = " ".join(reason.split())
    taint.refuse([platform, reason], sink="A blackout")
    if not words:
        raise BadBlackout("Say why nothing is said then; people who wait for a post are told.")
    if len(words) > 300:
        raise BadBlackout(f"The reason has {len(words)} characters; 300 are kept. Shorten it.")
    if begins_at >= ends_at:
        raise BadBlackout(f"It would end ({ends_at:%Y-%m-%d %H:%M}) before it begins ({begins_at:%Y-%m-%d %H:%M}).")
    if (ends_at - begins_at).days > LASTS_DAYS_MAX:
        raise BadBlackout(f"It would last {(ends_at - begins_at).days} days; stop the brand instead of so long.")
    if ends_at <= clock.now():
        raise BadBlackout(f"It is over already: it ended at {ends_at:%Y-%m-%d %H:%M} UTC.")
    columns = {"platform": platform, "begins_at": begins_at, "ends_at": ends_at, "reason": words}
    if brand_id is None:
        return FleetBlackout.objects.create(**columns)
    return Blackout.objects.create(brand_id=brand_id, **columns)


def remove(*, number: int, fleet: bool = False) -> None:
    """Take a blackout back; what waits for its end goes out at the time that it was given. Raises NoSuchBlackout."""
    model: type[Blackout] | type[FleetBlackout] = FleetBlackout if fleet else Blackout
    if not model._default_manager.filter(pk=number, removed_at=None).update(removed_at=Now()):
        whose = "of the fleet" if fleet else "of a brand"
        raise NoSuchBlackout(f"There is no blackout {number} {whose}; manage.py blackout list shows them.")
