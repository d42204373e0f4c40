"""The fleet's gate as it stands, and what the books do not explain."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from governance.budgets.models import TOTAL_DAY, Budget, FleetBudget, FleetLimit, FleetReturn


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A gate in its running window. Amounts in micros of a dollar."""

    limit: int
    reserved: int
    settled: int

    @property
    def left(self) -> int:
        """What can still be set aside."""
        return self.limit - self.reserved - self.settled


def fleet(*, day: date) -> Standing:
    """The fleet's gate on a day, what is not folded yet included. As the operator."""
    row = FleetBudget.objects.filter(day=day).first()
    back = FleetReturn.objects.filter(day=day).aggregate(held=Sum("held_usd_micros"), spent=Sum("spent_usd_micros"))
    return Standing(
        limit=row.limit_usd_micros if row else FleetLimit.objects.get().limit_usd_micros,
        reserved=(row.reserved_usd_micros if row else 0) - (back["held"] or 0),
        settled=(row.settled_usd_micros if row else 0) + (back["spent"] or 0),
    )


def unbooked_usd_micros(*, scope: str | None, brand_id: int | None, day: date | None, entered: int) -> int:
    """By how much a budget differs from what its entries add up to: nothing, always. 0 where no budget counts the same.

    `day` None is the window in total. Without a scope the brand's own budget is meant, or the fleet's. As the operator.
    """
    if scope is None and brand_id is None:
        return abs(fleet(day=day).settled - entered) if day is not None else 0
    found = Budget.objects.filter(scope=scope or f"brand:{brand_id}", day=day or TOTAL_DAY)
    row = (found.filter(brand_id=brand_id) if brand_id else found).first()
    return abs(row.settled_usd_micros - entered) if row else 0
