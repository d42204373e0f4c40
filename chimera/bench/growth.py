"""Whether a step costs more when the tables are full: the same run with 10^3 and with 10^6 finished tasks.

A thousand tasks are run for real. A copy of that database is filled by multiplying its finished rows, as a superuser
with triggers off; then both are measured in turn, so that a machine that slows down slows both.
"""

import statistics
import time
from typing import Any

from psycopg import sql

from chimera.bench import ITEMS, own, tally
from chimera.bench.fleet import working
from chimera.bench.ground import Ground, connected
from chimera.bench.meter import shares
from chimera.embedded.lifecycle import Endpoints

STEPS = 2 + 2 * ITEMS
SMALL_TASKS = 1_000
LARGE_TASKS = 1_000_000
CHUNK = 50  # copies inserted at a time

_TASK = "'agents.task:' || (split_part({}, ':', 2)::bigint + k.shift)"
# By table: how its columns change from copy to copy. A column that is not named is copied as it is.
CHANGES: dict[str, dict[str, str]] = {
    "agents_goal": {"cause": "t.cause || ':' || k.shift"},
    "agents_plan": {"goal_id": "t.goal_id + k.shift"},
    "agents_task": {"goal_id": "t.goal_id + k.shift", "plan_id": "t.plan_id + k.shift"},
    "agents_artifact": {"task_id": "t.task_id + k.shift"},
    "agents_verdict": {"task_id": "t.task_id + k.shift", "artifact_id": "t.artifact_id + k.shift"},
    "governance_attempt": {"subject": _TASK.format("t.subject")},
    "governance_hold": {"about": _TASK.format("t.about"), "key": "t.key || ':' || k.shift"},
    "governance_auditevent": {
        "subject": "split_part(t.subject, ':', 1) || ':' || (split_part(t.subject, ':', 2)::bigint + k.shift)",
        "task_id": f"CASE WHEN t.task_id = '' THEN '' ELSE {_TASK.format('t.task_id')} END",
    },
}
ONLY = {
    "governance_auditevent": "t.subject ~ '^(agents\\.(goal|task)|governance\\.hold):'",
    "governance_attempt": "t.subject ~ '^agents\\.task:'",
}


def _columns(connection: tally.Superuser, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    ).fetchall()
    return [row[0] for row in rows]


def _number(connection: tally.Superuser, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0] or 0)


def multiply(
    connection: tally.Superuser,
    *,
    copies: int,
    changes: dict[str, dict[str, str]] = CHANGES,
    only: dict[str, str] = ONLY,
) -> None:
    """Copy every row so many times, each copy under ids of its own that fit each other.

    `changes` names the tables and, by column, what is another in copy number `k.n`, whose ids are `k.shift` away.
    """
    shift = max(_number(connection, f"SELECT max(id) FROM {table}") for table in changes) + 1
    ceilings = {table: _number(connection, f"SELECT max(id) FROM {table}") for table in changes}
    connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys: rows as they were
    connection.execute("SET synchronous_commit = off")
    for table, another in changes.items():
        columns = _columns(connection, table)
        changed = {"id": "t.id + k.shift", **another}
        chosen = sql.SQL(", ").join(
            sql.SQL(changed[name]) if name in changed else sql.SQL("t.{}").format(sql.Identifier(name))
            for name in columns
        )
        insert = sql.SQL(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} t,"
            " (SELECT n, n * {}::bigint AS shift FROM generate_series(%s::bigint, %s::bigint) n) k"
            " WHERE t.id <= %s AND {}"
        ).format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            chosen,
            sql.Identifier(table),
            sql.Literal(shift),
            sql.SQL(only.get(table, "true")),
        )
        for first in range(1, copies + 1, CHUNK):
            connection.execute(insert, [first, min(first + CHUNK - 1, copies), ceilings[table]])
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


def left_out(connection: tally.Superuser, *, rows_min: int) -> list[str]:
    """Tables that a run filled and that are not multiplied: when the product gets a new one, the report names it."""
    rows = connection.execute(
        "SELECT relname FROM pg_stat_user_tables WHERE n_live_tup >= %s ORDER BY relname", [rows_min]
    ).fetchall()
    return [row[0] for row in rows if row[0] not in CHANGES]


def _step(ends: Endpoints, *, layout: str, pipelines: int) -> dict[str, float]:
    with working(ends, layout=layout) as workers:
        own.drive(ends, pipelines=own.WARM_UP)
        found = own.measured(ends, workers=workers, pipelines=pipelines)
    cpu_ms = sum(found["where"]["cpu_ms"].values())
    return {
        "wall_ms": found["seconds"] * 1000 / pipelines / STEPS,
        "cpu_ms": cpu_ms / STEPS,
        "postgres_share": shares(found["where"])["postgres"],
    }


def _told(samples: list[dict[str, float]], tasks: int) -> dict[str, Any]:
    return {"tasks": tasks, **{key: round(statistics.median(one[key] for one in samples), 3) for key in samples[0]}}


def measure(
    ground: Ground, *, layout: str, pipelines: int, rounds: int, large_tasks: int = LARGE_TASKS
) -> dict[str, Any]:
    """Cost of a step at both sizes, medians of `rounds`, and their ratio: by CPU (steadier) and by the wall clock."""
    per_pipeline = 1 + ITEMS
    with ground.database() as small:
        with working(small, layout=layout):
            own.drive(small, pipelines=-(-SMALL_TASKS // per_pipeline))
        with connected(small, small.database) as connection:
            connection.execute("VACUUM ANALYZE")
            missing = left_out(connection, rows_min=SMALL_TASKS // per_pipeline)
        with ground.database(template=small.database) as large:
            begun = time.monotonic()
            with connected(large, large.database) as connection:
                multiply(connection, copies=max(1, large_tasks // SMALL_TASKS - 1))
                there = _number(connection, "SELECT count(*) FROM agents_task")
            loading_s = time.monotonic() - begun
            found: dict[str, list[dict[str, float]]] = {"small": [], "large": []}
            for number in range(rounds):
                pair = [("small", small), ("large", large)]
                for size, ends in pair if number % 2 == 0 else pair[::-1]:
                    found[size].append(_step(ends, layout=layout, pipelines=pipelines))
    told = {"small": _told(found["small"], SMALL_TASKS), "large": _told(found["large"], there)}
    return {
        **told,
        "ratio_cpu": round(told["large"]["cpu_ms"] / told["small"]["cpu_ms"], 3),
        "ratio_wall": round(told["large"]["wall_ms"] / told["small"]["wall_ms"], 3),
        "loading_seconds": round(loading_s, 1),
        "tables_not_multiplied": missing,
    }
