"""The moment at which a post goes out. Values only: touches no database. Requirements: PUB-6, PLN-6.

A post that is ready waits for the end of silences (quiet hours, blackouts). A routine post may be moved further, to the
next best hour, as long as its trend leaves room. Where many are moved to one moment (an hour that begins, a blackout
that ends) each gets an offset of its own, so that a fleet does not speak in one minute.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from governance.policies import hours
from governance.policies.hours import Blackout, Quiet

_HOURS_LOOKED_AT = 21  # windows of three a day over a week: then silences leave no best hour


@dataclass(frozen=True, kw_only=True)
class Best:
    """From `begin` to `end` on the clock of `zone`, every day; over midnight when `end` is the earlier one."""

    begin: time
    end: time
    zone: str

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The window that begins on a day of its zone."""
        zone = ZoneInfo(self.zone)
        last = day + timedelta(days=1 if self.end <= self.begin else 0)
        return datetime.combine(day, self.begin, tzinfo=zone), datetime.combine(last, self.end, tzinfo=zone)

    def windows(self, at: datetime, days: int) -> list[tuple[datetime, datetime]]:
        """Those that end after `at`, from the one that it lies in on, over so many days."""
        first = at.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=1)
        found = [self.on(first + timedelta(days=number)) for number in range(days + 2)]
        return [(begin, end) for begin, end in found if begin < end and end > at]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a post asks for: `best` hours (none: at once), until when it is worth anything, and whose it is.

    `account` and the day are what its offset is made from. A post that `waits` for no best hour is an answer.
    """

    account: int
    best: Sequence[Best] = ()
    expires_at: datetime | None = None
    margin_s: int = 0
    spread_s: int = 0
    waits: bool = True


def moment(*, ready: datetime, silences: Iterable[Quiet | Blackout], wanted: Wanted) -> hours.Opening:
    """When a post that is ready at `ready` goes out, and what it waits for ("" when for nothing)."""
    silences = list(silences)
    opening = hours.opening(now=ready, silences=silences)
    if not wanted.waits:
        return opening
    best = _best(opening, silences, wanted)
    if best is not None:
        return best
    if any(isinstance(one, Blackout) and one.end == opening.at for one in silences):
        at = opening.at + offset(account=wanted.account, day=opening.at.date(), within_s=wanted.spread_s)
        spread = hours.opening(now=at, silences=silences)
        if spread.at == at and _in_time(at, wanted):
            return hours.Opening(at=at, why=opening.why)
    return opening


def offset(*, account: int, day: date, within_s: float) -> timedelta:
    """The place of an account on a day within so many seconds: the same whoever asks, another one tomorrow."""
    digest = hashlib.sha256(f"{account} {day.isoformat()}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8], "big") / 2**64 * max(within_s, 0))


def _best(opening: hours.Opening, silences: Sequence[Quiet | Blackout], wanted: Wanted) -> hours.Opening | None:
    """In the best hour that it is, or in the next one that silences and the trend leave; None: it is not moved."""
    ahead = sorted(window for best in wanted.best for window in best.windows(opening.at, days=8))
    for begin, end in ahead[:_HOURS_LOOKED_AT]:
        if begin <= opening.at:
            if opening.why:
                break  # it waited, and now it is a good hour: spread as after any silence
            return opening
        length_s = (end - begin).total_seconds()
        at = begin + offset(account=wanted.account, day=begin.date(), within_s=length_s)
        at = at.astimezone(opening.at.tzinfo)
        if not _in_time(at, wanted):
            return None
        if hours.opening(now=at, silences=silences).at == at:
            words = f"a best hour ({begin:%H:%M} to {end:%H:%M}, {begin.tzinfo})"
            return hours.Opening(at=at, why=f"{opening.why} and {words}" if opening.why else words)
    return None


def _in_time(at: datetime, wanted: Wanted) -> bool:
    return wanted.expires_at is None or at <= wanted.expires_at - timedelta(seconds=wanted.margin_s)


def best_of(*, own: Sequence[dict[str, str]], hours_of_platform: Sequence[tuple[str, str]], zone: str) -> list[Best]:
    """The best hours of a persona: its own (begin, end, zone), else those of the platform on the clock of `zone`."""
    if own:
        given = [(one["begin"], one["end"], one["zone"]) for one in own]
    else:
        given = [(begin, end, zone) for begin, end in hours_of_platform]
    return [Best(begin=time.fromisoformat(b), end=time.fromisoformat(e), zone=z) for b, e, z in given]
