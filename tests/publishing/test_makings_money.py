"""The money of makings while their servers are away. GEN-7, GOV-1."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chimera.core import tenancy
from governance.budgets import services as budgets
from governance.models import Budget
from tests.conftest import ALPHA, World
from tests.publishing.studio_world import Providers, Servers, providers, serving
from tests.publishing.test_makings import ask, money, step

pytestmark = pytest.mark.spec("GOV-1")


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Providers]:
    with providers(tmp_path / "media") as made:
        yield made


@pytest.fixture
def servers(world: World, found: Providers, tmp_path: Path) -> Iterator[Servers]:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        for scope in ("brand:1", "agent:7"):
            budgets.set_limit(brand_id=ALPHA, scope=scope, limit_usd_micros=5_000_000)
    with serving(found, tmp_path) as made:
        yield made


@pytest.mark.spec("GEN-7")
def test_money_of_a_clip_whose_server_was_away_for_a_day_stays_set_aside_and_is_settled(
    world: World, found: Providers, servers: Servers
) -> None:
    ask()
    assert step(world, times=3).status == "RUNNING"
    servers.stop("runway")
    assert step(world, after="25 hours").status == "RUNNING"
    assert budgets.end_abandoned() == 0
    assert money() == [("HELD", 250_000, 0)]
    servers.start("runway")
    made = step(world)
    assert (made.status, made.spent_usd_micros) == ("MADE", 250_000)
    assert money() == [("SETTLED", 250_000, 250_000)]
    with tenancy.brand(ALPHA, actor="test:look"):
        spent = Budget.objects.filter(scope="brand:1").values_list("reserved_usd_micros", "settled_usd_micros")
        assert list(spent) == [(0, 250_000)]


def test_what_was_paid_on_no_money_is_told_as_an_error(
    world: World, found: Providers, servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    ask()
    runs = step(world)
    with tenancy.brand(ALPHA, actor="test:breaks"):
        assert budgets.void(key=runs.hold_key)
    assert step(world, times=3).status == "MADE"
    assert "nothing was set aside for it any more: the books lack it" in caplog.text
