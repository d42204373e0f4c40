"""The text as it reads, with the way back: full-width letters and digits, invisible characters, odd spaces and dashes.

`plain` is what the finders look at; `back` turns a place in it into a place in the text as it was.
"""

import unicodedata
from dataclasses import dataclass

_ODD = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\uff0d", "-"),
    **dict.fromkeys("\u00a0\u2007\u202f\u2009\u200a\u3000", " "),
}


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A text without tricks; `places[i]` is where its i-th character stood, None when nothing had to be changed."""

    text: str
    places: tuple[int, ...] | None
    length: int

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch of the original text."""
        if self.places is None:
            return start, end
        first = self.places[start] if start < len(self.places) else self.length
        return first, self.places[end - 1] + 1 if end > start else first


def plain(text: str) -> Plain:
    """Of any text; ASCII stays as it is, and so does what reads as it is written."""
    read = {character: _read(character) for character in set(text) if not character.isascii()}
    if all(character == one for character, one in read.items()):
        return Plain(text=text, places=None, length=len(text))
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in read.get(character, character):
            letters.append(one)
            places.append(place)
    return Plain(text="".join(letters), places=tuple(places), length=len(text))


def _read(character: str) -> str:
    if unicodedata.category(character) in ("Cf", "Mn") and not unicodedata.combining(character):
        return ""
    # The signs of Spanish floors and of "number" would become letters.
    return _ODD.get(character) or (character if character in "ºª°" else unicodedata.normalize("NFKC", character))
