"""The one door for state: compare, swap, record.

`move` and `move_many` write `status` (and nobody else does); `claim` is in `leases`, because a claim is not a
transition. Legal arrows stand in each room's `states.py`, are checked here for a clear message and enforced again by
a trigger. The record is written by a trigger from the row itself. Requirements: PLN-4, AUD-1.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import F

from chimera.core.errors import Conflict
from governance.machine import Stateful

Row = TypeVar("Row", bound=Stateful)


class LostRace(Conflict):
    """The row is no longer as it was read; nothing was changed."""


class Fenced(Conflict):
    """Another worker took the row over; everything of this attempt must be rolled back."""


class IllegalMove(Exception):
    """The machine has no such arrow: a mistake in the code, not an event in the world."""


def _require_arrow(row: Stateful, to: str) -> None:
    if to not in row.TRANSITIONS.get(row.status, frozenset()):
        raise IllegalMove(f"{row.SUBJECT} has no arrow from {row.status} to {to}; see its states.py.")


def move(*, row: Row, to: str, fence: int | None = None, **changes: Any) -> Row:
    """Move one row from the state and version that were read to `to`, with `changes` to other columns.

    With `fence` the move counts only while that fencing number is the row's. Raises LostRace (or Fenced), having
    changed nothing; the caller's transaction decides what else is undone. `row` carries the new state afterwards.
    """
    _require_arrow(row, to)
    model = type(row)
    wanted = model._default_manager.filter(pk=row.pk, status=row.status, state_version=row.state_version)
    if fence is not None:
        wanted = wanted.filter(fence=fence)
    if wanted.update(status=to, state_version=F("state_version") + 1, **changes) != 1:
        kind = LostRace if fence is None else Fenced
        raise kind(
            f"{row.subject} was read as {row.status} (version {row.state_version}) and has changed since; "
            f"nothing was moved. Load it again."
        )
    row.status, row.state_version = to, row.state_version + 1
    for name, value in changes.items():
        if not hasattr(value, "resolve_expression"):
            setattr(row, name, value)
    return row


def move_many(*, rows: Sequence[Row], to: str, **changes: Any) -> list[Row]:
    """Move rows of one table and one state in one statement; returns the rows that were moved, in order.

    Rows that somebody else moved first are left out, not raised: the caller compares.
    """
    if not rows:
        return []
    for row in rows:
        _require_arrow(row, to)
    model = type(rows[0])
    statuses = {row.status for row in rows}
    if len(statuses) != 1:
        raise IllegalMove(f"move_many takes rows of one state, not {sorted(statuses)}.")
    versions = {row.pk: row.state_version for row in rows}
    locked = model._default_manager.filter(pk__in=versions, status=rows[0].status).select_for_update().order_by("pk")
    fresh = {pk for pk, version in locked.values_list("pk", "state_version") if versions[pk] == version}
    model._default_manager.filter(pk__in=fresh).update(status=to, state_version=F("state_version") + 1, **changes)
    moved = [row for row in rows if row.pk in fresh]
    for row in moved:
        row.status, row.state_version = to, row.state_version + 1
    return moved
