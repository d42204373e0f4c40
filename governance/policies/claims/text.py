"""Texts made comparable. What is claimed keeps its place: every form here is as long as the text it was made from."""

import re
import unicodedata
from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True)
class Claim:
    """`kind` is quotation, date, number or name; `words` as they stand in the text from `start` on."""

    kind: str
    words: str
    start: int


def flat(text: str) -> str:
    """One kind of quotation mark, apostrophe, hyphen and space; addresses blanked out; as long as before."""
    same = text.translate(_FLAT)
    if "@" not in same and "://" not in same and "www." not in same.lower():
        return same  # no address: looking for one costs far more than this
    return _ADDRESS.sub(lambda found: " " * len(found.group(0)), same)


def plain(text: str) -> str:
    """Words in small letters without accents, one space between them: to be compared, not to be shown."""
    bare = text.translate(_FLAT)
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return " ".join(_NOT_A_WORD.sub(" ", re.sub(r"(?<=\w)'s?\b", "", bare)).lower().split())


def blanked(text: str, *spans: tuple[int, int]) -> str:
    """The text with these places empty; a full stop is left where they were, since what follows begins anew."""
    for start, end in spans:
        if end > start:
            text = f"{text[:start]}{' ' * (end - start - 1)}.{text[end:]}"
    return text
