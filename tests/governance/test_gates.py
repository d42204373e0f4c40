"""Gates that close by themselves: money that is gone, spending as never before; who opens them. GOV-3, GOV-4."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from chimera.core import clock, tenancy
from governance.budgets import gates
from governance.budgets import services as budgets
from governance.budgets.models import Window
from governance.budgets.services import Exhausted, Gate
from governance.controls import selectors, services
from governance.controls.models import Control, ControlKind
from governance.models import AuditEvent
from tests.conftest import ALPHA, World
from tests.governance import rows
from tests.governance.purses import AGENT, BRAND, CAMPAIGN, FLEET, limit, reserve, settle

ALL = (AGENT, BRAND, CAMPAIGN)


def refused(amount: int = 1_000) -> Exhausted:
    with pytest.raises(Exhausted) as no:
        reserve("refused", amount, ALL)
    return no.value


def pause(refusal: Exhausted) -> bool:
    with tenancy.brand(ALPHA, actor="worker:test"):
        return gates.pause_exhausted(refusal=refusal)


def shut() -> dict[str, tuple[str, datetime | None]]:
    found = Control.objects.filter(status="IN_FORCE")
    return {one.scope: (one.cause, one.until) for one in found}


@pytest.mark.spec("GOV-4", "GOV-3")
@pytest.mark.parametrize("scope", [FLEET, BRAND, CAMPAIGN, AGENT])
def test_a_scope_whose_money_is_gone_pauses_itself_alone_until_midnight(world: World, scope: str) -> None:
    for one in (FLEET, *ALL):
        limit(world, one, 10_000 if one == scope else 100_000)
    reserve("a", 10_000, ALL)
    settle("a", 9_900)
    refusal = refused()
    results = rows.together([lambda: pause(refusal)] * 8)
    assert rows.failures(results) == [] and results.count(True) == 1
    today = clock.now().date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
    assert shut() == {scope: ("exhausted", midnight)}
    control = Control.objects.get()
    assert (control.kind, control.reason) == ("pause", str(refusal))
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        assert AuditEvent.objects.filter(subject=control.subject, actor="governor", to_status="IN_FORCE").exists()
    with pytest.raises(services.Stopped, match="The budget of"):
        services.require_open(scopes=[FLEET, *ALL])
    assert gates.keep() == 0
    world.shift_clock("24 hours")
    services.require_open(scopes=[FLEET, *ALL])  # the day is over, whether or not somebody has swept
    assert gates.keep() == 1 and shut() == {}
    reserve("b", 10_000, ALL)


@pytest.mark.spec("GOV-4")
def test_a_dear_act_that_does_not_fit_and_money_that_may_come_back_pause_nobody(world: World) -> None:
    for one in ALL:
        limit(world, one, 10_000)
    reserve("a", 5_000, ALL)
    settle("a", 5_000)
    dear = refused(6_000)
    assert not pause(dear) and not dear.gate.comes_back
    reserve("b", 5_000, ALL)
    waiting = refused(1_000)
    assert not pause(waiting) and waiting.gate.comes_back, "all is set aside, and may come back"
    with pytest.raises(Exhausted) as unlimited:
        reserve("c", 1, (BRAND, "agent:99"))
    assert not pause(unlimited.value) and not unlimited.value.gate.comes_back
    assert shut() == {}


def test_nobody_is_paused_by_a_claim_that_the_money_is_gone(world: World) -> None:
    limit(world, AGENT, 10_000)
    with tenancy.brand(ALPHA, actor="worker:test"), connection.cursor() as cursor:
        for scope, window in ((AGENT, "day"), (BRAND, "day"), (FLEET, "day"), ("brand:2", "day"), (AGENT, "total")):
            cursor.execute("SELECT governance_pause_exhausted(%s, %s, 1000000000, 'made up')", [scope, window])
            assert cursor.fetchone() == (False,)


@pytest.mark.spec("GOV-4")
def test_a_total_waits_for_a_human_and_raising_it_opens_the_gate(world: World) -> None:
    for one in ALL:
        limit(world, one, 100_000)
    limit(world, CAMPAIGN, 5_000, window=Window.TOTAL)
    reserve("a", 5_000, ALL)
    settle("a", 5_000)
    assert pause(refused())
    assert shut() == {CAMPAIGN: ("exhausted", None)}
    world.shift_clock("49 hours")
    assert gates.keep() == 0
    with pytest.raises(services.Stopped):
        services.require_open(scopes=[CAMPAIGN])
    limit(world, CAMPAIGN, 9_000, window=Window.TOTAL)
    assert shut() == {}
    reserve("b", 4_000, ALL)


@pytest.mark.spec("GOV-4", "OPS-4")
def test_a_pause_of_a_human_takes_the_place_of_the_governors_and_outlasts_midnight(world: World) -> None:
    limit(world, AGENT, 1_000)
    limit(world, CAMPAIGN, 100_000)
    reserve("a", 1_000, ALL)
    settle("a", 1_000)
    assert pause(refused())
    with world.role("operator"), tenancy.acting("user:ada"):
        mine = services.impose(scope=AGENT, kind=ControlKind.PAUSE, reason="On holiday.")
        assert services.impose(scope=AGENT, kind=ControlKind.PAUSE, reason="Again.") == mine
    assert not pause(refused())
    world.shift_clock("24 hours")
    assert gates.keep() == 0
    assert [one.reason for one in selectors.in_force(scopes=[AGENT])] == ["On holiday."]


def test_when_to_ask_again() -> None:
    now = datetime(2026, 11, 28, 23, 50, tzinfo=UTC)
    base = {"scope": AGENT, "limit": 100, "reserved": 50, "day": "2026-11-28", "asked": 60}
    midnight = datetime(2026, 11, 29, tzinfo=UTC)
    assert Gate(**base, settled=0, reopens=midnight).wait_s(now=now) == 30.0
    assert Gate(**base, settled=50, reopens=midnight).wait_s(now=now) == 600.0
    assert Gate(**base, settled=50, reopens=midnight).wait_s(now=midnight) == 1.0
    assert Gate(**base, settled=50, reopens=None, window="total").wait_s(now=now) == 900.0


def test_what_fits_to_the_last_micro_comes_back_and_one_more_does_not() -> None:
    base = {"scope": AGENT, "limit": 100, "reserved": 50, "day": "2026-11-28", "reopens": None}
    assert Gate(**base, settled=40, asked=60).comes_back and not Gate(**base, settled=40, asked=61).comes_back
    assert Gate(**base, settled=None, asked=100).comes_back  # nothing is spent where no row says so
    assert not Gate(**(base | {"limit": None}), settled=None, asked=0).comes_back
    told = str(Exhausted(Gate(**(base | {"reserved": None}), settled=None, asked=101)))
    assert "$0.00 spent, $0.00 set aside" in told and "A human must raise it." in told


@pytest.mark.spec("GOV-4")
def test_raising_the_limit_of_the_fleet_ends_the_pause_that_its_end_made(world: World) -> None:
    limit(world, FLEET, 5_000)
    for one in ALL:
        limit(world, one, 100_000)
    reserve("a", 5_000, ALL)
    settle("a", 5_000)
    assert pause(refused()) and set(shut()) == {FLEET}
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        assert budgets.set_fleet_limit(limit_usd_micros=9_000).limit_usd_micros == 9_000
    assert shut() == {}
    reserve("b", 4_000, ALL)


# Anomalies.


def spent(world: World, *, ago: str, micros: int, key: str, scope: str = AGENT) -> None:
    """An entry of the past, as history would have left it."""
    world.superuser().execute(
        "INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros, at)"
        " VALUES (%s, %s, 'agents.task:1', %s, ((chimera_now() - %s::interval) AT TIME ZONE 'UTC')::date, 'calls',"
        " 'brand:1', %s, chimera_now() - %s::interval)",
        [ALPHA, key, [scope, BRAND], ago, micros, ago],
    )


@pytest.mark.spec("GOV-4")
def test_an_hour_far_above_what_is_usual_at_that_time_pauses_the_agent_and_waits_for_a_human(world: World) -> None:
    for day in range(1, 15):
        spent(world, ago=f"{day} days 30 minutes", micros=1_000_000, key=f"old {day}")
    for day in range(1, 15):
        spent(world, ago=f"{day} days 30 minutes", micros=5_000_000, key=f"other {day}", scope="agent:8")
    spent(world, ago="20 minutes", micros=3_000_000, key="now 1")
    spent(world, ago="20 minutes", micros=5_000_000, key="now 2", scope="agent:8")
    assert gates.watch() == [], "three times the usual is not above three times"
    spent(world, ago="10 minutes", micros=1, key="now 3")
    assert gates.watch() == [AGENT] and gates.watch() == []
    control = Control.objects.get()
    assert (control.scope, control.cause, control.until) == (AGENT, "anomaly", None)
    assert control.reason.startswith("$3.000001 was spent in an hour; $1.00 is usual at this time of the day.")
    world.shift_clock("5 minutes")
    with world.role("operator"), tenancy.acting("user:ada"):
        assert [one.scope for one in services.lift(scope=AGENT, reason="Looked at it.").lifted] == [AGENT]
    assert gates.watch() == [], "who has looked is not asked again within the hour"


@pytest.mark.spec("GOV-4")
def test_what_is_new_has_no_usual_and_up_to_the_floor_nothing_is_an_anomaly(world: World) -> None:
    spent(world, ago="10 minutes", micros=1_000_000, key="little")
    spent(world, ago="1 day 1 hour", micros=1, key="first", scope="agent:8")
    spent(world, ago="10 minutes", micros=50_000_000, key="much", scope="agent:8")
    assert gates.watch() == []
    spent(world, ago="4 days 5 hours", micros=1, key="long ago")
    assert gates.watch() == [BRAND], "the agent is known long enough too, and has spent no more than the floor"
    spent(world, ago="5 minutes", micros=1, key="a little more")
    assert gates.watch() == [AGENT], "it never spends at this time of the day"


@pytest.mark.spec("GOV-4")
def test_one_reservation_far_above_what_an_act_costs_is_an_anomaly(world: World) -> None:
    limit(world, AGENT, 9_000_000)
    for number in range(19):
        spent(world, ago="3 days", micros=60_000, key=f"act {number}")
    reserve("dear", 1_200_001, (AGENT,))
    assert gates.watch() == [], "nineteen acts say nothing yet"
    spent(world, ago="3 days", micros=60_000, key="act 19")
    assert gates.watch() == [AGENT]
    assert Control.objects.get().reason.startswith("$1.200001 is set aside for one act; one usually costs $0.06.")


def test_the_sweep_looks_for_anomalies_once_a_minute(world: World) -> None:
    spent(world, ago="5 days 5 hours", micros=1, key="first")
    spent(world, ago="5 minutes", micros=2_000_000, key="much")
    gates.keep()
    assert set(shut()) == {AGENT, BRAND}
    with world.role("operator"), tenancy.acting("user:ada"):
        services.lift(scope=AGENT, reason="Looked at it.")
    gates.keep()
    assert set(shut()) == {BRAND}
