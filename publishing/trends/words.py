"""Which words a text is told apart by: names and numbers more than what every text has (TRD-2). Pure.

Words of any language, without accents and endings; scripts without spaces in pairs of signs. How rare a word is, is
learned from the frozen background and from the items that came before: nothing looks ahead.
"""

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

from publishing.trends import background

STEM_CHARACTERS = 6  # "earthquake" and "earthquakes", "Erdbeben" and "Erdbebens" begin alike
BACKGROUND_AS_TEXTS = 60  # so that a stream in another language is soon known
RARE_WORDS_FULL = 2.5  # so many words that nobody had before are a whole text; one that says less is less alike
_WORD = re.compile(r"[^\W_]+(?:[.,:]\d+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
# What holds sentences together, in the languages that feeds come in most: rare in an English background, and no topic.
_FUNCTION = frozenset(Path(__file__).with_name("function_words.txt").read_text(encoding="utf-8").split())


def stems(text: str) -> frozenset[str]:
    """The words of a text, each once, as they are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = unicodedata.normalize("NFC", plain)
    found: set[str] = set()
    for word in _WORD.findall(plain):
        if _UNSPACED.search(word):
            found.update(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif word not in _FUNCTION and (len(word) > 2 or word[0].isdigit()):
            found.add(word if word[0].isdigit() else word[:STEM_CHARACTERS])
    return frozenset(found)


@lru_cache(maxsize=1)
def _background() -> Counter[str]:
    return Counter(stem for line in background.headlines() for stem in stems(line))


class Rarity:
    """How much a word says, by the texts so far."""

    def __init__(self) -> None:
        self._texts = float(BACKGROUND_AS_TEXTS)
        share = BACKGROUND_AS_TEXTS / len(background.headlines())
        self._having = {stem: count * share for stem, count in _background().items()}

    def learn(self, stems_of_text: frozenset[str]) -> None:
        """One more text."""
        self._texts += 1
        for stem in stems_of_text:
            self._having[stem] = self._having.get(stem, 0.0) + 1

    def weighed(self, stems_of_text: frozenset[str]) -> dict[str, float]:
        """The words with their weights, of length one, or less for a text of a few words that everybody has."""
        texts = self._texts + 1
        weights = {stem: math.log(texts / (self._having.get(stem, 0.0) + 0.5)) for stem in sorted(stems_of_text)}
        full = math.sqrt(RARE_WORDS_FULL) * math.log(texts / 0.5)
        length = max(full, math.sqrt(sum(weight * weight for weight in weights.values())))
        return {stem: weight / length for stem, weight in weights.items()}
