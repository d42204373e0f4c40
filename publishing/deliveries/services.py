"""Keeping what a platform delivered (the connector), and noting what was made of it (the inbox)."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import F

from chimera.core.clock import Now
from publishing.deliveries.models import Delivery, DeliveryKind

LOOKS_MAX = 5  # then it is let go of: it is hidden, deleted or not for us
_NAME = re.compile(r"[A-Za-z0-9_-]{1,120}")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event out of a verified delivery: about the account with this id on the platform."""

    user_id: str
    kind: DeliveryKind
    platform_id: str


def keep(*, platform: str, events: Sequence[Event]) -> int:
    """Keep events, once each; returns how many are new. With the connector's login, which may do this alone.

    What is about no account of ours, and what has no id, is counted and not kept.
    """
    named = [one for one in events if _NAME.fullmatch(one.platform_id) and _NAME.fullmatch(one.user_id)]
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT publishing_deliver(%s, %s, %s, %s, %s)",
                [
                    platform,
                    [one.user_id for one in named],
                    [str(one.kind.value) for one in named],
                    [one.platform_id for one in named],
                    len(events) - len(named),
                ],
            )
            kept: int = cursor.fetchone()[0]
            return kept
    finally:
        connection.close()


def count_refused(*, platform: str, count: int) -> None:
    """Count deliveries that were refused. With the connector's login."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT publishing_delivery_refused(%s, %s)", [platform, count])
    finally:
        connection.close()


def done(*, deliveries: Collection[Delivery]) -> None:
    """Nothing is to be done for these any more. In the brand's context."""
    Delivery.objects.filter(pk__in=[one.pk for one in deliveries]).update(due_at=None)


def not_there(*, deliveries: Collection[Delivery]) -> None:
    """They were looked for and the platform does not show them yet: again later, and in the end no more."""
    for one in deliveries:
        tired = one.looks + 1 >= LOOKS_MAX
        again = None if tired else Now() + timedelta(seconds=2.0 ** (one.looks + 1))
        Delivery.objects.filter(pk=one.pk).update(due_at=again, looks=F("looks") + 1)
