"""A scheduled tick happens once, however many schedulers run."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chimera.core import ticks
from tests.conftest import World

HOUR_S = 3600


def race(count: int, **tick: object) -> list[bool]:
    """What `count` schedulers hear that ask at the same moment, each on its own connection."""
    together = threading.Barrier(count)

    def ask() -> bool:
        try:
            connection.ensure_connection()
            together.wait(timeout=20)
            return ticks.first(**tick)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(ask) for _ in range(count)]]


@pytest.mark.spec("PLN-3", "TRD-1")
def test_two_schedulers_make_one_tick(world: World) -> None:
    world.superuser().execute("UPDATE core_clock SET shift = date_trunc('hour', clock_timestamp()) - clock_timestamp()")
    assert sorted(race(2, name="scan", every_s=HOUR_S)) == [False, True]
    assert sum(race(8, name="sweep", every_s=HOUR_S)) == 1
    assert sum(race(8, name="sweep", every_s=HOUR_S)) == 0


def test_the_next_period_ticks_again_and_other_schedules_do_not_mind(world: World) -> None:
    world.superuser().execute("UPDATE core_clock SET shift = date_trunc('hour', clock_timestamp()) - clock_timestamp()")
    assert ticks.first(name="scan", every_s=HOUR_S)
    assert ticks.first(name="sweep", every_s=HOUR_S)
    assert not ticks.first(name="scan", every_s=HOUR_S)
    world.superuser().execute("UPDATE core_clock SET shift = shift + interval '59 minutes'")
    assert not ticks.first(name="scan", every_s=HOUR_S)
    world.superuser().execute("UPDATE core_clock SET shift = shift + interval '1 minute'")
    assert ticks.first(name="scan", every_s=HOUR_S)
    assert [tick.period for tick in ticks.Tick.objects.filter(name="scan").order_by("period")][1:] == [
        ticks.Tick.objects.filter(name="scan").earliest("period").period + 1
    ]
