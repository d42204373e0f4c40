"""The socket for task kinds, and the values that go through it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from pydantic import BaseModel, ConfigDict

from agents.tasks.models import Task
from agents.tasks.taking import Taken
from chimera.core.calls.services import Recorder
from chimera.core.errors import Denied
from chimera.core.money import Allowance

Made = TypeVar("Made")


class CannotPropose(Denied):
    """This task cannot produce anything from what it was given; says why."""


class Params(BaseModel):
    """What a plan may set for a task of a kind: nothing, unless the kind has fields of its own, with their bounds."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Hopeless(CannotPropose):
    """Trying again would give the same and cost again: a human decides at once."""


class NotYet(CannotPropose):
    """What it needs is being made by others: it is due again after so long, and this was no try. Says how far it is."""

    def __init__(self, sentence: str, *, after_s: float) -> None:
        super().__init__(sentence)
        self.after_s = after_s


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a kind gets: values only, so that `propose` needs no database. JSON-like throughout.

    `upstream` holds the newest artifact payload of each kind that the task depends on, `inputs` what `load` read,
    `params` what the plan set for this task, checked against the kind's `params`.
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
    params: Mapping[str, Any] = field(default_factory=dict)
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` makes of this work; asked again it is the same. A request is priced first and then sent."""
        if name not in self._made:
            self._made[name] = make()
        found: Made = self._made[name]
        return found


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What came out: canonical content (no floats), and how sure the worker is, in basis points, if it knows."""

    payload: Mapping[str, Any]
    confidence_bp: int | None = None


@dataclass(frozen=True, kw_only=True)
class Landed:
    """An inward result whose task has just ended."""

    task: Taken
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An outward payload that may go out. `approval` is the review that covers it, or "judge"."""

    task: Taken
    payload: Mapping[str, Any]
    approval: str


class Kind(ABC):
    """What a task does. Stateless. `propose` touches nothing outside but models and media; `commit` may run twice.

    Tasks come in sets of one brand. A kind that leaves `load` and `evidence` alone costs no query of its own.
    """

    name: ClassVar[str]
    outward: ClassVar[bool] = False
    queue: ClassVar[str] = "think"
    params: ClassVar[type[Params]] = Params  # what a plan may set for it
    asks: ClassVar[tuple[tuple[str, ...], ...]] = ()  # of each of these, one kind has to stand before it in a plan
    signed: ClassVar[tuple[str, ...]] = ()  # fields that a signature makes others each time: a replay leaves them out
    recalls: ClassVar[bool] = False  # whether `propose` gets what was published before, as `inputs["memory"]`

    @property
    def waits(self) -> bool:
        """Whether `propose` mostly waits for the outside: then many run side by side in one process."""
        return False

    def given(self) -> dict[str, Any]:
        """What `propose` needs of how this process is set up; reads no row. Among the inputs, beside what is loaded."""
        return {}

    @property
    def loads(self) -> bool:
        """Whether `load` is to be asked: where a kind brings its own."""
        return reads(self, "load")

    def load(self, *, task: Task) -> dict[str, Any]:
        """Read what `propose` needs beyond upstream artifacts; inside a transaction."""
        return {}

    def about(self, *, work: Work) -> str:
        """For kinds that recall: the words that memories are compared with. What the goal is about, unless told."""
        return str(work.goal["trend_title"] or work.goal["wish"])

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """The most that `propose` may cost."""
        return 0

    @abstractmethod
    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Produce the artifact's content. No transaction is open. Raises CannotPropose, or Unavailable for later."""

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        """Write what inward results bring with them, in the transaction that ends their tasks.

        Returns the queues on which rows became due by it. Nothing, unless told.
        """
        return []

    def estimate_usd_micros(self) -> int:
        """What a task of this kind usually costs, for the plan's estimate."""
        return 0

    @property
    def lasts_s(self) -> int:
        """How many seconds a task of this kind usually takes, for the time that a plan needs at least."""
        return 10 if self.waits else 2

    @property
    def holds_s(self) -> int:
        """How long money of an attempt stays set aside at most; what is not settled by then counts as spent."""
        return settings.STAGE_HOLD_S

    def evidence(self, *, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
        """What the judge's snapshot of an outward payload holds beside payload, agent and soul; in a transaction."""
        return {}

    def measured(self, *, snapshot: dict[str, Any]) -> dict[str, Any]:
        """The snapshot with what policies need measured. No transaction is open; may take its time."""
        return snapshot

    def commit(self, *, accepted: Sequence[Accepted]) -> None:
        """Make accepted outward payloads rows that will go out; in a transaction, keyed by their tasks."""
        raise NotImplementedError(f"{self.name} is inward and has nothing to commit")


def reads(kind: Kind, hook: str) -> bool:
    """Whether a kind brings its own `load` or `evidence`: only then the task is read as a model."""
    return getattr(type(kind), hook) is not getattr(Kind, hook) or hook in vars(kind)


def drafted(upstream: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The words of a post among what it hangs on: written for it, dictated, or an answer; {} before that."""
    return upstream.get("draft") or upstream.get("dictated") or upstream.get("wording") or {}
