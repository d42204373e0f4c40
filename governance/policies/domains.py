"""Links as people and platforms see them: addresses with a scheme, and bare names that a platform would make clickable.

Requirements: SAF-7.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from chimera.core.injection import cleaning

# Endings that platforms link without a scheme; any ending counts when a path or a port follows it.
_ENDINGS = [
    "com",
    "org",
    "net",
    "io",
    "co",
    "app",
    "dev",
    "ai",
    "shop",
    "store",
    "info",
    "biz",
    "me",
    "tv",
    "gg",
    "ly",
    "link",
    "page",
    "site",
    "online",
    "xyz",
    "club",
    "blog",
    "news",
    "live",
    "studio",
    "eu",
    "uk",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "be",
    "at",
    "ch",
    "cz",
    "sk",
    "pl",
    "hu",
    "se",
    "no",
    "dk",
    "fi",
    "ie",
    "pt",
    "gr",
    "ro",
    "bg",
    "hr",
    "si",
    "ee",
    "lt",
    "lv",
    "us",
    "ca",
    "au",
    "nz",
    "jp",
    "kr",
    "cn",
    "in",
    "br",
    "mx",
    "ar",
    "za",
    "ru",
    "ua",
    "tr",
    "to",
    "cc",
    "example",
    "test",
]
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})+"
_WITH_SCHEME = re.compile(r"\b(?:https?|hxxps?|ftp)\s*:\s*/\s*/\s*(?P<rest>[^\s<>\"“”]+)", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w@])(?:www\.)?(?P<host>{_HOST})(?P<more>(?::\d+)?/[^\s<>\"“”]*)?", re.IGNORECASE)
_SPELLED = re.compile(
    rf"\b(?P<name>{_LABEL})\s*(?:[\[({{<]\s*(?:dot|punkt|\.)\s*[\])}}>]\s*(?P<any>[a-z]{{2,24}})"
    r"|\s[\[(]?\bdot\b[\])]?\s*(?P<end>com|org|net|io|shop|co|app|dev|info|biz|ru|xyz|example|site|store))\b",
    re.IGNORECASE,
)
# Any other ending is linked too where it is one of a country or a trade; these are endings of files and of sentences.
_FILES = frozenset(
    re.findall(r"\w+", "js pdf jpg jpeg png gif txt doc docx xls csv json xml html htm css php exe svg wav")
)
_STOPS = re.compile(rf"(?<![\w@])(?P<host>(?:{_LABEL}\.)*[\w-]{{2,63}}\.(?P<end>[^\W\d_A-Z]{{2,24}}))(?![\w@-]|\.\w)")
_NAME = re.compile(rf"^(?:{_HOST})$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link: the words in the text, and the host it leads to, in small ASCII letters ("" when that is unclear)."""

    span: str
    host: str


# Several rules look at one text. Few and short: models and strangers choose it.
@lru_cache(maxsize=256)
def flat(text: str) -> tuple[str, ...]:
    """A text as a platform and as a person may read it: what shows nothing gone, or as a gap; letters as they look."""
    if text.isascii():
        return (text,)
    unseen = {one for one in set(text) if cleaning.is_invisible(one)}
    gone = "".join(one for one in text if one not in unseen) if unseen else text
    gaps = "".join(" " if one in unseen else one for one in text) if unseen else text
    plain = [unicodedata.normalize("NFKC", one).replace("。", ".").replace("․", ".") for one in (gone, gaps)]
    return tuple(dict.fromkeys([*plain, *(cleaning.undisguised(one) for one in plain)]))


def links(text: str) -> Iterator[Link]:
    """Every link of a text, in order of kind: with a scheme, bare, and spelled out to be overlooked."""
    seen: set[Link] = set()
    for one in flat(text):
        for link in _links(one):
            if link not in seen:
                seen.add(link)
                yield link


def _links(text: str) -> Iterator[Link]:
    for found in _WITH_SCHEME.finditer(text):
        yield Link(span=found.group(0).rstrip(".,;:!?)]’'"), host=_host(found.group("rest")))
    rest = _WITH_SCHEME.sub(lambda found: " " * len(found.group(0)), text)
    for found in _BARE.finditer(rest):
        host = found.group("host").rstrip(".")
        ending = host.rpartition(".")[2].lower()
        if not host[0].isdigit() and (ending in _ENDINGS or found.group("more")):
            yield Link(span=found.group(0).rstrip(".,;:!?)]’'"), host=_ascii(host))
        elif re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", host) and found.group("more"):
            yield Link(span=found.group(0), host=host)
        elif _STOPS.fullmatch(host) and host.rpartition(".")[2].islower() and ending not in _FILES:
            yield Link(span=host, host=_ascii(host))
    for found in _SPELLED.finditer(rest):
        end = found.group("any") or found.group("end")
        yield Link(span=found.group(0), host=_ascii(f"{found.group('name')}.{end}"))


def _host(rest: str) -> str:
    """The host of what follows a scheme. What stands before an @ is no host, whatever it looks like."""
    place = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    return _ascii(re.sub(r":\d*$", "", place).rstrip(".,;:!?)]’'"))


def _ascii(host: str) -> str:
    """As it is asked for in the network; look-alike letters become xn--… and so are nobody's own domain."""
    host = host.removeprefix("www.").removeprefix("WWW.")
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return ""


def is_among(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of these domains, or lies below one."""
    return bool(host) and any(host == domain or host.endswith(f".{domain}") for domain in domains)


def is_domain(name: str) -> bool:
    """Whether this can stand in a list: a name like "shop.example.org", in small ASCII letters, no scheme, no path."""
    return name == name.lower() and name.isascii() and bool(_NAME.match(name)) and not name[-1].isdigit()
