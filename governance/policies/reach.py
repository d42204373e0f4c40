"""Whom a text would reach beyond its readers: accounts that it names and wallets that it gives, in every spelling that
platforms and people read as one. Links are in `domains`. Requirements: SAF-1, SAF-7.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from governance.policies.domains import flat, links

ACCOUNT, WALLET = "account", "wallet"
_HANDLE = re.compile(r"(?<![\w@/])@(?P<name>\w(?:[\w.-]{0,60}\w)?)")
_SPELLED = re.compile(r"(?<!\w)[\[({<]\s*(?:at|@)\s*[\])}>]\s*(?P<name>\w(?:[\w.-]{0,60}\w)?)", re.IGNORECASE)
# What nobody reads aloud: addresses of chains, tokens, anything that was written to be copied.
_OPAQUE = re.compile(r"(?<![\w/])(?P<name>(?:0x)?[A-Za-z0-9+/=_-]{26,})")


@dataclass(frozen=True, kw_only=True)
class Reached:
    """One account or wallet: the words in the text, and the name without its sign, in small letters."""

    kind: str
    span: str
    name: str


def reached(text: str) -> Iterator[Reached]:
    """Every account and wallet of a text. What shows nothing neither hides one nor joins it to the word before."""
    seen: set[tuple[str, str]] = set()
    for plain in flat(text):
        for pattern in (_HANDLE, _SPELLED):
            for found in pattern.finditer(plain):
                seen.add((ACCOUNT, found.group(0)))
        for found in _OPAQUE.finditer(plain):
            if _is_opaque(found["name"]):
                seen.add((WALLET, found["name"]))
    for kind, span in sorted(seen):
        name = span.lower() if kind == WALLET else re.sub(r"^\W*(?:at\W+)?", "", span.lower())
        yield Reached(kind=kind, span=span, name=name)


def _is_opaque(word: str) -> bool:
    """Whether a long word is no word: figures among letters, or capitals in the middle of it."""
    parts = re.split(r"[-_/]", word)
    if max(len(part) for part in parts) < 20:  # words joined by hyphens
        return False
    if re.search(r"\d", word) and re.search(r"[A-Za-z]", word):
        return True
    return bool(re.search(r"[a-z][A-Z].*[a-z][A-Z]", word))


def leads(text: str) -> bool:
    """Whether a text leads anywhere at all: to a link, an account or a wallet."""
    return next(iter(links(text)), None) is not None or next(reached(text), None) is not None


def own_accounts(soul: Any) -> frozenset[str]:
    """The accounts that a soul names: its own, and whatever stands in it with an @."""
    found = {str(soul.get("handle", "")).lower()}
    for text in _texts(soul):
        if "@" in text:
            found |= {match["name"].lower() for match in _HANDLE.finditer(text)}
    return frozenset(found - {""})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
