"""Links as people and platforms see them: addresses with a scheme, and bare names that a platform would make clickable.

Requirements: SAF-7.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

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
_WITH_SCHEME = re.compile(r"\b(?:https?|ftp)\s*:\s*/\s*/\s*(?P<rest>[^\s<>\"“”]+)", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w@./-])(?:www\.)?(?P<host>{_HOST})(?P<more>(?::\d+)?/[^\s<>\"“”]*)?", re.IGNORECASE)
_SPELLED = re.compile(
    rf"\b(?P<name>{_LABEL})\s*[\[(]?\s*\bdot\b\s*[\])]?\s*(?P<end>com|org|net|io|shop|co)\b", re.IGNORECASE
)
_NAME = re.compile(rf"^(?:{_HOST})$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link: the words in the text, and the host it leads to, in small ASCII letters ("" when that is unclear)."""

    span: str
    host: str


def links(text: str) -> Iterator[Link]:
    """Every link of a text, in order of kind: with a scheme, bare, and spelled out to be overlooked."""
    flat = unicodedata.normalize("NFKC", text)
    for found in _WITH_SCHEME.finditer(flat):
        yield Link(span=found.group(0).rstrip(".,;:!?)]’'"), host=_host(found.group("rest")))
    rest = _WITH_SCHEME.sub(lambda found: " " * len(found.group(0)), flat)
    for found in _BARE.finditer(rest):
        host = found.group("host").rstrip(".")
        ending = host.rpartition(".")[2].lower()
        if not host[0].isdigit() and (ending in _ENDINGS or found.group("more")):
            yield Link(span=found.group(0).rstrip(".,;:!?)]’'"), host=_ascii(host))
        elif re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", host) and found.group("more"):
            yield Link(span=found.group(0), host=host)
    for found in _SPELLED.finditer(rest):
        yield Link(span=found.group(0), host=_ascii(f"{found.group('name')}.{found.group('end')}"))


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
