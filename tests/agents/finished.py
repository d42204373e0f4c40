"""Finished goals in numbers, written as the superuser past triggers and keys: what months of work leave behind."""

from pathlib import Path

import psycopg

# What moves with a goal, and how many rows each finished goal below has of it.
PER_GOAL = {
    "agents_goal": 1,
    "agents_plan": 1,
    "agents_task": 5,
    "agents_dependency": 4,
    "agents_artifact": 5,
    "agents_verdict": 1,
    "governance_attempt": 7,
    "governance_hold": 2,
    "core_callrecord": 2,
}
STAYS = {"publishing_post": 1, "governance_effect": 1, "governance_reviewitem": 1}
_KINDS = ("plan", "research", "draft", "image", "publish")

SQL = (Path(__file__).parent / "finished.sql").read_text()


def task_of(goal: int, kind: str) -> int:
    """The id of a goal's task of a kind."""
    return goal * 10 + 1 + _KINDS.index(kind)


def make(
    superuser: psycopg.Connection,
    *,
    brand: int,
    agent: int,
    soul: int,
    count: int,
    first: int = 100_000,
    age: str = "40 days",
) -> list[int]:
    """`count` goals that ended `age` ago, with ids from `first` on, each with tasks, post, effect and review."""
    values = {"brand": brand, "agent": agent, "soul": soul, "count": count, "first": first, "age": f"'{age}'"}
    text = SQL
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", str(value))
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(text)
    return list(range(first, first + count))


def counts(superuser: psycopg.Connection, *tables: str) -> dict[str, int]:
    """Rows by table."""
    found = {}
    for table in tables:
        (found[table],) = superuser.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    return found
