"""The programs of a run: the house's own, with a pool of processes and a lone sweeper beside the usual worker."""

import sys
from collections.abc import Mapping
from pathlib import Path

from chimera.chaos.crew import Roles
from chimera.chaos.platforms import Place
from chimera.chaos.stage import Stage
from chimera.embedded import model_keys
from chimera.embedded.entry import CHECKOUT, environment
from chimera.embedded.supervisor import Program

THREADS = 4
PROCESSES = 2
WORK_QUEUES = "reply,think,publish,pay,sweep"
POOL_QUEUES = "reply,think,publish,render"
_QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")


def roles(places: Mapping[str, Place]) -> Roles:
    """Whom a fault may hit. The feeder and the platforms are the world outside: they stay."""
    return Roles(
        workers=("worker", "pool"),
        pools=("pool",),
        sweepers=("sweeper",),
        beat=("beat",),
        web=("web",),
        connectors=tuple(f"connector-{name}" for name in places),
    )


def variables(stage: Stage, places: Mapping[str, Place], role: str, *, with_grant_key: bool = False) -> dict[str, str]:
    """The environment of a program that logs in as `role`."""
    found = environment(stage.endpoints, role, with_grant_key=with_grant_key)
    for place in places.values():
        found |= place.variables()
    # Whatever stands in .env, no run asks a real model.
    return (
        found
        | model_keys.NONE
        | {
            "SWITCHBOARD": "chimera.chaos.switchboard",
            "OFFLINE_VERDICTS_MAY_ACT": "1",
            "LOG_LEVEL": "INFO",  # what was dropped is counted from the logs
            "MALLOC_ARENA_MAX": "2",
            "DJANGO_SETTINGS_MODULE": "chimera.settings",
            "PYTHONPATH": str(CHECKOUT),
        }
    )


def fleet(stage: Stage, places: Mapping[str, Place], *, web_port: int) -> list[Program]:
    """Connectors, workers, the sweeper, beat and the web."""
    return [
        *(_connector(stage, places, place) for place in places.values()),
        _worker(stage, places, "worker", WORK_QUEUES, "threads", THREADS, {"DATABASE_POOL_MAX": "8"}),
        _worker(stage, places, "pool", POOL_QUEUES, "prefork", PROCESSES, {}),
        _worker(stage, places, "sweeper", "sweep", "threads", 1, {"DATABASE_POOL_MAX": "4"}, with_grant_key=False),
        Program(
            name="beat",
            argv=_celery("beat", "--loglevel", "WARNING", "--pidfile="),
            env=variables(stage, places, "chimera_app"),
        ),
        Program(
            name="web",
            argv=[sys.executable, "-m", "waitress", "--listen", f"127.0.0.1:{web_port}", "--threads", "4",
                  "chimera.wsgi:application"],
            env=variables(stage, places, "chimera_operator"),
            ready_url=f"http://127.0.0.1:{web_port}/health",
        ),
    ]  # fmt: skip


def feeder(stage: Stage, places: Mapping[str, Place], *, count: int, seconds: float, noted: Path) -> Program:
    """Puts goals in, in small steps; ends when all are in."""
    words = ["--count", str(count), "--seconds", str(seconds), "--noted", str(noted)]
    return Program(
        name="feeder",
        argv=[sys.executable, "-m", "chimera.chaos.feeder", *words],
        env=variables(stage, places, "chimera_app"),
        restart=False,
    )


def _celery(*words: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--workdir", str(CHECKOUT), "-A", "celery_worker", *words]


def _worker(
    stage: Stage,
    places: Mapping[str, Place],
    name: str,
    queues: str,
    pool: str,
    size: int,
    more: Mapping[str, str],
    *,
    with_grant_key: bool = True,
) -> Program:
    pool_words = ("--pool", pool, "--concurrency", str(size))
    return Program(
        name=name,
        argv=_celery("worker", "-n", f"{name}@%h", "-Q", queues, *pool_words, *_QUIET),
        env={
            **variables(stage, places, "chimera_app", with_grant_key=with_grant_key),
            **more,
            "CHIMERA_QUEUES": queues,
        },
    )


def _connector(stage: Stage, places: Mapping[str, Place], place: Place) -> Program:
    return Program(
        name=f"connector-{place.name}",
        argv=[sys.executable, str(CHECKOUT / "manage.py"), "connector", place.name,
              "--port", str(place.connector_port)],
        env={**variables(stage, places, "chimera_connector"), "DATABASE_POOL_MAX": "4"},
        ready_url=f"http://127.0.0.1:{place.connector_port}/health",
    )  # fmt: skip
