"""Retention of the record: events that are older than the setting are put away, stretch by stretch. AUD-4.

The database decides what may go and asks for no favours (sql/putaway.sql): what is sealed, under a checkpoint that
stands outside, old, and still what was sealed.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from chimera.core import tenancy
from chimera.core.errors import Conflict, Denied

STRETCH = 5000  # places of one act and one transaction
DAYS_MIN = 184  # the database keeps what is younger, whoever asks
_MISSING, _TAKEN = "CH008", "23P01"


class NotWhole(Denied):
    """Something in the stretch is missing, or not what was sealed. Nothing was deleted."""


class TurnTaken(Conflict):
    """Somebody else is putting the same stretch away."""


@dataclass(kw_only=True)
class Report:
    """What one run did."""

    acts: int = 0
    put_away: int = 0
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Places that may be put away now."""

    first: int
    last: int
    before: datetime


def due(*, days: int, count_max: int = STRETCH) -> Stretch | None:
    """The next stretch that is old enough, at most so many places. NotWhole when an event in it is missing."""
    with _sentences(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT first_seq, last_seq, before FROM governance_may_put_away(%s, %s)", [days, count_max])
        row = cursor.fetchone()
    return Stretch(first=row[0], last=row[1], before=row[2]) if row else None


def run(*, days: int, actor: str, seconds: float = 300.0) -> Report:
    """Put away what is older than `days` (0: nothing ever is), until nothing is left or the time is up.

    NotWhole, TurnTaken: what was done before stays done.
    """
    report, ends = Report(), time.monotonic() + seconds
    while days:
        with tenancy.all_brands(actor=actor):
            stretch = due(days=days, count_max=STRETCH)
        if stretch is None:
            return report
        if time.monotonic() >= ends:
            report.more = True
            return report
        report.put_away += put_away(days=days, stretch=stretch, actor=actor)
        report.acts += 1
    return report


def put_away(*, days: int, stretch: Stretch, actor: str) -> int:
    """Delete the events of a stretch in one act. Returns how many. NotWhole, TurnTaken."""
    with tenancy.all_brands(actor=actor), _sentences():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT governance_put_away(%s, %s, %s)", [days, stretch.first, stretch.last])
            gone: int = cursor.fetchone()[0]
    return gone


@contextmanager
def _sentences() -> Iterator[None]:
    """The database's refusals as what they mean."""
    try:
        yield
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state == _MISSING:
            raise NotWhole(f"Nothing was put away: {str(error).splitlines()[0]}.") from error
        if state == _TAKEN:
            raise TurnTaken("Somebody else is putting old events away; nothing was done here.") from error
        raise
