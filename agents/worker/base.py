"""The socket for task kinds, and the values that go through it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from agents.tasks.models import Task
from chimera.core.calls.services import Recorder
from chimera.core.errors import Denied
from chimera.core.money import Allowance


class CannotPropose(Denied):
    """This task cannot produce anything from what it was given; says why."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a kind gets: values only, so that `propose` needs no database. JSON-like throughout.

    `upstream` holds the newest artifact payload of each kind that the task depends on, `inputs` what `load` read.
    """

    subject: str
    brand_id: int
    fence: int
    kind: str
    agent: Mapping[str, Any]
    soul: Mapping[str, Any]
    goal: Mapping[str, Any]
    upstream: Mapping[str, Mapping[str, Any]]
    feedback: tuple[Mapping[str, Any], ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What came out: canonical content (no floats), and how sure the worker is, in basis points, if it knows."""

    payload: Mapping[str, Any]
    confidence_bp: int | None = None


class Kind(ABC):
    """What a task does. Stateless. `propose` touches nothing outside but models and media; `commit` may run twice."""

    name: ClassVar[str]
    outward: ClassVar[bool] = False
    queue: ClassVar[str] = "think"

    def load(self, *, task: Task) -> dict[str, Any]:
        """Read what `propose` needs beyond upstream artifacts; inside a transaction."""
        return {}

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """The most that `propose` may cost."""
        return 0

    @abstractmethod
    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Produce the artifact's content. No transaction is open. Raises CannotPropose, or Unavailable for later."""

    def land(self, *, task: Task, payload: Mapping[str, Any]) -> None:
        """Write what an inward result brings with it, in the transaction that ends the task. Nothing, unless told."""
        return

    def estimate_usd_micros(self) -> int:
        """What a task of this kind usually costs, for the plan's estimate."""
        return 0

    def commit(self, *, task: Task, payload: Mapping[str, Any], approval: str) -> None:
        """Make an accepted outward payload a row that will go out; in a transaction, keyed by the task."""
        raise NotImplementedError(f"{self.name} is inward and has nothing to commit")
