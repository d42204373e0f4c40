"""Money as integers: one dollar is 1,000,000 micros. Requirements: GOV-1, GOV-2."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from chimera.core.errors import Denied

MICROS_PER_USD = 1_000_000


class AllowanceExceeded(Denied):
    """A call would cost more than the caller holds; nothing was spent."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """The part of a hold that a call may use. The seams below the governor refuse beyond it."""

    hold_key: str
    amount_usd_micros: int

    def require(self, *, amount_usd_micros: int, what: str) -> None:
        """Raise AllowanceExceeded when `what` could cost more than is held."""
        if amount_usd_micros > self.amount_usd_micros:
            raise AllowanceExceeded(
                f"{what} may cost up to {show(amount_usd_micros)}, but only {show(self.amount_usd_micros)} "
                f"is held under {self.hold_key}; reserve more before calling"
            )


def usd(amount: str) -> int:
    """Micros of a decimal dollar text: usd("0.015") == 15_000."""
    return int((Decimal(amount) * MICROS_PER_USD).to_integral_value(rounding=ROUND_HALF_EVEN))


def show(amount_usd_micros: int) -> str:
    """Dollars for people, never rounded to nothing: $0.015, $12.00."""
    text = f"{Decimal(amount_usd_micros) / MICROS_PER_USD:.6f}".rstrip("0")
    whole, _, part = text.partition(".")
    return f"${whole}.{part.ljust(2, '0')}"
