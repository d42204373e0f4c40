"""JSON Feed 1.0 and 1.1, and what the trends tool of an MCP server answers (TRD-1, SAF-1)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from chimera.core.files import size
from chimera.core.taint import Tainted, quote
from publishing.trends.sources.base import Document, Entry, NotAFeed, Source
from publishing.trends.sources.fields import (
    MARKUP_CHARACTERS_MAX,
    SUMMARY_CHARACTERS_MAX,
    TITLE_CHARACTERS_MAX,
    YEAR_MIN,
    cut_at_sentence,
    cut_at_word,
    guid_of,
    web_address,
)

ENTRIES_MAX = 500
_READ_BYTES_MAX = 6_000_000
_LISTS = ("items", "trends", "articles", "results")  # what tools call their list; a feed says "items"


class JsonFeed(Source):
    """https://jsonfeed.org/version/1.1"""

    name: ClassVar[str] = "json"
    lists: ClassVar[tuple[str, ...]] = ("items",)
    is_versioned: ClassVar[bool] = True

    def parse(self, *, body: bytes, origin: str) -> Document:
        """At most 500 entries, in the feed's order, each guid once. Raises NotAFeed."""
        where = f"The feed {origin.partition('?')[0][:200]}"
        told = _object(body, where)
        if self.is_versioned and "jsonfeed.org/version/" not in str(told.get("version", "")):
            raise NotAFeed(f"{where} is JSON and no JSON Feed; use the site's feed address.")
        items = next((told[name] for name in self.lists if isinstance(told.get(name), list)), None)
        if items is None:
            raise NotAFeed(f"{where} has no list of items; ask the publisher to correct it.")
        entries: dict[str, Entry] = {}
        for item in items[:ENTRIES_MAX]:
            entry = _entry(item, origin=origin) if isinstance(item, dict) else None
            if entry is not None:
                entries.setdefault(entry.guid, entry)
        cut = f"{where} holds more than {ENTRIES_MAX} items; the first {ENTRIES_MAX} were read."
        return Document(
            format=self.name,
            title=cut_at_word(quote(Tainted(_line(told, "title"), origin)), TITLE_CHARACTERS_MAX),
            entries=tuple(entries.values()),
            warning=cut if len(items) > ENTRIES_MAX else None,
        )


class ToolAnswer(JsonFeed):
    """The structured answer of a tool: a list of items under one of the usual names."""

    name: ClassVar[str] = "mcp"
    lists: ClassVar[tuple[str, ...]] = _LISTS
    is_versioned: ClassVar[bool] = False


def is_json_feed(body: bytes) -> bool:
    """Whether bytes say of themselves that they are a JSON Feed."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b"jsonfeed.org" in body


def _object(body: bytes, where: str) -> dict[str, Any]:
    if len(body) > _READ_BYTES_MAX:
        raise NotAFeed(f"{where} is larger than {size(_READ_BYTES_MAX)}; ask the publisher for a shorter one.")
    try:
        told = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotAFeed(f"{where} is not UTF-8, as JSON must be; ask the publisher to correct it.") from error
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise NotAFeed(f"{where} is not valid JSON at line {line}; ask the publisher to correct it.") from error
    except RecursionError as error:
        raise NotAFeed(f"{where} is nested deeper than any feed; check it.") from error
    if not isinstance(told, dict):
        raise NotAFeed(f"{where} is JSON and no JSON Feed; use the site's feed address.")
    return told


def _entry(item: dict[str, Any], *, origin: str) -> Entry | None:
    """None for an item that says nothing."""
    summary = cut_at_sentence(next(_texts(item), ""), SUMMARY_CHARACTERS_MAX)
    title = cut_at_word(_line(item, "title") or _line(item, "name") or " ".join(summary.split()), TITLE_CHARACTERS_MAX)
    if not title:
        return None
    url = web_address(link=_said(item, "url") or _said(item, "external_url"), origin=origin)
    return Entry(
        guid=guid_of(said=_said(item, "id"), url=url, title=title),
        title=Tainted(title, origin),
        summary=Tainted(summary, origin),
        url=url,
        published_at=_moment(item),
    )


def _texts(item: dict[str, Any]) -> Iterator[str]:
    for key in ("summary", "description", "content_text", "content_html"):
        text = _plain(item, key).replace("\n", "\n\n")
        if text:
            yield text


def _plain(item: dict[str, Any], key: str) -> str:
    from chimera.core.sentences import clean

    return clean(_said(item, key)[:MARKUP_CHARACTERS_MAX])


def _line(item: dict[str, Any], key: str) -> str:
    return " ".join(_plain(item, key).split())


def _said(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)  # an id that is a number
    # A lone half of a character is no text: JSON can write it, no database keeps it.
    return value.strip().replace("\0", "").encode(errors="replace").decode() if isinstance(value, str) else ""


def _moment(item: dict[str, Any]) -> datetime | None:
    """When it was published (or else changed), aware UTC; None if it does not say so sensibly."""
    for key in ("date_published", "published_at", "date", "date_modified"):
        try:
            moment = datetime.fromisoformat(_said(item, key))
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if moment.year >= YEAR_MIN:
            return moment
    return None
