"""A database of the previous state, with work in every state that it knew: written with SQL, as that code would have.

When a release is out, `STATE` moves to its last migrations. `test_migrate_work.py` then says which states have no row
yet: each gets a scene here. Columns are those of the previous state; nothing in here asks the models of today.
"""

import json
import os
import subprocess
import sys
from collections import deque
from typing import Any

import psycopg

from tests import servers

# The last migrations of the state before this release.
STATE = {
    "core": "0002_promises",
    "governance": "0003_neighbours",
    "publishing": "0002_promises",
    "agents": "0003_schedule",
}
_MIGRATE = """
import sys, django; django.setup()
from django.core.management import call_command
for target in sys.argv[1:]:
    app, _, name = target.partition("=")
    call_command("migrate", *([app, name] if app else []), interactive=False, verbosity=0)
"""


def migrate(database: str, *targets: str) -> None:
    """Migrate a database to "app=name" after another, in a process of its own; "" is the newest of everything."""
    done = subprocess.run(
        [sys.executable, "-c", _MIGRATE, *targets],
        env={**os.environ, **servers.variables("chimera_migrator", database)},
        capture_output=True,
        text=True,
        cwd=servers.CHECKOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


class Previous:
    """Writes rows past the policies but under every constraint, guard and record trigger of the previous state."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        connection.execute("SET app.actor = 'test:previous'")
        self.machines = {
            table: (json.loads(arrows), json.loads(initial))
            for table, (arrows, initial) in (
                (table, [part.decode() for part in arguments.split(b"\0")[:2]])
                for table, arguments in connection.execute(
                    "SELECT t.tgrelid::regclass::text, t.tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                    " WHERE p.proname = 'chimera_guard'"
                )
            )
        }

    def row(self, table: str, **values: Any) -> int:
        """Insert one row; returns its id. Dictionaries and lists of them go in as JSON."""
        names, marks, given = [], [], []
        for name, value in values.items():
            names.append(f'"{name}"')
            plain = not isinstance(value, Raw)
            marks.append("%s" if plain else str(value))
            if plain:
                is_json = isinstance(value, dict) or (isinstance(value, list) and name in JSON_LISTS)
                given.append(json.dumps(value) if is_json else value)
        text = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(marks)}) RETURNING id"
        (made,) = self.connection.execute(text, given).fetchone() or (0,)
        return int(made)

    def _way(self, table: str, to: str) -> list[str]:
        """The shortest way from a state of birth, by the arrows of the previous state."""
        arrows, initial = self.machines[table]
        todo = deque([[state] for state in initial])
        while todo:
            way = todo.popleft()
            if way[-1] == to:
                return way
            todo.extend([*way, following] for following in arrows[way[-1]] if following not in way)
        raise AssertionError(f"{table} cannot become {to}")

    def stateful(self, table: str, to: str, *, last: dict[str, Any] | None = None, **values: Any) -> int:
        """A row in a state, led there by legal arrows; `last` is written with the last of them."""
        first, *following = self._way(table, to)
        made = self.row(table, status=first, state_version=1, **values)
        for place, state in enumerate(following, start=2):
            changes = {"status": state, "state_version": place, **((last or {}) if state == to else {})}
            sets = ", ".join(
                f'"{name}" = {value if isinstance(value, Raw) else "%s"}' for name, value in changes.items()
            )
            given = [value for value in changes.values() if not isinstance(value, Raw)]
            self.connection.execute(f"UPDATE {table} SET {sets} WHERE id = %s", [*given, made])
        return made


class Raw(str):
    """An expression of SQL."""


JSON_LISTS = {"steps", "feedback", "findings", "reasons"}
