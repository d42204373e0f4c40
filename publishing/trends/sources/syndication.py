"""RSS 2.0, 1.0, 0.9x and Atom as they are found in the wild (TRD-1, SAF-1).

`wellformed.prepare` makes safe, whole XML of the bytes first; feedparser then only ever sees text in memory. It is
never given a string, which it would take for an address or a file name.
"""

import calendar
import io
import time
from datetime import UTC, datetime
from typing import Any, ClassVar

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
from publishing.trends.sources.wellformed import ENTRIES_MAX, prepare

# Hostile markup is slow to take apart, and one feed must not hold up the others. A full one needs 0.2 s.
_CLEANING_S_MAX = 5.0


class Syndication(Source):
    """RSS and Atom through feedparser."""

    name: ClassVar[str] = "syndication"

    def parse(self, *, body: bytes, origin: str) -> Document:
        """At most 500 entries, in the feed's order, each guid once. Raises NotAFeed."""
        where = f"The feed {origin.partition('?')[0][:200]}"
        prepared = prepare(body=body, where=where)
        parsed = _parsed(text=prepared.text, origin=origin)
        warnings = [prepared.warning] if prepared.warning else []
        entries: dict[str, Entry] = {}
        ends_at_s = time.monotonic() + _CLEANING_S_MAX
        for item in parsed["entries"][:ENTRIES_MAX]:
            if time.monotonic() > ends_at_s:
                warnings.append(f"{where} has markup that takes too long to clean; its first items were read.")
                break
            entry = _entry(item=item, origin=origin)
            if entry is not None:
                entries.setdefault(entry.guid, entry)
        warning = " ".join(warnings) or None
        if warning and not entries:
            raise NotAFeed(f"{warning} No item with a title came out of it; ask the publisher to correct it.")
        title = quote(Tainted(_title(parsed["feed"]), origin))
        return Document(
            format=_format(str(parsed["version"] or "")),
            title=cut_at_word(title, TITLE_CHARACTERS_MAX),
            entries=tuple(entries.values()),
            warning=warning,
        )


def _parsed(*, text: str, origin: str) -> Any:
    import feedparser

    # Both cleanings are off: markup is dropped altogether below, and sanitizing costs most of the time.
    return feedparser.parse(
        io.BytesIO(text.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": origin},
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def _format(version: str) -> str:
    if version.startswith("atom"):
        return "atom"
    if version in ("rss10", "rss090"):
        return "rss1"
    return "rss0.9" if version.startswith("rss09") else "rss2"


def _entry(*, item: Any, origin: str) -> Entry | None:
    """None for an item that says nothing."""
    summary = cut_at_sentence(_plain(item, "summary") or _content(item), SUMMARY_CHARACTERS_MAX)
    title = cut_at_word(_title(item) or " ".join(summary.split()), TITLE_CHARACTERS_MAX)
    if not title:
        return None
    url = web_address(link=_own(item, "link"), origin=origin)
    return Entry(
        guid=guid_of(said=_own(item, "id"), url=url, title=title),
        title=Tainted(title, origin),
        summary=Tainted(summary, origin),
        url=url,
        published_at=_moment(item),
    )


def _own(item: Any, key: str) -> str:
    # dict.get instead of the item's own: feedparser's lookup maps keys onto others, with a warning.
    value = dict.get(item, key)
    return value.strip() if isinstance(value, str) else ""


def _plain(item: Any, key: str) -> str:
    """The text of one field without markup, paragraphs apart: run together they would invent sentences."""
    from chimera.core.sentences import clean

    # An empty line is what `clean` itself takes for a paragraph when it meets this text again.
    return clean(_own(item, key)[:MARKUP_CHARACTERS_MAX]).replace("\n", "\n\n")


def _title(item: Any) -> str:
    return " ".join(_plain(item, "title").split())


def _content(item: Any) -> str:
    texts = (_plain(content, "value") for content in dict.get(item, "content") or ())
    return next((text for text in texts if text), "")


def _moment(item: Any) -> datetime | None:
    """When the item was published (or else changed), aware UTC; None if it does not say so sensibly."""
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = dict.get(item, key)
        if parsed is None:
            continue
        try:
            moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
        except (ValueError, OverflowError, OSError, TypeError):
            continue
        if moment.year >= YEAR_MIN:
            return moment
    return None
