"""Making a digest, and putting those into the letters that are due."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from agents.digest import selectors, wording
from agents.digest.selectors import Day
from chimera.core import clock, tenancy
from chimera.core.brands import selectors as brands_there

ACTOR = "worker:digest"


def make(
    *, since: datetime, until: datetime, brands: Sequence[int] = (), time_zone: str = "UTC", actor: str = ACTOR
) -> dict[str, Any]:
    """What came between two moments: `{"since", "until", "headline", "lines", "brands", "fleet"}`, ready for JSON.

    `brands` limits it to some; then nothing is said of the fleet. Outside of any brand; opens its own transactions.
    """
    there = brands_there.ids()
    days: list[Day] = []
    for brand_id in there if not brands else [one for one in brands if one in there]:
        with tenancy.brand(brand_id, actor=actor):
            days.append(selectors.of_brand(brand_id=brand_id, since=since, until=until))
    fleet = None
    if not brands:
        with tenancy.acting(actor):
            fleet = selectors.of_fleet(since=since, until=until)
    lines = wording.lines(days=days, fleet=fleet, since=since, until=until, time_zone=time_zone)
    facts = {
        "since": since,
        "until": until,
        "headline": wording.headline(days=days),
        "lines": lines,
        "brands": [day.as_json() for day in days if not day.is_empty],
        "fleet": fleet.as_json() if fleet else None,
    }
    ready: dict[str, Any] = json.loads(json.dumps(facts, cls=DjangoJSONEncoder))
    return ready


def put_due(*, actor: str = ACTOR) -> int:
    """Make every digest that is due; one for each day of each subscriber, whoever else does it. Returns how many."""
    with tenancy.acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT subscription, day, since, brands, time_zone FROM governance_digests_due(%s)",
            [f"{settings.DIGEST_LOOKBACK_DAYS} days"],
        )
        due = cursor.fetchall()
    made = 0
    for subscription, day, since, brands, time_zone in due:
        facts = make(since=since, until=clock.now(), brands=brands, time_zone=time_zone, actor=actor)
        with tenancy.acting(actor), connection.cursor() as cursor:
            cursor.execute("SELECT governance_digest_put(%s, %s, %s)", [subscription, day, json.dumps(facts)])
            made += bool(cursor.fetchone()[0])
    return made
