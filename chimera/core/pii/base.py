"""What is looked for, what a find is, and the socket for rooms that keep what strangers wrote (SAF-2)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """The kinds of private things. The value is what stands between the brackets of the mask."""

    SECRET = "secret"
    IBAN = "IBAN"
    CARD = "card"
    EMAIL = "e-mail"
    PHONE = "phone"
    ADDRESS = "address"

    @property
    def mask(self) -> str:
        """What stands in the text instead: always the same for the kind, so that it tells nothing."""
        return f"[{self.value}]"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A find: `text[start:end]` is private."""

    start: int
    end: int
    kind: Kind


class Keeper(ABC):
    """One line of KEEPERS: a room that keeps something a stranger wrote, or that is about one. Stateless."""

    name: ClassVar[str]

    @abstractmethod
    def forget_author(self, *, names: Sequence[str]) -> int:
        """Delete what is kept of an author, known by any of these hashes. In the brand's context; returns rows."""

    @abstractmethod
    def expire(self, *, keep_days: int, count_max: int) -> int:
        """Delete raw text that is older, at most so many rows. In the brand's context; returns rows."""
