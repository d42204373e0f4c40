"""The Celery application: stages as thin tasks in each app's `celery_tasks`, hints on named queues."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_shutdown, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")

app = Celery("chimera")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="celery_tasks")


hearts: list[Any] = []  # of this process: one in a worker, none elsewhere


@worker_init.connect
def _join_nodes(sender: Any, **_: Any) -> None:
    # First: the pool's children and the sweeper below bear the node's name.
    from agents.nodes import services as nodes

    pool = sender.pool_cls if isinstance(sender.pool_cls, str) else sender.pool_cls.__module__.rpartition(".")[2]
    queues = list(sender.app.amqp.queues.consume_from)
    hearts.append(nodes.join(queues=queues, pool=pool, concurrency=sender.concurrency))


@worker_shutting_down.connect
def _drain(**_: Any) -> None:
    from agents import pipeline

    pipeline.serves_nothing()
    for heart in hearts:
        heart.draining = True


@worker_init.connect
def _start_sweeping(sender: Any = None, **_: Any) -> None:
    # Before the broker is reached: with Valkey gone the sweeper still finds what is due.
    from agents import sweeper

    if "sweep" in os.environ.get("CHIMERA_QUEUES", ""):
        sweeper.start()


@worker_init.connect
def _start_sealing(**_: Any) -> None:
    # Where a worker was given the sealer's login: on one machine, so that no further process is needed.
    from django.conf import settings

    from governance.audit import sealer

    if settings.SEALER_DATABASE_URL:
        sealer.start()


@worker_shutdown.connect
def _close_sessions(**_: Any) -> None:
    from chimera.core.mcp import client

    client.close_all()


@worker_shutdown.connect
def _leave_nodes(**_: Any) -> None:
    while hearts:
        hearts.pop().stop()
