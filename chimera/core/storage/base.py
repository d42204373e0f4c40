"""What a place for bytes can do, and what is said of bytes there. GEN-6."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Protocol

from chimera.core.errors import Denied

HOT, WARM, COLD = TIERS = ("hot", "warm", "cold")
PIECE_BYTES = 1 << 20
DAY_S = 86_400
# Bytes that are stored again count as new once they are older than this. Whatever collects leaves alone what is
# younger than an hour at least: between the two lies the time in which a row may be written for them.
RENEW_AFTER_S = 600.0


class NotStored(Denied):
    """No bytes are stored under this hash."""


class Spoilt(NotStored):
    """What is stored under this hash are not the bytes of that hash."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Bytes as they lie in a store. `changed_s`: when they were last stored or renewed, in seconds since 1970."""

    content_hash: str
    size_bytes: int
    tier: str  # where they lie: a local folder tells warm from hot not
    changed_s: float


class Source(Protocol):
    """Open bytes."""

    size_bytes: int

    def read_at(self, start: int, count: int) -> bytes:
        """At most `count` bytes from `start` on; none behind the end."""
        ...

    def close(self) -> None:
        """Nothing is read any more."""
        ...


class Store(ABC):
    """A place for bytes. Names are whole content hashes, checked before they come here.

    Unavailable, with a sentence, where the place cannot be reached.
    """

    title: ClassVar[str]

    @abstractmethod
    def found(self, content_hash: str) -> Stored | None:
        """What is said of the bytes; None when there are none."""

    @abstractmethod
    def write(self, content_hash: str, content: BinaryIO, *, size_bytes: int) -> None:
        """Store what a file holds from its beginning on: all of it, or nothing that anybody sees.

        Raises Spoilt when what was read is not what the hash says: the file was changed meanwhile.
        """

    @abstractmethod
    def renew(self, content_hash: str, *, size_bytes: int | None = None) -> bool:
        """Whether the bytes are there, whole; if so they count as stored just now, for whoever collects.

        `size_bytes`: what they should have, where that is known.
        """

    @abstractmethod
    def opened(self, content_hash: str) -> Source:
        """The bytes, open. Raises NotStored."""

    @abstractmethod
    def remove(self, content_hash: str, *, unchanged_since_s: float) -> bool:
        """Delete bytes for good, unless somebody stored or renewed them since. False then; True when they are gone."""

    @abstractmethod
    def move(self, content_hash: str, *, tier: str) -> bool:
        """Lay the bytes where that tier lies. Again does nothing; False when nothing was to be done."""

    @abstractmethod
    def stored(self) -> Iterator[Stored]:
        """Everything, page by page. What comes or goes meanwhile may be there or not."""

    @abstractmethod
    def tidy(self, *, older_than_s: float) -> int:
        """Delete what interrupted writes left behind; returns how many."""

    def address(self, content_hash: str, *, expires_s: int) -> str | None:
        """An address under which anybody may fetch the bytes for a while; None where the place has none to give."""
        return None
