"""The bare chain: `celery -A chimera.chaos.peer.app worker`. Where things are it learns from PEER_... variables.

A third of the keys are sent with an idempotency key that stays, as platforms of class A offer it; the others are plain
posts. A step that was done is not done again, and what was published is not published again, as far as the table knows.
"""

import json
import os
import socket
import threading
import time
import urllib.request
import uuid

import psycopg
from celery import Celery, chain

from chimera.chaos.texts import NOTE_S, text_for

STEPS = 4
PUBLISHES, NOTES = 4, 2
TIMEOUT_S = 10.0
QUEUE = "chain"
TABLE = """
CREATE TABLE IF NOT EXISTS chain (
  key text PRIMARY KEY, step integer NOT NULL DEFAULT 0, platform_id text NOT NULL DEFAULT '',
  holder text NOT NULL DEFAULT ''
)
"""
HARDENING = (
    "acks_late and reject_on_worker_lost on every step",
    "visibility timeout 20 s, looked at every 2 s (defaults: 1 h, every 100 s)",
    "autoretry for every exception with exponential back-off up to 8 s, 30 times",
    "prefetch 1, no result backend, sends retried until the broker takes them",
    "steps are idempotent: each looks into its table whether it was done, the last one whether it was published",
    "a third of the posts carry an idempotency key that stays the same, as platforms of class A offer",
    "no faults of the platform, no forged hints and no killed connectors, which Chimera's row has",
)

app = Celery("peer", broker=os.environ.get("PEER_BROKER_URL", "memory://"), set_as_current=False)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue=QUEUE,
    worker_prefetch_multiplier=1,
    task_publish_retry=True,
    task_publish_retry_policy={"max_retries": 60, "interval_start": 0.2, "interval_step": 0.2, "interval_max": 1.0},
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 20,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
    },
)


def database() -> psycopg.Connection:
    """A connection to the chain's own database."""
    return psycopg.connect(os.environ["PEER_DATABASE_URL"], autocommit=True, connect_timeout=5)


@app.task(
    name="peer.step", autoretry_for=(Exception,), retry_backoff=True, retry_backoff_max=8, retry_jitter=True,
    max_retries=30,
)  # fmt: skip
def step(*, key: str, number: int) -> None:
    """One step of one chain; once, as far as the table knows."""
    holder = f"worker:{socket.gethostname()}.{os.getpid()}.{threading.get_native_id()}"
    with database() as connection:
        row = connection.execute(
            "UPDATE chain SET holder = %s WHERE key = %s RETURNING step, platform_id", [holder, key]
        ).fetchone()
        if row is None or row[0] >= number:
            return
        platform_id = row[1]
        if number == NOTES:
            time.sleep(NOTE_S)
        if number == PUBLISHES and not platform_id:
            platform_id = publish(key)
        connection.execute(
            "UPDATE chain SET step = %s, platform_id = %s, holder = '' WHERE key = %s", [number, platform_id, key]
        )


def publish(key: str) -> str:
    """Post it; the platform's id."""
    number = int(key.rpartition(":")[2])
    idempotency_key = key if number % 3 == 0 else uuid.uuid4().hex
    body = {"account": f"peer_{number % 9}", "text": text_for(cause=key), "media": [], "ai_generated": True}
    request = urllib.request.Request(
        f"{os.environ['PEER_PLATFORM_URL']}/api/v1/posts",
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {os.environ['PEER_PLATFORM_TOKEN']}",
            "Idempotency-Key": idempotency_key,
        },
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        return str(json.load(answer)["id"])


def hand_over(key: str) -> None:
    """Write the row, then send the chain: accepted when both were confirmed."""
    with database() as connection:
        connection.execute("INSERT INTO chain (key) VALUES (%s) ON CONFLICT DO NOTHING", [key])
    chain(*(step.si(key=key, number=number) for number in range(1, STEPS + 1)), app=app).apply_async()
