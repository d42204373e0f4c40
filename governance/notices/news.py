"""What governance itself has to tell: looked for in one statement over all brands, noted one by one. OPS-8."""

import json
from typing import Any

from django.conf import settings
from django.db import connection

from governance.notices import saying, services

NEWS_MAX = 500  # of one round; what is left waits for the next


def look() -> int:
    """Note what is new: deadlines, stops, caps, anomalies, circuits, doubts, the seal, servers. Returns how much."""
    noted = 0
    for kind, scope, subject, key, facts in _news():
        said = saying.says(kind=kind, facts=json.loads(facts))
        noted += services.note(kind=kind, scope=scope, subject=subject, key=key, sentence=said.sentence, link=said.link)
    return noted


def _news() -> list[tuple[Any, ...]]:
    seconds = (
        settings.NOTICE_DEADLINE_S,
        settings.NOTICE_DOUBT_S,
        settings.NOTICE_CIRCUIT_S,
        settings.NOTICE_RECORD_S,
        None,
        settings.CIRCUIT_OPEN_S,
        settings.CIRCUIT_OPEN_MAX_S,
        settings.NOTICE_LOOKBACK_S,
    )
    asked: list[int | str] = [settings.NOTICE_CAP_BP if one is None else f"{one} seconds" for one in seconds]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, scope, subject, key, facts FROM governance_news(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*asked, NEWS_MAX],
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
