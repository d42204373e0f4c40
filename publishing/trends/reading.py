"""Reading one feed: bytes from the network or a file, parsed, or a sentence why not. Needs no database.

Requirements: TRD-1, SAF-1.
"""

import ipaddress
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chimera.core import http, registry
from chimera.core.errors import ChimeraError
from publishing.trends.sources.base import Document, Entry, NotAFeed, Source

SIZE_MAX_BYTES = 20_000_000
TIMEOUT_S = 15.0
READERS_MAX = 8


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of one feed. Exactly one of `document`, `error` and `unchanged` is set."""

    source: str
    document: Document | None = None
    error: str = ""
    unchanged: bool = False
    etag: str = ""
    last_modified: str = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The items, none when there was an error."""
        return self.document.entries if self.document else ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One feed to read: where, and what we know of it."""

    source: str
    loopback_allowed: bool = False
    etag: str = ""
    last_modified: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def is_loopback(source: str) -> bool:
    """Whether a feed is named by a loopback address: somebody's own machine, named by its own operator."""
    host = urlsplit(source).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(source: str) -> str:
    """A feed's stored address: URLs as they are, files as file: URLs."""
    if source.startswith(("http://", "https://", "file://")):
        return source
    return Path(source).expanduser().resolve().as_uri()


def read_all(*, asked: Sequence[Asked]) -> list[Reading]:
    """Read several feeds side by side; the order is kept and no feed can spoil another."""
    if not asked:
        return []
    with ThreadPoolExecutor(max_workers=min(READERS_MAX, len(asked))) as pool:
        return list(pool.map(read, asked))


def read(asked: Asked) -> Reading:
    """Read one feed. Never raises for what is wrong with the feed: the sentence is in `error`."""
    try:
        if asked.source.startswith("file://"):
            return _parsed(asked, _file(asked.source))
        headers = dict(asked.headers)
        if asked.etag:
            headers["If-None-Match"] = asked.etag
        if asked.last_modified:
            headers["If-Modified-Since"] = asked.last_modified
        got = http.fetch(
            url=asked.source,
            headers=headers,
            size_max_bytes=SIZE_MAX_BYTES,
            timeout_s=TIMEOUT_S,
            loopback_allowed=asked.loopback_allowed,
        )
    except ChimeraError as error:
        return Reading(source=asked.source, error=str(error))
    if got.status == 304:
        return Reading(source=asked.source, unchanged=True, etag=asked.etag, last_modified=asked.last_modified)
    if got.status != 200:
        return Reading(source=asked.source, error=f"The server answered HTTP {got.status}; check the address.")
    found = {name.lower(): value for name, value in got.headers.items()}
    return _parsed(asked, got.body, etag=found.get("etag", ""), last_modified=found.get("last-modified", ""))


def _file(source: str) -> bytes:
    path = Path(unquote(urlsplit(source).path))
    try:
        if path.stat().st_size > SIZE_MAX_BYTES:
            raise NotAFeed(f"{path.name} is larger than {SIZE_MAX_BYTES // 1_000_000} MB; a feed is not. Shorten it.")
        return path.read_bytes()
    except OSError as error:
        raise NotAFeed(f"The file {path.name} cannot be read: {error.strerror or error}. Check the path.") from error


def _parsed(asked: Asked, body: bytes, *, etag: str = "", last_modified: str = "") -> Reading:
    reader = registry.get("SOURCES", "syndication", Source)
    try:
        document = reader.parse(body=body, origin=asked.source)
    except ChimeraError as error:
        return Reading(source=asked.source, error=str(error))
    return Reading(source=asked.source, document=document, etag=etag, last_modified=last_modified)
