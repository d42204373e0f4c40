"""Goals and tasks in the middle of their lives, put there past every rule: for tests of single statements."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tests.conftest import ALPHA, World

HELD = {"lease_until": "chimera_now() + interval '60 seconds'", "lease_owner": "'worker:1'", "fence": "1"}


class Arranged:
    """Rows of a brand, written by the superuser with triggers and keys asleep."""

    def __init__(self, world: World, *, brand_id: int = ALPHA) -> None:
        self.brand_id = brand_id
        self._db: psycopg.Connection = world.superuser()
        self._db.execute("SET session_replication_role = replica")

    def goal(self, *, cause: str = "test:1", agent_id: int = 1, soul_id: int = 1) -> int:
        """An active goal."""
        return self._one(
            "INSERT INTO agents_goal (brand_id, agent_id, soul_id, cause, wish, deadline, status, state_version) "
            "VALUES (%s, %s, %s, %s, 'a wish', chimera_now() + interval '1 day', 'ACTIVE', 2) RETURNING id",
            [self.brand_id, agent_id, soul_id, cause],
        )

    def task(
        self, *, goal: int, status: str, kind: str = "publish", agent_id: int = 1, soul_id: int = 1, **columns: str
    ) -> int:
        """A task in this state; `columns` are SQL expressions."""
        said = {"due_at": "NULL", "lease_until": "NULL", "lease_owner": "''", "fence": "0", "unmet": "0", **columns}
        return self._one(
            "INSERT INTO agents_task (brand_id, goal_id, agent_id, soul_id, kind, outward, status, state_version, "
            f"queue, scopes, attempts, attempts_max, priority, note, feedback, deadline, {', '.join(said)}) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, 2, 'think', %s, 1, 5, 5, '', '[]', "
            f"chimera_now() + interval '1 day', {', '.join(said.values())}) RETURNING id",
            [self.brand_id, goal, agent_id, soul_id, kind, kind == "publish", status, ["fleet"]],
        )

    def needs(self, *, successor: int, predecessors: Sequence[int]) -> None:
        """The successor hangs on these."""
        for one in predecessors:
            self._db.execute(
                "INSERT INTO agents_dependency (brand_id, predecessor_id, successor_id) VALUES (%s, %s, %s)",
                [self.brand_id, one, successor],
            )

    def artifact(self, *, task: int) -> int:
        """What the task's first attempt produced."""
        return self._one(
            "INSERT INTO agents_artifact (brand_id, task_id, fence, payload, content_hash) "
            "VALUES (%s, %s, 0, '{}', 'hash') RETURNING id",
            [self.brand_id, task],
        )

    def copies(self, *, task: int, count: int) -> None:
        """As many more of the same."""
        columns = [
            row[0]
            for row in self._db.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'agents_task' "
                "AND is_generated = 'NEVER' AND is_identity = 'NO'"
            )
        ]
        named = ", ".join(columns)
        self._db.execute(
            f"INSERT INTO agents_task ({named}) SELECT {named} FROM agents_task, generate_series(1, %s) WHERE id = %s",
            [count, task],
        )

    def seen(self, columns: str, *, of: str, row: int) -> tuple[Any, ...]:
        """These columns of a row, whoever may see it."""
        found = self._db.execute(f"SELECT {columns} FROM {of} WHERE id = %s", [row]).fetchone()
        assert found is not None
        return found

    def count(self, of: str) -> int:
        """How many rows a table has."""
        return self._one(f"SELECT count(*) FROM {of}", [])

    def _one(self, statement: str, values: Sequence[Any]) -> int:
        row = self._db.execute(statement, values).fetchone()
        assert row is not None
        return int(row[0])


def as_json(*rows: Mapping[str, Any]) -> Jsonb:
    """What the statements for sets take."""
    return Jsonb(list(rows))


def proposed(*, task: int, fence: int) -> dict[str, Any]:
    """A row for agents_task_proposed."""
    return {"id": task, "fence": fence, "payload": {"text": "Hello."}, "hash": "h", "cost": 0, "held": False}


def accepted(*, task: int, fence: int, artifact: int) -> dict[str, Any]:
    """A row for agents_task_accepted."""
    ids = {"id": task, "fence": fence, "artifact": artifact, "hash": "hash", "snapshot": {}, "findings": []}
    return {**ids, "composite": 9_500, "offline": False, "ruling": "ALLOW", "reasons": []}
