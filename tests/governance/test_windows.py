"""Fleet, brands, campaigns and agents, by the day and in total: all pay at once, across midnight. GOV-2, GOV-3."""

import random
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError

from chimera.core import clock, tenancy
from governance.budgets import gates
from governance.budgets import services as budgets
from governance.budgets.models import Budget, FleetBudget, FleetLimit, FleetReturn, Window
from governance.budgets.services import Exhausted
from governance.models import Hold
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows
from tests.governance.purses import AGENT, BRAND, CAMPAIGN, FLEET, books_off, fleet, limit, reserve, settle, void

ALL = (AGENT, BRAND, CAMPAIGN)


@pytest.mark.spec("GOV-2", "GOV-3")
@pytest.mark.parametrize("scope", [FLEET, BRAND, CAMPAIGN, AGENT])
def test_each_kind_of_scope_refuses_and_names_itself(world: World, scope: str) -> None:
    for one in (FLEET, *ALL):
        limit(world, one, 1_000 if one == scope else 100_000)
    reserve("a", 900, ALL)
    settle("a", 600)
    with pytest.raises(Exhausted) as refused:
        reserve("b", 401, ALL)
    gate = refused.value.gate
    assert (gate.scope, gate.window, gate.limit, gate.reserved, gate.settled, gate.asked) == (
        scope, "day", 1_000, 0, 600, 401,
    )  # fmt: skip
    assert f"The budget of {scope} for" in str(refused.value) and "It reopens at" in str(refused.value)
    reserve("b", 400, ALL)
    assert books_off(world) == 0


@pytest.mark.spec("GOV-2", "GOV-4")
def test_a_total_does_not_reopen_with_the_day_and_says_who_must_raise_it(world: World) -> None:
    limit(world, CAMPAIGN, 600)
    limit(world, CAMPAIGN, 1_000, window=Window.TOTAL)
    reserve("a", 600, (CAMPAIGN,))
    settle("a", 600)
    with pytest.raises(Exhausted, match=r"for \d{4}-\d\d-\d\d is"):
        reserve("b", 1, (CAMPAIGN,))
    world.shift_clock("24 hours")
    with pytest.raises(Exhausted) as refused:
        reserve("c", 401, (CAMPAIGN,))
    gate = refused.value.gate
    assert (gate.window, gate.settled, gate.day, gate.reopens) == ("total", 600, None, None)
    assert str(refused.value).endswith("$0.000401 asked. A human must raise it.")
    reserve("c", 400, (CAMPAIGN,))
    with tenancy.brand(ALPHA, actor="test:look"):
        assert {str(one) for one in Budget.objects.all()} >= {"campaign:3 in total"}
    limit(world, CAMPAIGN, 1_200, window=Window.TOTAL)
    reserve("d", 200, (CAMPAIGN,))
    assert void("d") and books_off(world) == 0


@pytest.mark.spec("GOV-2")
def test_a_total_that_is_set_later_counts_what_was_spent_before(world: World) -> None:
    limit(world, CAMPAIGN, 10_000)
    reserve("spent", 500, (CAMPAIGN,))
    settle("spent", 300)
    reserve("held", 400, (CAMPAIGN,))
    with pytest.raises(budgets.InUse, match=r"\$0\.0003 is spent and \$0\.0004 set aside in total"):
        limit(world, CAMPAIGN, 699, window=Window.TOTAL)
    limit(world, CAMPAIGN, 700, window=Window.TOTAL)
    with pytest.raises(Exhausted, match="in total"):
        reserve("more", 1, (CAMPAIGN,))
    settle("held", 399)
    reserve("more", 1, (CAMPAIGN,))
    assert books_off(world) == 0


def test_a_campaign_may_have_a_total_only_and_one_without_any_limit_refuses(world: World) -> None:
    limit(world, CAMPAIGN, 1_000, window=Window.TOTAL)
    reserve("a", 1_000, (CAMPAIGN,))
    with pytest.raises(Exhausted, match="No daily limit is set for campaign:4"):
        reserve("b", 1, (BRAND, "campaign:4"))
    assert books_off(world) == 0


def test_only_campaigns_have_totals(world: World) -> None:
    with pytest.raises(IntegrityError, match="budgetlimit_total_is_of_campaigns"):
        limit(world, AGENT, 1, window=Window.TOTAL)


