"""The gate: what a score leads to, and who else may judge a likeness. GEN-4."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from chimera.core.errors import Denied

# In basis points: where one in twenty of the own pictures that the weights were found with is drawn again, which costs
# nothing but time. What that means for other people: docs/figures.md.
PASS_BP = 6_000
DRAWS_MAX = 3  # the first, and two more
PICTURES_MAX = 12  # of one clip


class Outcome(StrEnum):
    """What becomes of a picture."""

    PASS = "pass"
    AGAIN = "draw again"
    HUMAN = "human"


class NoReference(Denied):
    """There is nothing to compare with, or nothing to compare."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found about a picture, or about the frames of a clip (the worst one counts).

    `score_bp` 0 to 10,000. `parts` are the measures in basis points, `draw` counts from 1.
    """

    outcome: Outcome
    score_bp: int
    reason: str
    draw: int = 1
    parts: dict[str, int] = field(default_factory=dict)


class VisionJudge(Protocol):
    """Whoever is shown the references and a picture: `vision.ModelJudge` asks a model of the judging tier.

    Its answer may only lower the score: a model that is wrong lets nothing pass.
    """

    def likeness_bp(self, *, picture: bytes, references: Sequence[bytes]) -> int:
        """0 (somebody else) to 10,000 (the same person). Raises Unavailable when it does not answer."""
        ...


def decided(*, score_bp: int, draw: int, handle: str, parts: dict[str, int]) -> Verdict:
    """The gate. Below it a picture is drawn again, at most twice; then a human looks."""
    if score_bp >= PASS_BP:
        outcome, reason = (
            Outcome.PASS,
            f"It looks like @{handle}: {score_bp / 10_000:.2f}, {PASS_BP / 10_000:.2f} is enough.",
        )
    else:
        weak = ", ".join(name for name, _ in sorted(parts.items(), key=lambda one: one[1])[:2])
        outcome = Outcome.AGAIN if draw < DRAWS_MAX else Outcome.HUMAN
        what = "it is drawn again" if outcome is Outcome.AGAIN else f"after {draw} drawings a human decides"
        reason = (
            f"It does not look enough like @{handle}: {score_bp / 10_000:.2f} of {PASS_BP / 10_000:.2f}, "
            f"weakest in {weak}; "
            f"{what}."
        )
    return Verdict(outcome=outcome, score_bp=score_bp, reason=reason, draw=draw, parts=parts)
