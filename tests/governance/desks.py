"""An operator's desk with a sealed record, and an auditor's folder beside it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command

from tests.conftest import World
from tests.governance import sealers

TABLES = ("auditevent", "sealedevent", "subtree", "checkpoint", "checkpointkey", "sealing", "anchoring", "putaway")
COLUMNS = """SELECT quote_ident(attname) FROM pg_attribute
              WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"""

RUNNING = "SELECT EXISTS (SELECT 1 FROM governance_auditevent WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))"


def past(world: World) -> None:
    """Wait until every event is older than whatever runs: the server has other databases, and sealing waits for all."""
    ends, looking = time.monotonic() + 60, world.superuser()
    while looking.execute(RUNNING).fetchone()[0] and time.monotonic() < ends:
        time.sleep(0.02)


class Desk:
    """An operator with a sealed record, and an auditor with a copy of what stands outside."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.copy, self.keys, self.signs = folder / "checkpoints", folder / "keys.txt", folder / "keys.pem"
        # Numbers are counted from what the brands of the template left; our servers entered the allow-list beside them.
        self.past_every_rule().execute("DELETE FROM governance_auditevent WHERE subject LIKE 'governance.server:%'")

    def happens(self, *counts: int) -> "Desk":
        """So many events, sealed after each number."""
        with sealers.sealing(self.world, self.folder) as sealer:
            for count in counts:
                sealers.happen(count)
                past(self.world)
                sealer.round()
        return self

    def trusts(self) -> "Desk":
        found = self.world.superuser().execute("SELECT vkey FROM governance_checkpointkey ORDER BY since LIMIT 1")
        self.keys.write_text(f"{found.fetchone()[0]}\n")
        return self

    def verify(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON of verify_audit, against the copy."""
        out = StringIO()
        with self.world.role("operator"):
            code = 0
            try:
                call_command("verify_audit", "--checkpoints", str(self.copy), "--json", *words, stdout=out)
            except SystemExit as ended:
                code = int(ended.code or 0)
        return code, json.loads(out.getvalue())

    def past_every_rule(self) -> psycopg.Connection:
        """A superuser for whom no trigger refuses anything."""
        root = self.world.superuser()
        root.execute("SET session_replication_role = replica")
        return root

    def export(self, *words: str, name: str = "record.jsonl") -> Path:
        """Write it."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        with self.world.role("operator"):
            call_command("export_record", "--out", str(path), *words, stdout=StringIO())
        return path

    def size(self) -> int:
        """How many entries are sealed."""
        return int(self.world.superuser().execute("SELECT count(*) FROM governance_sealedevent").fetchone()[0])

    def count(self, condition: str) -> int:
        """How many events there are of which this holds."""
        found = self.world.superuser().execute(f"SELECT count(*) FROM governance_auditevent WHERE {condition}".encode())
        return int(found.fetchone()[0])

    @contextmanager
    def undone(self, *, name: str = "kept") -> Iterator["Desk"]:
        """Whatever is done to the record meanwhile is undone: quicker than a database for each test."""
        root, files = self.past_every_rule(), {path: path.read_bytes() for path in (self.copy, self.signs)}
        for table in TABLES:
            root.execute(f"CREATE TABLE {name}_{table} AS TABLE governance_{table}")
        yield self
        for table in TABLES:
            columns = ", ".join(column for (column,) in root.execute(COLUMNS, [f"governance_{table}"]).fetchall())
            root.execute(f"DELETE FROM governance_{table}")
            values = f"OVERRIDING SYSTEM VALUE SELECT {columns} FROM {name}_{table}"
            root.execute(f"INSERT INTO governance_{table} ({columns}) {values}")
            root.execute(f"DROP TABLE {name}_{table}")
        for path, content in files.items():
            path.write_bytes(content)


def many(root: psycopg.Connection, count: int, *, age: str = "0") -> None:
    """Events without anything that happened; `root` is past every rule."""
    root.execute(
        "INSERT INTO governance_auditevent (brand_id, subject, task_id, actor, action, from_status, to_status,"
        " state_version, body, at) SELECT 1, 'agents.task:' || n, '', 'test:many', 'insert', '', 'READY', 1,"
        " '{\"goal_id\": ' || n || '}', chimera_now() - %s::interval FROM generate_series(1, %s) n",
        [age, count],
    )
