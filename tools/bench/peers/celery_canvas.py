"""The bare Celery canvas: chain(plan, chord of three chains(work, judge), finalize), broker and results in Valkey.

The fast and unsafe one: messages are acknowledged when they are taken, nothing is written to a disk, a killed worker
loses what it had. Only results that somebody reads are kept. Celery carries the values from step to step.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import redis
import shape
from celery import Celery, chain, chord

LAYOUTS = {
    "prefork": "one worker, prefork with {workers} children; prefetch 64, no gossip, mingle, heartbeat or events",
    "solo": "{workers} worker processes of pool solo; prefetch 64, no gossip, mingle, heartbeat or events",
    "threads": "{workers} worker processes with 4 threads each; prefetch 64, no gossip, mingle, heartbeat or events",
}
URL = os.environ.get("BENCH_VALKEY", "redis://127.0.0.1:1/0")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR")

app = Celery("canvas", broker=URL, backend=URL)
app.conf.update(
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=64,
    task_acks_late=False,
    worker_send_task_events=False,
    worker_disable_rate_limits=True,
    result_expires=600,
    task_store_errors_even_if_ignored=True,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)


@app.task(name="plan", ignore_result=True)
def plan(pipeline: int) -> list[str]:
    """Step 1."""
    return shape.plan(pipeline)


@app.task(name="work", ignore_result=True)
def work(items: list[str], index: int) -> str:
    """Steps 2 to 4."""
    return shape.work(items[index])


@app.task(name="judge", ignore_result=True)
def judge(hashed: str) -> list[Any]:
    """Steps 5 to 7; what they return goes to the chord, which waits for three."""
    return shape.judge(hashed)


@app.task(name="finalize")
def finalize(judged: list[list[Any]]) -> list[Any]:
    """Step 8."""
    return shape.finalize(judged)


def _send(pipeline: int) -> str:
    branches = [chain(work.s(index), judge.s()) for index in range(shape.ITEMS)]
    return str(chain(plan.s(pipeline), chord(branches, finalize.s())).apply_async().id)


def _workers(order: shape.Order) -> list[subprocess.Popen[bytes]]:
    shared = ["-m", "celery", "-A", "celery_canvas", "worker", *QUIET]
    pools = {
        "prefork": [["-n", "a@%h", "--pool", "prefork", "-c", str(order.workers)]],
        "solo": [["-n", f"s{i}@%h", "--pool", "solo"] for i in range(order.workers)],
        "threads": [["-n", f"t{i}@%h", "--pool", "threads", "-c", "4"] for i in range(order.workers)],
    }
    folder = Path(__file__).resolve().parent
    env = {**os.environ, "BENCH_VALKEY": order.valkey}
    return [
        subprocess.Popen([sys.executable, *shared, *pool], cwd=folder, env=env, stdout=subprocess.DEVNULL)
        for pool in pools[order.layout]
    ]


def _collect(server: Any, wanted: dict[str, int], results: dict[int, list[Any]]) -> bool:
    """Fetch what has come, all in one round trip; true when nothing is missing."""
    ids = list(wanted)
    for task_id, found in zip(ids, server.mget([f"celery-task-meta-{one}" for one in ids]), strict=True):
        if found is not None:
            reply = json.loads(found)
            results[wanted.pop(task_id)] = reply["result"] if reply["status"] == "SUCCESS" else [reply["status"]]
    return not wanted


def _round(server: Any, pipelines: int) -> dict[int, list[Any]]:
    results: dict[int, list[Any]] = {}
    wanted = {_send(pipeline): pipeline for pipeline in range(pipelines)}
    shape.wait_until(lambda: _collect(server, wanted, results), seconds=300, what="The canvas")
    return results


def main() -> None:
    """Start workers, warm them up, run, stop them."""
    order = shape.ordered(layouts=LAYOUTS, usual="prefork")
    app.conf.update(broker_url=order.valkey, result_backend=order.valkey)
    server = redis.Redis.from_url(order.valkey)
    server.flushdb()
    started = _workers(order)
    try:
        _round(server, 20)
        time.sleep(0.5)
        with shape.timed() as span:
            results = _round(server, order.pipelines)
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(20)
    shape.answer(
        system="celery", package="celery", layout=LAYOUTS[order.layout].format(workers=order.workers),
        durability="none: acknowledged when taken, state in memory of Valkey", order=order, span=span,
        results=results, notes="bare canvas; results of plan, work and judge are carried on and not stored",
    )  # fmt: skip


if __name__ == "__main__":
    main()
