"""Money before work: set aside, spent, given back; never more than the limit, whoever comes at once. GOV-1 to GOV-4."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from chimera.core import clock, tenancy
from chimera.core.money import Allowance
from governance import transitions
from governance.budgets import services as budgets
from governance.budgets.services import Exhausted
from governance.models import AuditEvent, Budget, BudgetLimit, Effect, Hold
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

BRAND = f"brand:{ALPHA}"
BRAND_LIMIT = 10_000_000  # what tests/seed.sql gives each brand
AGENT = "agent:7"


def reserve(key: str = "a", *, amount: int = 1000, scopes: tuple[str, ...] = (BRAND,), lasts_s: int = 60) -> Allowance:
    return budgets.reserve(key=key, about="agents.task:1", scopes=scopes, amount_usd_micros=amount, lasts_s=lasts_s)


def state(scope: str = BRAND) -> tuple[int, int]:
    """Reserved and settled today."""
    budget = Budget.objects.get(scope=scope, day=clock.now().astimezone(UTC).date())
    return budget.reserved_usd_micros, budget.settled_usd_micros


def limit(world: World, scope: str, amount: int, *, brand_id: int = ALPHA) -> None:
    with world.role("operator"), tenancy.brand(brand_id, actor="user:ada"):
        budgets.set_limit(brand_id=brand_id, scope=scope, limit_usd_micros=amount)


@pytest.mark.spec("GOV-1")
def test_what_is_reserved_is_set_aside_until_it_is_settled(alpha: int) -> None:
    allowance = reserve(amount=5000)
    assert allowance == Allowance(hold_key="a", amount_usd_micros=5000)
    assert state() == (5000, 0)
    assert budgets.settle(key="a", amount_usd_micros=1200)
    assert state() == (0, 1200)
    hold = Hold.objects.get()
    assert (hold.status, hold.settled_usd_micros, hold.state_version) == ("SETTLED", 1200, 2)


@pytest.mark.spec("GOV-1")
def test_what_is_voided_comes_back_whole(alpha: int) -> None:
    reserve(amount=5000)
    assert budgets.void(key="a")
    assert state() == (0, 0)
    assert Hold.objects.get().status == "VOID"


def test_a_hold_ends_once(alpha: int) -> None:
    reserve(amount=5000)
    assert budgets.settle(key="a", amount_usd_micros=5000)
    assert not budgets.settle(key="a", amount_usd_micros=1)
    assert not budgets.void(key="a")
    assert not budgets.void(key="nobody made this")
    assert state() == (0, 5000)


@pytest.mark.spec("GOV-1")
def test_the_same_key_a_second_time_holds_nothing_more(alpha: int) -> None:
    assert reserve(amount=5000) == reserve(amount=5000)
    assert state() == (5000, 0)
    assert Hold.objects.count() == 1


def test_only_budgets_of_a_brand_hold_money(alpha: int) -> None:
    reserve(scopes=("fleet", "platform:plaza", BRAND))
    assert Hold.objects.get().scopes == [BRAND]


@pytest.mark.spec("GOV-2", "GOV-3")
def test_all_scopes_set_aside_or_none_and_the_gate_is_named(world: World) -> None:
    limit(world, AGENT, 3000)
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve("a", amount=2000, scopes=(AGENT, BRAND))
        budgets.settle(key="a", amount_usd_micros=500)
        reserve("b", amount=2000, scopes=(AGENT, BRAND))
        with pytest.raises(Exhausted) as refused:
            reserve("c", amount=501, scopes=(AGENT, BRAND))
        today = clock.now().date()
        tomorrow = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
        assert refused.value.gate == budgets.Gate(
            scope=AGENT, limit=3000, reserved=2000, settled=500, asked=501, day=str(today), reopens=tomorrow
        )
        assert refused.value.gate.window == "day"
        assert str(refused.value) == (
            f"The budget of {AGENT} for {today} is $0.003: $0.0005 spent, $0.002 set aside, $0.000501 asked. "
            f"It reopens at {tomorrow:%Y-%m-%d} 00:00 UTC."
        )
        assert state(BRAND) == (2000, 500), "the brand's budget keeps nothing of what the agent's refused"
        assert not Hold.objects.filter(key="c").exists()
        reserve("c", amount=500, scopes=(AGENT, BRAND))
        assert state(AGENT) == (2500, 500), "exactly the limit is allowed"


@pytest.mark.spec("GOV-3")
def test_a_scope_without_a_limit_cannot_spend(alpha: int) -> None:
    with pytest.raises(
        Exhausted, match=r"No daily limit is set for agent:99; set one before it can spend \$0\.001"
    ) as no:
        reserve(scopes=(BRAND, "agent:99"))
    assert no.value.gate.limit is None
    assert not Budget.objects.exists()
    assert not Hold.objects.exists()


def test_a_scope_that_is_named_twice_pays_once(alpha: int) -> None:
    reserve(scopes=(BRAND, BRAND), amount=5000)
    assert state() == (5000, 0)


def test_what_the_budget_did_not_say_is_passed_on_as_it_is(alpha: int) -> None:
    with pytest.raises(IntegrityError, match="hold_not_negative"):
        reserve(amount=-1)
    assert not Budget.objects.exists()


@pytest.mark.spec("GOV-2")
def test_nobody_settles_more_than_was_held(alpha: int) -> None:
    reserve(amount=5000)
    with pytest.raises(IntegrityError, match="hold_settles_at_most_what_it_holds"), transaction.atomic():
        budgets.settle(key="a", amount_usd_micros=5001)
    assert state() == (5000, 0)
    assert Hold.objects.get().status == "HELD"


@pytest.mark.spec("GOV-2")
def test_the_database_refuses_an_overspent_or_a_negative_budget_from_everybody(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve(amount=5000)
    tries = {
        f"settled_usd_micros = {BRAND_LIMIT} - 5000 + 1": "budget_never_overspent",
        f"reserved_usd_micros = {BRAND_LIMIT} + 1": "budget_never_overspent",
        "limit_usd_micros = 4999": "budget_never_overspent",
        "reserved_usd_micros = -1": "budget_not_negative",
        "settled_usd_micros = -1": "budget_not_negative",
    }
    for change, constraint in tries.items():
        with pytest.raises(psycopg.errors.CheckViolation, match=constraint):
            world.superuser().execute(f"UPDATE governance_budget SET {change}")
    for role in ("app", "operator"):
        for table in ("governance_budget", "governance_hold"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                world.connect(role, brand=ALPHA).execute(f"UPDATE {table} SET brand_id = brand_id")
    with tenancy.brand(ALPHA):
        assert state() == (5000, 0)


@pytest.mark.spec("GOV-4")
def test_at_midnight_a_scope_has_its_whole_limit_again(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve("today", amount=BRAND_LIMIT)
        with pytest.raises(Exhausted):
            reserve("more", amount=1)
        today = clock.now().date()
    world.shift_clock("24 hours")
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve("tomorrow", amount=BRAND_LIMIT)
        budgets.settle(key="today", amount_usd_micros=7)
        days = {budget.day: budget for budget in Budget.objects.filter(scope=BRAND)}
        assert days[today].settled_usd_micros == 7, "a hold is settled on the day on which it was made"
        assert days[today].reserved_usd_micros == 0
        assert days[today + timedelta(days=1)].reserved_usd_micros == BRAND_LIMIT
        assert str(days[today]) == f"{BRAND} on {today}"


@pytest.mark.spec("GOV-2")
def test_a_limit_counts_from_the_moment_it_is_set_and_never_goes_below_what_is_in_use(world: World) -> None:
    limit(world, AGENT, 1000)
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve("a", amount=1000, scopes=(AGENT,))
        with pytest.raises(Exhausted):
            reserve("b", amount=1, scopes=(AGENT,))
    limit(world, AGENT, 2000)
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve("b", amount=500, scopes=(AGENT,))
        budgets.settle(key="a", amount_usd_micros=300)
    said = r"The limit of agent:7 cannot be \$0\.0007: \$0\.0003 is spent and \$0\.0005 set aside today\. Set at least"
    with pytest.raises(budgets.InUse, match=said):
        limit(world, AGENT, 700)
    limit(world, AGENT, 800)
    with tenancy.brand(ALPHA, actor="test:stage"):
        with pytest.raises(Exhausted):
            reserve("c", amount=1, scopes=(AGENT,))
        assert str(BudgetLimit.objects.get(scope=AGENT)) == "agent:7 a day"
        assert BudgetLimit.objects.get(scope=AGENT).limit_usd_micros == 800


@pytest.mark.spec("AUD-1")
def test_limits_are_the_operators_and_on_the_record(world: World) -> None:
    limit(world, AGENT, 1000)
    limit(world, AGENT, 2000)
    with tenancy.brand(ALPHA, actor="worker:1"):
        events = AuditEvent.objects.filter(subject__startswith="governance.budgetlimit", actor="user:ada")
        assert [event.action for event in events.order_by("id")] == ["insert", "update"]
        assert '"limit_usd_micros": 2000' in events.latest("id").body
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            budgets.set_limit(brand_id=ALPHA, scope=AGENT, limit_usd_micros=10**9)


@pytest.mark.spec("AUD-1")
def test_setting_aside_and_settling_are_on_the_record(alpha: int) -> None:
    reserve(amount=5000)
    budgets.settle(key="a", amount_usd_micros=1200)
    hold = Hold.objects.get()
    events = AuditEvent.objects.filter(subject=hold.subject, task_id="agents.task:1").order_by("id")
    assert [(e.from_status, e.to_status, e.state_version) for e in events] == [("", "HELD", 1), ("HELD", "SETTLED", 2)]
    assert '"settled_usd_micros": 1200' in events[1].body
    assert str(hold) == "hold a"


def test_the_money_of_one_brand_is_not_that_of_another(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve(amount=BRAND_LIMIT)
    with tenancy.brand(BETA, actor="test:stage"):
        reserve("a", scopes=(f"brand:{BETA}",), amount=BRAND_LIMIT)
        with pytest.raises(Exhausted, match=f"No daily limit is set for {BRAND}"):
            reserve("b", scopes=(BRAND,))
        assert not budgets.void(key="unknown here")


@pytest.mark.spec("GOV-1")
def test_a_hold_that_was_abandoned_expires_and_gives_its_money_back(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:stage"):
        reserve("abandoned", lasts_s=60)
        reserve("alive", lasts_s=3600 * 48)
    with tenancy.brand(BETA, actor="test:stage"):
        reserve("abandoned", scopes=(f"brand:{BETA}",), lasts_s=60)
    assert budgets.end_abandoned() == 0
    world.shift_clock("61 seconds")
    assert budgets.end_abandoned(count_max=1) == 1
    assert budgets.end_abandoned() == 1
    assert budgets.end_abandoned() == 0
    with tenancy.brand(ALPHA):
        assert dict(Hold.objects.values_list("key", "status")) == {"abandoned": "VOID", "alive": "HELD"}
        assert Budget.objects.get().reserved_usd_micros == 1000


@pytest.mark.spec("GOV-1", "PUB-4")
def test_money_of_what_was_sent_is_not_given_back_by_time(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:stage"):
        sent = rows.sent(row=rows.claimed())
    world.shift_clock("48 hours")
    assert budgets.end_abandoned() == 0
    with tenancy.brand(ALPHA, actor="test:stage"):
        transitions.move(row=sent, to="IN_DOUBT")
    assert budgets.end_abandoned() == 0
    with tenancy.brand(ALPHA, actor="test:stage"):
        transitions.move(row=Effect.objects.get(), to="REFUTED")
    assert budgets.end_abandoned() == 1


@pytest.mark.spec("GOV-1", "GOV-2")
def test_eight_workers_at_once_never_overspend(world: World) -> None:
    """800 random acts on three budgets; what the workers counted, the holds and the budgets must agree."""
    limits = {BRAND: 400_000, "agent:1": 205_000, "agent:2": 205_000}  # so near that each is run against
    for scope, amount in limits.items():
        limit(world, scope, amount)
    held: Counter[str] = Counter()
    settled: Counter[str] = Counter()

    def work(number: int) -> tuple[Counter[str], Counter[str], Counter[str]]:
        dice = random.Random(number)
        still: Counter[str] = Counter()
        spent: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        mine: list[tuple[str, tuple[str, str], int]] = []
        with world.connect("app", brand=ALPHA, actor=f"worker:{number}") as connection:
            for step in range(100):
                if mine and dice.random() < 0.45:
                    key, scopes, amount = mine.pop(dice.randrange(len(mine)))
                    cost = dice.randint(0, amount // 4) if dice.random() < 0.5 else None
                    ended = connection.execute("SELECT governance_end_hold(%s, %s)", [key, cost]).fetchone()
                    assert ended == (True,)
                    spent.update(dict.fromkeys(scopes, cost or 0))
                    continue
                key, amount = f"{number}.{step}", dice.randint(1, 30_000)
                scopes = (f"agent:{dice.randint(1, 2)}", BRAND)
                try:
                    connection.execute(
                        "SELECT governance_reserve(%s, 'agents.task:1', %s, %s, interval '1 hour')",
                        [key, list(scopes), amount],
                    )
                    mine.append((key, scopes, amount))
                except psycopg.DatabaseError as error:
                    assert error.sqlstate == "CH002", error
                    refused[str(error).split()[2]] += 1
            for _, scopes, amount in mine:
                still.update(dict.fromkeys(scopes, amount))
        return still, spent, refused

    results = rows.together([lambda number=number: work(number) for number in range(8)])
    assert rows.failures(results) == []
    refusals: Counter[str] = Counter()
    for still, spent, refused in results:
        held.update(still)
        settled.update(spent)
        refusals.update(refused)
    assert set(refusals) == set(limits), "every one of the three limits was run against"
    with tenancy.brand(ALPHA, actor="test:count"):
        for budget in Budget.objects.all():
            assert held[budget.scope] + settled[budget.scope] <= limits[budget.scope]
            assert (budget.reserved_usd_micros, budget.settled_usd_micros, budget.limit_usd_micros) == (
                held[budget.scope],
                settled[budget.scope],
                limits[budget.scope],
            )
            holds = Hold.objects.filter(scopes__contains=[budget.scope])
            assert sum(hold.amount_usd_micros for hold in holds if hold.status == "HELD") == held[budget.scope]
            assert sum(hold.settled_usd_micros for hold in holds) == settled[budget.scope]


@pytest.mark.spec("GOV-2")
def test_two_who_ask_with_one_key_at_once_hold_once(world: World) -> None:
    def ask() -> Allowance:
        with tenancy.brand(ALPHA, actor="worker:1"):
            return reserve("the same", amount=5000)

    assert rows.failures(rows.together([ask] * 6)) == []
    with tenancy.brand(ALPHA, actor="test:count"):
        assert Hold.objects.count() == 1
        assert state() == (5000, 0)


@pytest.mark.spec("GOV-2")
def test_money_without_a_brand_or_an_agent_to_pay_it_is_refused(alpha: int) -> None:
    with pytest.raises(budgets.Unscoped, match="nothing was set aside"):
        budgets.reserve(
            key="nobody", about="agents.task:1", scopes=["fleet", "platform:plaza"], amount_usd_micros=1, lasts_s=60
        )
    assert not Hold.objects.exists()
