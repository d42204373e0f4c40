"""Reading the record as it stands at one moment: rows, checkpoints and acts, portion by portion, in constant memory."""

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chimera.core import tenancy
from governance.audit import entries

PORTION = 2000
Stored = tuple[int, int, bytes, str, str, bytes | None]  # generation, size, root, note, key, hash of the former note
_COLUMNS = ", ".join(f"e.{name}" for name in entries.COLUMNS)
# An entry's columns first, in the order of entries.COLUMNS; then its place, its leaf, and which event it is.
SEQ, LEAF, EVENT = (len(entries.COLUMNS) + number for number in range(3))
_SEALED = (
    f"SELECT {_COLUMNS}, s.seq, s.leaf, s.event_id FROM governance_sealedevent s"
    " LEFT JOIN governance_auditevent e ON e.id = s.event_id WHERE s.seq >= %s ORDER BY s.seq"
)
_CHECKPOINTS = (
    "SELECT generation, size, root, note, kid, previous FROM governance_checkpoint WHERE size >= %s"
    " ORDER BY generation, size"
)
_SUBTREES = (
    'SELECT level::integer, "index", hash FROM governance_subtree ORDER BY ("index" + 1) << level::integer, level'
)
_ACTS = (
    "SELECT e.id, e.body, s.seq FROM governance_auditevent e LEFT JOIN governance_sealedevent s ON s.event_id = e.id"
    " WHERE e.subject LIKE 'governance.putaway:%%' AND e.action = 'insert' ORDER BY e.id"
)
# An event that is not sealed and lies behind what is sealed will never be: it was put there by hand. Numbers of
# transactions say so only in the life in which the sealer noted them (docs/adr/0025).
_UNSEALED = """
  SELECT count(*) FILTER (WHERE NOT late), min(at) FILTER (WHERE NOT late), chimera_now(),
         count(*) FILTER (WHERE late), min(id) FILTER (WHERE late)
    FROM (SELECT e.id, e.at, NOT g.catching_up AND g.incarnation = i.number AND (e.xid, e.id) <= (g.from_xid, g.from_id)
                 AND g.system = (SELECT p.system_identifier::text FROM pg_control_system() p) AS late
            FROM governance_auditevent e CROSS JOIN governance_sealing g CROSS JOIN governance_incarnation i
           WHERE NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = e.id)) AS open
"""
PUT_AWAY = "governance.putaway:"
_names = (f"record_{number}" for number in itertools.count(1))


@dataclass(frozen=True, kw_only=True)
class Tail:
    """What is not sealed: how many, since when at the most, and what never will be."""

    count: int
    oldest_s: float
    overlooked: int
    overlooked_id: int | None


@contextmanager
def still(*, actor: str) -> Iterator[None]:
    """One moment of the whole record: who seals meanwhile is not seen. As the operator."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with tenancy.all_brands(actor=actor):
            yield


@contextmanager
def _portions(sql: str, parameters: Sequence[Any]) -> Iterator[Iterator[Any]]:
    """Rows by a cursor of the server: Django's own would read them with slower types."""
    with connection.connection.cursor(name=next(_names), binary=True) as cursor:
        cursor.itersize = PORTION
        cursor.execute(sql, parameters)
        yield iter(cursor)


def sealed(*, start: int = 0) -> AbstractContextManager[Iterator[tuple[Any, ...]]]:
    """Every sealed place from `start` on, in order; the columns of an event that is gone are None."""
    return _portions(_SEALED, [start])


def checkpoints(*, start: int = 0) -> AbstractContextManager[Iterator[Stored]]:
    """Each checkpoint from this size on, in the order in which they were made."""
    return _portions(_CHECKPOINTS, [start])


def subtrees() -> AbstractContextManager[Iterator[tuple[int, int, bytes]]]:
    """Level, index and hash of each stored subtree, in the order in which they become complete."""
    return _portions(_SUBTREES, [])


def acts() -> list[tuple[int, int, int, int | None]]:
    """Every act of retention: first place, last place, its event, and that event's own place (None: not sealed)."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTS, [])
        found = []
        for event, body, seq in cursor.fetchall():
            told = json.loads(body)
            found.append((int(told["first_seq"]), int(told["last_seq"]), int(event), seq))
    return sorted(found)


def tail() -> Tail:
    """What is not sealed at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        count, oldest, now, overlooked, overlooked_id = cursor.fetchone()
    age: float = (now - oldest).total_seconds() if oldest else 0.0
    return Tail(count=count, oldest_s=round(max(age, 0.0), 3), overlooked=overlooked, overlooked_id=overlooked_id)


def size() -> int:
    """How many entries are sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq) + 1, 0) FROM governance_sealedevent")
        found: int = cursor.fetchone()[0]
    return found


def size_before(*, since: datetime) -> int:
    """How many entries the newest checkpoint up to then covers: everything younger comes after them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM governance_checkpoint WHERE at <= %s", [since])
        found: int = cursor.fetchone()[0]
    return found


class Away:
    """Whether a place was put away, asked in rising order."""

    def __init__(self, stretches: Sequence[tuple[int, int, int, int | None]]) -> None:
        self._open = [(first, last) for first, last, _, _ in stretches][::-1]

    def covers(self, seq: int) -> bool:
        """Whether an act names this place."""
        while self._open and self._open[-1][1] < seq:
            self._open.pop()
        return bool(self._open) and self._open[-1][0] <= seq
