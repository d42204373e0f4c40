"""What a card has cost so far, what an approval will cost, and what would lower it. Requirements: REV-1, GOV-1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum

from agents.tasks.models import Task
from chimera.core import money
from chimera.core.prices import selectors as prices
from governance.budgets.models import Hold
from governance.budgets.states import HoldStatus
from publishing.posts import fees

MADE_BY = ("draft", "image")  # what a rejection that can be mended has made again


@dataclass(frozen=True, kw_only=True)
class Cost:
    """In micros of a dollar. `to_come` is what publishing asks; None where the price table does not say.

    `again` is what the draft and its image have cost: about that is asked once more when it is written again.
    """

    so_far: int
    held: int
    steps: tuple[tuple[str, int], ...]
    to_come: int | None
    again: int
    lower: tuple[str, ...]


def of(*, brand_id: int, tasks: Sequence[Task], payload: Mapping[str, Any], at: datetime) -> Cost:
    """The cost of the work of a goal, `tasks`, and of publishing this payload at `at`. One query."""
    holds = Hold.objects.filter(brand_id=brand_id, about__in=[task.subject for task in tasks])
    by_subject = {
        row["about"]: row
        for row in holds.values("about").annotate(
            spent=Sum("settled_usd_micros"), held=Sum("amount_usd_micros", filter=Q(status=HoldStatus.HELD), default=0)
        )
    }
    steps = [(task.kind, by_subject[task.subject]["spent"]) for task in tasks if task.subject in by_subject]
    fee, lower = _fee(payload, at)
    return Cost(
        so_far=sum(spent for _, spent in steps),
        held=sum(row["held"] for row in by_subject.values()),
        steps=tuple(steps),
        to_come=fee,
        again=sum(spent for kind, spent in steps if kind in MADE_BY),
        lower=tuple(lower),
    )


def _fee(payload: Mapping[str, Any], at: datetime) -> tuple[int | None, list[str]]:
    platform = str(payload.get("platform", ""))
    try:
        asked = fees.fee(platform=platform, payload=payload, at=at).usd_micros
        without = fees.fee(platform=platform, payload={**payload, "text": ""}, at=at).usd_micros
    except prices.UnknownPrice:
        return None, []
    if without >= asked:
        return asked, []
    links = ", ".join(f"“{link}”" for link in fees.links(payload=payload))
    return asked, [
        f"Without a link it would cost {money.show(without)} instead of {money.show(asked)}: "
        f"{platform} asks more for a post that has one. What it takes for a link here: {links}."
    ]
