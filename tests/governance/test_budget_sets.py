"""Money for sets of rows: all or none, exact whoever comes at once, never more than was held. GOV-1 to GOV-4."""

import json
import random
from collections.abc import Sequence

import pytest
from django.db import DatabaseError, connection

from chimera.core import clock, tenancy
from chimera.core.money import Allowance
from governance.budgets import services as budgets
from governance.budgets.services import Exhausted, Unscoped, Want
from governance.models import Budget, Hold
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

BRAND = f"brand:{ALPHA}"
AGENT, OTHER = "agent:7", "agent:8"


def limit(world: World, scope: str, amount: int) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        budgets.set_limit(brand_id=ALPHA, scope=scope, limit_usd_micros=amount)


def want(key: str, amount: int, scopes: Sequence[str] = (AGENT, BRAND)) -> Want:
    return Want(key=key, about=f"agents.task:{key}", scopes=scopes, amount_usd_micros=amount)


def reserve(*wants: Want, brand_id: int = ALPHA) -> list[Allowance]:
    return budgets.reserve_set(brand_id=brand_id, actor="worker:test", wants=wants, lasts_s=60)


def settle(**amounts: int) -> None:
    paid = [{"key": key, "amount": amount} for key, amount in amounts.items()]
    with tenancy.brand(ALPHA, actor="worker:test"), connection.cursor() as cursor:
        cursor.execute("SELECT governance_settle_set(%s)", [json.dumps(paid)])


def state() -> dict[str, tuple[int, int]]:
    with tenancy.brand(ALPHA, actor="test:look"):
        found = Budget.objects.filter(day=clock.now().date())
        return {b.scope: (b.reserved_usd_micros, b.settled_usd_micros) for b in found}


def holds() -> dict[str, str]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return dict(Hold.objects.values_list("key", "status"))


@pytest.mark.spec("GOV-1", "GOV-2")
def test_a_set_is_set_aside_whole_and_settled_each_at_its_own_cost(world: World) -> None:
    limit(world, AGENT, 10_000)
    allowances = reserve(want("a", 3_000), want("b", 2_000, (AGENT, BRAND, "fleet")))
    assert allowances == [
        Allowance(hold_key="a", amount_usd_micros=3_000),
        Allowance(hold_key="b", amount_usd_micros=2_000),
    ]
    assert state() == {AGENT: (5_000, 0), BRAND: (5_000, 0)}
    with tenancy.brand(ALPHA, actor="test:look"):
        assert budgets.is_held(key="a") and not budgets.is_held(key="c")
    settle(a=1_000, b=0)
    assert state() == {AGENT: (0, 1_000), BRAND: (0, 1_000)}
    settle(a=1_000, b=2_000)  # they have ended: left alone
    assert state() == {AGENT: (0, 1_000), BRAND: (0, 1_000)}
    assert holds() == {"a": "SETTLED", "b": "SETTLED"}


@pytest.mark.spec("GOV-2", "GOV-3")
def test_a_set_that_does_not_fit_sets_nothing_aside_and_names_the_gate(world: World) -> None:
    limit(world, AGENT, 5_000)
    limit(world, OTHER, 50_000)
    with pytest.raises(Exhausted) as refused:
        reserve(want("a", 3_000), want("b", 1_000, (OTHER, BRAND)), want("c", 2_001))
    assert (refused.value.gate.scope, refused.value.gate.limit, refused.value.gate.asked) == (AGENT, 5_000, 5_001)
    assert (holds(), state()) == ({}, {})
    assert len(reserve(want("a", 3_000), want("b", 1_000, (OTHER, BRAND)), want("c", 2_000))) == 3
    assert state() == {AGENT: (5_000, 0), OTHER: (1_000, 0), BRAND: (6_000, 0)}


def test_a_set_in_a_scope_without_a_limit_is_refused_whole(world: World) -> None:
    with pytest.raises(Exhausted, match=r"No daily limit is set for agent:7"):
        reserve(want("a", 1, (BRAND,)), want("b", 1))
    assert holds() == {}


