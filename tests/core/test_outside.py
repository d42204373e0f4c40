"""Whoever waits for the outside holds no transaction and no connection."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from unittest import mock

import pytest
from django.db import connection, transaction

from chimera.core import outside, tenancy
from chimera.core.brands.models import Brand
from chimera.core.pool import Standing
from tests.conftest import ALPHA, World


def read() -> int:
    with tenancy.brand(ALPHA, actor="test:outside"):
        return Brand.objects.count()


def held(world: World) -> int:
    """Connections of the application to this database, as the server counts them."""
    row = world.superuser().execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = 'chimera_app'", [world.name]
    )
    return row.fetchone()[0]


@pytest.mark.spec("PLN-9")
def test_the_connection_is_given_back_before_the_wait_and_there_again_after_it(world: World) -> None:
    assert read() == 1
    assert held(world) == 1
    with outside.waiting():
        assert connection.connection is None
        assert held(world) == 0
    assert read() == 1


@pytest.mark.spec("PLN-9")
def test_many_waiting_calls_hold_no_connection(world: World) -> None:
    count = 12
    arrived, counted = threading.Barrier(count + 1), threading.Event()

    def call() -> int:
        try:
            read()
            with outside.waiting():
                arrived.wait(timeout=20)
                counted.wait(timeout=20)
            return read()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        calls = [pool.submit(call) for _ in range(count)]
        arrived.wait(timeout=20)
        try:
            assert held(world) == 0
        finally:
            counted.set()
        assert [one.result() for one in calls] == [1] * count


@pytest.mark.spec("PLN-9", "GOV-1")
def test_a_call_inside_a_transaction_is_a_mistake_and_is_not_made(world: World) -> None:
    called = []
    with pytest.raises(outside.TransactionOpen), transaction.atomic(), outside.waiting():
        called.append(1)
    with pytest.raises(outside.TransactionOpen), tenancy.brand(ALPHA, actor="test:outside"), outside.waiting():
        called.append(1)
    assert called == []
    assert read() == 1


def test_what_the_call_raises_reaches_the_caller(world: World) -> None:
    with pytest.raises(TimeoutError), outside.waiting():
        raise TimeoutError
    assert read() == 1


@pytest.mark.spec("PLN-9")
def test_questions_that_belong_together_share_a_connection_which_goes_back_at_their_end(world: World) -> None:
    kept = []
    with pytest.raises(ZeroDivisionError), outside.on_one_connection():
        for _ in range(2):
            read()
            outside.give_back()
            kept.append(connection.connection)
        with outside.on_one_connection():
            read()
        assert held(world) == 1  # the inner end is not the outer one's
        _ = 1 / 0
    assert kept[0] is kept[1] is not None
    assert held(world) == 0 and connection.connection is None
    read()
    outside.give_back()
    assert held(world) == 0


@pytest.mark.spec("PLN-9")
def test_a_wait_gives_the_connection_back_whatever_belongs_together(world: World) -> None:
    with outside.on_one_connection():
        read()
        with outside.waiting():
            assert held(world) == 0
        assert read() == 1
    assert held(world) == 0


@pytest.mark.spec("PLN-9")
def test_what_belongs_together_in_one_thread_keeps_nothing_back_in_another(world: World) -> None:
    def other() -> object:
        read()
        outside.give_back()
        return connection.connection

    with outside.on_one_connection(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(other).result() is None


@pytest.fixture
def pooled(world: World) -> Iterator[World]:
    """The application on connections of a pool, as workers are."""
    own = connection.settings_dict
    connection.close()
    with mock.patch.dict(own, CONN_HEALTH_CHECKS=True):
        with mock.patch.dict(own["OPTIONS"], pool={"min_size": 1, "max_size": 1, "connection_class": Standing}):
            try:
                yield world
            finally:
                connection.close()
                connection.close_pool()


def asked_last(world: World) -> tuple[int, datetime]:
    """The one connection of the application: its process, and when a question last came over it."""
    row = world.superuser().execute(
        "SELECT pid, query_start FROM pg_stat_activity WHERE datname = %s AND usename = 'chimera_app'", [world.name]
    )
    return row.fetchone()


@pytest.mark.spec("PLN-9")
def test_a_connection_is_got_again_without_a_question_to_the_database(pooled: World) -> None:
    assert read() == 1
    before = asked_last(pooled)
    with outside.waiting():
        assert connection.connection is None
    connection.ensure_connection()
    assert asked_last(pooled) == before
    assert read() == 1
    assert asked_last(pooled)[0] == before[0] and asked_last(pooled)[1] > before[1], "the same one"


@pytest.mark.spec("PLN-9")
def test_a_connection_that_the_database_has_ended_is_not_handed_out(pooled: World) -> None:
    assert read() == 1
    pid, _ = asked_last(pooled)
    connection.close()
    assert pooled.superuser().execute("SELECT pg_terminate_backend(%s, 10000)", [pid]).fetchone()[0]
    assert read() == 1
    assert asked_last(pooled)[0] != pid
