"""Where verdict and ruling send a task: one table.

Strictly above 0.90 acts; 0.70 to 0.90 inclusive waits for a human; strictly below 0.70 is retried, at most twice, then
a human. A hard rule overrides any score, no score is a human's business, thresholds can only be tightened.
Requirements: JDG-2, JDG-3.
"""

from dataclasses import dataclass
from enum import StrEnum

from governance.governor import Ruling
from governance.policies.base import Outcome
from governance.policies.engine import Verdict

ACT_ABOVE_BP = 9_000
RETRY_BELOW_BP = 7_000
RETRIES_MAX = 2


class Route(StrEnum):
    """The four ways on."""

    ACCEPT = "ACCEPT"
    HUMAN = "HUMAN"
    RETRY = "RETRY"
    REJECT = "REJECT"


class Class(StrEnum):
    """A verdict in one word."""

    ACT = "ACT"
    DOUBT = "DOUBT"
    FAIL = "FAIL"


TABLE: dict[tuple[Class, Ruling], Route] = {
    (Class.ACT, Ruling.ALLOW): Route.ACCEPT,
    (Class.ACT, Ruling.HOLD): Route.HUMAN,
    (Class.ACT, Ruling.DENY): Route.REJECT,
    (Class.DOUBT, Ruling.ALLOW): Route.HUMAN,
    (Class.DOUBT, Ruling.HOLD): Route.HUMAN,
    (Class.DOUBT, Ruling.DENY): Route.REJECT,
    (Class.FAIL, Ruling.ALLOW): Route.RETRY,
    (Class.FAIL, Ruling.HOLD): Route.RETRY,
    (Class.FAIL, Ruling.DENY): Route.REJECT,
}


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Basis points. `tightened` never returns looser ones than it was given."""

    act_above_bp: int = ACT_ABOVE_BP
    retry_below_bp: int = RETRY_BELOW_BP

    def tightened(self, *, act_above_bp: int) -> "Thresholds":
        """The stricter of both."""
        return Thresholds(act_above_bp=max(self.act_above_bp, act_above_bp), retry_below_bp=self.retry_below_bp)


def classify(*, verdict: Verdict, thresholds: Thresholds) -> Class:
    """The verdict in one word."""
    if verdict.outcome == Outcome.BLOCK:
        return Class.FAIL
    if verdict.outcome == Outcome.ESCALATE or verdict.composite_bp is None:
        return Class.DOUBT
    if verdict.composite_bp > thresholds.act_above_bp:
        return Class.ACT
    if verdict.composite_bp < thresholds.retry_below_bp:
        return Class.FAIL
    return Class.DOUBT


def route(*, verdict: Verdict, ruling: Ruling, thresholds: Thresholds, retries: int) -> Route:
    """Where the task goes. `retries` already made on its plan; when they are used up a human is asked instead."""
    way = TABLE[(classify(verdict=verdict, thresholds=thresholds), ruling)]
    if way == Route.RETRY and retries >= RETRIES_MAX:
        return Route.HUMAN
    return way