def test_a_set_with_a_row_of_no_brand_and_no_agent_is_refused_before_it_is_asked(world: World) -> None:
    with pytest.raises(Unscoped, match="names no brand or agent"):
        reserve(want("a", 1, (BRAND,)), want("b", 1, ("fleet",)))
    assert holds() == {}


@pytest.mark.spec("GOV-1")
def test_keys_that_are_known_hold_nothing_more(world: World) -> None:
    limit(world, AGENT, 10_000)
    reserve(want("a", 3_000))
    assert len(reserve(want("a", 3_000), want("b", 1_000))) == 2
    assert len(reserve(want("a", 3_000), want("b", 1_000))) == 2
    assert state() == {AGENT: (4_000, 0), BRAND: (4_000, 0)}


@pytest.mark.spec("TEN-1")
def test_a_set_settles_holds_of_its_own_brand_only(world: World) -> None:
    reserve(want("a", 3_000, (f"brand:{BETA}",)), brand_id=BETA)
    settle(a=100)
    with tenancy.brand(BETA, actor="test:look"):
        assert Hold.objects.get().status == "HELD"


@pytest.mark.spec("GOV-1")
def test_more_than_was_held_is_refused_with_everything_else_of_the_set(world: World) -> None:
    reserve(want("a", 3_000, (BRAND,)), want("b", 2_000, (BRAND,)))
    with pytest.raises(DatabaseError, match="hold_settles_at_most_what_it_holds"):
        settle(a=100, b=2_001)
    assert (holds(), state()) == ({"a": "HELD", "b": "HELD"}, {BRAND: (5_000, 0)})


@pytest.mark.spec("GOV-1")
def test_work_that_broke_its_promise_is_settled_at_all_that_was_held(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    reserve(want("a", 3_000, (BRAND,)), want("b", 3_000, (BRAND,)), want("c", 1_000, (BRAND,)))
    with tenancy.brand(ALPHA, actor="test:settle"):
        assert budgets.settle_within(key="c", amount_usd_micros=1_000)
        assert not caplog.records  # all that was held is no broken promise
        assert budgets.settle_within(key="a", amount_usd_micros=3_001)
        assert budgets.settle_within(key="b", amount_usd_micros=1_000)
        assert not budgets.settle_within(key="b", amount_usd_micros=1_000)
        assert not budgets.settle_within(key="nobody's", amount_usd_micros=5)
    assert state() == {BRAND: (0, 5_000)}
    assert "a cost $0.003001, more than the $0.003 held" in caplog.text


@pytest.mark.spec("GOV-1", "GOV-2")
def test_sets_that_come_at_once_never_overspend_and_end_exact(world: World) -> None:
    most = 40_000
    limit(world, AGENT, most)
    limit(world, OTHER, most)
    seen: list[tuple[int, int]] = []

    def one(number: int) -> int:
        chance, spent = random.Random(number), 0
        for turn in range(12):
            keys = [f"{number}-{turn}-{n}" for n in range(chance.randint(1, 6))]
            wants = [want(key, 1_000, (chance.choice((AGENT, OTHER)), BRAND)) for key in chance.sample(keys, len(keys))]
            try:
                reserve(*wants)
            except Exhausted:
                continue
            costs = {key: chance.randint(0, 1_000) for key in chance.sample(keys, len(keys))}
            settle(**costs)
            spent += sum(costs.values())
            seen.extend(state().values())
        return spent

    spent = rows.together([lambda number=number: one(number) for number in range(8)])
    assert rows.failures(spent) == []
    assert all(reserved + settled <= 2 * most for reserved, settled in seen)
    found = state()
    assert {reserved for reserved, _ in found.values()} == {0}
    assert found[BRAND][1] == sum(spent) == found[AGENT][1] + found[OTHER][1]  # type: ignore[arg-type]
    assert max(found[AGENT][1], found[OTHER][1]) <= most
    assert set(holds().values()) == {"SETTLED"}
