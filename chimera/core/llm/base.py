"""The socket for model providers, and the values that go through it.

A provider gets a rendered prompt *and* the variables it was rendered from; it answers with a value that fits
the schema, or with a failure as a value. It may spend no more than the allowance that its caller holds.
Requirements: GEN-1, GEN-2, GOV-1.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel

from chimera.core import taint
from chimera.core.errors import Unavailable
from chimera.core.llm import pictures as shown
from chimera.core.llm.pictures import Picture
from chimera.core.money import Allowance


class Why(StrEnum):
    """Why an answer holds no value. What is none of these is a sentence of the offline writer."""

    REFUSED = "refused"  # the model said no; asking again gets the same
    CUT_OFF = "cut_off"  # it ran out of tokens
    MISFIT = "misfit"  # it does not fit the schema: repaired once
    REJECTED = "rejected"  # the provider takes no such request: another one may
    DOWN = "down"  # in records only: nobody answered


class NoAnswer(Unavailable):
    """The provider did not answer. What it may have cost anyway is counted as spent."""

    def __init__(self, sentence: str, *, model: str = "", cost_usd_micros: int = 0, latency_ms: int = 0) -> None:
        super().__init__(sentence)
        self.model, self.cost_usd_micros, self.latency_ms = model, cost_usd_micros, latency_ms


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to a model. `purpose` names the work ("draft"); `tier` the class of model wanted.

    `origin` says whose words the prompt quotes besides ours; what is made of them is theirs too (`Answer.outside`).
    `pictures` are shown before the prompt, in their order. Raises BadPictures for too many of them.
    """

    purpose: str
    tier: str  # plan | write | judge | read
    prompt: str
    prompt_hash: str
    variables: Mapping[str, Any]
    schema: type[BaseModel]
    output_tokens_max: int = 1024
    origin: str = ""
    timeout_s: float | None = None  # of one call; None: as the settings say
    pictures: tuple[Picture, ...] = ()

    def __post_init__(self) -> None:
        """Keep to the bounds of pictures."""
        shown.require_few(self.pictures)

    def recorded(self) -> dict[str, Any]:
        """What is kept of the question: of a picture its hash."""
        kept = {"prompt": self.prompt, "variables": dict(self.variables)}
        return {**kept, "pictures": [one.sha256 for one in self.pictures]} if self.pictures else kept


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. Exactly one of `value` and `failure` is set; usage is kept either way.

    `input_tokens` are all that were read; those from and into the provider's cache are counted once more by themselves.
    """

    value: BaseModel | None
    failure: str | None
    provider: str
    model: str
    offline: bool
    why: str = ""  # one of Why when there is no value
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd_micros: int = 0
    latency_ms: int = 0
    origin: str = ""

    def outside(self) -> Any:
        """The value as plain values, every text in it as Tainted with the question's origin; None without a value."""
        plain = self.value.model_dump(mode="json") if self.value is not None else None
        return _marked(plain, self.origin) if self.origin else plain


def _marked(value: Any, origin: str) -> Any:
    if isinstance(value, str):
        return taint.Tainted(value, origin)
    if isinstance(value, dict):
        return {key: _marked(inner, origin) for key, inner in value.items()}
    return [_marked(inner, origin) for inner in value] if isinstance(value, list) else value


class Provider(ABC):
    """A model provider. Stateless between calls; clients are made lazily, once per process."""

    name: ClassVar[str]
    outside: ClassVar[bool] = True  # False: answers in this process, so it has no outages and no circuit
    sees: ClassVar[bool] = False  # whether a request may hold pictures

    @property
    def maker(self) -> str:
        """Whose models answer: a writer and a judge of one maker are one."""
        return self.name

    def missing(self, *, tier: str) -> str:
        """What has to be set before it can be asked in this tier, as a sentence; empty: nothing."""
        return ""

    def usual_usd_micros(self, *, tier: str, tokens: tuple[int, int]) -> int:
        """What so many tokens read and written cost now, for estimates."""
        return 0

    @abstractmethod
    def worst_case_usd_micros(self, *, request: Request) -> int:
        """The most that `complete` may cost for this request."""

    @abstractmethod
    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        """Answer the request within the allowance. Raises money.AllowanceExceeded before spending beyond it."""
