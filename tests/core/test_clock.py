"""One clock: SQL and Python ask the same function, and only the owner of a simulation can move it."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from chimera.core import clock
from chimera.core.clock import Clock
from chimera.core.ticks import Tick
from tests.conftest import World


def times() -> dict[str, datetime]:
    """The time as each of its readers has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chimera_now(), clock_timestamp()")
        sql, machine = cursor.fetchone()
    tick = Tick.objects.create(name="test", period=Tick.objects.count())
    tick.refresh_from_db()
    orm = Clock.objects.values_list(clock.Now(), flat=True).get()
    return {"sql": sql, "python": clock.now(), "default": tick.at, "orm": orm, "machine": machine}


@pytest.mark.spec("PLN-3", "GOV-4", "REV-6")
def test_moving_the_clock_moves_it_for_sql_and_python_alike(world: World) -> None:
    before = times()
    world.shift_clock("13 hours")
    after = times()
    for reader in ("sql", "python", "default", "orm"):
        assert timedelta(hours=13) <= after[reader] - before[reader] < timedelta(hours=13, minutes=1), reader
    assert after["machine"] - before["machine"] < timedelta(minutes=1)


def test_the_clock_goes_on_and_knows_its_zone(db: None) -> None:
    first, second = clock.now(), clock.now()
    assert first < second  # also inside of one transaction
    assert first.utcoffset() == timedelta(0)
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_that_is_no_simulation_cannot_be_moved(world: World) -> None:
    owner = world.superuser()
    with pytest.raises(psycopg.errors.CheckViolation, match="clock_shifts_only_in_simulation"):
        owner.execute("UPDATE core_clock SET simulated = false, shift = interval '1 hour'")
    owner.execute("UPDATE core_clock SET simulated = false, shift = interval '0'")
    with pytest.raises(psycopg.errors.CheckViolation, match="clock_shifts_only_in_simulation"):
        owner.execute("UPDATE core_clock SET shift = interval '1 hour'")


def test_there_is_one_clock(world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="clock_has_one_row"):
        world.superuser().execute("INSERT INTO core_clock (id, shift, simulated) VALUES (2, interval '0', true)")


@pytest.mark.spec("GOV-4")
def test_only_the_owner_moves_the_clock(world: World) -> None:
    for role in ("app", "operator", "connector"):
        connected = world.connect(role)
        for statement in (
            "UPDATE core_clock SET shift = interval '1 day'",
            "INSERT INTO core_clock (id, shift, simulated) VALUES (1, interval '1 day', true)",
            "DELETE FROM core_clock",
            "TRUNCATE core_clock",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connected.execute(statement)
        assert connected.execute("SELECT shift FROM core_clock").fetchone() == (timedelta(0),)


@pytest.mark.spec("GOV-4")
def test_a_table_of_the_same_name_does_not_move_anybodys_clock(world: World) -> None:
    """A temporary table is found before those of the schema; the clock names its own."""
    app = world.connect("app")
    app.execute("CREATE TEMPORARY TABLE core_clock AS SELECT interval '5 days' AS shift")
    assert app.execute("SELECT chimera_now() - clock_timestamp() < interval '1 hour'").fetchone() == (True,)
