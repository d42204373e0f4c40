"""Text cut into pieces, some of them marked: what a finding is about, what no source says, what would not fit.

Pieces are text and stay text; what a page does with a mark is its business. Touches no database.
Requirements: REV-1, SAF-1.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chimera.core import sentences
from chimera.core.injection import cleaning, detector

# A sentence ends here for marking: rather a little too much is marked than an order missed.
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_SPACE = re.compile(r"\s+")
# Joiners and selectors inside emoji are no trick; everything else that shows nothing could be one.
_KEPT = frozenset("\n\t\u200d\ufe0f")
MARKS_MAX = 50


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A stretch of a text: an "objection", "unsaid", "overlong", an "order" or "hidden". `number` ties it to a note."""

    start: int
    end: int
    kind: str
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of text, with the kinds of the marks that lie on it and the numbers of the notes that begin here."""

    text: str
    kinds: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


def places(text: str, words: str) -> list[tuple[int, int]]:
    """Where `words` stand in a text: letter by letter, else whatever the case and the spaces; [] when nowhere."""
    if not words.strip():
        return []
    found = [(one.start(), one.end()) for one in re.finditer(re.escape(words), text)]
    if not found:
        loose = r"\s+".join(re.escape(part) for part in _SPACE.split(words.strip()))
        found = [(one.start(), one.end()) for one in re.finditer(loose, text, re.IGNORECASE)]
    return found[:MARKS_MAX]


def orders(text: str) -> Iterator[Mark]:
    """Where a text from outside tells its reader, human or machine, what to do: an attempt."""
    for span in detector.look(text).spans:
        yield Mark(start=span.start, end=span.end, kind="order")
    for sentence in _SENTENCE.finditer(text):
        words = sentence.group(0).strip()
        if words and sentences.is_instruction(words):
            start = text.index(words, sentence.start())
            yield Mark(start=start, end=start + len(words), kind="order")


def hidden(text: str) -> Iterator[Mark]:
    """Characters that show nothing or turn the direction of writing: a reviewer would not see them."""
    for place, character in enumerate(text):
        if character not in _KEPT and cleaning.is_invisible(character):
            yield Mark(start=place, end=place + 1, kind="hidden")


def pieces(text: str, marks: Iterable[Mark]) -> list[Piece]:
    """The text in pieces, cut where a mark begins or ends; together they are the text, but for what is hidden.

    A hidden character is shown as its code point.
    """
    laid = [mark for mark in marks if 0 <= mark.start < mark.end <= len(text)]
    cuts = sorted({0, len(text), *(m.start for m in laid), *(m.end for m in laid)})
    return [_piece(text, start, end, laid) for start, end in pairwise(cuts)]


def outside(text: str) -> list[Piece]:
    """Text from outside, with the orders in it and what is hidden marked."""
    return pieces(text, [*orders(text), *hidden(text)])


def _piece(text: str, start: int, end: int, laid: Sequence[Mark]) -> Piece:
    on = [mark for mark in laid if mark.start < end and start < mark.end]
    kinds = tuple(dict.fromkeys(mark.kind for mark in on))
    words = text[start:end]
    if "hidden" in kinds:
        words = f"[U+{ord(words):04X}]"
    numbers = tuple(dict.fromkeys(mark.number for mark in on if mark.number and mark.start == start))
    return Piece(text=words, kinds=kinds, numbers=numbers)
