"""What is left of the quotas of accounts. Requirements: PUB-6, PUB-7."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

DAY_S, MINUTE_S = 86_400, 60
_WHOSE = {"account": "an account", "app": "the app", "fleet": "the fleet"}
_TITLES = {"x": "X"}


@dataclass(frozen=True, kw_only=True)
class Left:
    """One window of one account, its app or the fleet: `used` of `count_max` posts in `span_s` seconds.

    `free_at` is when there is room again, None while there is; `span_s` 0: the platform takes nothing until then.
    """

    platform: str
    scope: str
    span_s: int
    used: int
    count_max: int
    free_at: datetime | None

    @property
    def words(self) -> str:
        """As people read it: "83 of 100 in 15 minutes"."""
        return f"{self.used} of {self.count_max} in {lasting(self.span_s)}" if self.span_s else "closed"

    @property
    def sentence(self) -> str:
        """Why nothing goes out now; "" while there is room."""
        if self.free_at is None:
            return ""
        return full(
            platform=self.platform,
            scope=self.scope,
            span_s=self.span_s,
            count_max=self.count_max,
            free_at=self.free_at,
        )


def ours(*, platform: str) -> list[dict[str, Any]]:
    """What we ourselves let out on a platform at most, as the functions of the database read it; 0 is no limit."""
    asked = (
        ("account", DAY_S, settings.ACCOUNT_POSTS_PER_DAY),
        ("fleet", DAY_S, settings.FLEET_POSTS_PER_DAY),
        ("fleet", MINUTE_S, settings.FLEET_POSTS_PER_MINUTE),
    )
    return [
        {"scope": scope, "span_s": span_s, "count_max": by_platform[platform]}
        for scope, span_s, by_platform in asked
        if by_platform.get(platform)
    ]


def left(*, accounts: Collection[tuple[int, str]]) -> dict[int, list[Left]]:
    """The windows of these accounts (id and platform), by account: one query; in the brand's context or at the desk."""
    found: dict[int, list[Left]] = defaultdict(list)
    if not accounts:
        return found
    platforms = dict(accounts)
    own = json.dumps({name: ours(platform=name) for name in set(platforms.values())})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM publishing_quota_left(%s, %s)", [list(platforms), own])
        for account, scope, span_s, used, count_max, free_at in cursor.fetchall():
            found[account].append(
                Left(
                    platform=platforms[account],
                    scope=scope,
                    span_s=span_s,
                    used=used,
                    count_max=count_max,
                    free_at=free_at,
                )
            )
    return found


def full(*, platform: str, scope: str, span_s: int, count_max: int, free_at: datetime) -> str:
    """That there is no slot, as a sentence with when there is one."""
    title = _TITLES.get(platform, platform.capitalize())
    when = f"the next slot is free at {at(free_at)}"
    whose = _WHOSE[scope]
    if span_s == 0:
        return f"{title} takes nothing more of {whose} for now; {when}."
    if {"scope": scope, "span_s": span_s, "count_max": count_max} in ours(platform=platform):
        return f"We let {count_max} posts of {whose} out on {title} in {lasting(span_s)}; {when}."
    return f"{title} takes {count_max} posts in {lasting(span_s)} from {whose}; {when}."


def at(when: datetime) -> str:
    """A moment, rounded up to the minute: whoever comes then finds a slot."""
    up = when + timedelta(seconds=59, microseconds=999_999)
    return f"{up:%Y-%m-%d %H:%M} UTC"


def lasting(span_s: int) -> str:
    """A span as people say it."""
    if span_s in (60, 3600):
        return "a minute" if span_s == 60 else "an hour"
    for unit_s, name in ((3600, "hours"), (60, "minutes")):
        if span_s % unit_s == 0:
            return f"{span_s // unit_s} {name}"
    return f"{span_s} seconds"
