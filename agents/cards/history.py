"""Everything that happened to the work behind a card, in the order in which it was written down. REV-1, AUD-2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.tasks.models import Task, Verdict
from governance.audit.models import AuditEvent

EVENTS_MAX = 200
_DID = {"insert": "appeared", "update": "changed", "delete": "was removed"}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the record: what moved, from where to where, by whom."""

    at: datetime
    what: str
    change: str
    actor: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a try was told before it was made: by the judge or by a human."""

    by: str
    reason: str
    span: str


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One verdict on an earlier or this content."""

    at: datetime
    composite_bp: int | None
    route: str

    @property
    def composite(self) -> float | None:
        """From 0 to 1."""
        return None if self.composite_bp is None else self.composite_bp / 10_000


@dataclass(frozen=True, kw_only=True)
class History:
    """`events` are the newest EVENTS_MAX, oldest first; `is_cut`: there are more."""

    events: tuple[Event, ...]
    is_cut: bool
    said: tuple[Said, ...]
    tries: tuple[Tried, ...]


def of(*, brand_id: int, task: str, tasks: Sequence[Task]) -> History:
    """The history of a task (by subject) and of the `tasks` of its goal. Two queries."""
    kinds = {one.subject: one.kind for one in tasks}
    about = AuditEvent.objects.filter(brand_id=brand_id, task_id__in={task, *kinds})
    rows = list(about.order_by("-id")[: EVENTS_MAX + 1])
    ids = [one.pk for one in tasks if one.outward]
    verdicts = Verdict.objects.filter(brand_id=brand_id, task_id__in=ids).order_by("id")
    return History(
        events=tuple(_event(row, kinds) for row in reversed(rows[:EVENTS_MAX])),
        is_cut=len(rows) > EVENTS_MAX,
        said=tuple(_said(entry) for one in tasks for entry in one.feedback),
        tries=tuple(
            Tried(at=made_at, composite_bp=composite_bp, route=route)
            for made_at, composite_bp, route in verdicts.values_list("made_at", "composite_bp", "route")[:EVENTS_MAX]
        ),
    )


def _event(row: AuditEvent, kinds: dict[str, str]) -> Event:
    name, _, number = row.subject.rpartition(":")
    what = kinds.get(row.subject) or name.rpartition(".")[2]
    moved = f"{row.from_status or 'new'} → {row.to_status}"
    change = moved if row.to_status else _DID.get(row.action, row.action)
    return Event(at=row.at, what=f"{what} {number}", change=change, actor=row.actor)


def _said(entry: dict[str, Any]) -> Said:
    return Said(by=str(entry.get("by", "")), reason=str(entry.get("reason", "")), span=str(entry.get("span", "")))
