"""Which price holds at a moment, and what a number of units costs."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from chimera.core.errors import Denied

TABLE = Path(__file__).with_name("table.toml")
NANOS_PER_USD = 1_000_000_000
NANOS_PER_MICRO = 1_000


class UnknownPrice(Denied):
    """Nobody has said what this costs; what has no price is not bought."""


class BadPrices(UnknownPrice):
    """The operator's own prices cannot be read: then nobody has said what anything costs."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What `per` units of an item cost, in billionths of a dollar, from a day on (00:00 UTC)."""

    item: str
    usd_nanos: int
    per: int
    effective_from: date
    source: str

    def cost_usd_micros(self, *, count: int = 1) -> int:
        """What `count` units cost, in micros of a dollar, rounded up: what is set aside is never too little."""
        return -(-self.usd_nanos * count // (self.per * NANOS_PER_MICRO))


def read(text: str) -> Mapping[str, tuple[Price, ...]]:
    """The lines of a table by item, newest first. Raises ValueError for a line that says nothing exact."""
    found: dict[str, list[Price]] = {}
    for line in tomllib.loads(text)["prices"]:
        for key, usd in line["usd"].items():
            item, per = f"{line['of']}:{key}", line.get("per", 1)
            nanos = Decimal(usd) * NANOS_PER_USD
            if nanos != int(nanos) or nanos < 0 or per < 1 or not line["source"].strip():
                raise ValueError(
                    f"{item} from {line['effective_from']}: {usd!r} for {per} is no exact price with a source"
                )
            made = Price(
                item=item, usd_nanos=int(nanos), per=per, effective_from=line["effective_from"], source=line["source"]
            )
            if any(one.effective_from == made.effective_from for one in found.get(item, ())):
                raise ValueError(f"{item} has two prices from {made.effective_from}")
            found.setdefault(item, []).append(made)
    return MappingProxyType(
        {item: tuple(sorted(lines, key=lambda one: one.effective_from, reverse=True)) for item, lines in found.items()}
    )


def table() -> Mapping[str, tuple[Price, ...]]:
    """The table of this version, what platforms bring along and the operator's own lines (PRICES_FILE), read once."""
    return _whole(settings.PRICES_FILE, settings.PLATFORM_FILES)


@lru_cache(maxsize=4)
def _whole(more: str, brought: tuple[Path, ...] = ()) -> Mapping[str, tuple[Price, ...]]:
    """`brought`: files of platforms that bring their prices along; the operator's lines come after them."""
    own = TABLE.read_text(encoding="utf-8") + "".join(f"\n{_prices_of(path)}" for path in brought)
    if not more:
        return read(own)
    try:
        return read(f"{own}\n{Path(more).read_text(encoding='utf-8')}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise BadPrices(
            f"PRICES_FILE ({more}) cannot be read as prices ({type(error).__name__}: {error}); nothing was bought. "
            "Write it like chimera/core/prices/table.toml, or unset it."
        ) from error


def _prices_of(path: Path) -> str:
    """The lines of prices in a platform's file: they come after everything else there."""
    _, mark, lines = path.read_text(encoding="utf-8").partition("[[prices]]")
    return mark + lines


def price(*, item: str, at: datetime, among: Mapping[str, tuple[Price, ...]] | None = None) -> Price:
    """The price of an item that holds at `at`. Raises UnknownPrice."""
    day = at.astimezone(UTC).date()
    lines = (table() if among is None else among).get(item, ())
    for one in lines:
        if one.effective_from <= day:
            return one
    raise _unknown(item, f" before {lines[-1].effective_from}" if lines else "")


def most_usd_micros(*, item: str, count: int = 1) -> int:
    """`count` units at the dearest price that the table has, of whatever day: an estimate that depends on no clock."""
    if not (lines := table().get(item)):
        raise _unknown(item, "")
    return max(one.cost_usd_micros(count=count) for one in lines)


def _unknown(item: str, begins: str) -> UnknownPrice:
    return UnknownPrice(
        f"No price of {item} is known{begins}; nothing was bought. Add it to chimera/core/prices/table.toml or to "
        f"PRICES_FILE, with the day from which it holds and its source."
    )


def cost_usd_micros(*, item: str, at: datetime, count: int = 1) -> int:
    """What `count` units of an item cost at `at`, rounded up to a micro of a dollar. Raises UnknownPrice."""
    return price(item=item, at=at).cost_usd_micros(count=count)
