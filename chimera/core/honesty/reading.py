"""A sentence as a row of letters: what each word stands for, in one language. The grammar reads those letters.

One letter is one kind of word ("you", "are", "bot", "human", …), whatever the language; so one small grammar serves all
six.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chimera.core.honesty.typed import Word, bare, forms, slip, split

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "de", "fr", "es", "pt", "it")
LETTERS = {
    "you": "Y",
    "are": "A",
    "you_are": "Z",
    "your": "y",
    "is": "I",
    "am": "a",
    "i": "m",
    "i_am": "z",
    "bot": "B",
    "soft_bot": "b",
    "human": "H",
    "someone": "h",
    "real": "R",
    "true": "r",
    "a": "D",
    "filler": "J",
    "not": "N",
    "or": "O",
    "talk": "T",
    "i_talk": "t",
    "with": "W",
    "of": "o",
    "this": "P",
    "account": "Q",
    "behind": "K",
    "there": "S",
    "by": "G",
    "made": "M",
    "who": "C",
    "sound": "X",
    "like": "l",
    "have": "L",
    "do": "E",
    "body": "F",
    "live": "U",
    "use": "k",
    "test": "p",
    "as": "q",
    "noun_after": "n",
    "here": "d",
    "created": "c",
    "she": "s",
    "we": "w",
    "pretend": "f",
}
UNKNOWN, NAME, COMMA = "x", "e", ","


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A sentence: for each word the letters of what it can stand for and a stroke, such as `A/Y/D/B/`."""

    letters: str
    spans: tuple[tuple[int, int], ...]
    asks: bool  # ends with a question mark

    def span(self, found: re.Match[str]) -> tuple[int, int]:
        """Where what was found in the letters stands in the text."""
        first = self.letters.count("/", 0, found.start())
        last = max(first, self.letters.count("/", 0, found.end()) - 1)
        return self.spans[first][0], self.spans[last][1]


@dataclass(frozen=True, slots=True)
class Entry:
    """What some words can stand for; `sure` when they are written so in this language, accents included."""

    letters: str
    sure: bool


@lru_cache(maxsize=8)
def lexicon(language: str) -> Mapping[tuple[str, ...], Entry]:
    """Every entry of a language by its words, with accents and without."""
    table = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], Entry] = {}
    for kind, entries in table.items():
        for entry in entries.split():
            # A tilde marks a slip that is another language's word: it says nothing about the language.
            written = entry.removeprefix("~")
            for form in {written, bare(written)}:
                key = tuple(word.text for word in split(form.replace("+", " ")) if not word.mark)
                before = found.get(key, Entry("", False))
                letters = before.letters if LETTERS[kind] in before.letters else before.letters + LETTERS[kind]
                found[key] = Entry(letters, before.sure or (form == written == entry))
    return found


@lru_cache(maxsize=8)
def _long_words(language: str) -> tuple[str, ...]:
    strong = {LETTERS[kind] for kind in ("bot", "human")}
    one = {key[0]: entry for key, entry in lexicon(language).items() if len(key) == 1 and len(key[0]) >= 5}
    return tuple(sorted(word for word, entry in one.items() if strong & {*entry.letters}))


def clauses(read: Sequence[Word], *, language: str, names: frozenset[str] = frozenset()) -> Iterator[Clause]:
    """Each sentence, as it reads in one language; `names` are words that name the speaker."""
    start = 0
    for end, word in enumerate(read):
        if word.mark and word.text != ",":
            if end > start:
                yield _clause(read[start:end], language=language, asks=word.text == "?", names=names)
            start = end + 1
    if start < len(read):
        yield _clause(read[start:], language=language, asks=False, names=names)


def _clause(part: Sequence[Word], *, language: str, asks: bool, names: frozenset[str]) -> Clause:
    letters: list[str] = []
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(part):
        if part[place].mark:
            found, count = COMMA, 1
        else:
            entry, count = _looked_up(part, place, language)
            found = entry.letters if entry else NAME if part[place].text in names else UNKNOWN
        letters.append(f"{found}/")
        spans.append((part[place].start, part[place + count - 1].end))
        place += count
    return Clause(letters="".join(letters), spans=tuple(spans), asks=asks)


def _looked_up(part: Sequence[Word], place: int, language: str) -> tuple[Entry | None, int]:
    """The entry that begins here, the longest first, and of how many words it is."""
    table, longest = lexicon(language), _longest(language)
    most = max(longest.get(part[place].text, 1), longest.get(bare(part[place].text), 1))
    for count in range(min(most, len(part) - place), 1, -1):
        run = part[place : place + count]
        if any(word.mark for word in run):
            continue
        for key in (tuple(word.text for word in run), tuple(bare(word.text) for word in run)):
            if key in table:
                return table[key], count
    return _word(part[place].text, language), 1


@lru_cache(maxsize=8)
def _longest(language: str) -> Mapping[str, int]:
    """Of how many words the longest entry is that begins with a word."""
    found: dict[str, int] = {}
    for key in lexicon(language):
        found[key[0]] = max(found.get(key[0], 1), len(key))
    return found


# Strangers choose the words: bounded, so that they cannot fill the memory.
@lru_cache(maxsize=20_000)
def _word(text: str, language: str) -> Entry | None:
    """What one word stands for, as it is written or as it may be meant."""
    table = lexicon(language)
    if (text,) in table:
        return table[text,]
    for form in forms(text):
        if (form,) in table:
            return Entry(table[form,].letters, False)
    meant = slip(bare(text), _long_words(language))
    return Entry(table[meant,].letters, False) if meant else None


def known(read: Sequence[Word], *, language: str) -> int:
    """How much of the words a language knows: two for one that is written so, one for one that may be meant."""
    found = (_word(word.text, language) for word in read if not word.mark)
    return sum(entry.sure + 1 for entry in found if entry)
