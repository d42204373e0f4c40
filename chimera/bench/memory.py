"""Whether a worker's memory grows: resident size of every worker process over many tasks, after a warm-up."""

from typing import Any

import psutil

from chimera.bench import ITEMS, own
from chimera.bench.fleet import family, working
from chimera.bench.ground import Ground, NotMeasured

TASKS = 100_000
WARM_UP = 0.1  # of the tasks, run before the first look: ten thousand
TASKS_PER_PIPELINE = 1 + ITEMS


def rss(workers: list[psutil.Process]) -> dict[int, int]:
    """Resident bytes by process id."""
    found = {}
    for process in family(workers):
        try:
            found[process.pid] = int(process.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
    return found


def growth(before: dict[int, int], after: dict[int, int]) -> float:
    """How much the process that grew most has grown, as a share of what it had.

    Only processes seen at both ends count; NotMeasured when a worker was replaced, for a new one is small again.
    """
    if gone := before.keys() - after.keys():
        raise NotMeasured(f"{len(gone)} worker process(es) ended on the way, so growth cannot be told.")
    return max((after[pid] - size) / size for pid, size in before.items())


def measure(ground: Ground, *, layout: str, tasks: int = TASKS) -> dict[str, Any]:
    """Resident size after the warm-up and after `tasks` more."""
    warm_up_tasks = round(tasks * WARM_UP)
    with ground.database() as ends, working(ends, layout=layout) as workers:
        own.drive(ends, pipelines=-(-warm_up_tasks // TASKS_PER_PIPELINE))
        before = rss(workers)
        ran = own.drive(ends, pipelines=-(-tasks // TASKS_PER_PIPELINE))
        after = rss(workers)
    grown = growth(before, after)
    return {
        "tasks": tasks,
        "warm_up_tasks": warm_up_tasks,
        "seconds": round(ran["seconds"], 1),
        "rss_mib_before": round(sum(before.values()) / 2**20, 1),
        "rss_mib_after": round(sum(after.values()) / 2**20, 1),
        "growth_of_worst": round(grown, 4),
    }
