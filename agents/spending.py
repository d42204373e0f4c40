"""Where every cent went: from a scope to agents, goals, tasks, and down to the calls and fees that cost it.

The entries of the ledger are walked in one ordered pass; parents carry sums of the database, children are added up on
the way, and what the two differ by is said: it must be nothing. Requirements: GOV-1, GEN-7, PLN-7.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection

from agents.archive import selectors as archive
from chimera.core.calls.models import CallRecord
from governance.budgets import selectors as budgets
from governance.budgets.services import CALLS, LOST

CHUNK = 500  # entries whose calls are read together
_WALK = """
SELECT w.*, sum(w.amount) OVER (PARTITION BY w.brand_id) AS of_brand,
       sum(w.amount) OVER (PARTITION BY w.brand_id, w.agent) AS of_agent,
       sum(w.amount) OVER (PARTITION BY w.brand_id, w.agent, w.goal) AS of_goal,
       sum(w.amount) OVER (PARTITION BY w.brand_id, w.agent, w.goal, w.task) AS of_task
  FROM (
    SELECT e.id, e.brand_id, b.slug, e.about, e.hold_key, e.debit, e.amount_usd_micros AS amount, n.task,
           coalesce(g.handle, (SELECT s FROM unnest(e.scopes) AS s WHERE s LIKE 'agent:%%' LIMIT 1), '') AS agent,
           coalesce(t.goal_id, a.goal_id, 0) AS goal, coalesce(o.wish, k.wish, '') AS wish,
           coalesce(t.kind, a.kind, '') AS kind, a.id IS NOT NULL AS archived
      FROM governance_entry e JOIN core_brand b ON b.id = e.brand_id
      LEFT JOIN publishing_post p ON p.brand_id = e.brand_id
           AND p.id = CASE WHEN e.about ~ '^publishing.post:[0-9]+$' THEN split_part(e.about, ':', 2)::bigint END
     CROSS JOIN LATERAL (SELECT coalesce(p.task, e.about) AS task) AS n
      LEFT JOIN agents_task t ON t.brand_id = e.brand_id
           AND t.id = CASE WHEN n.task ~ '^agents.task:[0-9]+$' THEN split_part(n.task, ':', 2)::bigint END
      LEFT JOIN agents_archivedtask a ON a.brand_id = e.brand_id
           AND a.id = CASE WHEN n.task ~ '^agents.task:[0-9]+$' THEN split_part(n.task, ':', 2)::bigint END
      LEFT JOIN agents_goal o ON o.brand_id = e.brand_id AND o.id = t.goal_id
      LEFT JOIN agents_archivedgoal k ON k.brand_id = e.brand_id AND k.id = a.goal_id
      LEFT JOIN agents_agent g ON g.brand_id = e.brand_id AND g.id = coalesce(o.agent_id, k.agent_id)
     WHERE (%(scope)s::text IS NULL OR %(scope)s = ANY (e.scopes))
       AND (%(brand)s::bigint IS NULL OR e.brand_id = %(brand)s)
       AND (%(day)s::date IS NULL OR e.day = %(day)s)
       AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
  ) AS w ORDER BY w.brand_id, w.agent, w.goal, w.task, w.id
