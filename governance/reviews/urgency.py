"""What should be looked at first: value x risk, fading with the time that is left.

value x risk x exp(-time left / tau) orders cards the same at every moment as `urgent_at` = deadline - tau x ln(value x
risk), and that is a column: it is written once and an index gives the order. Pure. Requirements: REV-6.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

# What a wrong answer, or none, would cost: something may be live twice; a rule objects; a retry did not help.
RISKS = {"in_doubt": 4.0, "by_hand": 4.0, "rule": 2.0, "retries": 1.5, "sample": 0.25}
SPONSORED = 2.0  # somebody waits for it who paid


def value(*, snapshot: Mapping[str, Any]) -> float:
    """What is lost when it is too late: one to two by how much the story is the persona's, twice that when paid for."""
    relevance = snapshot.get("trend", {}).get("relevance_bp") or 0
    paid = snapshot.get("payload", {}).get("sponsorship", "none") != "none"
    return (1 + relevance / 10_000) * (SPONSORED if paid else 1.0)


def risk(*, kind: str, snapshot: Mapping[str, Any]) -> float:
    """By why a human is asked, more the lower the judge's score; without a score as for the middle of it."""
    composite = snapshot.get("verdict", {}).get("composite_bp")
    return RISKS.get(kind, 1.0) * (2 - (5_000 if composite is None else composite) / 10_000)


def urgent_at(*, kind: str, snapshot: Mapping[str, Any], deadline: datetime, tau_s: float) -> datetime:
    """The moment that the card is sorted by: its deadline, earlier the more it weighs."""
    weight = value(snapshot=snapshot) * risk(kind=kind, snapshot=snapshot)
    return deadline - timedelta(seconds=tau_s * math.log(weight))
