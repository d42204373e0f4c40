"""Hints: one at a time, sent after the commit, and never worth waiting for."""

import base64
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import Celery
from django.db import transaction

from chimera.celery import app as celery
from chimera.core import wake
from chimera.core.wake import CHAINS
from tests.conftest import World

PATIENCE_S = 2.5


@pytest.fixture
def valkey(settings: Any) -> Iterator[redis.Redis]:
    """The Valkey of this run, without hints of this worker."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        _sweep(client, settings.WAKE_PREFIX)
        yield client
        _sweep(client, settings.WAKE_PREFIX)


def _sweep(client: redis.Redis, prefix: str) -> None:
    for key in client.scan_iter(f"{prefix}:*"):
        client.delete(key)


@pytest.fixture
def messages(valkey: redis.Redis, settings: Any) -> Any:
    """What lies in a queue, oldest first."""

    def read(queue: str) -> list[dict[str, Any]]:
        return [json.loads(raw) for raw in reversed(valkey.lrange(f"{settings.WAKE_PREFIX}:{queue}", 0, -1))]

    return read


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[Any]:
    """Hints go to another port for a while."""

    def move(port: int) -> None:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        wake._redis.cache_clear()

    yield move
    wake._redis().close()
    wake._redis.cache_clear()


@pytest.mark.spec("PLN-3")
def test_two_hints_are_one_message(messages: Any) -> None:
    wake.hint(queue="think")
    wake.hint(queue="think")
    assert len(messages("think")) == 1


def test_hints_from_many_sides_at_once_are_one_message(messages: Any) -> None:
    threads = [threading.Thread(target=wake.hint, kwargs={"queue": "think"}) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(messages("think")) == 1


def test_each_queue_has_its_own_hint(messages: Any) -> None:
    for queue in CHAINS:
        wake.hint(queue=queue)
    assert {queue: len(messages(queue)) for queue in CHAINS} == dict.fromkeys(CHAINS, 1)


@pytest.mark.spec("PLN-3")
def test_a_worker_that_looks_lets_the_next_hint_through(messages: Any) -> None:
    wake.hint(queue="think")
    wake.taken(queue="render")
    wake.hint(queue="think")
    assert len(messages("think")) == 1
    wake.taken(queue="think")
    wake.hint(queue="think")
    assert len(messages("think")) == 2


def test_a_hint_that_was_lost_holds_the_next_one_back_for_a_second_at_most(valkey: redis.Redis) -> None:
    wake.hint(queue="think")
    assert 0 < valkey.pttl(wake._key("think")) <= wake.HINT_LIFE_MS <= 1000


@pytest.mark.spec("PLN-3")
def test_a_hint_carries_the_queue_and_nothing_that_could_grow_old(messages: Any) -> None:
    wake.hint(queue="think")
    (message,) = messages("think")
    arguments, named, embed = json.loads(base64.b64decode(message["body"]))
    stages = [{"task": message["headers"]["task"], "args": arguments, "kwargs": named}, *reversed(embed["chain"])]
    assert [stage["task"] for stage in stages] == list(CHAINS["think"])
    assert all((list(stage["args"]), stage["kwargs"]) == ([], {"queue": "think"}) for stage in stages)
    assert all(stage["immutable"] and stage["options"]["queue"] == "think" for stage in stages[1:])
    assert [message["headers"][name] for name in ("eta", "expires", "retries")] == [None, None, 0]
    assert celery.conf.task_ignore_result is True
    assert celery.conf.result_backend is None


def test_every_stage_of_a_chain_is_a_task_that_workers_know() -> None:
    celery.loader.import_default_modules()
    assert {name for names in CHAINS.values() for name in names} <= set(celery.tasks)


@pytest.mark.spec("PLN-3")
def test_a_hint_is_sent_after_the_commit_and_not_after_a_rollback(world: World, messages: Any) -> None:
    with transaction.atomic():
        wake.after_commit(queue="think")
        assert messages("think") == []
    assert len(messages("think")) == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        wake.after_commit(queue="render")
        raise ZeroDivisionError
    assert messages("render") == []


def _timed(queue: str) -> float:
    begun = time.monotonic()
    wake.hint(queue=queue)
    wake.taken(queue=queue)
    return time.monotonic() - begun


@pytest.mark.spec("PLN-3")
def test_with_valkey_gone_a_hint_gives_up_quietly(elsewhere: Any, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: refused
        elsewhere(unused.getsockname()[1])
        with caplog.at_level(logging.WARNING, logger="chimera.wake"):
            assert _timed("think") < PATIENCE_S
    assert "no hint for think" in caplog.text


@pytest.mark.spec("PLN-3")
def test_with_valkey_hanging_a_hint_gives_up_quietly(elsewhere: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Takes the time of two timeouts: one for the hint, one for clearing it."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)  # connections are made and never answered
        elsewhere(silent.getsockname()[1])
        with caplog.at_level(logging.WARNING, logger="chimera.wake"):
            assert _timed("think") < PATIENCE_S
    assert "no hint for think" in caplog.text


@pytest.mark.spec("PLN-3")
def test_a_broker_that_dies_between_the_key_and_the_message_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        dying = Celery("dying", broker=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", set_as_current=False)
        dying.conf.update(
            task_publish_retry=celery.conf.task_publish_retry,
            broker_transport_options=celery.conf.broker_transport_options,
        )
        monkeypatch.setattr("chimera.celery.app", dying)
        with caplog.at_level(logging.WARNING, logger="chimera.wake"):
            assert _timed("think") < PATIENCE_S
        dying.close()
    assert "no hint for think" in caplog.text
