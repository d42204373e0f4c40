"""The socket for trend sources, and the values that come out of it (TRD-1, SAF-1).

A source turns the bytes of one answer into entries, or says in a sentence what the bytes are instead.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from chimera.core.errors import Denied
from chimera.core.taint import Tainted


class NotAFeed(Denied):
    """The bytes are no document of this source: what they are instead, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item of a feed. Texts are plain, without markup, and tainted with the feed's address.

    `guid` is unique within its document and at most 500 characters; `title` at most 300 characters, never empty;
    `summary` at most 2,000, may be empty; `url` is absolute http or https, or empty; `published_at` is aware UTC
    as the feed says it, so it may lie in the future, or None.
    """

    guid: str
    title: Tainted
    summary: Tainted
    url: str
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed feed. `title` is cleaned for display as data. `warning` is a sentence when it was not read in full."""

    format: str  # rss2 | rss1 | rss0.9 | atom | json | mcp
    title: str
    entries: tuple[Entry, ...]
    warning: str | None = None


class Source(ABC):
    """A kind of document. Stateless, safe to share between threads."""

    name: ClassVar[str]

    @abstractmethod
    def parse(self, *, body: bytes, origin: str) -> Document:
        """Read `body`, fetched from the address `origin`, against which relative links resolve. Raises NotAFeed."""
