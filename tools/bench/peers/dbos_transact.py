"""DBOS Transact: a workflow of eight steps, each recorded in Postgres before the next one begins.

Layouts: workflows called by threads, workflows on an event loop (the three branches side by side), or workflows put
on a queue by a client and taken by the worker processes.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import shape
from dbos import DBOS, DBOSClient, DBOSConfig

THREADS = 8
LAYOUTS = {
    "threads": "{workers} processes, 8 threads each that call the workflow; steps one after another",
    "loop": "{workers} processes, 16 workflows at a time on the event loop; the three branches side by side",
    "queue": "a client puts workflows on a queue, {workers} processes take 16 each at a time; steps one after another",
}
QUEUE = "pipelines"
PAUSE_S = 0.02


@DBOS.step()
def plan(pipeline: int) -> list[str]:
    """Step 1."""
    return shape.plan(pipeline)


@DBOS.step()
def work(item: str) -> str:
    """Steps 2 to 4."""
    return shape.work(item)


@DBOS.step()
def judge(hashed: str) -> list[Any]:
    """Steps 5 to 7."""
    return shape.judge(hashed)


@DBOS.step()
def finalize(judged: list[list[Any]]) -> list[Any]:
    """Step 8."""
    return shape.finalize(judged)


@DBOS.workflow()
def pipeline(number: int) -> list[Any]:
    """The whole, one step after another: other workflows run meanwhile."""
    return finalize([judge(work(item)) for item in plan(number)])


@DBOS.step()
async def plan_async(pipeline: int) -> list[str]:
    """Step 1."""
    return shape.plan(pipeline)


@DBOS.step()
async def work_async(item: str) -> str:
    """Steps 2 to 4."""
    return shape.work(item)


@DBOS.step()
async def judge_async(hashed: str) -> list[Any]:
    """Steps 5 to 7."""
    return shape.judge(hashed)


@DBOS.step()
async def finalize_async(judged: list[list[Any]]) -> list[Any]:
    """Step 8."""
    return shape.finalize(judged)


@DBOS.workflow()
async def pipeline_async(number: int) -> list[Any]:
    """The whole, with its branches side by side; steps are begun in a fixed order, as replay asks."""
    items = await plan_async(number)
    hashed = await asyncio.gather(*(work_async(item) for item in items))
    return await finalize_async(list(await asyncio.gather(*(judge_async(one) for one in hashed))))


def _config(order: shape.Order, number: int) -> DBOSConfig:
    return {
        "name": "pipelines",
        "system_database_url": order.postgres,
        "executor_id": f"worker-{number}",
        "application_version": "bench",
        "sys_db_pool_size": 20,
        "log_level": "ERROR",
        "run_migrations": number == 0,
    }


def _launch(order: shape.Order, number: int) -> None:
    logging.getLogger("dbos").setLevel(logging.ERROR)
    DBOS(config=_config(order, number))
    DBOS.launch()
    if order.layout == "queue":
        DBOS.register_queue(QUEUE, worker_concurrency=16, polling_interval_sec=PAUSE_S)


def _threads(order: shape.Order, number: int, ready: Callable[[], None]) -> dict[int, list[Any]]:
    mine = shape.share(order, number)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(pipeline, range(20)))
        ready()
        return dict(zip(mine, pool.map(pipeline, mine), strict=True))


async def _loop(order: shape.Order, number: int, ready: Callable[[], None]) -> dict[int, list[Any]]:
    gate = asyncio.Semaphore(16)

    async def run(one: int) -> tuple[int, list[Any]]:
        async with gate:
            return one, await pipeline_async(one)

    await asyncio.gather(*(run(one) for one in range(20)))
    ready()
    return dict(await asyncio.gather(*(run(one) for one in shape.share(order, number))))


def program(order: shape.Order, number: int, ready: Callable[[], None]) -> dict[int, list[Any]]:
    """One process of the layouts without a queue."""
    _launch(order, number)
    try:
        return asyncio.run(_loop(order, number, ready)) if order.layout == "loop" else _threads(order, number, ready)
    finally:
        DBOS.destroy()


def _serve(order: shape.Order, number: int, ready: Any, over: Any) -> None:
    _launch(order, number)
    ready.wait(120)
    over.wait(600)
    DBOS.destroy()


def _queued(order: shape.Order) -> tuple[shape.Span, dict[int, list[Any]]]:
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    ready, over = context.Barrier(order.workers + 1), context.Event()
    serving = [context.Process(target=_serve, args=(order, n, ready, over)) for n in range(order.workers)]
    for one in serving:
        one.start()
    client = DBOSClient(system_database_url=order.postgres)
    try:
        ready.wait(120)
        _through(client, 20)
        with shape.timed(order.postgres) as span:
            results = _through(client, order.pipelines)
    finally:
        over.set()
        for one in serving:
            one.join(20)
            if one.is_alive():
                one.kill()
        client.destroy()
    return span, results


def _through(client: Any, pipelines: int) -> dict[int, list[Any]]:
    options: Any = {"queue_name": QUEUE, "workflow_name": pipeline.__qualname__, "app_version": "bench"}
    handles = {one: client.enqueue(options, one) for one in range(pipelines)}
    while client.list_workflows(status=["ENQUEUED", "PENDING"], limit=1, load_input=False, load_output=False):
        time.sleep(PAUSE_S)
    return {one: handle.get_result(polling_interval_sec=PAUSE_S) for one, handle in handles.items()}


def main() -> None:
    """Make the tables, run, answer."""
    order = shape.ordered(layouts=LAYOUTS, usual="queue")
    DBOS(config=_config(order, 0))
    DBOS.launch()
    DBOS.destroy(destroy_registry=False)
    span, results = _queued(order) if order.layout == "queue" else shape.spread(program, order)
    shape.answer(
        system="dbos", package="dbos", layout=LAYOUTS[order.layout].format(workers=order.workers),
        durability="every step's result in Postgres before the next step", order=order, span=span, results=results,
    )  # fmt: skip


if __name__ == "__main__":
    main()
