"""Chimera's workers as the bench starts them: real Celery processes, in one of a few layouts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from chimera.bench.ground import variables
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.supervisor import Program, Supervisor

QUEUES = "reply,think"
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How many worker processes of which pool. Exactly one of them also sweeps, as in the product."""

    text: str
    processes: int
    pool: tuple[str, ...]
    connections_max: int = 0  # pooled by a process; none where children are forked


LAYOUTS: dict[str, Layout] = {
    "prefork-2": Layout(
        text="one worker, prefork with 2 children, sweeper in the parent",
        processes=1,
        pool=("--pool", "prefork", "--concurrency", "2"),
    ),
    "solo-2": Layout(text="two workers of pool solo, sweeper in the first", processes=2, pool=("--pool", "solo")),
    "threads-2x4": Layout(
        text="two workers with 4 threads each, sweeper in the first",
        processes=2,
        pool=("--pool", "threads", "--concurrency", "4"),
        connections_max=8,
    ),
    "threads-8": Layout(
        text="one worker with 8 threads and its sweeper, as `up` starts it",
        processes=1,
        pool=("--pool", "threads", "--concurrency", "8"),
        connections_max=16,
    ),
}
USUAL = "prefork-2"


def _program(ends: Endpoints, layout: Layout, number: int) -> Program:
    env = variables(ends, "chimera_app")
    env["CHIMERA_QUEUES"] = f"{QUEUES},sweep" if number == 0 else QUEUES
    if layout.connections_max:
        env["DATABASE_POOL_MAX"] = str(layout.connections_max)
    celery = [sys.executable, "-m", "celery", "--workdir", str(CHECKOUT), "-A", "celery_worker"]
    words = ["worker", "-n", f"bench{number}@%h", "-Q", QUEUES, *layout.pool, *QUIET]
    return Program(name=f"{ends.database.replace('_', '-')}-{number}", argv=[*celery, *words], env=env, restart=False)


@contextmanager
def working(ends: Endpoints, *, layout: str) -> Iterator[list[psutil.Process]]:
    """Workers on this database for the length of the block; yields the processes that were started."""
    chosen = LAYOUTS[layout]
    fleet = Supervisor(ends.home.logs)
    try:
        fleet.start([_program(ends, chosen, number) for number in range(chosen.processes)])
        yield [psutil.Process(pid) for pid in fleet.pids().values()]
    finally:
        fleet.stop()


def family(roots: list[psutil.Process]) -> list[psutil.Process]:
    """The processes and all that they started, as far as they live."""
    found: list[psutil.Process] = []
    for root in roots:
        try:
            found += [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
    return found