@pytest.mark.spec("GOV-2")
def test_all_brands_share_the_fleets_day_and_none_sees_the_others(world: World) -> None:
    limit(world, FLEET, 1_000)
    reserve("a", 700, (BRAND,))
    with pytest.raises(Exhausted, match="The budget of fleet") as refused:
        reserve("b", 301, (f"brand:{BETA}",), brand_id=BETA)
    assert refused.value.gate.reserved == 700
    reserve("b", 300, (f"brand:{BETA}",), brand_id=BETA)
    for role in ("app", "connector"):
        for table in ("governance_fleetbudget", "governance_fleetlimit", "governance_fleetreturn"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                world.connect(role, brand=ALPHA).execute(f"SELECT * FROM {table}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("operator").execute("UPDATE governance_fleetbudget SET settled_usd_micros = 0")


@pytest.mark.spec("GOV-1")
def test_what_has_ended_comes_back_to_the_fleet_when_it_is_asked_for(world: World) -> None:
    limit(world, FLEET, 1_000)
    today = clock.now().date()
    reserve("a", 600)
    reserve("b", 400)
    settle("a", 100)
    void("b")
    assert fleet(world, today) == (0, 100), "the desk counts what is not folded yet"
    reserve("c", 900)
    assert fleet(world, today) == (900, 100)
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        assert str(FleetBudget.objects.get()) == f"the fleet on {today}"
        assert str(FleetLimit.objects.get()) == "the fleet a day"
    settle("c", 0)
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        assert str(FleetReturn.objects.get()) == f"of the fleet on {today}"
    gates.keep()
    assert world.superuser().execute("SELECT count(*) FROM governance_fleetreturn").fetchone() == (0,)
    assert fleet(world, today) == (0, 100) and books_off(world) == 0


@pytest.mark.spec("GOV-2")
def test_the_fleets_limit_counts_at_once_and_never_goes_below_what_is_in_use(world: World) -> None:
    limit(world, FLEET, 1_000)
    reserve("a", 1_000)
    with pytest.raises(budgets.InUse, match=r"The limit of fleet cannot be \$0\.000999"):
        limit(world, FLEET, 999)
    limit(world, FLEET, 1_500)
    reserve("b", 500)
    settle("a", 10)
    with pytest.raises(
        budgets.InUse, match=r"\$0\.00001 is spent and \$0\.0005 set aside today\. Set at least \$0\.00051,"
    ):
        limit(world, FLEET, 509)
    limit(world, FLEET, 510)
    with pytest.raises(Exhausted, match="fleet"):
        reserve("c", 1)
    with pytest.raises(psycopg.errors.CheckViolation, match="fleetbudget_never_overspent"):
        world.superuser().execute("UPDATE governance_fleetbudget SET reserved_usd_micros = 501")


@pytest.mark.spec("GOV-2")
def test_a_fleet_without_a_limit_spends_nothing(world: World) -> None:
    owner = world.superuser()
    owner.execute("SELECT set_config('app.actor', 'test:owner', false)")
    owner.execute("DELETE FROM governance_fleetlimit")
    with pytest.raises(Exhausted, match="No daily limit is set for fleet"):
        reserve("a", 1)


@pytest.mark.spec("GOV-1", "GOV-2", "GOV-4")
def test_nine_workers_across_midnight_overspend_no_scope_of_any_kind(world: World) -> None:
    """900 random acts around midnight; every window is run against, and the books agree to the micro."""
    limits = {AGENT: 250_000, "agent:8": 250_000, BRAND: 420_000, CAMPAIGN: 260_000, FLEET: 400_000}
    for scope, amount in limits.items():
        limit(world, scope, amount)
    limit(world, CAMPAIGN, 420_000, window=Window.TOTAL)
    world.shift_clock("0")
    midnight = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    world.shift_clock(f"{(midnight - clock.now() - timedelta(seconds=2)).total_seconds()} seconds")

    def work(number: int) -> Counter[str]:
        dice, mine, refused = random.Random(number), [], Counter[str]()
        with world.connect("app", brand=ALPHA, actor=f"worker:{number}") as connection:
            for step in range(100):
                if step == 50:  # whoever was quick waits for it in the middle of the work
                    wait = "SELECT pg_sleep(greatest(0, extract(epoch FROM %s - chimera_now())))"
                    connection.execute(wait, [midnight])
                if mine and dice.random() < 0.45:
                    key, amount = mine.pop(dice.randrange(len(mine)))
                    cost = dice.randint(0, amount // 3) if dice.random() < 0.6 else None
                    connection.execute("SELECT governance_end_hold(%s, %s)", [key, cost])
                    continue
                key, amount = f"{number}.{step}", dice.randint(1, 30_000)
                scopes = [dice.choice((AGENT, "agent:8")), BRAND, *([CAMPAIGN] if dice.random() < 0.8 else [])]
                try:
                    connection.execute(
                        "SELECT governance_reserve(%s, 'agents.task:1', %s, %s, interval '1 hour')",
                        [key, scopes, amount],
                    )
                    mine.append((key, amount))
                except psycopg.DatabaseError as error:
                    assert error.sqlstate == "CH002", error
                    refused[str(error).split()[2]] += 1
        return refused

    results = rows.together([lambda number=number: work(number) for number in range(9)])
    assert rows.failures(results) == []
    refusals = sum(results, Counter())  # type: ignore[arg-type]
    assert set(refusals) >= {CAMPAIGN, FLEET}, refusals
    with tenancy.brand(ALPHA, actor="test:count"):
        assert len(set(Hold.objects.values_list("day", flat=True))) == 2, "both sides of midnight"
        taken: Counter[tuple[str, str]] = Counter()
        for hold in Hold.objects.all():
            used = hold.amount_usd_micros if hold.status == "HELD" else hold.settled_usd_micros
            taken.update(dict.fromkeys([(scope, str(hold.day)) for scope in (*hold.scopes, FLEET)], used))
    assert all(used <= limits[scope] for (scope, _), used in taken.items())
    assert sum(used for (scope, _), used in taken.items() if scope == CAMPAIGN) <= 420_000
    assert books_off(world) == 0


@pytest.mark.spec("GOV-1")
def test_a_hold_that_many_end_at_once_ends_once(world: World) -> None:
    reserve("a", 1_000, lasts_s=0)
    today = clock.now().date()
    ends = [*[lambda: settle("a", 700)] * 4, *[lambda: void("a")] * 4, *[lambda: budgets.end_abandoned() == 1] * 4]
    results = rows.together(ends)
    assert rows.failures(results) == [] and results.count(True) >= 1
    with tenancy.brand(ALPHA, actor="test:look"):
        spent = Hold.objects.get().settled_usd_micros
    assert spent in (0, 700) and fleet(world, today) == (0, spent) and books_off(world) == 0


@pytest.mark.spec("GOV-2")
def test_limits_that_change_while_money_is_set_aside_never_leave_more_in_use(world: World) -> None:
    limit(world, CAMPAIGN, 50_000)

    def take(number: int) -> None:
        for step in range(15):
            try:
                reserve(f"{number}.{step}", 1_000, (CAMPAIGN,))
                settle(f"{number}.{step}", 500)
            except Exhausted:
                return

    def change() -> None:
        connection = world.connect("operator", brand=ALPHA, actor="user:ada")
        for window, amount in (("total", 30_000), ("day", 20_000), ("day", 12_000), ("total", 26_000)):
            try:
                connection.execute(
                    'INSERT INTO governance_budgetlimit (brand_id, scope, "window", limit_usd_micros)'
                    ' VALUES (%s, %s, %s, %s) ON CONFLICT (brand_id, scope, "window") DO UPDATE'
                    " SET limit_usd_micros = EXCLUDED.limit_usd_micros",
                    [ALPHA, CAMPAIGN, window, amount],
                )
            except psycopg.DatabaseError as error:
                assert error.sqlstate == "CH006", error

    results = rows.together([*[lambda number=number: take(number) for number in range(7)], change])
    assert rows.failures(results) == []
    assert books_off(world) == 0


def test_what_no_budget_said_is_passed_on(world: World) -> None:
    with pytest.raises(IntegrityError, match="budgetlimit_not_negative"):
        limit(world, AGENT, -1)
