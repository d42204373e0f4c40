"""Gates that close by themselves and open again: exhausted scopes, ended days, anomalies.

The tables decide (`sql/gates.sql`); here it is only asked. Requirements: GOV-3, GOV-4.
"""

import logging

from django.conf import settings
from django.db import connection

from chimera.core import money, tenancy, ticks
from chimera.core.brands import selectors as brands
from governance.budgets.services import Exhausted

log = logging.getLogger("chimera.budgets")


def pause_exhausted(*, refusal: Exhausted) -> bool:
    """After a refusal, in a transaction of the brand: pause the scope when its money is gone. True when it was paused.

    A dear act that does not fit pauses nobody while there is enough for a cheap one.
    """
    gate = refusal.gate
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT governance_pause_exhausted(%s, %s, %s, %s)",
            [gate.scope, gate.window, money.usd(settings.CHEAPEST_ACT_USD), str(refusal)],
        )
        paused: bool = cursor.fetchone()[0]
    if paused:
        log.warning("%s is paused: %s", gate.scope, refusal)
    return paused


def keep() -> int:
    """What time does to gates: ended days open, the fleet's books are brought up to date. Returns how many opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_reopen()")
        opened: int = cursor.fetchone()[0]
        cursor.execute("SELECT day FROM governance_fleet_unfolded() AS day")
        for (day,) in cursor.fetchall():
            cursor.execute("SELECT governance_fleet_fold(%s)", [day])
    if ticks.first(name="anomalies", every_s=settings.ANOMALY_EVERY_S):
        watch()
    return opened


def watch() -> list[str]:
    """Pause what spends as it never did; a human must resume it. Returns the scopes."""
    paused: list[str] = []
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=settings.SWEEPER), connection.cursor() as cursor:
            cursor.execute(
                "SELECT scope, reason FROM governance_watch(%s, %s, %s)",
                [settings.ANOMALY_HOUR_TIMES, settings.ANOMALY_HOLD_TIMES, money.usd(settings.ANOMALY_FLOOR_USD)],
            )
            for scope, reason in cursor.fetchall():
                log.warning("%s is paused: %s", scope, reason)
                paused.append(scope)
    return paused
