"""The socket for judge policies, and the values that come out of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

Snapshot = Mapping[str, Any]  # see agents.worker.evidence for its shape


class Outcome(IntEnum):
    """What a finding asks for; the greater, the worse."""

    PASS = 0
    ESCALATE = 1  # a human should look
    BLOCK = 2  # may not go out as it is


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one policy says. `score_bp`: hundredths of a per cent, 0 to 10,000, for scored policies only."""

    policy: str
    outcome: Outcome
    reason: str
    score_bp: int | None = None
    span: str = ""
    about: str = "draft"  # the kind of the upstream task that a retry would re-open
    told: str = ""  # what that task is told, where the reason quotes somebody else's words

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the verdict."""
        return {
            "policy": self.policy,
            "outcome": self.outcome.name,
            "reason": self.reason,
            "score_bp": self.score_bp,
            "span": self.span,
            "about": self.about,
        }


class Policy(ABC):
    """One rule. Stateless; deterministic for the same snapshot."""

    name: ClassVar[str]
    scored: ClassVar[bool] = False

    @abstractmethod
    def check(self, *, snapshot: Snapshot) -> Finding:
        """Look at the snapshot. May raise: the engine turns that into an escalation."""

    def finding(self, outcome: Outcome, reason: str, **more: Any) -> Finding:
        """A finding in this policy's name."""
        return Finding(policy=self.name, outcome=outcome, reason=reason, **more)

    def passed(self, reason: str) -> Finding:
        """Nothing to object."""
        return self.finding(Outcome.PASS, reason)

    def score(self, *, score_bp: int, reason: str) -> Finding:
        """A scored finding; it passes by itself, the composite decides."""
        return self.finding(Outcome.PASS, reason, score_bp=max(0, min(10_000, score_bp)))


def outward_words(snapshot: Snapshot) -> Iterator[str]:
    """Every text that people will see: the post's, the descriptions of its images, and what a writer put on them."""
    payload = snapshot["payload"]
    yield payload["text"]
    for image in payload.get("media", ()):
        yield image["alt"]
    yield from snapshot.get("drawn", ())
