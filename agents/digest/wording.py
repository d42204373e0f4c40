"""A digest as plain text: sections with something in them, in the order in which one acts on them. OPS-8."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agents.digest.selectors import Day, Fleet
from chimera.core import money
from governance.notices.saying import outside, plain

BRANDS_MAX = 50
HANDLES_MAX = 8


def headline(*, days: Sequence[Day]) -> str:
    """The day in one line."""
    published, waiting = sum(day.published for day in days), sum(day.waiting for day in days)
    spent = sum(day.spent_usd_micros for day in days)
    failed = sum(len(day.failed) + day.expired for day in days)
    said = [
        f"{published} out" if published else "",
        f"{waiting} waiting" if waiting else "",
        f"{failed} failed" if failed else "",
        f"{money.show(spent)} spent" if spent else "",
    ]
    return ", ".join(filter(None, said)) or "nothing happened"


def lines(*, days: Sequence[Day], fleet: Fleet | None, since: datetime, until: datetime, time_zone: str) -> list[str]:
    """The whole text, line by line."""
    zone = ZoneInfo(time_zone)
    told = [day for day in days if not day.is_empty]
    said = [f"From {_at(since, zone)} to {_at(until, zone)} ({time_zone}): {headline(days=days)}."]
    for day in told[:BRANDS_MAX]:
        said += ["", f"Brand {day.brand}", *_brand(day, until, zone)]
    if len(told) > BRANDS_MAX:
        said += ["", f"And {len(told) - BRANDS_MAX} more brands in which something happened."]
    if fleet is not None and (about := list(_fleet(fleet))):
        said += ["", "All brands", *about]
    return said


def _brand(day: Day, until: datetime, zone: ZoneInfo) -> Iterator[str]:
    if day.out:
        named = [f"@{one['handle']} {one['posts']}" for one in day.out[:HANDLES_MAX]]
        more = f" and {len(day.out) - HANDLES_MAX} agents more" if len(day.out) > HANDLES_MAX else ""
        yield f"  went out: {_many(day.published, 'post')} ({', '.join(named)}{more})"
    if day.reverted:
        yield f"  taken down: {_many(day.reverted, 'post')}"
    if day.waiting and day.oldest and day.deadline:
        doubts = f", {day.doubts} of them in doubt whether they are live" if day.doubts else ""
        late = f"the first is due {_at(day.deadline, zone)}" if day.deadline > until else "the first is late"
        yield f"  waits: {_many(day.waiting, 'review')}{doubts}; the oldest for {_age(until - day.oldest)}, {late}"
    if day.answers:
        yield f"  answered: {', '.join(f'{count} {answer}' for answer, count in day.answers.items())}"
    if day.spent_usd_micros or day.used_today_usd_micros:
        today = f"; today {money.show(day.used_today_usd_micros)}" if day.limit_usd_micros is not None else ""
        cap = f" of {money.show(day.limit_usd_micros)}" if day.limit_usd_micros is not None else ""
        yield f"  cost: {money.show(day.spent_usd_micros)}{today}{cap}"
    yield from (f"  changed: {one}" for one in _changes(day))
    if day.expired:
        yield f"  failed: {_many(day.expired, 'review')} expired unanswered"
    for one in day.failed:
        yield f"  failed: post {one['post']} of @{one['handle']}: {outside(one['said'])}"


def _changes(day: Day) -> Iterator[str]:
    for one in day.souls:
        yield f"@{one['handle']} has version {one['version']} of its soul"
    for one in day.rungs:
        yield f"@{one['handle']} went from {one['from'].lower()} to {one['to'].lower()} ({plain(one['reason'])})"
    for one in day.thresholds:
        verb = "was lifted" if one["ended"] else "was set"
        yield f"the threshold {one['act_above_bp'] / 10_000:.2f} of {one['scope']} {verb} by {plain(one['by'])}"
    yield from _stops(day.stops)


def _stops(stops: Sequence[dict[str, str]]) -> Iterator[str]:
    for one in stops:
        verb = "was lifted" if one["lifted"] else "is in force"
        yield f"a {one['kind']} on {one['scope']} {verb} ({plain(one['by']) or 'by itself'}: {plain(one['reason'])})"


def _fleet(fleet: Fleet) -> Iterator[str]:
    if fleet.used_today_usd_micros:
        yield f"  cost: today {money.show(fleet.used_today_usd_micros)} of {money.show(fleet.limit_usd_micros)}"
    yield from (f"  changed: {one}" for one in _stops(fleet.stops))
    for one in fleet.servers:
        yield f"  changed: the MCP server {one['name']} is {one['state']}"


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %H:%M}"


def _age(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:
        return _many(minutes, "minute")
    return _many(minutes // 60, "hour") if minutes < 2 * 1_440 else _many(minutes // 1_440, "day")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
