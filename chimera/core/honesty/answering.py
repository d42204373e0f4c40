"""What is said to who asks, and to who hears from a persona for the first time: fixed sentences in six languages."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from chimera.core.honesty.asking import Asked, asked, language_of
from chimera.core.honesty.denying import denies
from chimera.core.honesty.reading import LANGUAGES

_FRAME_MAX = 140  # characters of a line of the persona's around the answer


@lru_cache(maxsize=1)
def _sentences() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))


def answer(
    question: Asked, *, name: str, turn: int = 0, opener: str = "", closer: str = "", length_max: int = 10_000
) -> str:
    """The truth, in the language of the question; `turn` counts how often this person has asked before.

    `opener` and `closer` are lines of the persona's own voice. One is left out when it is in another language, asks or
    claims something itself, is long, or would make the whole longer than `length_max` characters.
    """
    sentences = _sentences()[question.language]["answers"]
    truth = sentences[turn % len(sentences)].format(name=name)
    before = opener if _fits(opener, question.language) else ""
    after = closer if _fits(closer, question.language) else ""
    for parts in ((before, truth, after), (before, truth)):
        whole = " ".join(part for part in parts if part)
        if len(whole) <= length_max:
            return whole
    return str(truth)


def _fits(line: str, language: str) -> bool:
    plain = bool(line) and len(line) <= _FRAME_MAX and "?" not in line
    return plain and language_of(line, default=language) == language and not asked(line) and not denies(line)


def first_words(*, told: bool, name: str, language: str = "en") -> str:
    """What the first reply to a person begins with: "" when they were told; a language we have no words in: English."""
    return "" if told else str(_sentences()[language if language in LANGUAGES else "en"]["first"]).format(name=name)


def opened(text: str, *, told: bool, name: str, language: str = "en") -> str:
    """The reply with the first words before it; alone when the person was told."""
    return " ".join(part for part in (first_words(told=told, name=name, language=language), text) if part)
