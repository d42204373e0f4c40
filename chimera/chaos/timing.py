"""How long it took: from the blow to the next claim, from the send to the knowledge, from due to begun.

Times are of the database's clock, so that a clock that was shifted while the fleet finished counts as waiting.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chimera.chaos.crew import Blow
from chimera.chaos.stage import Window

# From the moment that an effect was SENT to the one at which it was known, None when it never was.
Stretch = tuple[datetime, datetime | None]
Stretches = dict[str, list[Stretch]]
_OWNER = re.compile(r"\.(\d+)\.\d+(?: |$)")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One claim of a row: who had it, from when, until when (None: never given back)."""

    subject: str
    fence: int
    owner: str
    claimed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One audit event."""

    subject: str
    actor: str
    action: str
    from_status: str
    to_status: str
    state_version: int
    at: datetime


def pid_of(owner: str) -> int | None:
    """The process id in "worker:host.pid.thread"."""
    found = _OWNER.search(owner)
    return int(found.group(1)) if found else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile, rounded to hundredths; None of nothing."""
    if not values:
        return None
    ranked = sorted(values)
    return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 2)


def sent_times(events: Iterable[Event]) -> Stretches:
    """By effect: from when until when each time it was SENT: known for certain then, live or not, or with a human.

    One that was opened again is known not to be live, so what it waits for until it is sent once more is no doubt.
    """
    found: Stretches = defaultdict(list)
    for event in events:
        if not event.subject.startswith("governance.effect:") or event.from_status == event.to_status:
            continue
        stretches = found[event.subject]
        if event.to_status == "SENT":
            stretches.append((event.at, None))
        elif event.from_status == "SENT" and stretches:
            stretches[-1] = (stretches[-1][0], event.at)
    return found


def recoveries_s(
    *, blows: Sequence[Blow], attempts: Sequence[Attempt], sent: Mapping[str, Sequence[Stretch]]
) -> list[float]:
    """For each row that a dead or frozen process held: seconds until its next claim. `sent` by subject of the row.

    Rows with an effect that is SENT at the blow are left out: they wait out the call, which is another figure.
    """
    following: dict[tuple[str, int], Attempt] = {(one.subject, one.fence): one for one in attempts}
    by_pid: defaultdict[int, list[Attempt]] = defaultdict(list)
    for one in attempts:
        if (pid := pid_of(one.owner)) is not None:
            by_pid[pid].append(one)
    found = []
    for blow in blows:
        for held in (one for pid in blow.pids for one in by_pid[pid]):
            after = following.get((held.subject, held.fence + 1))
            if held.ended_at is not None or after is None:
                continue
            if not held.claimed_at.timestamp() <= blow.at < after.claimed_at.timestamp():
                continue
            if any(_covers(stretch, blow.at) for stretch in sent.get(held.subject, ())):
                continue
            found.append(after.claimed_at.timestamp() - blow.at)
    return found


def _covers(stretch: Stretch, at: float) -> bool:
    first, known = stretch
    return first.timestamp() <= at and not (known and known.timestamp() <= at)


def doubts_s(*, attempts: Sequence[Attempt], sent: Mapping[str, Sequence[Stretch]]) -> list[float]:
    """For each send whose outcome was unknown (its row was claimed again while it was SENT): until it was known."""
    claims: defaultdict[str, list[datetime]] = defaultdict(list)
    for one in attempts:
        claims[one.subject].append(one.claimed_at)
    return [
        (known - first).total_seconds()
        for subject, stretches in sent.items()
        for first, known in stretches
        if known is not None and any(first < at <= known for at in claims[subject])
    ]


def start_delays_s(
    *, events: Iterable[Event], attempts: Sequence[Attempt], during: Sequence[Window], but_not: Sequence[Window]
) -> list[float]:
    """For each row that became due while the broker was away: seconds until somebody claimed it."""
    claims: defaultdict[str, list[datetime]] = defaultdict(list)
    for one in attempts:
        claims[one.subject].append(one.claimed_at)
    found = []
    for event in events:
        due = event.to_status in ("READY", "JUDGING", "ACCEPTED", "SCHEDULED")
        at = event.at.timestamp()
        if not due or event.from_status == event.to_status or not any(window.holds(at) for window in during):
            continue
        if any(window.holds(at, margin_s=1.0) for window in but_not):
            continue
        later = [claim for claim in claims[event.subject] if claim >= event.at]
        if later:
            found.append((min(later) - event.at).total_seconds())
    return found
