"""Whether a text asks what it is talking to; deterministic, without a model, in six languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chimera.core.honesty import grammar
from chimera.core.honesty.reading import LANGUAGES, clauses, known
from chimera.core.honesty.typed import Word, words

_SPANISH = re.compile(r"[¿¡]")
_LIKELY = 0.6  # of the known words of the best language: below that a language is not what the text is written in
TEXT_MAX = 5_000  # characters that are looked at; who asks does so early


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The question as it stands in the text, and the language to answer in."""

    language: str
    start: int
    end: int


def asked(text: str, *, language: str = "") -> Asked | None:
    """The first place where a text asks whether it talks to a human, a bot or an AI; None when it does not.

    `language` is what the answer is in where the text does not tell ("bot?"). "Are you real?" counts, whatever follows.
    """
    read = words(text[:TEXT_MAX])
    for one in spoken(read, hint="es" if _SPANISH.search(text) else language):
        for clause in clauses(read, language=one):
            found = grammar.first(grammar.QUESTIONS, clause, language=one)
            if found:
                start, end = clause.span(found)
                return Asked(language=one, start=start, end=end)
    return None


def spoken(read: Sequence[Word], *, hint: str = "") -> list[str]:
    """The languages that a text may be in, the likeliest first."""
    count = {one: known(read, language=one) for one in LANGUAGES}
    best = max(count.values())
    order = sorted(LANGUAGES, key=lambda one: (-count[one], one != hint, LANGUAGES.index(one)))
    return [one for one in order if count[one] and count[one] >= _LIKELY * best]


def language_of(text: str, *, default: str = "en") -> str:
    """The language of a text, of the six; `default` where nothing tells."""
    found = spoken(words(text[:TEXT_MAX]), hint=default)
    return found[0] if found else default
