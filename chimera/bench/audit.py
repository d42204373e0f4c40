"""`manage.py bench audit`: audited changes a second with a sealer beside them, and with a hash chain per row instead.

The same writers on the same tables with the same trigger; the peer gives every event the hash of the one before it, in
the writer's own transaction, under the lock that this needs. The lag of the seal is taken from the moment in which a
writer knew that its change was committed to the moment in which the outside file held a checkpoint over it.
Requirements: AUD-1, AUD-2, AUD-3.
"""

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chimera.bench import tally
from chimera.bench.engine import kept
from chimera.bench.ground import Ground, NotMeasured, connected, prepared, program, said, variables
from chimera.bench.latency import percentile
from chimera.core.errors import Denied
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.lifecycle import Endpoints
from governance.audit import entries, notes, tree

REPORT = "bench-audit.json"
WRITERS, SECONDS = 8, 10.0
WORKS_MS = (0, 5)
TX_PER_S_MIN, LAG_P99_S_MAX, VERIFY_PER_S_MIN = 1_000, 1.0, 50_000
_LOOK_EVERY_S = 0.01
_SEALED_WITHIN_S = 180.0
FILL = 200_000  # entries more, so that sealing and verifying have enough to be measured on
_MANY = """
INSERT INTO governance_auditevent
       (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
SELECT 1, 'agents.task:' || n, 'agents.task:' || n, 'bench:fill', 'update', 'READY', 'DONE', 3,
       '{"stage": "commit", "content_hash": "' || repeat('0', 64) || '"}' FROM generate_series(1, %s) AS g (n)
"""
Tell = Callable[[str], None]

# The usual way: each row holds the hash of the row before it, so each writer waits for the commit of the one before.
_CHAIN = """
ALTER TABLE governance_auditevent ADD COLUMN place bigint, ADD COLUMN chained bytea;
CREATE UNIQUE INDEX bench_chain ON governance_auditevent (place);
CREATE FUNCTION bench_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_place bigint;
  v_former bytea;
BEGIN
  PERFORM pg_advisory_xact_lock(4711);
  SELECT e.place, e.chained INTO v_place, v_former FROM governance_auditevent e
   WHERE e.place IS NOT NULL ORDER BY e.place DESC LIMIT 1;
  NEW.place := coalesce(v_place + 1, 0);
  NEW.chained := sha256(coalesce(v_former, '') || convert_to(NEW.subject || NEW.actor || NEW.body || NEW.at, 'UTF8'));
  RETURN NEW;
END
$$;
CREATE TRIGGER bench_chain BEFORE INSERT ON governance_auditevent FOR EACH ROW EXECUTE FUNCTION bench_chain();
"""


class BadOrder(Denied):
    """What was asked for makes no run; says what to ask instead."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run."""

    writers: int = WRITERS
    seconds: float = SECONDS
    fill: int = FILL

    def __post_init__(self) -> None:
        if not 1 <= self.writers <= 64:
            raise BadOrder(f"--writers is {self.writers}; ask for 1 to 64.")
        if not 0.5 <= self.seconds <= 600:
            raise BadOrder(f"--seconds is {self.seconds:g}; ask for 0.5 to 600.")


