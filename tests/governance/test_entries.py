"""Every cent has a cause: an entry with two sides for each settlement, which nobody can forge or change. GOV-1."""

import psycopg
import pytest
from django.db.models import Sum

from chimera.core import tenancy
from governance.budgets import services as budgets
from governance.budgets.models import Entry
from governance.models import Budget, Hold
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows
from tests.governance.purses import AGENT, BRAND, books_off, limit, reserve, settle, void


@pytest.mark.spec("GOV-1")
def test_a_settlement_says_what_was_bought_for_whom_and_from_whose_purse(world: World) -> None:
    limit(world, AGENT, 10_000)
    reserve("1:4", 5_000, (AGENT, BRAND))
    reserve("fee", 5_000, (AGENT, BRAND))
    settle("1:4", 1_200)
    with tenancy.brand(ALPHA, actor="worker:test"):
        budgets.settle(key="fee", amount_usd_micros=5_000, debit="platform:x:post")
        calls, fee = Entry.objects.order_by("id")
        day = Hold.objects.get(key="1:4").day
        assert (calls.hold_key, calls.about, calls.debit, calls.credit) == ("1:4", "agents.task:1:4", "calls", BRAND)
        assert (calls.amount_usd_micros, calls.scopes, calls.day) == (1_200, [AGENT, BRAND], day)
        assert (str(fee), fee.amount_usd_micros) == (f"platform:x:post from {BRAND}", 5_000)
        spent = Entry.objects.filter(scopes__contains=[AGENT]).aggregate(sum=Sum("amount_usd_micros"))["sum"]
        assert spent == Budget.objects.get(scope=AGENT).settled_usd_micros == 6_200
    assert books_off(world) == 0


@pytest.mark.spec("GOV-1")
def test_what_came_back_or_cost_nothing_has_no_entry_and_what_was_lost_says_so(world: World) -> None:
    reserve("back", 100)
    reserve("free", 100)
    void("back")
    settle("free", 0)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert not Entry.objects.exists()
    wants = [budgets.Want(key="gone", about="agents.task:9", scopes=[BRAND], amount_usd_micros=70)]
    budgets.reserve_set(brand_id=ALPHA, actor="worker:test", wants=wants, lasts_s=0)
    assert budgets.end_abandoned() == 1
    with tenancy.brand(ALPHA, actor="test:look"):
        assert (Entry.objects.get().debit, Entry.objects.get().amount_usd_micros) == ("lost", 70)
    assert books_off(world) == 0


@pytest.mark.spec("GOV-1")
def test_a_hold_that_is_settled_twice_by_eight_at_once_has_one_entry(world: World) -> None:
    reserve("a", 1_000)
    results = rows.together([lambda number=number: settle("a", 100 + number) for number in range(8)])
    assert rows.failures(results) == [] and results.count(True) == 1
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Entry.objects.count() == 1
    with pytest.raises(psycopg.errors.UniqueViolation, match="entry_once_per_hold"):
        world.superuser().execute(
            "INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros)"
            " SELECT brand_id, hold_key, about, scopes, day, debit, credit, 1 FROM governance_entry"
        )


@pytest.mark.spec("GOV-1", "TEN-1")
@pytest.mark.parametrize("role", ["app", "operator", "connector"])
def test_no_login_can_write_or_change_an_entry(world: World, role: str) -> None:
    reserve("a", 1_000)
    settle("a", 500)
    connection = world.connect(role, brand=ALPHA)
    for statement in (
        "INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros)"
        f" VALUES ({ALPHA}, 'mine', 'x', '{{}}', current_date, 'gift', 'brand:2', 1)",
        "UPDATE governance_entry SET amount_usd_micros = 1",
        "DELETE FROM governance_entry",
        "TRUNCATE governance_entry",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    assert world.connect("app", brand=BETA).execute("SELECT count(*) FROM governance_entry").fetchone() == (0,)


@pytest.mark.spec("GOV-1")
def test_not_even_the_superuser_keeps_books_with_one_side(world: World) -> None:
    reserve("a", 1_000)
    settle("a", 500)
    owner = world.superuser()
    for change in ("UPDATE governance_entry SET amount_usd_micros = 1", "DELETE FROM governance_entry"):
        with pytest.raises(psycopg.DatabaseError, match="append-only"):
            owner.execute(change)
    columns = "brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros"
    for values, constraint in (
        ("'calls', 'calls', 5", "entry_has_two_sides"),
        ("'', 'brand:1', 5", "entry_has_two_sides"),
        ("'calls', 'brand:1', 0", "entry_moves_something"),
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match=constraint):
            owner.execute(
                f"INSERT INTO governance_entry ({columns}) VALUES ({ALPHA}, 'z', 'x', '{{}}', current_date, {values})"
            )
