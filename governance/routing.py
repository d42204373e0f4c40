"""Where verdict and ruling send a task: one table.

Strictly above 0.90 acts; 0.70 to 0.90 inclusive waits for a human; strictly below 0.70 is retried, at most twice, then
a human. A hard rule overrides any score. No score, one that is none, and a worker and a judge who differ by 0.25 or
more are a human's business. Scores come in basis points, quantised down to 0.0001 once, where the verdict is made.
Thresholds can only be tightened. Drawn in docs/judging.md. Requirements: JDG-2, JDG-3, JDG-4.
"""

from dataclasses import dataclass
from enum import StrEnum

from governance.governor import Ruling
from governance.policies.base import Outcome
from governance.policies.engine import Verdict

ACT_ABOVE_BP = 9_000
RETRY_BELOW_BP = 7_000
RETRIES_MAX = 2
DISAGREE_BP = 2_500
CERTAIN_BP = 10_000


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

    def tightened(self, *, act_above_bp: int = 0, retry_below_bp: int = 0) -> "Thresholds":
        """The stricter of both, each for itself."""
        return Thresholds(
            act_above_bp=max(self.act_above_bp, act_above_bp),
            retry_below_bp=max(self.retry_below_bp, retry_below_bp),
        )


def classify(*, verdict: Verdict, thresholds: Thresholds, worker_bp: int | None = None) -> Class:
    """The verdict in one word. `worker_bp` is how sure the worker was, if it said so."""
    composite = verdict.composite_bp
    if verdict.outcome == Outcome.BLOCK:
        return Class.FAIL
    if verdict.outcome == Outcome.ESCALATE or composite is None or doubts(verdict=verdict, worker_bp=worker_bp):
        return Class.DOUBT
    if composite > thresholds.act_above_bp:
        return Class.ACT
    if composite < thresholds.retry_below_bp:
        return Class.FAIL
    return Class.DOUBT


def doubts(*, verdict: Verdict, worker_bp: int | None) -> tuple[str, ...]:
    """Why the scores themselves cannot be acted on, one sentence each; empty: they can."""
    said = verdict.composite_bp
    if said is None:
        return ("No rule gave a score.",)
    if not 0 <= said <= CERTAIN_BP:
        return (f"The judge gave a score of {said / CERTAIN_BP:.4f}, which is none.",)
    if worker_bp is None or abs(worker_bp - said) < DISAGREE_BP:
        return ()
    return (
        f"The worker was {worker_bp / CERTAIN_BP:.4f} sure and the judge {said / CERTAIN_BP:.4f}: "
        f"they differ by {DISAGREE_BP / CERTAIN_BP:.2f} or more.",
    )


def route(
    *, verdict: Verdict, ruling: Ruling, thresholds: Thresholds, retries: int, worker_bp: int | None = None
) -> Route:
    """Where the task goes. `retries` already made on its plan; when they are used up a human is asked instead."""
    way = TABLE[(classify(verdict=verdict, thresholds=thresholds, worker_bp=worker_bp), ruling)]
    if way == Route.RETRY and retries >= RETRIES_MAX:
        return Route.HUMAN
    return way
