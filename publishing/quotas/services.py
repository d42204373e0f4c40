"""Taking a slot for a send, and giving it back; believing what platforms say of their windows. Requirements: PUB-6."""

import json
from datetime import datetime

from django.db import connection

from chimera.core.errors import Unavailable
from publishing.quotas import selectors


class Full(Unavailable):
    """There is no slot now; nothing was counted. `free_at` is when there is one, `scope` whose window is full."""

    def __init__(self, sentence: str, *, free_at: datetime, scope: str, span_s: int) -> None:
        super().__init__(sentence)
        self.free_at, self.scope, self.span_s = free_at, scope, span_s


def take(*, account_id: int, platform: str, jti: str) -> None:
    """Count the send under this grant in every window, once; last in its transaction, in the brand's context.

    Raises Full for the window that has room the latest.
    """
    own = json.dumps(selectors.ours(platform=platform))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM publishing_quota_take(%s, %s, %s)", [account_id, jti, own])
        refused = cursor.fetchall()
    if refused:
        name, scope, span_s, count_max, free_at = max(refused, key=lambda one: one[4])
        sentence = selectors.full(platform=name, scope=scope, span_s=span_s, count_max=count_max, free_at=free_at)
        raise Full(sentence, free_at=free_at, scope=scope, span_s=span_s)


def give_back(*, jti: str) -> bool:
    """The send under this grant surely did not go out: its slot is free again. Whether there was one to give back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_quota_give_back(%s)", [jti])
        return bool(cursor.fetchone()[0])


def close(*, account_id: int, scope: str, until: datetime) -> None:
    """The platform takes nothing of this account (`scope` "account") or of the app ("app") before then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_quota_close(%s, %s, %s)", [account_id, scope, until])


def told(*, account_id: int, span_s: int, count_max: int) -> None:
    """The platform says that it takes so many posts of this account in such a span."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_quota_told(%s, %s, %s)", [account_id, span_s, count_max])
