"""Texts made comparable. What is claimed keeps its place: every form here is as long as the text it was made from."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_FLAT = str.maketrans(
    {
        **dict.fromkeys("‘’‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟«»‹›″", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " "),
    }
)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.IGNORECASE)
_NOT_A_WORD = re.compile(r"[^\w]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# Up to here a text is read once: the lines of a soul are looked through for every post. Longer ones, which strangers
# write too, are read each time.
READ_ONCE_CHARS_MAX = 1_000


@dataclass(frozen=True, kw_only=True)
class Claim:
    """`kind` is quotation, date, number or name; `words` as they stand in the text from `start` on."""

    kind: str
    words: str
    start: int


def flat(text: str) -> str:
    """One kind of quotation mark, apostrophe, hyphen and space; addresses blanked out; as long as before."""
    return _flat_once(text) if len(text) <= READ_ONCE_CHARS_MAX else _flat(text)


def _flat(text: str) -> str:
    same = text.translate(_FLAT)
    if "@" not in same and "://" not in same and "www." not in same.lower():
        return same  # no address: looking for one costs far more than this
    return _ADDRESS.sub(lambda found: " " * len(found.group(0)), same)


_flat_once = lru_cache(maxsize=8_192)(_flat)


def plain(text: str) -> str:
    """Words in small letters without accents, one space between them: to be compared, not to be shown."""
    bare = text.translate(_FLAT)
    if not bare.isascii():
        bare = _NOT_ASCII.sub(_without_accents, unicodedata.normalize("NFKD", bare))
    return " ".join(_NOT_A_WORD.sub(" ", re.sub(r"(?<=\w)'s?\b", "", bare)).lower().split())


def _without_accents(found: re.Match[str]) -> str:
    return "".join(c for c in found.group() if not unicodedata.combining(c))


def blanked(text: str, *spans: tuple[int, int]) -> str:
    """The text with these places empty; a full stop is left where they were, since what follows begins anew."""
    for start, end in spans:
        if end > start:
            text = f"{text[:start]}{' ' * (end - start - 1)}.{text[end:]}"
    return text
