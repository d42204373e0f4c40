"""The blackouts that are in force or ahead. Requirements: PUB-6, JDG-1."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from chimera.core.clock import Now
from publishing.timing.models import Blackout, FleetBlackout

AnyBlackout = Blackout | FleetBlackout

_AHEAD = f"""
SELECT 'the brand', b.platform, b.begins_at, b.ends_at, b.reason FROM {Blackout._meta.db_table} b
 WHERE b.removed_at IS NULL AND b.ends_at > chimera_now()
UNION ALL
SELECT 'the fleet', f.platform, f.begins_at, f.ends_at, f.reason FROM {FleetBlackout._meta.db_table} f
 WHERE f.removed_at IS NULL AND f.ends_at > chimera_now()
 ORDER BY 3, 4, 1, 2
"""


def ahead() -> list[dict[str, Any]]:
    """What the brand of the context must not say anything in, as a snapshot holds it: JSON, times as text."""
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD)
        return [
            {
                "begin": begins_at.isoformat(),
                "end": ends_at.isoformat(),
                "platform": platform,
                "why": f"the blackout of {whose} ({reason})",
            }
            for whose, platform, begins_at, ends_at, reason in cursor.fetchall()
        ]


def of_brands(*, past: bool = False) -> QuerySet[Blackout]:
    """The blackouts of brands, the next first; at the desk. Those that are over or were removed only with `past`."""
    found = Blackout.objects.select_related("brand").order_by("begins_at", "id")
    return found if past else found.filter(removed_at=None, ends_at__gt=Now())


def of_fleet(*, past: bool = False) -> QuerySet[FleetBlackout]:
    """The same of the fleet."""
    found = FleetBlackout.objects.order_by("begins_at", "id")
    return found if past else found.filter(removed_at=None, ends_at__gt=Now())
