"""Reading one feed: bytes from the network, a file or a tool, parsed, or a sentence why not.

Needs no database but for a tool of an MCP server, whose allow-list is looked at. Requirements: TRD-1, SAF-1, MCP-2.
"""

import ipaddress
import json
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings

from chimera.core import files, http, registry
from chimera.core.errors import ChimeraError, Denied
from governance.servers import listed
from publishing.trends.sources.base import Document, Entry, Source
from publishing.trends.sources.jsonfeed import is_json_feed

SIZE_MAX_BYTES = 20_000_000
READERS_MAX = 8
_ADDRESS_CHARACTERS_MAX = 2_000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class BadAddress(Denied):
    """No feed can stand at this address."""


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
    try:
        host = urlsplit(source).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(source: str) -> str:
    """A feed's stored address: URLs as they are, files as file: URLs. Raises BadAddress for one that is too long."""
    found = source if _SCHEME.match(source) else _file_address(Path(source))
    if len(found) > _ADDRESS_CHARACTERS_MAX:
        raise BadAddress(
            f"The address {source[:60]}… has {len(found):,} characters; a feed's has at most "
            f"{_ADDRESS_CHARACTERS_MAX:,}. Shorten it."
        )
    return found


def _file_address(path: Path) -> str:
    try:
        return path.expanduser().resolve().as_uri()
    except (RuntimeError, OSError):  # ~ of nobody, links in a circle: reading says that there is no such file
        return path.absolute().as_uri()


def read_all(*, asked: Sequence[Asked], may_call: Callable[[], None] | None = None) -> list[Reading]:
    """Read several feeds side by side; the order is kept and no feed can spoil another.

    `may_call` is asked right before each; what it raises is that feed's error.
    """
    if not asked:
        return []
    with ThreadPoolExecutor(max_workers=min(READERS_MAX, len(asked))) as pool:
        return list(pool.map(partial(read, may_call=may_call), asked))


def read(asked: Asked, *, may_call: Callable[[], None] | None = None) -> Reading:
    """Read one feed. Never raises for what is wrong with the feed: the sentence is in `error`."""
    try:
        if may_call is not None:
            may_call()
        if asked.source.lower().startswith("file://"):
            return _parsed(asked, _file(asked.source))
        if asked.source.lower().startswith("mcp://"):
            return _parsed(asked, _tool(asked.source), by="mcp")
        headers = dict(asked.headers)
        if asked.etag:
            headers["If-None-Match"] = asked.etag
        if asked.last_modified:
            headers["If-Modified-Since"] = asked.last_modified
        got = http.fetch(
            url=asked.source,
            headers=headers,
            size_max_bytes=SIZE_MAX_BYTES,
            timeout_s=settings.FEED_TIMEOUT_S,
            loopback_allowed=asked.loopback_allowed,
        )
    except ChimeraError as error:
        return _wrong(asked, str(error))
    if got.status == 304:
        return Reading(source=asked.source, unchanged=True, etag=asked.etag, last_modified=asked.last_modified)
    if got.status != 200:
        remedy = "try again later" if got.status >= 500 or got.status == 429 else "check the address"
        where = re.split(r"[?#]", asked.source)[0][:200]
        return _wrong(asked, f"{where} answers with HTTP {got.status}; {remedy}.")
    found = {name.lower(): value for name, value in got.headers.items()}
    return _parsed(asked, got.body, etag=found.get("etag", ""), last_modified=found.get("last-modified", ""))


def _wrong(asked: Asked, sentence: str) -> Reading:
    # Names of files and hosts stand in it: what no terminal shows and no database keeps must not.
    shown = "".join(character if character.isprintable() else "\ufffd" for character in sentence)
    return Reading(source=asked.source, error=shown)


def _file(source: str) -> bytes:
    # Not urlsplit's path alone: it drops what follows a ? or #, which as_uri has escaped and a person may not have.
    path = Path(os.fsdecode(unquote_to_bytes(re.sub(r"^file://(localhost)?(?=/)", "", source, flags=re.IGNORECASE))))
    return files.read_regular(
        path=path,
        shown=f"The file {path.name}",
        size_max_bytes=SIZE_MAX_BYTES,
        remedy="Check the path, or start a web address with https://.",
    )


def _tool(source: str) -> bytes:
    """What a tool answers, named as mcp://SERVER/TOOL: a server of the allow-list, a tool that was reviewed."""
    name, _, tool = source[len("mcp://") :].partition("/")
    if not name or not tool:
        raise BadAddress(f"{source[:60]} names no tool; write mcp://SERVER/TOOL.")
    answer = listed.client(name=name).call(tool=tool, arguments={}, timeout_s=settings.FEED_TIMEOUT_S)
    return json.dumps(answer).encode()


def _parsed(asked: Asked, body: bytes, *, etag: str = "", last_modified: str = "", by: str = "") -> Reading:
    reader = registry.get("SOURCES", by or ("json" if is_json_feed(body) else "syndication"), Source)
    try:
        document = reader.parse(body=body, origin=asked.source)
    except ChimeraError as error:
        return _wrong(asked, str(error))
    return Reading(source=asked.source, document=document, etag=etag, last_modified=last_modified)
