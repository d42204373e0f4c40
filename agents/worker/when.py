"""When what was accepted goes out: the brand's rules with its blackouts, the persona's hours, the life of the goal.

Requirements: PUB-6, PLN-6, JDG-1.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from agents.tasks.models import Task
from governance.policies import hours
from governance.policies import selectors as policies
from publishing.timing import moments
from publishing.timing import selectors as timing


def rules() -> dict[str, Any]:
    """The brand's rules as a snapshot holds them, with `blackouts` where there are any ahead."""
    found, ahead = policies.rules(), timing.ahead()
    return {**found, "blackouts": ahead} if ahead else found


def opening(*, at: datetime, rules: Mapping[str, Any], soul: Mapping[str, Any], platform: str) -> hours.Opening:
    """When an answer that is ready at this moment may go out; the least that any post waits."""
    return hours.opening(now=at, silences=_silences(rules, soul, platform))


def moment(
    *,
    at: datetime,
    rules: Mapping[str, Any],
    soul: Mapping[str, Any],
    platform: str,
    account_id: int,
    expires_at: datetime | None,
) -> hours.Opening:
    """When a post that is ready at this moment goes out: perhaps in a better hour, if its trend leaves room."""
    zone = (soul.get("quiet_hours") or {}).get("zone", "UTC")
    own = soul.get("best_hours") or []
    best = moments.best_of(own=own, hours_of_platform=settings.BEST_HOURS.get(platform, []), zone=zone)
    wanted = moments.Wanted(
        account=account_id,
        best=best,
        expires_at=expires_at,
        margin_s=settings.EXPIRY_MARGIN_S,
        spread_s=settings.SPREAD_S,
    )
    return moments.moment(ready=at, silences=_silences(rules, soul, platform), wanted=wanted)


def deadlines(*, tasks: Collection[int]) -> dict[int, datetime]:
    """Until when what these tasks made is worth anything: the life of their goals, which is their trend's."""
    return dict(Task.objects.filter(pk__in=list(tasks)).values_list("pk", "deadline"))


def _silences(rules: Mapping[str, Any], soul: Mapping[str, Any], platform: str) -> list[hours.Quiet | hours.Blackout]:
    return policies.silences(rules=rules, quiet_hours=soul.get("quiet_hours"), platform=platform)
