"""What a run must have left in the tables, exactly; a run that is one row off is no measurement.

Counted from marks (the highest ids before the run), as a superuser, because the rows are of several brands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from chimera.bench import ITEMS

MARKED = ("agents_goal", "agents_task", "agents_artifact", "agents_verdict", "governance_hold", "governance_auditevent")

# What one pipeline leaves: a goal and its planning task, three items with artifact, verdict and hold, and the events.
PER_PIPELINE: dict[str, int] = {
    "goals": 1,
    "goals done": 1,
    "tasks": 1 + ITEMS,
    "tasks done": 1 + ITEMS,
    "artifacts": 1 + ITEMS,
    "items hashed right": ITEMS,
    "verdicts": ITEMS,
    "verdicts that accept": ITEMS,
    "holds": ITEMS,
    "holds settled": ITEMS,
    "events of goals": 3,  # made, active, done
    "events of tasks": 2 + 4 * ITEMS,  # planning: made, done; items: made, judging, accepted, done
    "events of holds": 2 * ITEMS,  # held, settled
}
# What stays for all pipelines together.
IN_ALL: dict[str, int] = {"reserved in budgets": 0, "budgets overspent": 0}

_COUNTS = """
SELECT 'goals', count(*) FROM agents_goal WHERE id > %(agents_goal)s
UNION ALL SELECT 'goals done', count(*) FROM agents_goal WHERE id > %(agents_goal)s AND status = 'DONE'
UNION ALL SELECT 'tasks', count(*) FROM agents_task WHERE id > %(agents_task)s
UNION ALL SELECT 'tasks done', count(*) FROM agents_task WHERE id > %(agents_task)s AND status = 'DONE' AND unmet = 0
UNION ALL SELECT 'artifacts', count(*) FROM agents_artifact WHERE id > %(agents_artifact)s
UNION ALL SELECT 'items hashed right', count(*) FROM agents_artifact WHERE id > %(agents_artifact)s
  AND payload ->> 'sha256' = encode(sha256(('agents.task:' || task_id)::bytea), 'hex')
UNION ALL SELECT 'verdicts', count(*) FROM agents_verdict WHERE id > %(agents_verdict)s
UNION ALL SELECT 'verdicts that accept', count(*) FROM agents_verdict
  WHERE id > %(agents_verdict)s AND route = 'ACCEPT' AND composite_bp = 10000
UNION ALL SELECT 'holds', count(*) FROM governance_hold WHERE id > %(governance_hold)s
UNION ALL SELECT 'holds settled', count(*) FROM governance_hold WHERE id > %(governance_hold)s AND status = 'SETTLED'
UNION ALL SELECT 'events of goals', count(*) FROM governance_auditevent
  WHERE id > %(governance_auditevent)s AND subject LIKE 'agents.goal:%%'
UNION ALL SELECT 'events of tasks', count(*) FROM governance_auditevent
  WHERE id > %(governance_auditevent)s AND subject LIKE 'agents.task:%%'
UNION ALL SELECT 'events of holds', count(*) FROM governance_auditevent
  WHERE id > %(governance_auditevent)s AND subject LIKE 'governance.hold:%%'
UNION ALL SELECT 'reserved in budgets', coalesce(sum(reserved_usd_micros), 0)::bigint FROM governance_budget
UNION ALL SELECT 'budgets overspent', count(*) FROM governance_budget
  WHERE reserved_usd_micros + settled_usd_micros > limit_usd_micros
"""

Superuser = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One count that is not what it must be."""

    what: str
    wanted: int
    found: int

    def __str__(self) -> str:
        return f"{self.what}: {self.found}, not {self.wanted}"


def marks(connection: Superuser) -> dict[str, int]:
    """The highest id of every counted table: where a run begins."""
    found = {}
    for table in MARKED:
        row = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        assert row is not None
        found[table] = int(row[0])
    return found


def counted(connection: Superuser, *, since: Mapping[str, int]) -> dict[str, int]:
    """What lies in the tables beyond the marks."""
    return {str(what): int(number) for what, number in connection.execute(_COUNTS, dict(since)).fetchall()}


def wrong(found: Mapping[str, int], *, pipelines: int) -> list[Wrong]:
    """Every count that differs from what `pipelines` must leave; a count that is missing differs too."""
    wanted = {what: number * pipelines for what, number in PER_PIPELINE.items()} | IN_ALL
    return [
        Wrong(what=what, wanted=number, found=found.get(what, -1))
        for what, number in wanted.items()
        if found.get(what, -1) != number
    ]
