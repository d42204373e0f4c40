"""Money for a set of rows: all of it or nothing, whoever asks at the same moment. GOV-1, GOV-2."""

from collections.abc import Sequence
from datetime import UTC

import psycopg
import pytest

from chimera.core import clock, tenancy
from chimera.core.money import Allowance
from governance.budgets import services as budgets
from governance.budgets.services import Exhausted, Want
from governance.models import Budget, Hold
from tests.conftest import ALPHA, World
from tests.governance import rows

SCOPE = "agent:7"
LIMIT = 1_000


@pytest.fixture
def limited(world: World) -> World:
    """An agent that may spend LIMIT a day."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        budgets.set_limit(brand_id=ALPHA, scope=SCOPE, limit_usd_micros=LIMIT)
    return world


def ask(keys: Sequence[str], *, amount: int) -> list[Allowance]:
    wants = [Want(key=key, about=f"agents.task:{key}", scopes=[SCOPE], amount_usd_micros=amount) for key in keys]
    return budgets.reserve_set(brand_id=ALPHA, actor="worker:1", wants=wants, lasts_s=60)


def state() -> tuple[int, int, int]:
    """Reserved and settled today, and how many holds there are."""
    with tenancy.brand(ALPHA, actor="test:look"):
        today = clock.now().astimezone(UTC).date()
        found = Budget.objects.filter(scope=SCOPE, day=today).first()
        counted = (found.reserved_usd_micros, found.settled_usd_micros) if found else (0, 0)
        return (*counted, Hold.objects.count())


@pytest.mark.spec("GOV-1", "GOV-2")
def test_a_set_that_would_overspend_sets_nothing_aside_and_names_the_gate(limited: World) -> None:
    ask(["1", "2"], amount=300)
    with pytest.raises(Exhausted) as refused:
        ask(["3", "4"], amount=300)
    gate = refused.value.gate
    assert (gate.scope, gate.limit, gate.reserved, gate.asked) == (SCOPE, LIMIT, 600, 600)
    assert state() == (600, 0, 2)
    ask(["3", "4"], amount=200)
    assert state() == (LIMIT, 0, 4), "exactly the limit is allowed"


@pytest.mark.spec("GOV-1", "GOV-2")
def test_of_many_sets_at_once_as_many_are_held_as_the_limit_has_room_for(limited: World) -> None:
    jobs = [lambda number=number: ask([f"{number}.1", f"{number}.2"], amount=100) for number in range(8)]
    results = rows.together(jobs)
    assert [type(no) for no in rows.failures(results)] == [Exhausted] * 3
    assert state() == (LIMIT, 0, 10)


@pytest.mark.spec("TEN-1", "AUD-1")
def test_who_asked_for_a_set_is_forgotten_with_the_statement(limited: World) -> None:
    psql: psycopg.Connection = limited.connect("app", actor="")
    want = '[{"key": "1", "about": "agents.task:1", "scopes": ["agent:7"], "amount": 5}]'
    psql.execute("SELECT governance_reserve_set_in(%s, 'worker:1', %s, interval '1 minute')", [ALPHA, want])
    assert state() == (5, 0, 1)
    left = psql.execute("SELECT current_setting('app.brand', true), current_setting('app.actor', true)").fetchone()
    assert left == ("", "")
