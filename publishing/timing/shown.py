"""The times in which nothing goes out, wherever they were said, for the desk to show. PUB-6.

Three places say them: `manage.py blackout` of the fleet and of a brand, and the brand's rules at the desk.
"""

from dataclasses import dataclass
from datetime import datetime

from chimera.core import clock
from governance.policies.models import BrandPolicy
from publishing.timing import selectors

COUNT_MAX = 50  # of each place
OF_RULES = "the brand's rules"


@dataclass(frozen=True, kw_only=True)
class Silence:
    """From `begins_at` up to `ends_at` nothing goes out of `whose`, on one platform or ("") on all; `holds` now."""

    begins_at: datetime
    ends_at: datetime
    whose: str
    platform: str
    why: str
    by: str
    holds: bool


def ahead() -> list[Silence]:
    """Those that hold or are to come, the next first; at the desk, of the brands that its person sees. Three queries.

    Those of the fleet are shown to everybody: they hold everybody's posts.
    """
    now = clock.now()
    found = [
        *(_silence(now, "the fleet", one) for one in selectors.of_fleet()[:COUNT_MAX]),
        *(_silence(now, one.brand.name, one) for one in selectors.of_brands()[:COUNT_MAX]),
        *(_of_rules(now, one) for one in _rules(now)),
    ]
    return sorted(found, key=lambda one: (one.begins_at, one.ends_at, one.whose))


def _silence(now: datetime, whose: str, one: selectors.AnyBlackout) -> Silence:
    return Silence(
        begins_at=one.begins_at,
        ends_at=one.ends_at,
        whose=whose,
        platform=one.platform,
        why=one.reason,
        by=one.by,
        holds=one.begins_at <= now,
    )


def _rules(now: datetime) -> list[BrandPolicy]:
    found = BrandPolicy.objects.select_related("brand").filter(blackout_until__gt=now)
    return list(found.order_by("blackout_from", "id")[:COUNT_MAX])


def _of_rules(now: datetime, one: BrandPolicy) -> Silence:
    begins_at, ends_at = one.blackout_from, one.blackout_until
    assert begins_at is not None and ends_at is not None  # brandpolicy_blackout_ends
    return Silence(
        begins_at=begins_at,
        ends_at=ends_at,
        whose=one.brand.name,
        platform="",
        why=OF_RULES,
        by="",
        holds=begins_at <= now,
    )