class Watch:
    """Looks at the outside file all the time: when it first held a checkpoint of which size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: list[tuple[int, float]] = []  # size, seconds since 1970
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def size(self) -> int:
        """Of the newest checkpoint."""
        return self.seen[-1][0] if self.seen else 0

    def _look(self) -> None:
        at, rest = 0, b""
        while not self._stop.wait(_LOOK_EVERY_S):
            if not self.path.exists() or self.path.stat().st_size <= at:
                continue
            with self.path.open("rb") as file:
                file.seek(at)
                fresh = file.read()
            now, at = time.time(), at + len(fresh)
            *whole, rest = (rest + fresh).split(b"\n\n\xe2\x80\x94 ")
            # What stands before a signature ends with the lines of a checkpoint; its second line is the size.
            for text in whole:
                lines = text[text.rfind(f"{notes.LOG}/".encode()) :].split(b"\n")
                self.seen.append((int(lines[1]), now))


@contextmanager
def _sealing(ends: Endpoints, folder: Path) -> Iterator[Watch]:
    """The sealer as its own program, with keys and an outside file of this run."""
    own = {"RECORD_DIR": str(folder), "CHECKPOINT_KEYS_FILE": str(folder / "keys.pem")}
    sealer = {"SEALER_DATABASE_URL": ends.postgres.url("chimera_sealer", ends.database)}
    with (folder / "sealer.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "seal"], cwd=CHECKOUT, stdout=log, stderr=log,
            env={**variables(ends, "chimera_sealer"), **own, **sealer},
        )  # fmt: skip
        try:
            with Watch(folder / "checkpoints") as watch:
                _wait(watch, 1, process)  # what the seed did
                yield watch
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(watch: Watch, size: int, process: "subprocess.Popen[bytes] | None" = None) -> None:
    ends = time.monotonic() + _SEALED_WITHIN_S
    while watch.size < size:
        if time.monotonic() > ends or (process is not None and process.poll() is not None):
            raise NotMeasured(f"Only {watch.size} of {size} entries were sealed within {_SEALED_WITHIN_S:.0f} s.")
        time.sleep(_LOOK_EVERY_S)


def _write(ends: Endpoints, order: Order, work_ms: int) -> dict[str, Any]:
    words = ["--processes", str(order.writers), "--work-ms", str(work_ms)]
    warm = program(ends, "chimera.bench.recorder", *words[2:], "--processes", "2", "--seconds", "0.5")
    warmed = said(warm, what="Warming up", timeout_s=90)["changes"]
    writing = program(ends, "chimera.bench.recorder", *words, "--seconds", str(order.seconds))
    found = said(writing, what="Writing", timeout_s=order.seconds + 120)["changes"]
    taken = [seconds for _, _, seconds in found]
    first = min(at - seconds for _, at, seconds in found)
    return {
        "changes": found,
        "before": len(warmed),
        "tx_per_s": round(len(found) / (max(at for _, at, _ in found) - first), 1),
        "p50_ms": round(percentile(taken, 0.5) * 1000, 2),
        "p95_ms": round(percentile(taken, 0.95) * 1000, 2),
    }


def lags_s(seen: list[tuple[int, float]], committed: dict[int, float], places: dict[int, int]) -> list[float]:
    """For each change: from its commit to the first checkpoint over its place. `places`: of each change's event."""
    found, number = [], 0
    for place, at in sorted((places[card], at) for card, at in committed.items()):
        while number < len(seen) and seen[number][0] <= place:
            number += 1
        if number == len(seen):
            raise NotMeasured(f"Entry {place} is under no checkpoint.")
        found.append(max(0.0, seen[number][1] - at))
    return found


def _size(connection: tally.Superuser) -> int:
    row = connection.execute("SELECT count(*) FROM governance_auditevent").fetchone()
    assert row is not None
    return int(row[0])


def _ours(ends: Endpoints, order: Order, work_ms: int) -> dict[str, Any]:
    folder = ends.home.root / f"{ends.database}-record"
    folder.mkdir(mode=0o700)
    with connected(ends, ends.database) as connection:
        with _sealing(ends, folder) as watch:
            found = _write(ends, order, work_ms)
            _wait(watch, _size(connection))
            connection.execute(_MANY, [order.fill])
            begun = time.monotonic()
            _wait(watch, _size(connection))
            filled_s = time.monotonic() - begun
        places: dict[int, int] = dict(
            connection.execute(
                "SELECT split_part(e.subject, ':', 2)::bigint, s.seq FROM governance_auditevent e"
                " JOIN governance_sealedevent s ON s.event_id = e.id"
                " WHERE e.subject LIKE 'governance.reviewitem:%' AND e.action = 'insert'"
            ).fetchall()
        )
        lags = lags_s(watch.seen, {card: at for card, at, _ in found.pop("changes")}, places)
        checked = verified(connection)
    return {
        **found,
        "seal_lag_p50_s": round(percentile(lags, 0.5), 3),
        "seal_lag_p99_s": round(percentile(lags, 0.99), 3),
        "seal_lag_max_s": round(max(lags), 3),
        "checkpoints": len(watch.seen),
        "sealed_in_bulk_per_s": round(order.fill / filled_s),
        **checked,
    }


