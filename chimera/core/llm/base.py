"""The socket for model providers, and the values that go through it.

A provider gets a rendered prompt *and* the variables it was rendered from; it answers with a value that fits
the schema, or with a failure as a value. It may spend no more than the allowance that its caller holds.
Requirements: GEN-1, GEN-2, GOV-1.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel

from chimera.core.money import Allowance


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to a model. `purpose` names the work ("draft"); `tier` the class of model wanted."""

    purpose: str
    tier: str  # plan | write | judge | read
    prompt: str
    prompt_hash: str
    variables: Mapping[str, Any]
    schema: type[BaseModel]
    output_tokens_max: int = 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. Exactly one of `value` and `failure` is set; usage is kept either way."""

    value: BaseModel | None
    failure: str | None
    provider: str
    model: str
    offline: bool
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd_micros: int = 0
    latency_ms: int = 0


class Provider(ABC):
    """A model provider. Stateless between calls; clients are made lazily, once per process."""

    name: ClassVar[str]
    outside: ClassVar[bool] = True  # False: answers in this process, so it has no outages and no circuit

    @abstractmethod
    def worst_case_usd_micros(self, *, request: Request) -> int:
        """The most that `complete` may cost for this request."""

    @abstractmethod
    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        """Answer the request within the allowance. Raises money.AllowanceExceeded before spending beyond it."""
