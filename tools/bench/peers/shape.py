"""The pipeline that every system of `bench engine` runs, how it is asked to, and what it answers.

plan -> three workers -> three judges -> finalize: eight steps. Bodies are trivial and the same everywhere, so what is
measured is the system. These programs stand alone: they run under `.venv-bench` and import nothing of Chimera.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import psutil

STEPS = 8
ITEMS = 3


def plan(pipeline: int) -> list[str]:
    """Step 1: the three items of a pipeline."""
    return [f"{pipeline}:{index}" for index in range(ITEMS)]


def work(item: str) -> str:
    """Steps 2 to 4: the hash of an item."""
    return hashlib.sha256(item.encode()).hexdigest()


def judge(hashed: str) -> list[Any]:
    """Steps 5 to 7: the hash with its score."""
    return [hashed, int(hashed[:4], 16)]


def finalize(judged: list[list[Any]]) -> list[Any]:
    """Step 8: the scores added up, the hashes side by side in their own order, so that arrival plays no part."""
    return [sum(score for _, score in judged), "".join(sorted(hashed for hashed, _ in judged))]


def expected(pipeline: int) -> list[Any]:
    """What a pipeline must come to."""
    return finalize([judge(work(item)) for item in plan(pipeline)])


@dataclass(frozen=True)
class Order:
    """What was asked for: `pipelines` in `workers` processes, on these servers, in a layout of this system."""

    postgres: str
    valkey: str
    pipelines: int
    workers: int
    layout: str


@dataclass
class Span:
    """What a timed stretch took. CPU is of this program and all its children, commits and WAL are the server's."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    commits: int | None = None
    wal_bytes: int | None = None
    _begun: dict[str, Any] = field(default_factory=dict, repr=False)


def ordered(*, layouts: dict[str, str], usual: str) -> Order:
    """The command line. Addresses may come from BENCH_POSTGRES and BENCH_VALKEY: everybody can see a command line."""
    parser = argparse.ArgumentParser(description="One system of `manage.py bench engine`; prints one JSON line.")
    parser.add_argument("--postgres", default=os.environ.get("BENCH_POSTGRES", ""))
    parser.add_argument("--valkey", default=os.environ.get("BENCH_VALKEY", ""))
    parser.add_argument("--pipelines", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--layout", choices=sorted(layouts), default=usual)
    parser.add_argument("--json", action="store_true", help="accepted for symmetry: JSON is all this prints")
    asked = parser.parse_args()
    return Order(asked.postgres, asked.valkey, asked.pipelines, asked.workers, asked.layout)


def _cpu_s() -> float:
    me = psutil.Process()
    total = 0.0
    for process in [me, *me.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _server(postgres: str) -> tuple[int, int] | None:
    if not postgres:
        return None
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        row = connection.execute(
            "SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),"
            " pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


@contextmanager
def timed(postgres: str = "") -> Iterator[Span]:
    """Time a block. Commits of the last second may be missing: the server reports them late."""
    span = Span()
    server, cpu, begun = _server(postgres), _cpu_s(), time.monotonic()
    yield span
    span.seconds = time.monotonic() - begun
    span.cpu_s = _cpu_s() - cpu
    if server is not None:
        time.sleep(1.1)
        after = _server(postgres)
        assert after is not None
        span.commits, span.wal_bytes = after[0] - server[0], after[1] - server[1]


def wait_until(done: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Ask every 10 ms; ends the program with a sentence when it takes too long."""
    ends = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends:
            sys.exit(f"{what} took longer than {seconds:.0f} s; nothing was measured.")
        time.sleep(0.01)


def _part(
    program: Callable[[Order, int, Callable[[], None]], dict[int, list[Any]]],
    order: Order, number: int, ready: Any, results: Any,
) -> None:  # fmt: skip
    results.put(program(order, number, ready.wait))


def spread(
    program: Callable[[Order, int, Callable[[], None]], dict[int, list[Any]]], order: Order
) -> tuple[Span, dict[int, list[Any]]]:
    """Run `program(order, number, ready)` in as many processes as there are workers, timed from when all are ready.

    The program prepares and warms up, calls `ready`, then does its share: `share(order, number)`.
    """
    context = multiprocessing.get_context("spawn")
    ready, queue = context.Barrier(order.workers + 1), context.Queue()
    parts = [context.Process(target=_part, args=(program, order, n, ready, queue)) for n in range(order.workers)]
    for part in parts:
        part.start()
    results: dict[int, list[Any]] = {}
    try:
        ready.wait(120)
        with timed(order.postgres) as span:
            for _ in parts:
                results.update(queue.get(timeout=600))
    finally:
        for part in parts:
            part.join(15)
            if part.is_alive():
                part.kill()
    return span, results


def share(order: Order, number: int) -> list[int]:
    """The pipelines of one process."""
    return list(range(number, order.pipelines, order.workers))


def answer(
    *, system: str, package: str, layout: str, durability: str, order: Order, span: Span,
    results: dict[int, list[Any]], notes: str = "",
) -> None:  # fmt: skip
    """Print the one line: every result is compared with what it must be."""
    right = sum(results.get(pipeline) == expected(pipeline) for pipeline in range(order.pipelines))
    line = {
        "system": system,
        "version": version(package),
        "layout": layout,
        "durability": durability,
        "pipelines": order.pipelines,
        "seconds": round(span.seconds, 4),
        "pipelines_per_s": round(order.pipelines / span.seconds, 2) if right == order.pipelines else None,
        "pipelines_done": right,
        "correct": right == order.pipelines and len(results) == order.pipelines,
        "cpu_ms_per_pipeline": round(span.cpu_s * 1000 / order.pipelines, 2),
        "commits_per_pipeline": None if span.commits is None else round(span.commits / order.pipelines, 1),
        "wal_bytes_per_pipeline": None if span.wal_bytes is None else round(span.wal_bytes / order.pipelines),
        "notes": notes,
    }
    sys.stdout.write(json.dumps(line) + "\n")