def _chain(ends: Endpoints, order: Order, work_ms: int) -> dict[str, Any]:
    with connected(ends, ends.database) as connection:
        connection.execute(_CHAIN)
        found = _write(ends, order, work_ms)
        row = connection.execute(
            "SELECT count(*), max(place) + 1 FROM governance_auditevent WHERE place IS NOT NULL"
        ).fetchone()
    assert row is not None
    written = len(found.pop("changes")) + found["before"]
    if not row[0] == row[1] == written:
        raise NotMeasured(f"The chain has {row[0]} links for {written} changes.")
    return found


def verified(connection: tally.Superuser) -> dict[str, Any]:
    """Everything that is sealed is computed anew from the rows, and every checkpoint compared and checked."""
    keys = [row[0] for row in connection.execute("SELECT vkey FROM governance_checkpointkey")]
    checkpoints = connection.execute("SELECT size, root, note FROM governance_checkpoint ORDER BY size").fetchall()
    frontier, due = tree.Frontier(), iter(checkpoints)
    size, root, note = next(due)
    begun = time.monotonic()
    columns = ", ".join(f"e.{name}" for name in entries.COLUMNS)
    with connection.transaction(), connection.cursor("bench_verify") as cursor:
        cursor.itersize = 5_000
        cursor.execute(
            f"SELECT {columns}, s.leaf FROM governance_sealedevent s"
            " JOIN governance_auditevent e ON e.id = s.event_id ORDER BY s.seq".encode()
        )
        for row in cursor:
            leaf = entries.leaf(row)
            if leaf != row[-1]:
                raise NotMeasured(f"Entry {frontier.size} is not what was sealed.")
            frontier.append(leaf)
            if frontier.size == size:
                if frontier.root() != root or notes.verify(note, *keys).root != root:
                    raise NotMeasured(f"Checkpoint {size} does not hold.")
                size, root, note = next(due, (0, b"", ""))
    seconds = time.monotonic() - begun
    if size:
        raise NotMeasured(f"Checkpoint {size} is over entries that are not there.")
    return {"entries": frontier.size, "verify_per_s": round(frontier.size / seconds)}


def measure(ground: Ground, order: Order, *, tell: Tell) -> dict[str, Any]:
    """Both ways with each amount of other work, each on a database of its own."""
    found: dict[str, dict[str, Any]] = {"ours": {}, "chain": {}}
    for work_ms in WORKS_MS:
        for way, run in (("ours", _ours), ("chain", _chain)):
            tell(f"{way}: {order.writers} writers, {work_ms} ms of other work in each transaction")
            with ground.database() as ends:
                found[way][f"work_{work_ms}_ms"] = run(ends, order, work_ms)
    worked = found["ours"]["work_5_ms"]
    idle = found["ours"]["work_0_ms"]
    return {
        "tx_per_s": idle["tx_per_s"],
        "tx_per_s_with_5_ms": worked["tx_per_s"],
        "seal_lag_p99_s": max(worked["seal_lag_p99_s"], idle["seal_lag_p99_s"]),
        "verify_per_s": idle["verify_per_s"],
        "chain_tx_per_s": found["chain"]["work_0_ms"]["tx_per_s"],
        "chain_tx_per_s_with_5_ms": found["chain"]["work_5_ms"]["tx_per_s"],
        "writers": order.writers,
        "seconds": order.seconds,
        **found,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": 0.0},
    }


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """Run it on servers of its own; the report is also written into the data folder."""
    load = round(os.getloadavg()[0], 2)
    with prepared() as ground:
        report = measure(ground, order, tell=tell)
    report["machine"]["load_before"] = load
    path = kept(report, name=REPORT)
    tell(f"written to {path}")
    return report
