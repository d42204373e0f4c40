"""What a post costs, and what is spent of today's limits. Requirements: OPS-6, GOV-3.

The ledger says what was spent: what was only set aside is not a cost yet.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from agents.board.figures import NONE_YET, Behind, Figure, drawn, listed
from agents.board.outcomes import Counted
from agents.board.window import Window
from chimera.core import money

COST_MAX = money.usd("0.50")
BRANDS_SHOWN = 10
COST = (
    "What the ledger says was spent in the window (model calls, fees, what was lost), for each post that went out in "
    "it. Unit: dollars a post."
)
# A day that has begun keeps the limit that it has; else what is set for the next counts.
_CAPS = """
SELECT 0, 'fleet', '', coalesce(f.limit_usd_micros, l.limit_usd_micros),
       coalesce(f.reserved_usd_micros, 0) - r.held, coalesce(f.settled_usd_micros, 0) + r.spent
  FROM governance_fleetlimit l
  LEFT JOIN governance_fleetbudget f ON f.day = %(day)s
 CROSS JOIN (SELECT coalesce(sum(held_usd_micros), 0)::bigint AS held,
                    coalesce(sum(spent_usd_micros), 0)::bigint AS spent
               FROM governance_fleetreturn WHERE day = %(day)s) r
UNION ALL
SELECT l.brand_id, l.scope, b.slug, coalesce(u.limit_usd_micros, l.limit_usd_micros),
       coalesce(u.reserved_usd_micros, 0), coalesce(u.settled_usd_micros, 0)
  FROM governance_budgetlimit l JOIN core_brand b ON b.id = l.brand_id
  LEFT JOIN governance_budget u ON u.brand_id = l.brand_id AND u.scope = l.scope AND u.day = %(day)s
 WHERE l."window" = 'day' AND l.scope LIKE ANY (%(scopes)s)
"""


@dataclass(frozen=True, kw_only=True)
class Cap:
    """One scope's day (UTC). Amounts in micros of a dollar."""

    brand_id: int
    scope: str
    brand: str
    limit: int
    reserved: int
    settled: int

    @property
    def left(self) -> int:
        """What can still be set aside."""
        return self.limit - self.reserved - self.settled

    @property
    def name(self) -> str:
        """As people know it."""
        return "the fleet" if self.scope == "fleet" else f"brand {self.brand}" if self.is_brand else self.scope

    @property
    def is_brand(self) -> bool:
        """Whether it is a brand's own."""
        return self.scope.startswith("brand:")

    @property
    def share(self) -> float:
        """Spent and set aside, of the limit; 1 where the limit is nothing."""
        return (self.reserved + self.settled) / self.limit if self.limit else 1.0

    @property
    def address(self) -> str:
        """The page of the limit."""
        if self.scope == "fleet":
            return listed("governance/fleetlimit")
        return listed("governance/budgetlimit", scope__exact=self.scope, window__exact="day")

    @property
    def said(self) -> str:
        """In words."""
        aside = f", {money.show(self.reserved)} set aside" if self.reserved else ""
        return f"{money.show(self.settled)} of {money.show(self.limit)} spent{aside}"

    @property
    def bar(self) -> str:
        """How long its bar is, of a hundred."""
        return f"{min(1.0, self.share) * 100:.1f}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        amounts = {
            "limit_usd_micros": self.limit,
            "reserved_usd_micros": self.reserved,
            "settled_usd_micros": self.settled,
        }
        return {"scope": self.scope, "brand": self.brand, **amounts}


def caps(*, day: date, kinds: tuple[str, ...] = ("brand",)) -> list[Cap]:
    """The fleet's day, then those of every brand (or agent) with a limit. One query; at the desk."""
    values: dict[str, Any] = {"day": day, "scopes": [f"{kind}:%" for kind in kinds]}
    with connection.cursor() as cursor:
        cursor.execute(_CAPS, values)
        return [
            Cap(brand_id=row[0], scope=row[1], brand=row[2], limit=row[3], reserved=row[4], settled=row[5])
            for row in cursor.fetchall()
        ]


def shown(found: list[Cap]) -> list[Cap]:
    """The fleet, and the brands that have used most of theirs."""
    brands = sorted((cap for cap in found if cap.is_brand), key=lambda cap: (-cap.share, cap.brand))
    return [*(cap for cap in found if not cap.is_brand), *brands[:BRANDS_SHOWN]]


def figure(*, window: Window, entries: Counted, posts: int) -> Figure:
    """Cost per post."""
    spent = entries.some
    each = spent / posts if posts else None
    went = listed("publishing/post", status__exact="PUBLISHED", **window.within("published_at"))
    parts = window.spread({n: micros / money.MICROS_PER_USD for n, micros in entries.of_them.items()}, empty=0)
    return Figure(
        name="cost_per_post",
        title="Cost per post",
        value=each,
        unit="USD micros",
        said=NONE_YET if each is None else money.show(round(each / 100) * 100),
        formula=COST,
        goal="less than $0.50",
        is_met=None if each is None else each < COST_MAX,
        behind=(
            Behind(
                count=entries.count,
                what=f"ledger entries ({money.show(spent)})",
                address=listed("governance/entry", **window.within("at")),
            ),
            Behind(count=posts, what="posts", address=went),
        ),
        drawing=drawn(parts, what=f"Dollars spent in {window.words}"),
    )
