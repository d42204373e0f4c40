"""The Celery application: stages as thin tasks in each app's `celery_tasks`, hints on named queues."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")

app = Celery("chimera")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="celery_tasks")


@worker_init.connect
def _start_sweeping(sender: Any = None, **_: Any) -> None:
    # Before the broker is reached: with Valkey gone the sweeper still finds what is due.
    from agents import sweeper

    if "sweep" in os.environ.get("CHIMERA_QUEUES", ""):
        sweeper.start()


@worker_shutdown.connect
def _close_sessions(**_: Any) -> None:
    from chimera.core.mcp import client

    client.close_all()
