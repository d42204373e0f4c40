"""The socket for stores of memories, and the values that go through it. They are the same over MCP."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chimera.core.errors import Unavailable
from chimera.core.taint import Tainted

TEXT_MAX = 10_000  # characters of one memory or question
ITEMS_MAX = 200  # of one call


class StoreFailed(Unavailable):
    """The store did not take or give everything that it was asked for; asking again is safe."""


class Value(BaseModel):
    """What goes through the socket: nothing beyond its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Value):
    """One post to remember. `origin` says whose words it rests on; empty: the operator's own and nobody else's."""

    post_id: int = Field(gt=0)
    agent_id: int = Field(gt=0)
    at: datetime
    text: str = Field(max_length=TEXT_MAX)
    origin: str = Field(default="", max_length=1_000)


class Ask(Value):
    """What one prompt wants to know: the `count` memories most like `text`, and all of the last `recent_s` seconds.

    `agent_id` 0 asks the whole brand.
    """

    agent_id: int = Field(ge=0)
    text: str = Field(max_length=TEXT_MAX)
    count: int = Field(default=5, ge=0, le=100)
    recent_s: float = Field(default=0.0, ge=0.0, le=86_400.0)
    recent_max: int = Field(default=20, ge=0, le=100)


class Memory(Value):
    """A post as it is remembered. `similarity_bp`: hundredths of a per cent of the cosine, where it was asked for."""

    post_id: int
    agent_id: int
    at: datetime
    text: str
    origin: str = ""
    similarity_bp: int | None = None

    @property
    def words(self) -> Tainted | str:
        """The text, with its origin where it rests on somebody else's words: from outside once is from outside."""
        return Tainted(self.text, self.origin) if self.origin else self.text


class Recalled(Value):
    """The answer to one question: newest first, and most alike first. One post may stand in both."""

    recent: tuple[Memory, ...] = ()
    alike: tuple[Memory, ...] = ()


class Store(ABC):
    """Where memories stand. Stateless towards its callers; every call is about one brand and sees no other.

    A store holds of a post what it was told last; told twice it holds it once. It is never called in a transaction
    unless it says so.
    """

    @abstractmethod
    def keep(self, *, brand_id: int, items: Sequence[Item]) -> list[int]:
        """Keep these, at most ITEMS_MAX; returns the posts that are there now, without those forgotten meanwhile.

        Raises StoreFailed when it cannot have all of them.
        """

    @abstractmethod
    def recall(self, *, brand_id: int, asks: Sequence[Ask]) -> list[Recalled]:
        """An answer to each question, in order. Never fewer memories than there are, up to what was asked for."""

    @abstractmethod
    def forget(self, *, brand_id: int, post_ids: Sequence[int]) -> int:
        """Delete what is kept of these posts; returns how many there were. Raises StoreFailed."""
