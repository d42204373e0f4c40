"""Prefect: a flow of eight tasks on a server of its own, whose runs and states lie in Postgres (or SQLite).

The server is started here, on loopback, without analytics; where it does not answer within a minute there is no figure.
"""

import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import shape

THREADS = 4
START_S = 60
LAYOUTS = {
    "postgres": "one server on Postgres, {workers} processes that run 4 flows at a time each; branches side by side",
    "postgres-plain": "one server on Postgres, {workers} processes that run 4 flows at a time each; tasks in turn",
    "sqlite-plain": "one server on SQLite, {workers} processes that run 4 flows at a time each; tasks in turn",
}
PREFECT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_CLIENT_METRICS_ENABLED": "false",
}


def _flow(beside: bool) -> Any:
    """Built after the environment is set: Prefect reads its settings when it is imported."""
    from prefect import flow, task

    plan, work = task(shape.plan), task(shape.work)
    judge, finalize = task(shape.judge), task(shape.finalize)

    def in_turn(number: int) -> list[Any]:
        return finalize([judge(work(item)) for item in plan(number)])

    def side_by_side(number: int) -> list[Any]:
        hashed = [work.submit(item) for item in plan(number)]
        judged = [judge.submit(one) for one in hashed]
        return finalize([one.result() for one in judged])

    return flow(side_by_side if beside else in_turn, name="pipeline")


def program(order: shape.Order, number: int, ready: Callable[[], None]) -> dict[int, list[Any]]:
    """One process."""
    pipeline = _flow(not order.layout.endswith("-plain"))
    mine = shape.share(order, number)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(pipeline, range(THREADS)))
        ready()
        return dict(zip(mine, pool.map(pipeline, mine), strict=True))


def _address(order: shape.Order, folder: Path) -> str:
    if order.layout.startswith("sqlite"):
        return f"sqlite+aiosqlite:///{folder / 'prefect.db'}"
    return urlsplit(order.postgres)._replace(scheme="postgresql+asyncpg").geturl()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Start the server, run, stop it."""
    order = shape.ordered(layouts=LAYOUTS, usual="postgres-plain")
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    with tempfile.TemporaryDirectory(prefix="bench-prefect-") as folder:
        os.environ.update(
            PREFECT, PREFECT_HOME=folder, PREFECT_API_URL=url, PREFECT_PROFILES_PATH=f"{folder}/profiles.toml",
            PREFECT_SERVER_DATABASE_CONNECTION_URL=_address(order, Path(folder)),
        )  # fmt: skip
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        with (Path(folder) / "server.log").open("wb") as log:
            server = subprocess.Popen([*command, "--no-ui"], stdout=log, stderr=log)
        try:
            shape.wait_until(lambda: _answers(url), seconds=START_S, what="Starting the Prefect server")
            span, results = shape.spread(program, order)
        finally:
            server.terminate()
            server.wait(20)
    store = "SQLite" if order.layout.startswith("sqlite") else "Postgres"
    shape.answer(
        system="prefect", package="prefect", layout=LAYOUTS[order.layout].format(workers=order.workers),
        durability=f"states of runs in {store} through the server; results of tasks in memory",
        order=order, span=span, results=results,
        notes="a run that dies is not taken over with its finished tasks unless results are persisted",
    )  # fmt: skip


if __name__ == "__main__":
    main()
