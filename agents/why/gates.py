"""The gates in the order in which work meets them, and what is said of one. Requirements: OPS-4, GOV-3."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices


class Weight(TextChoices):
    """How bad a gate is. The worst first."""

    STANDS = "stands", "stands until somebody acts"
    ASKS = "asks", "waits for an answer"
    WAITS = "waits", "opens by itself"
    QUIET = "quiet", "nothing to do"
    OPEN = "open", "goes on"


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One place at which work can be held."""

    name: str
    title: str
    weight: Weight


_GATES = (
    ("agent_stopped", "The agent is stopped", Weight.STANDS),
    ("stopped", "A stop above it", Weight.STANDS),
    ("quarantine", "Quarantine after a restore", Weight.STANDS),
    ("account", "Account", Weight.STANDS),
    ("no_budget", "No budget", Weight.STANDS),
    ("budget", "Budget used up", Weight.WAITS),
    ("day_full", "Its day is full", Weight.QUIET),
    ("no_trend", "No fresh trend", Weight.QUIET),
    ("no_goal", "Trends, but no goal", Weight.WAITS),
    ("no_plan", "A goal without a plan", Weight.WAITS),
    ("deadline", "Its time is over", Weight.WAITS),
    ("circuit", "Circuit open", Weight.WAITS),
    ("no_worker", "No worker", Weight.STANDS),
    ("again", "Tried again later", Weight.WAITS),
    ("lease", "In a worker's hands", Weight.OPEN),
    ("human", "Waits for a human", Weight.ASKS),
    ("rung", "On probation", Weight.ASKS),
    ("quiet_hours", "Quiet hours", Weight.WAITS),
    ("quota", "Quota used up", Weight.WAITS),
    ("platform", "The platform says later", Weight.WAITS),
    ("grant_key", "Grant key missing", Weight.STANDS),
    ("doubt", "Perhaps sent already", Weight.ASKS),
    ("stuck", "A goal that nothing moves", Weight.STANDS),
    ("open", "Nothing in the way", Weight.OPEN),
)
GATES = {name: Gate(name=name, title=title, weight=weight) for name, title, weight in _GATES}
PLACES = {name: place for place, name in enumerate(GATES)}
WEIGHTS = {weight: place for place, weight in enumerate(Weight)}


@dataclass(frozen=True, kw_only=True)
class Act:
    """What clears a gate: a service (`does`: "resume", "account", "goals", "cancel"), or a page (`sees`, a subject).

    `values` are what the service is told; `asks_why` where it keeps a reason.
    """

    words: str
    does: str = ""
    sees: str = ""
    values: dict[str, str] = field(default_factory=dict)
    asks_why: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """One gate that holds one agent, as a sentence."""

    gate: Gate
    sentence: str
    weight: Weight
    act: Act | None = None


@dataclass(frozen=True, kw_only=True)
class Why:
    """One agent and its first gate."""

    agent_id: int
    handle: str
    brand: str
    rung: str
    found: Found

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        act = self.found.act
        return {
            "agent": self.handle,
            "id": self.agent_id,
            "brand": self.brand,
            "rung": self.rung,
            "gate": self.found.gate.name,
            "weight": self.found.weight.value,
            "sentence": self.found.sentence,
            "clears": act and {"words": act.words, "does": act.does, "sees": act.sees, "values": act.values},
        }


def found(name: str, sentence: str, act: Act | None = None) -> Found:
    """What holds at the gate of this name."""
    return Found(gate=GATES[name], sentence=sentence, act=act, weight=GATES[name].weight)
