"""Wake-ups: hints that something is due. Losing one costs a second, never work.

At most one hint per queue is on its way: the winner of a short-lived key sends, everybody else knows that a worker is
about to look. A worker deletes the key before its first claim. Requirements: PLN-3, PLN-9.
"""

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

log = logging.getLogger("chimera.wake")

HINT_LIFE_MS = 1000
# What a hint on a queue starts: the stages whose rows may lie there, as one chain.
CHAINS: dict[str, tuple[str, ...]] = {
    "reply": ("agents.plan", "agents.work", "agents.judge", "agents.commit"),
    "think": ("agents.plan", "agents.work", "agents.judge", "agents.commit"),
    "render": ("agents.work",),
    "publish": ("publishing.publish",),
}


@lru_cache(maxsize=1)
def _redis() -> Any:
    import redis

    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def _key(queue: str) -> str:
    return f"{settings.WAKE_PREFIX}:wake:{queue}"


def hint(*, queue: str) -> None:
    """Say that rows of this queue may be due. Never raises, never waits for more than two seconds."""
    from celery import chain

    try:
        app = import_string(settings.CELERY_APP)
        if _redis().set(_key(queue), 1, nx=True, px=HINT_LIFE_MS):
            stages = [
                app.signature(name, kwargs={"queue": queue}, queue=queue, immutable=True) for name in CHAINS[queue]
            ]
            chain(*stages, app=app).apply_async()
    except Exception as error:  # noqa: BLE001 - a hint is a courtesy; the row is the work
        log.warning("no hint for %s: %s", queue, error)


def nudge(*, name: str, queue: str) -> None:
    """Say that one Celery task that finds its work by itself has some. Never raises; may be lost like any hint."""
    try:
        app = import_string(settings.CELERY_APP)
        app.signature(name, queue=queue, immutable=True).apply_async()
    except Exception as error:  # noqa: BLE001 - a hint is a courtesy; the row is the work
        log.warning("no hint for %s: %s", name, error)


def nudge_after_commit(*, name: str, queue: str) -> None:
    """The same once the running transaction has committed."""
    transaction.on_commit(lambda: nudge(name=name, queue=queue), robust=True)


def after_commit(*, queue: str) -> None:
    """Hint once the running transaction has committed."""
    transaction.on_commit(lambda: hint(queue=queue), robust=True)


def taken(*, queue: str) -> None:
    """A worker is about to look: later hints may be sent again."""
    try:
        _redis().delete(_key(queue))
    except Exception as error:  # noqa: BLE001 - the key dies by itself
        log.info("hint of %s not cleared: %s", queue, error)
