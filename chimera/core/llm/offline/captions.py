"""Sentences as captions: without the words that name their source, and in pieces that are read at a glance. GEN-3."""

import re
from collections.abc import Sequence

from chimera.core import markers

CAPTION_CHARS, CAPTION_CHARS_MAX = 42, 64
_BEFORE = markers.words(
    "and but or which that who whose after before with without from in on at for of to by than as while because "
    "since until into over under through between where when"
)
_NEVER_LAST = markers.words("a an the and or of to in on at by for with from its his her their our my no as than")
_QUOTED = re.compile(
    r"^[“\"](?P<words>[^”\"]{12,180})[”\"],? (?:said|says|asked|asks|added|adds|wrote) (?P<who>[^,.;]{3,60})"
)
_ATTRIBUTION_WORDS_MAX = 6


def told(sentence: str, *, sources: Sequence[str]) -> str:
    """The sentence without its source, which stands by itself at the end; "" for one that only names it."""
    names = "|".join(re.escape(name) for name in sources if name)
    if not names:
        return sentence
    some = rf"(?:{names})(?: and (?:{names}))?"
    text = re.sub(rf"\s*\({some}\)", "", sentence)
    text = re.sub(rf",\s*{some} reports?(?=[.,])", "", text)
    text = re.sub(rf"^(?:{some} reports?:|From {some}:|According to {some},)\s*", "", text).strip()
    rest = re.sub(some, "", text)
    if not re.search(r"\w", rest) or (
        rest != text and len(rest.split()) <= _ATTRIBUTION_WORDS_MAX and not re.search(r"\d", rest)
    ):
        return ""
    return text[:1].upper() + text[1:]


def quotation(sentence: str) -> tuple[str, str] | None:
    """Words that somebody said, and who that was, where the sentence begins with them."""
    found = _QUOTED.match(sentence)
    if found is None:
        return None
    words, who = found["words"].rstrip(", "), found["who"].strip()
    return words, who[:1].upper() + who[1:]


def captions(text: str) -> list[str]:
    """The text in order, in pieces of about 42 characters that end where a breath would."""
    words = text.split()
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        choices = [
            (best[begin][0] + _cost(words, begin, end), begin)
            for begin in range(max(0, end - 16), end)
            if begin == end - 1 or len(" ".join(words[begin:end])) <= CAPTION_CHARS_MAX
        ]
        best.append(min(choices))
    pieces: list[str] = []
    end = len(words)
    while end:
        begin = best[end][1]
        pieces.append(" ".join(words[begin:end]))
        end = begin
    return pieces[::-1]


def _cost(words: Sequence[str], begin: int, end: int) -> float:
    length = len(" ".join(words[begin:end]))
    off = (length - CAPTION_CHARS) / CAPTION_CHARS
    # One piece is better than two short ones.
    cost = 3.0 + 9.0 * off * off * (1.6 if off < 0 else 1.0)
    if end == len(words):
        return cost
    last, following = words[end - 1], words[end].lower()
    if last[-1] in ",;:.!?”":
        return cost
    if last.lower() in _NEVER_LAST:
        return cost + 12.0
    return cost + (1.5 if following in _BEFORE else 6.0)