"""
_OF_A_CALL = ("subject", "fence", "seat", "provider", "model", "cost_usd_micros")
LEVELS = (("brand", "brand_id"), ("agent", "agent"), ("goal", "goal"), ("task", "task"))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which entries: of a scope ("agent:7", None: every one) or a brand, of a day of the budgets or since a moment."""

    scope: str | None = None
    brand_id: int | None = None
    day: date | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the tree. `level` 0 is a brand; the lines one level below a line add up to it."""

    level: int
    what: str  # brand, agent, goal, task, call, fee, lost, beyond
    name: str
    usd_micros: int

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


@dataclass
class Account:
    """What a walk has added up so far. `unexplained` counts both ways: nothing may cancel out."""

    spent_usd_micros: int = 0
    unexplained_usd_micros: int = 0
    open: dict[int, int] = field(default_factory=dict)  # by level: what the parent says, less what its children said

    def close(self, level: int) -> None:
        """A parent at `level` is over, with all that is open below it."""
        for deeper in [one for one in self.open if one >= level]:
            self.unexplained_usd_micros += abs(self.open.pop(deeper))

    def say(self, level: int, usd_micros: int) -> None:
        """A line at `level`: a child of the one above it, and a parent of those that follow."""
        self.close(level)
        if level == 0:
            self.spent_usd_micros += usd_micros
        else:
            self.open[level - 1] -= usd_micros
        self.open[level] = usd_micros


def walk(*, asked: Asked, account: Account) -> Iterator[Line]:
    """The tree, line by line, in constant memory; `account` holds the sums once it is over. Inside a transaction."""
    last: dict[str, Any] = {}
    for chunk in _chunks(_rows(asked)):
        calls = _calls(chunk)
        for row in chunk:
            for line in _parents(row, last):
                account.say(line.level, line.usd_micros)
                yield line
            last = row
            account.close(len(LEVELS))
            for line in _leaves(row, calls.get((row["about"], _fence(row)), ())):
                account.open[len(LEVELS) - 1] -= line.usd_micros
                yield line
    account.close(0)
    if asked.since is None:  # else no budget counts the same entries
        account.unexplained_usd_micros += budgets.unbooked_usd_micros(
            scope=asked.scope, brand_id=asked.brand_id, day=asked.day, entered=account.spent_usd_micros
        )


def _rows(asked: Asked) -> Iterator[dict[str, Any]]:
    """The entries, from a cursor that stays in the database."""
    connection.ensure_connection()
    with connection.connection.cursor(name="spend") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(_WALK, {"scope": asked.scope, "brand": asked.brand_id, "day": asked.day, "since": asked.since})
        names = [column.name for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    walked = iter(rows)
    while chunk := list(islice(walked, CHUNK)):
        yield chunk


def _parents(row: dict[str, Any], last: dict[str, Any]) -> Iterator[Line]:
    """Lines of the levels that begin with this entry."""
    begun = not last
    names = {
        "brand": row["slug"],
        "agent": f"@{row['agent']}" if row["agent"] and ":" not in row["agent"] else row["agent"] or "no agent",
        "goal": f"{row['goal']}: {row['wish']}" if row["goal"] else "no goal",
        "task": f"{row['kind'] or 'work'} {row['task']}",
    }
    for level, (what, key) in enumerate(LEVELS):
        begun = begun or row[key] != last[key]
        if begun:
            yield Line(level=level, what=what, name=names[what], usd_micros=int(row[f"of_{what}"]))


def _fence(row: dict[str, Any]) -> int:
    """The attempt that an entry paid for: the last part of its hold's key, where that is one."""
    end = str(row["hold_key"]).rpartition(":")[2]
    return int(end) if end.isdigit() else -1


def _calls(chunk: Sequence[dict[str, Any]]) -> dict[tuple[str, int], list[tuple[str, int]]]:
    """What each attempt's calls were and cost, live or archived, by subject and fencing number."""
    found: dict[tuple[str, int], list[tuple[str, int]]] = {}
    subjects = {row["about"] for row in chunk if not row["archived"]}
    kept = CallRecord.objects.filter(subject__in=subjects, cost_usd_micros__gt=0).order_by("id")
    for call in kept.only(*_OF_A_CALL):
        _add(found, {name: getattr(call, name) for name in _OF_A_CALL})
    for goal_id in sorted({row["goal"] for row in chunk if row["archived"]}):
        for archived in _archived_calls(goal_id):
            _add(found, archived)
    return found


def _archived_calls(goal_id: int) -> list[dict[str, Any]]:
    story = archive.of_goal(goal_id=goal_id)
    return [call for call in story.calls if call["cost_usd_micros"]] if story else []


def _add(found: dict[tuple[str, int], list[tuple[str, int]]], call: dict[str, Any]) -> None:
    name = f"{call['seat']} by {call['provider']}, {call['model']}"
    found.setdefault((call["subject"], call["fence"]), []).append((name, call["cost_usd_micros"]))


def _leaves(row: dict[str, Any], calls: Sequence[tuple[str, int]]) -> Iterator[Line]:
    """What an entry paid for."""
    level, amount = len(LEVELS), int(row["amount"])
    if row["debit"] not in (CALLS, LOST):
        yield Line(level=level, what="fee", name=row["debit"], usd_micros=amount)
        return
    for name, cost in calls:
        yield Line(level=level, what="call", name=name, usd_micros=cost)
    rest = amount - sum(cost for _, cost in calls)
    if rest > 0 and row["debit"] == LOST:
        yield Line(
            level=level, what="lost", name="held for a call of a worker that died: counted as made", usd_micros=rest
        )
    elif rest < 0:
        yield Line(level=level, what="beyond", name="cost beyond what was set aside: not settled", usd_micros=rest)
