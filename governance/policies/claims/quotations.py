"""Words between quotation marks, and who is said to have said them."""

import re
from collections.abc import Iterator, Sequence

from governance.policies.claims.text import Claim, plain

CHARS_MIN = 3
_DOUBLE = re.compile(r'"([^"\n]*)(?:"|$|(?=\n))')
_SINGLE = re.compile(r"(?<![\w'])'((?:[^'\"\n]|(?<=\w)'(?=\w)){3,400}?)'(?![\w'])")
_GAP = re.compile(r"\.{2,}|…|\[[^\]]*\]")
_SAID = re.compile(
    r"\b(?:said|says|say|told|tells|asked|asks|wrote|writes|added|adds|explained|explains|recalled|recalls|joked|jokes|"
    r"according\s+to|quips?|quipped|reports?|reckons?|reckoned|as|calls?|called|insists?|insisted|puts?\s+it)\b"
)
_NAME = re.compile(r"[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*")
NEAR = 220  # characters around a quotation in which its source names the speaker


def spans(flat: str) -> list[tuple[int, int, str]]:
    """Begin, end and inside of every quotation of a flat text, marks included in the span."""
    found = [(m.start(), m.end(), m.group(1)) for m in _DOUBLE.finditer(flat)]
    taken = [(start, end) for start, end, _ in found]
    for m in _SINGLE.finditer(flat):
        if not any(start < m.end() and m.start() < end for start, end in taken):
            found.append((m.start(), m.end(), m.group(1)))
    return sorted(one for one in found if len(one[2].strip()) >= CHARS_MIN)


def claims(text: str, flat: str) -> Iterator[Claim]:
    """Every quotation, as it stands in the text."""
    for start, end, inside in spans(flat):
        at = flat.index(inside, start, end) if inside else start
        yield Claim(kind="quotation", words=text[at : at + len(inside)], start=at)


def is_said(words: str, sources: Sequence[str]) -> bool:
    """Whether one source has these words in this order; what was left out at an ellipsis may stand between."""
    parts = [part for part in (plain(one) for one in _GAP.split(words)) if part]
    return any(_in_order(parts, source) for source in sources)


def _in_order(parts: Sequence[str], source: str) -> bool:
    at = 0
    padded = f" {source} "
    for part in parts:
        at = padded.find(f" {part} ", at)
        if at < 0:
            return False
        at += len(part)
    return True


def speakers(flat: str) -> Iterator[tuple[str, str, int]]:
    """Quotation, the last name of who is said to have said it, and where; for those with a name in their sentence."""
    for _, end, inside in spans(flat):
        after = re.split(r"[.!?\n\"]", flat[end : end + 120], maxsplit=1)[0]
        if _SAID.search(after):
            named = list(_NAME.finditer(after))
            if named:
                last = named[0].group(0).split()[-1]
                yield inside, last.removesuffix("'s"), end + named[0].end() - len(last)


def is_theirs(inside: str, speaker: str, sources: Sequence[str]) -> bool:
    """Whether a source that has these words names the speaker near them; a source that has them not says nothing."""
    wanted, name = plain(_GAP.split(inside)[0]), plain(speaker)
    places = [(source, at) for source in sources if (at := source.find(wanted)) >= 0]
    return not places or any(
        re.search(rf"\b{re.escape(name)}\b", source[max(0, at - NEAR) : at + len(wanted) + NEAR])
        for source, at in places
    )
