"""`bench budgets` counts what was overspent from the holds, and its naive peer is a fair one. GOV-2."""

import pytest

from chimera.bench import budgets, report, spender
from tests.conftest import World


@pytest.fixture
def arranged(world: World) -> World:
    """Limits as in the bench, which the fleet and both brands share."""
    with world.superuser() as owner:
        budgets.arrange(owner)
    return world


@pytest.mark.spec("GOV-2")
@pytest.mark.parametrize("way", ["ours", "naive"])
def test_one_process_alone_overspends_nothing_either_way_and_is_refused_by_every_gate(
    arranged: World, way: str
) -> None:
    purse = spender.WAYS[way](arranged.connect("app"), 1)
    done = spender.spend(purse=purse, number=3, acts=700)
    assert done["asked"] == done["set aside"] + sum(n for name, n in done.items() if name.startswith("refused"))
    assert {"settled", "voided", "expired"} <= set(done) and any(name.startswith("refused") for name in done)
    assert budgets.overshoot(arranged.superuser(), way=way) == 0
    assert budgets.books_off(arranged.superuser()) == 0


def test_what_is_over_a_limit_is_counted_from_the_holds(arranged: World) -> None:
    purse = spender.Ours(arranged.connect("app"), 1)
    want = {"key": "a", "about": "agents.task:1", "scopes": ["agent:11", "brand:1"], "amount": 1_000}
    assert purse.reserve([want], 60) == ""
    owner = arranged.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE governance_hold SET amount_usd_micros = %s", [spender.LIMITS["agent"] + 17])
    assert budgets.overshoot(owner, way="ours") == 17
    assert budgets.books_off(owner) == 3, "the agent's budget, the brand's and the fleet's day"


def test_the_clock_stands_just_before_midnight(arranged: World) -> None:
    owner = arranged.superuser()
    budgets.near_midnight(owner, seconds=40)
    left = owner.execute(
        "SELECT extract(epoch FROM date_trunc('day', chimera_now() AT TIME ZONE 'UTC') + interval '1 day'"
        " - chimera_now() AT TIME ZONE 'UTC')"
    ).fetchone()
    assert left is not None and 20 < left[0] <= 40


def test_a_run_of_nobody_is_refused_and_a_report_is_readable() -> None:
    with pytest.raises(budgets.BadOrder, match=r"--processes is 0; it must be at least 1\."):
        budgets.Order(processes=0)
    line = {"overshoot_usd_micros": 0, "reservations_per_s": 9.0, "acts_per_s": 18.0, "looks": 4}
    table = report.purses({"processes": 2, "acts_each": 5, "books_off": 0, "ours": line, "naive": line})
    assert table.row_count == 5
