"""What makings cost, before: as an estimate of a plan; and the bound of the default tier. GEN-7, GOV-1."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from chimera.core import clock, money, registry
from chimera.core.errors import Denied
from chimera.core.prices import selectors as prices
from publishing.media.making.base import Cost, Maker, Request


class OverTier(Denied):
    """The post would cost more than the default tier allows. Names that gate; nothing was begun."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One making of a plan, at its worst."""

    maker: str
    model: str
    cost: Cost
    usd_micros: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a post costs all in: its makings at their worst, and `besides_usd_micros` (words, judge, fees)."""

    lines: tuple[Line, ...]
    besides_usd_micros: int

    @property
    def usd_micros(self) -> int:
        """All of it."""
        return sum(line.usd_micros for line in self.lines) + self.besides_usd_micros


def line(*, maker: str, request: Request, model: str = "") -> Line:
    """What one request costs at most, now. Raises NotOnSwitchboard, CannotMake, UnknownPrice."""
    found = registry.get("MAKERS", maker, Maker)
    chosen = model or found.model
    cost = found.cost(request=request, model=chosen)
    usd_micros = prices.cost_usd_micros(item=cost.item, at=clock.now(), count=cost.count)
    return Line(maker=maker, model=chosen, cost=cost, usd_micros=usd_micros)


def estimate(*, steps: Sequence[tuple[str, Request]], besides_usd_micros: int = 0) -> Estimate:
    """What a plan's makings cost together: (maker, request) of each. Raises as `line`."""
    lines = tuple(line(maker=maker, request=request) for maker, request in steps)
    return Estimate(lines=lines, besides_usd_micros=besides_usd_micros)


def is_within_tier(*, estimate: Estimate) -> bool:
    """Whether a post costs less than STUDIO_POST_MAX_USD."""
    return estimate.usd_micros < money.usd(settings.STUDIO_POST_MAX_USD)


def require_default_tier(*, estimate: Estimate) -> None:
    """Return when a post is within its tier. Raises OverTier, which names the gate."""
    if not is_within_tier(estimate=estimate):
        most = money.usd(settings.STUDIO_POST_MAX_USD)
        parts = ", ".join(f"{one.maker} {money.show(one.usd_micros)}" for one in estimate.lines)
        raise OverTier(
            f"The default tier of a post ends below {money.show(most)}, and this one would cost "
            f"{money.show(estimate.usd_micros)} ({parts}, besides {money.show(estimate.besides_usd_micros)}). Make it "
            "with a cheaper model or a shorter clip, or have the longer one asked for."
        )
