"""Wake-ups that should not be: too many, in the wrong order, for rows that do not exist, and plain rubbish."""

import json
import random
from collections.abc import Callable
from typing import Any

import redis
from celery import Celery, chain
from kombu.exceptions import OperationalError

from chimera.core.wake import CHAINS

PREFIX = "chimera:"  # settings.WAKE_PREFIX of the programs
TIMES = 10
_RUBBISH = ("{", "null", '"a text"', "\x00\x01", json.dumps({"body": "bm90IGpzb24=", "headers": {}, "properties": {}}))


class Hints:
    """Sends to the queues of one broker. Every method says what it sent, or "" when the broker is away."""

    def __init__(self, *, broker_url: str) -> None:
        self._app = Celery("chaos", broker=broker_url, set_as_current=False)
        self._app.conf.update(
            broker_transport_options={
                "socket_timeout": 1,
                "socket_connect_timeout": 1,
                "max_retries": 0,
                "global_keyprefix": PREFIX,
            },
            task_publish_retry=False,
            task_ignore_result=True,
        )
        self._redis = redis.Redis.from_url(broker_url, socket_timeout=1, socket_connect_timeout=1)

    def repeated(self, _: random.Random) -> str:
        """Every hint ten times over."""

        def _send() -> None:
            for queue in CHAINS:
                for _ in range(TIMES):
                    self._chain(queue)

        return self._told(_send, "ten of each")

    def reordered(self, rng: random.Random) -> str:
        """The stages of every queue one by one, in any order but often enough."""
        stages = [(name, queue) for queue, names in CHAINS.items() for name in names] * 2
        rng.shuffle(stages)

        def _send() -> None:
            for name, queue in stages:
                self._one(name, queue)

        return self._told(_send, "stages in any order")

    def forged(self, rng: random.Random) -> str:
        """Ids, queues, arguments and task names that nobody knows, and bytes that are no message."""

        def _send() -> None:
            nobody = rng.randrange(10**9, 10**10)
            for name, queue in (("agents.work", "think"), ("publishing.publish", "publish"), ("agents.sweep", "sweep")):
                self._one(name, queue, id=nobody, brand_id=nobody, fence=nobody, subject=f"agents.task:{nobody}")
            self._one("agents.judge", "think", queue="'; DROP TABLE agents_task; --")
            self._one("agents.commit", "think", queue=None)
            self._one("agents.pay_everybody", "think", amount=nobody)
            self._app.send_task("publishing.publish", args=[nobody, {"text": "forged"}], queue="publish")
            # What is no message at all ends the worker that reads it; one at a time is enough.
            self._redis.lpush(f"{PREFIX}{rng.choice(('think', 'publish'))}", rng.choice(_RUBBISH))

        return self._told(_send, "forged messages")

    def flush(self) -> str:
        """FLUSHALL."""
        return self._told(self._redis.flushall, "everything in the broker")

    def close(self) -> None:
        """Give the connections back."""
        self._redis.close()
        self._app.close()

    def _one(self, name: str, to: str, **words: Any) -> None:
        self._app.send_task(name, kwargs={"queue": to, **words}, queue=to)

    def _chain(self, queue: str) -> None:
        signatures = [
            self._app.signature(name, kwargs={"queue": queue}, queue=queue, immutable=True) for name in CHAINS[queue]
        ]
        chain(*signatures, app=self._app).apply_async()

    def _told(self, send: Callable[[], object], what: str) -> str:
        try:
            send()
        except (redis.RedisError, OperationalError, OSError):
            return ""
        return what
