"""The stretches of a text that are looked at by themselves: sentences, neighbours, pieces, and short texts whole.

An order hides in one sentence of many; a score over the whole would drown it. Requirements: SAF-1.
"""

import re
from collections.abc import Iterator

WORDS_PIECE = 14
WORDS_STEP = 7
WORDS_WHOLE = 60
CHARS_WINDOW = 600  # what is longer and has no end is looked at piece by piece
WINDOWS_MAX = 600  # of one text; a text of CHARS_MAX in ordinary sentences has about that many

_SENTENCE = re.compile(r"[^.!?\n。！？।]*(?:[.!?。！？।]+(?![\w/])[\"”'’)\]]*|[.!?](?=[\w/])[^.!?\n。！？।]*|\n|$)+")
_WORD = re.compile(r"\S+")


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where the windows of a text begin and end, each once; at most WINDOWS_MAX."""
    seen: set[tuple[int, int]] = set()
    for span in _all(text):
        start, end = span
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if end - start >= 6 and (start, end) not in seen:
            seen.add((start, end))
            yield start, end
            if len(seen) >= WINDOWS_MAX:
                return


def _all(text: str) -> Iterator[tuple[int, int]]:
    sentences = [(one.start(), one.end()) for one in _SENTENCE.finditer(text) if one[0].strip()]
    if len(_WORD.findall(text[:2000])) <= WORDS_WHOLE and len(text) <= 600:
        yield 0, len(text)
    for place, (start, end) in enumerate(sentences):
        yield from ((at, min(at + CHARS_WINDOW, end)) for at in range(start, end, CHARS_WINDOW // 2))
        if place and end - sentences[place - 1][0] <= 400:
            yield sentences[place - 1][0], end
        words = list(_WORD.finditer(text, start, end))
        if len(words) > WORDS_PIECE + WORDS_STEP // 2:
            for at in range(0, len(words) - WORDS_STEP, WORDS_STEP):
                piece = words[at : at + WORDS_PIECE]
                yield piece[0].start(), min(piece[-1].end(), piece[0].start() + CHARS_WINDOW)
