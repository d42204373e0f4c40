"""RSS 2.0, 1.0, 0.9x and Atom as they are found in the wild (TRD-1, SAF-1).

`wellformed.prepare` makes safe, whole XML of the bytes first; feedparser then only ever sees text in memory. It is
never given a string, which it would take for an address or a file name.
"""

import calendar
import hashlib
import io
import re
import time
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from chimera.core.taint import Tainted, quote
from publishing.trends.sources.base import Document, Entry, NotAFeed, Source
from publishing.trends.sources.wellformed import ENTRIES_MAX, prepare

_TITLE_CHARACTERS_MAX = 300
_SUMMARY_CHARACTERS_MAX = 2_000
# Markup of a whole article may stand in a summary: what lies behind this is hardly needed for 2,000 characters.
_MARKUP_CHARACTERS_MAX = 10_000
# Hostile markup is slow to take apart, and one feed must not hold up the others. A full one needs 0.2 s.
_CLEANING_S_MAX = 5.0
_GUID_CHARACTERS_MAX = 500
_URL_CHARACTERS_MAX = 2_000
_YEAR_MIN = 1990  # feeds are younger: an older date is a mistake, like 1970
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*(?=\s)")


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
            title=_cut_at_word(title, _TITLE_CHARACTERS_MAX),
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
    summary = _cut_at_sentence(_plain(item, "summary") or _content(item), _SUMMARY_CHARACTERS_MAX)
    title = _cut_at_word(_title(item) or " ".join(summary.split()), _TITLE_CHARACTERS_MAX)
    if not title:
        return None
    url = _url(link=_own(item, "link"), origin=origin)
    return Entry(
        guid=_guid(said=_own(item, "id"), url=url, title=title),
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
    return clean(_own(item, key)[:_MARKUP_CHARACTERS_MAX]).replace("\n", "\n\n")


def _title(item: Any) -> str:
    return " ".join(_plain(item, "title").split())


def _content(item: Any) -> str:
    texts = (_plain(content, "value") for content in dict.get(item, "content") or ())
    return next((text for text in texts if text), "")


def _guid(*, said: str, url: str, title: str) -> str:
    guid = "".join(character for character in said if character.isprintable()) or url
    if not guid:
        return f"sha256:{hashlib.sha256(title.encode()).hexdigest()}"
    if len(guid) > _GUID_CHARACTERS_MAX:
        return f"sha256:{hashlib.sha256(guid.encode()).hexdigest()}"
    return guid


def _url(*, link: str, origin: str) -> str:
    """The absolute address, or nothing unless it is plain http or https."""
    if not link:
        return ""
    try:
        url = urljoin(origin, link)
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    fits = len(url) <= _URL_CHARACTERS_MAX and url.isprintable() and " " not in url
    return url if plain and fits else ""


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
        if moment.year >= _YEAR_MIN:
            return moment
    return None


def _cut_at_word(text: str, characters_max: int) -> str:
    if len(text) <= characters_max:
        return text
    head = text[: characters_max - 1]
    if not text[characters_max - 1].isspace():
        head = head.rsplit(None, 1)[0]  # a single endless word is cut inside
    return head.rstrip(" \n,;:-–—") + "…"


def _cut_at_sentence(text: str, characters_max: int) -> str:
    """At the last sentence that fits, if that keeps half of what fits; else at a word."""
    if len(text) <= characters_max:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: characters_max + 1])]
    ends = [end for end in ends if end <= characters_max]
    if ends and ends[-1] >= characters_max // 2:
        return text[: ends[-1]]
    return _cut_at_word(text, characters_max)
