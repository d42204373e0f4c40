"""Which signs the stretches of a text can hold at all: what is not in the whole is in none of them.

Looking for every sign in every stretch was two thirds of a look. Requirements: SAF-1.
"""

import re
from collections.abc import Iterable, Sequence

from chimera.core.injection.signs import ALL, PATTERNS

_CLASS_OR_ESCAPE = re.compile(r"\\.|\[[^\]]*\]")
_EDGE = re.compile(r"\^|\$|\(\?<?[=!]")
# What these find hangs on what stands around a stretch; no other finds anything in it that is not in the whole.
_AT_EDGES = tuple(_EDGE.search(_CLASS_OR_ESCAPE.sub("", one.pattern)) is not None for one in PATTERNS)
# Some signs repeat without a bound: in a long text that would cost its square, in a stretch it cannot.
CHARS_MAX = 3_000
_WORD_CUT = re.compile(r"\w\w")


def possible(whole: str, *, spans: Iterable[tuple[int, int]]) -> Sequence[int]:
    """The numbers of the signs that these stretches of a folded text can hold.

    All of them where the text is long, and where a stretch is cut inside a word: any may seem to stand at its edge.
    """
    if len(whole) > CHARS_MAX:
        return ALL
    cuts = {cut for span in spans for cut in span if 0 < cut < len(whole)}
    if any(_WORD_CUT.fullmatch(whole, cut - 1, cut + 1) for cut in cuts):
        return ALL
    return [number for number in ALL if _AT_EDGES[number] or PATTERNS[number].search(whole) is not None]
