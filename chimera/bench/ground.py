"""Where the bench is run: servers of its own in a temporary folder, flushing to disk, and a fresh database a run."""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from chimera.bench.tally import Superuser
from chimera.core.errors import Unavailable
from chimera.embedded import entry, lifecycle, model_keys, processes
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.postgres import SUPERUSER

TEMPLATE = "chimera"
# Every system of a run gets the same server. Flushes are on, as by default; said here because all else hangs on it.
SERVER = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "top",
}
_numbers = itertools.count(1)


class NotMeasured(Unavailable):
    """Something that the bench needs is not there or did not happen; no figure is made up for it."""


def connected(ends: Endpoints, database: str) -> Superuser:
    """A superuser's connection to a database of the bench."""
    return psycopg.connect(**ends.postgres.params(SUPERUSER, database), autocommit=True)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The running servers, and databases on them."""

    ends: Endpoints

    @contextmanager
    def database(self, *, template: str | None = TEMPLATE) -> Iterator[Endpoints]:
        """A fresh database for one run: a copy of the seeded one, or an empty one with `template=None`."""
        name = f"run_{next(_numbers)}"
        self.make(name, template=template)
        try:
            yield replace(self.ends, database=name)
        finally:
            self.drop(name)

    def make(self, name: str, *, template: str | None) -> None:
        """Make a database by name."""
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        with connected(self.ends, SUPERUSER) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with connected(self.ends, SUPERUSER) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def variables(ends: Endpoints, role: str) -> dict[str, str]:
    """The environment of a program of ours on this database."""
    return processes.environment(
        {
            **entry.environment(ends, role),
            **model_keys.NONE,  # whatever stands in .env, no measurement asks a real model
            "SWITCHBOARD": "chimera.bench.switchboard",
            "OFFLINE_VERDICTS_MAY_ACT": "1",
            "MALLOC_ARENA_MAX": "2",
            "WAKE_PREFIX": f"bench-{ends.database}",
            "DJANGO_SETTINGS_MODULE": "chimera.settings",
            "PYTHONPATH": str(entry.CHECKOUT),
        }
    )


def program(ends: Endpoints, module: str, *words: str, role: str = "chimera_app") -> "subprocess.Popen[str]":
    """Start a module of ours as a program; its answer is read with `said`."""
    command = [sys.executable, "-m", module, *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=variables(ends, role), cwd=entry.CHECKOUT, stdout=pipe, stderr=pipe, text=True)


def said(process: "subprocess.Popen[str]", *, what: str, timeout_s: float) -> dict[str, Any]:
    """The JSON of a program's last line. NotMeasured with its last words when it failed."""
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as late:
        process.kill()
        process.communicate()
        raise NotMeasured(f"{what} took longer than {timeout_s:.0f} s.") from late
    if process.returncode:
        words = [line.strip() for line in err.splitlines() if line.strip()]
        raise NotMeasured(f"{what} failed: {words[-1] if words else f'exit code {process.returncode}'}")
    lines = out.splitlines()
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found


@contextmanager
def prepared() -> Iterator[Ground]:
    """Servers, schema and seeded template; all of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="chimera-bench-") as folder:
        with lifecycle.borrowed(Home(Path(folder)), settings=SERVER) as ends:
            entry.ensure_schema(ends)
            said(program(ends, "chimera.bench.seed", role="chimera_operator"), what="Seeding", timeout_s=120)
            with connected(ends, SUPERUSER) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            yield Ground(ends=ends)
