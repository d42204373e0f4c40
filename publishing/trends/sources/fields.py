"""The fields of an entry as every source cuts and checks them (TRD-1, SAF-1)."""

import hashlib
import re
from urllib.parse import urljoin, urlsplit

TITLE_CHARACTERS_MAX = 300
SUMMARY_CHARACTERS_MAX = 2_000
_GUID_CHARACTERS_MAX = 500
_URL_CHARACTERS_MAX = 2_000
YEAR_MIN = 1990  # feeds are younger: an older date is a mistake, like 1970
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*(?=\s)")
# Markup of a whole article may stand in a summary: what lies behind this is hardly needed for 2,000 characters.
MARKUP_CHARACTERS_MAX = 10_000


def guid_of(*, said: str, url: str, title: str) -> str:
    """What names an item within its feed: what it says itself, else its address, else its title."""
    guid = "".join(character for character in said if character.isprintable()) or url
    if not guid:
        return f"sha256:{hashlib.sha256(title.encode()).hexdigest()}"
    if len(guid) > _GUID_CHARACTERS_MAX:
        return f"sha256:{hashlib.sha256(guid.encode()).hexdigest()}"
    return guid


def web_address(*, link: str, origin: str) -> str:
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


def cut_at_word(text: str, characters_max: int) -> str:
    """At the last word that fits, with an ellipsis."""
    if len(text) <= characters_max:
        return text
    head = text[: characters_max - 1]
    if not text[characters_max - 1].isspace():
        head = head.rsplit(None, 1)[0]  # a single endless word is cut inside
    return head.rstrip(" \n,;:-–—") + "…"


def cut_at_sentence(text: str, characters_max: int) -> str:
    """At the last sentence that fits, if that keeps half of what fits; else at a word."""
    if len(text) <= characters_max:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: characters_max + 1])]
    ends = [end for end in ends if end <= characters_max]
    if ends and ends[-1] >= characters_max // 2:
        return text[: ends[-1]]
    return cut_at_word(text, characters_max)
