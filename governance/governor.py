"""The Resource Governor's ruling on one outward act: allow, hold for a human, or deny.

It looks at what policies may not: the trust rung, the money and the stops. Requirements: GOV-1, GOV-3, PER-5, OPS-4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from governance.controls import selectors as controls


class Ruling(StrEnum):
    """What the governor says."""

    ALLOW = "ALLOW"
    HOLD = "HOLD"
    DENY = "DENY"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A ruling with its reasons, one sentence each."""

    ruling: Ruling
    reasons: tuple[str, ...] = field(default=())


def rule(*, scopes: Sequence[str], trust_rung: str, estimate_usd_micros: int, most_usd_micros: int) -> Decision:
    """Rule on an act that will cost `estimate_usd_micros`, at most `most_usd_micros` being usual for a post."""
    control = controls.in_force(scopes=scopes).first() if scopes else None
    if control is not None:
        return Decision(ruling=Ruling.HOLD, reasons=(control.sentence,))
    if trust_rung not in ("PROBATION", "SUPERVISED", "AUTONOMOUS"):
        return Decision(ruling=Ruling.DENY, reasons=(f"The trust rung {trust_rung!r} is unknown.",))
    reasons = []
    if trust_rung == "PROBATION":
        reasons.append("The agent is on probation: every post is reviewed.")
    if estimate_usd_micros > most_usd_micros:
        reasons.append("The post would cost more than is usual; a human should agree.")
    return Decision(ruling=Ruling.HOLD if reasons else Ruling.ALLOW, reasons=tuple(reasons))
