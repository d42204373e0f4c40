"""Reads what a run left behind, past every policy: goals, posts, effects, money, claims, the record."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from chimera.chaos.tally import OPEN_EFFECT, Budget, Goal, Hold, Post
from chimera.chaos.timing import Attempt, Event

ENDED = ("DONE", "REJECTED", "EXPIRED", "CANCELLED")
_GOALS = "SELECT id, brand_id, cause, status FROM agents_goal ORDER BY id"
_TASKS = "SELECT id, goal_id, kind, status, note FROM agents_task ORDER BY id"
_POSTS = """
SELECT p.id, p.task, p.status, p.payload ->> 'platform' AS platform, p.payload ->> 'text' AS text,
       coalesce(e.status, '') AS effect, coalesce(e.platform_class, '') AS effect_class
  FROM publishing_post p
  LEFT JOIN governance_effect e ON e.brand_id = p.brand_id AND e.subject = 'publishing.post:' || p.id
 ORDER BY p.id
"""
_ASKED = "SELECT subject FROM governance_reviewitem WHERE status = 'PENDING'"
_HOLDS = """
SELECT h.key, h.status, h.scopes, h.day::text AS day, h.amount_usd_micros AS amount, h.settled_usd_micros AS settled,
       h.about AS subject, coalesce(e.status, '') AS effect, coalesce(t.status, '') AS task
  FROM governance_hold h
  LEFT JOIN governance_effect e ON e.brand_id = h.brand_id AND e.hold_key = h.key
  LEFT JOIN agents_task t ON h.about = 'agents.task:' || t.id
"""
_BUDGETS = """
SELECT scope, day::text AS day, limit_usd_micros AS "limit", reserved_usd_micros AS reserved,
       settled_usd_micros AS settled FROM governance_budget
"""
_ATTEMPTS = "SELECT subject, fence, owner, claimed_at, ended_at FROM governance_attempt ORDER BY id"
_EVENTS = """
SELECT subject, actor, action, from_status, to_status, state_version, at FROM governance_auditevent ORDER BY id
"""
_EFFECTS = "SELECT id, subject FROM governance_effect"
# Every table whose changes are recorded and that has states: from the triggers, so that a new table is seen by itself.
_RECORDED = """
SELECT c.relname AS name, split_part(encode(t.tgargs, 'escape'), '\\000', 1) AS subject
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE p.proname = 'chimera_record' AND t.tgname = 'record_' || c.relname
   AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('status', 'state_version')) = 2
"""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the database says. `about` is the leased row of each effect, by the effect's subject."""

    goals: list[Goal]
    budgets: list[Budget]
    holds: list[Hold]
    attempts: list[Attempt]
    events: list[Event]
    rows: dict[str, tuple[str, int]]
    about: dict[str, str]

    @property
    def posts(self) -> list[Post]:
        """Every post of every goal."""
        return [post for goal in self.goals for post in goal.posts]


def _all(connection: psycopg.Connection, query: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query.encode())
        return cursor.fetchall()


def read(connection: psycopg.Connection) -> Evidence:
    """Everything, in one look at a moment when nothing moves."""
    rows: dict[str, tuple[str, int]] = {}
    for table in _all(connection, _RECORDED):
        for row in _all(connection, f"SELECT id, status, state_version FROM {table['name']}"):
            rows[f"{table['subject']}:{row['id']}"] = (row["status"], row["state_version"])
    stateful = {subject.rpartition(":")[0] for subject in rows}
    return Evidence(
        goals=_goals(connection),
        budgets=[Budget(**row) for row in _all(connection, _BUDGETS)],
        holds=[_hold(row) for row in _all(connection, _HOLDS)],
        attempts=[Attempt(**row) for row in _all(connection, _ATTEMPTS)],
        events=[Event(**row) for row in _all(connection, _EVENTS) if row["subject"].rpartition(":")[0] in stateful],
        rows=rows,
        about={f"governance.effect:{row['id']}": row["subject"] for row in _all(connection, _EFFECTS)},
    )


def _goals(connection: psycopg.Connection) -> list[Goal]:
    asked = {row["subject"] for row in _all(connection, _ASKED)}
    tasks: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    goal_of: dict[str, int] = {}
    for task in _all(connection, _TASKS):
        tasks[task["goal_id"]].append(task)
        goal_of[f"agents.task:{task['id']}"] = task["goal_id"]
    posts: defaultdict[int, list[Post]] = defaultdict(list)
    for row in _all(connection, _POSTS):
        subject = f"publishing.post:{row.pop('id')}"
        goal_id = goal_of[row.pop("task")]
        posts[goal_id].append(Post(subject=subject, waits_for_human=subject in asked, **row))
    return [
        Goal(
            cause=goal["cause"],
            status=goal["status"],
            open_tasks=tuple(
                f"{task['kind']} {task['id']} {task['status']}{' (' + task['note'] + ')' if task['note'] else ''}"
                for task in tasks[goal["id"]]
                if task["status"] not in ENDED
            ),
            posts=tuple(posts[goal["id"]]),
            waits_for_human=any(f"agents.task:{task['id']}" in asked for task in tasks[goal["id"]]),
        )
        for goal in _all(connection, _GOALS)
    ]


def _hold(row: dict[str, Any]) -> Hold:
    effect, task = row.pop("effect"), row.pop("task")
    subject = row.pop("subject")
    wanted = ""
    if effect:
        wanted = {"CONFIRMED": "SETTLED", "REFUTED": "VOID"}.get(effect, "HELD" if effect in OPEN_EFFECT else "")
    elif row["status"] == "HELD" and (task in ENDED or subject.startswith("publishing.post:")):
        wanted = "VOID"  # held for work that is over, or for an effect that is not there
    return Hold(**{**row, "scopes": tuple(row["scopes"])}, wanted=wanted)
