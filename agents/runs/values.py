"""A run and its steps as values: what the selector reads, the page draws and the command prints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from agents.goals.states import GoalStatus
from agents.runs.words import Look
from agents.tasks.models import Task

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Node:
    """One step. `id` is its task, None while the plan waits; `seen` is how it looks; money in micros of a dollar."""

    key: str
    kind: str
    needs: tuple[str, ...]
    outward: bool
    id: int | None
    status: str
    seen: Look
    attempts: int
    attempts_max: int | None
    begun_at: datetime | None
    ended_at: datetime | None
    deadline: datetime
    spent_usd_micros: int
    held_usd_micros: int
    holder: str
    leased_until: datetime | None
    note: str
    params: Mapping[str, Any]
    post: Row | None
    effect: Row | None
    review: int | None  # the card that waits

    @property
    def subject(self) -> str:
        """The task's name in the record; "" before it has one."""
        return f"{Task.SUBJECT}:{self.id}" if self.id is not None else ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A goal with its steps, the planning first. `is_moving`: something may change by itself; `at`: when read."""

    goal: int
    brand: int
    agent: str
    agent_id: int
    wish: str
    cause: str
    status: str
    note: str  # why it was not begun
    plan: str  # "" before it is planned, HELD while it waits for a look, STARTED, DROPPED
    deadline: datetime
    made_at: datetime
    estimate_usd_micros: int
    retries: int
    version: int  # of a plan that waits: what an edit or a start is about; 0 without one
    revision: int  # how often such a plan was edited
    nodes: tuple[Node, ...]
    is_moving: bool
    at: datetime

    @property
    def spent_usd_micros(self) -> int:
        """So far, the fees of its posts included."""
        return sum(node.spent_usd_micros for node in self.nodes)

    @property
    def held_usd_micros(self) -> int:
        """Set aside now."""
        return sum(node.held_usd_micros for node in self.nodes)

    @property
    def is_open(self) -> bool:
        """Whether the goal can still be given up."""
        return self.status in (GoalStatus.PROPOSED, GoalStatus.ACTIVE)

    def as_json(self) -> Row:
        """For machines."""
        return {
            **asdict(self),
            "spent_usd_micros": self.spent_usd_micros,
            "held_usd_micros": self.held_usd_micros,
        }
