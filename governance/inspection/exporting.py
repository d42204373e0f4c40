"""Writing the record out: JSON lines for who verifies, CSV for who reads. Streams: memory does not grow. AUD-3, AUD-4.

The form of the lines is fixed (docs/auditing.md): an auditor's tool is older than the export that it reads.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from governance.audit import entries, notes, proofs, tree
from governance.audit.models import Sealing
from governance.inspection import reading

FORMAT = "chimera-record/1"
CSV_HEAD = ("seq", "at", "actor", "subject", "action", "from", "to", "version", "task", "brand", "id", "body", "leaf")
_ID, _BRAND, _SUBJECT = (entries.COLUMNS.index(name) for name in ("id", "brand_id", "subject"))


class Sink(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> Any:
        """Take it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is wanted: one brand's entries with their text (else everybody's), from a time on (else all)."""

    brand_id: int | None = None
    brand: str | None = None
    since: datetime | None = None


@dataclass(kw_only=True)
class Exported:
    """What was written. Entries that are not disclosed are there by their hash."""

    sealed: int = 0
    start: int = 0
    disclosed: int = 0
    unsealed: int = 0
    unsealed_oldest_s: float = 0.0


def write(*, asked: Asked, to: Sink, kind: str, actor: str) -> Exported:
    """Write the record as it stands at one moment, as "jsonl" or "csv". As the operator."""
    with reading.still(actor=actor):
        done = Exported(start=0 if asked.since is None else reading.size_before(since=asked.since))
        (_csv if kind == "csv" else _lines)(asked, to, done)
    return done


def _line(to: Sink, value: dict[str, Any]) -> None:
    to.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def _lines(asked: Asked, to: Sink, done: Exported) -> None:
    """The form that is verified."""
    frontier = tree.frontier(done.start, proofs.nodes)
    away = reading.Away(reading.acts())
    with reading.checkpoints(start=done.start) as stored, reading.sealed(start=done.start) as rows:
        told = _Checkpoints(stored, to)
        head = {"format": FORMAT, "origin": _origin(), "start": done.start}
        head |= {"frontier": [node.hex() for node in frontier.hashes], "brand": asked.brand}
        _line(to, head | {"since": None if asked.since is None else notes.stamp(asked.since)})
        told.after(done.start)
        done.sealed = done.start
        for row in rows:
            seq, leaf = row[reading.SEQ], row[reading.LEAF].hex()
            if row[0] is None:
                _line(to, {"seq": seq, "leaf": leaf, "why": "retention" if away.covers(seq) else "missing"})
            elif _shown(asked, row):
                done.disclosed += 1
                _line(to, {"seq": seq, "entry": entries.text(row), "leaf": leaf})
            else:
                _line(to, {"seq": seq, "leaf": leaf, "why": "brand"})
            done.sealed += 1
            told.after(seq + 1)
    _ended(done)
    _line(to, {"end": {name: value for name, value in vars(done).items() if name != "start"}})


class _Checkpoints:
    """Puts each checkpoint right behind the last entry that it covers."""

    def __init__(self, stored: Iterator[reading.Stored], to: Sink) -> None:
        self._stored, self._to = stored, to
        self._next = next(stored, None)

    def after(self, size: int) -> None:
        """What covers exactly so many entries."""
        while self._next is not None and self._next[1] <= size:
            _line(self._to, {"checkpoint": self._next[3]})
            self._next = next(self._stored, None)


def _csv(asked: Asked, to: Sink, done: Exported) -> None:
    """For reading: what is disclosed, one event a row. What was put away is not there."""
    table = csv.writer(to, lineterminator="\n")
    table.writerow(CSV_HEAD)
    with reading.sealed(start=done.start) as rows:
        done.sealed = done.start
        for row in rows:
            done.sealed += 1
            if row[0] is not None and _shown(asked, row):
                done.disclosed += 1
                told = json.loads(entries.text(row))
                told |= {"seq": row[reading.SEQ], "leaf": row[reading.LEAF].hex()}
                table.writerow([told[name] for name in CSV_HEAD])
    _ended(done)


def _shown(asked: Asked, row: tuple[Any, ...]) -> bool:
    """Whether the text is disclosed: the brand's own, and acts of retention, which are numbers of places."""
    return asked.brand_id is None or row[_BRAND] == asked.brand_id or row[_SUBJECT].startswith(reading.PUT_AWAY)


def _origin() -> str:
    """Which record this is. NotSealedYet before the first checkpoint."""
    newest = proofs.newest_checkpoint()
    return f"{notes.LOG}/{Sealing.objects.values_list('installation', flat=True).get()}/{newest.generation}"


def _ended(done: Exported) -> None:
    tail = reading.tail()
    done.unsealed, done.unsealed_oldest_s = tail.count, tail.oldest_s
