"""What the tests of money need: limits as the operator sets them, holds, and the books counted from outside."""

import json
from collections.abc import Sequence
from datetime import date

from chimera.bench import budgets as bench
from chimera.core import tenancy
from chimera.core.money import Allowance
from governance.budgets import selectors
from governance.budgets import services as budgets
from governance.budgets.models import Window
from tests.conftest import ALPHA, World

BRAND = f"brand:{ALPHA}"
AGENT, CAMPAIGN, FLEET = "agent:7", "campaign:3", "fleet"


def limit(world: World, scope: str, amount: int, *, window: Window = Window.DAY, brand_id: int = ALPHA) -> None:
    """As the operator; of the fleet too."""
    with world.role("operator"), tenancy.brand(brand_id, actor="user:ada"):
        if scope == FLEET:
            budgets.set_fleet_limit(limit_usd_micros=amount)
        else:
            budgets.set_limit(brand_id=brand_id, scope=scope, limit_usd_micros=amount, window=window)


def reserve(
    key: str, amount: int, scopes: Sequence[str] = (BRAND,), *, brand_id: int = ALPHA, lasts_s: int = 3600
) -> Allowance:
    """One hold, in a transaction of its own."""
    with tenancy.brand(brand_id, actor="worker:test"):
        return budgets.reserve(
            key=key, about=f"agents.task:{key}", scopes=scopes, amount_usd_micros=amount, lasts_s=lasts_s
        )


def settle(key: str, amount: int, *, brand_id: int = ALPHA) -> bool:
    """In a transaction of its own."""
    with tenancy.brand(brand_id, actor="worker:test"):
        return budgets.settle(key=key, amount_usd_micros=amount)


def void(key: str) -> bool:
    """In a transaction of its own."""
    with tenancy.brand(ALPHA, actor="worker:test"):
        return budgets.void(key=key)


def fleet(world: World, day: date) -> tuple[int, int]:
    """What the fleet has reserved and settled on a day, as the desk sees it."""
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        standing = selectors.fleet(day=day)
    return standing.reserved, standing.settled


def books_off(world: World) -> int:
    """Budgets, holds and days that do not agree; past every policy."""
    return bench.books_off(world.superuser())


def refused_gate(error: BaseException) -> str:
    """The scope in the detail of the database's own refusal."""
    return str(json.loads(error.diag.message_detail)["scope"])  # type: ignore[attr-defined]
