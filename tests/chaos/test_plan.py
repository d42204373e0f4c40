"""The same seed plans the same faults, and the plan keeps to what it was asked for."""

from collections import Counter

import pytest

from chimera.chaos import plan


def test_the_same_seed_plans_the_same_faults_and_another_seed_others() -> None:
    first = plan.schedule(seed=7, seconds=100, count=100)
    assert first == plan.schedule(seed=7, seconds=100, count=100)
    assert first != plan.schedule(seed=8, seconds=100, count=100)


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_has_every_sort_in_order_and_in_time(seed: int) -> None:
    faults = plan.schedule(seed=seed, seconds=100, count=108)
    assert len(faults) == 108
    assert {fault.sort for fault in faults} == set(plan.SORTS)
    times = [fault.at_s for fault in faults]
    assert times == sorted(times)
    assert times[0] >= 0 and times[-1] < 100
    restarts = [fault for fault in faults if fault.sort.startswith("postgres_")]
    assert len(restarts) <= 4
    assert all(2 <= fault.lasts_s <= 8 for fault in faults if fault.sort == "valkey_down")
    assert all(fault.lasts_s >= 9 for fault in faults if fault.sort.startswith("freeze_")), "past the lease"


def test_a_long_run_has_one_long_outage_of_the_broker() -> None:
    lasts = Counter(f.lasts_s for f in plan.schedule(seed=1, seconds=600, count=600) if f.sort == "valkey_down")
    assert lasts[plan.LONG_OUTAGE_S] == 1


def test_fewer_sorts_can_be_asked_for() -> None:
    assert {f.sort for f in plan.schedule(seed=1, seconds=10, count=10, sorts=("flushall",))} == {"flushall"}
