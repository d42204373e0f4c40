"""Putting away what is finished, and forgetting what is past its time: in batches, each its own transaction."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection

from chimera.core import forgetting, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.pii import services as pii

ARCHIVER = "worker:archiver"
STEP_COUNT = 1000  # rows that one step forgets
BUSY = "55P03"  # lock_not_available

Step = Callable[[int], int]  # takes how many rows at most, returns how many it took

log = logging.getLogger("chimera.archive")


@dataclass(kw_only=True)
class Report:
    """What one run moved and forgot, in rows; `goals` and `moved_rows` went into the archive."""

    goals: int = 0
    moved_rows: int = 0
    forgotten_goals: int = 0
    forgotten_trends: int = 0
    forgotten_fingerprints: int = 0
    forgotten_feed_items: int = 0
    forgotten_of_people: int = 0  # texts and marks of people outside
    forgotten_ticks: int = 0
    forgotten_sessions: int = 0
    batches: int = 0
    busy: int = 0  # batches that were given up because somebody held a row for too long
    more: bool = False  # whether there was more than fitted into this run

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def archive(*, count_max: int) -> tuple[int, int]:
    """Move one batch of the brand's finished goals. Returns goals and rows of work. In the brand's context."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT goals, moved FROM agents_archive(%s, %s)", [f"{settings.ARCHIVE_AFTER_DAYS} days", count_max]
        )
        goals, rows = cursor.fetchone()
    return goals, rows


def due(*, count_max: int) -> int:
    """How many goals of the brand could be moved now, counted up to `count_max`. In the brand's context."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM agents_archive_pick(%s, %s)", [f"{settings.ARCHIVE_AFTER_DAYS} days", count_max]
        )
        count: int = cursor.fetchone()[0]
    return count


def forget(*, what: str, keep_days: int, count_max: int) -> int:
    """One step of forgetting "archived", "trends" or "fingerprints" of the brand, or "feed_items" of the fleet.

    0 days: for ever.
    """
    if not keep_days:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT agents_forget_{what}(%s, %s)", [f"{keep_days} days", count_max])
        count: int = cursor.fetchone()[0]
    return count


def run(*, batch: int, once: bool = False, seconds: float = 0.0, actor: str = ARCHIVER) -> Report:
    """Archive and forget over all brands until nothing is left, one step of each (`once`), or `seconds` are over.

    `seconds` of 0 means without end. A step that cannot have its rows within two seconds is left for the next run.
    """
    report = Report()
    repeat = partial(_repeat, report, once, time.monotonic() + seconds if seconds else float("inf"))
    for brand_id in brands.ids():
        inside = partial(_inside, brand_id, actor)
        report.goals += repeat(partial(inside, partial(_batch, report)), batch)
        report.forgotten_goals += repeat(
            partial(inside, _forgetting("archived", settings.RETENTION_ARCHIVE_DAYS)), STEP_COUNT
        )
        report.forgotten_trends += repeat(
            partial(inside, _forgetting("trends", settings.RETENTION_TREND_DAYS)), STEP_COUNT
        )
        report.forgotten_fingerprints += repeat(
            partial(inside, _forgetting("fingerprints", settings.RETENTION_FINGERPRINT_DAYS)), STEP_COUNT
        )
        report.forgotten_of_people += repeat(partial(inside, _of_people), STEP_COUNT)
    report.forgotten_feed_items += repeat(_forgetting("feed_items", settings.RETENTION_FEED_ITEM_DAYS), STEP_COUNT)
    report.forgotten_ticks += repeat(_ticks, STEP_COUNT)
    report.forgotten_sessions += repeat(lambda count: forgetting.sessions(count_max=count), STEP_COUNT)
    return report


def _forgetting(what: str, keep_days: int) -> Step:
    return lambda count: forget(what=what, keep_days=keep_days, count_max=count)


def _of_people(count_max: int) -> int:
    return pii.expire(keep_days=settings.RETENTION_OUTSIDE_TEXT_DAYS, count_max=count_max)


def _ticks(count_max: int) -> int:
    keep_days = settings.RETENTION_TICK_DAYS
    return forgetting.ticks(keep_days=keep_days, count_max=count_max) if keep_days else 0


def _inside(brand_id: int, actor: str, step: Step, count_max: int) -> int:
    with tenancy.brand(brand_id, actor=actor):
        return step(count_max)


def _batch(report: Report, count_max: int) -> int:
    goals, rows = archive(count_max=count_max)
    report.moved_rows += rows
    report.batches += bool(goals)
    return goals


def _repeat(report: Report, once: bool, ends: float, step: Step, count_max: int) -> int:
    """Take the step until it finds less than it could have; returns what all of them found."""
    total = 0
    while True:
        try:
            count = step(count_max)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != BUSY:
                raise
            log.warning("a step of the archive was given up, somebody holds its rows: %s", error)
            report.busy += 1
            return total
        total += count
        if count < count_max:
            return total
        if once or time.monotonic() >= ends:
            report.more = True
            return total
