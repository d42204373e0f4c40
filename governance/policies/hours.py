"""When a post may go out: quiet hours in somebody's own time zone, and days on which a brand says nothing at all.

Values only. A post that falls into either waits for its end (docs/adr/0022). Requirements: JDG-1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# Quiet hours of a persona may end in those of its brand: each look moves on, and none moves back.
_LOOKS_MAX = 8


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """From `begin` to `end` on the clock of `zone`, every day; over midnight when `end` is the earlier one."""

    begin: time
    end: time
    zone: str
    whose: str  # "the persona", "the brand"

    def ends_after(self, at: datetime) -> datetime | None:
        """When the quiet hours end that `at` lies in; None when it lies in none."""
        local = at.astimezone(ZoneInfo(self.zone))
        clock = local.time().replace(tzinfo=None)
        over_midnight = self.end < self.begin
        inside = (clock >= self.begin or clock < self.end) if over_midnight else self.begin <= clock < self.end
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if over_midnight and clock >= self.begin else 0)
        return datetime.combine(day, self.end, tzinfo=ZoneInfo(self.zone)).astimezone(at.tzinfo)


@dataclass(frozen=True, kw_only=True)
class Blackout:
    """A time in which a brand says nothing: from `begin` up to `end`."""

    begin: datetime
    end: datetime
    words: str = "the brand's blackout"

    def ends_after(self, at: datetime) -> datetime | None:
        """When it ends, for a moment that lies in it."""
        return self.end if self.begin <= at < self.end else None


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The first moment at which a post may go out, and in words what it waits for; "" when for nothing."""

    at: datetime
    why: str


def opening(*, now: datetime, silences: Iterable[Quiet | Blackout]) -> Opening:
    """When a post that is ready `now` may go out."""
    silences, at, why = list(silences), now, []
    for _ in range(_LOOKS_MAX):
        for silence in silences:
            ends = silence.ends_after(at)
            if ends is not None:
                at = ends
                why.append(_words(silence))
                break
        else:
            break
    return Opening(at=at, why=" and ".join(dict.fromkeys(why)))


def _words(silence: Quiet | Blackout) -> str:
    if isinstance(silence, Blackout):
        return silence.words
    return f"the quiet hours of {silence.whose} ({silence.begin:%H:%M} to {silence.end:%H:%M}, {silence.zone})"
