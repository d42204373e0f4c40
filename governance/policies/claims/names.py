"""Names: runs of words with capitals, with their particles; and single ones at the beginning of a sentence.

A first word is taken for a name when it is no ordinary word (`ordinary.txt`) and no source has it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from governance.policies.claims.text import READ_ONCE_CHARS_MAX, Claim, plain

_WORD = r"[^\W\d_](?:[\w]|['.&-](?=\w))*"
_PARTICLE = (
    r"(?:of\s+the|of|de\s+la|de\s+los|de|del|della|di|da|dos|du|des|van\s+der|van\s+den|van|von\s+der|von|zu|der|den|la|le|"
    r"bin|ibn|al|el|y|ter|ten|af|av|&)"
)
_CAPITAL = r"(?:(?=[^\W\d_])(?-i:[A-ZÀ-ÖØ-ÞĀ-Ž])(?:[\w]|['.&-](?=\w))*|[a-z]{1,2}[A-Z]\w+)"
_RUN = re.compile(rf"(?<![\w@#])(?:d'|O')?{_CAPITAL}(?:\s+(?:{_PARTICLE}\s+)?(?:d'|al-)?{_CAPITAL})*")
_TAG = re.compile(r"(?<!\w)#(\w+)")
_HANDLE = re.compile(r"(?<!\w)@(\w[\w.]*\w)")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BEGINS = re.compile(r"(?:^|[.!?:;…\"()\[\]\n*•|>]|\s-|[^\w\s,'&/$%#@+-])\s*$")
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mx",
        "miss",
        "dr",
        "prof",
        "professor",
        "sir",
        "dame",
        "lady",
        "lord",
        "mayor",
        "captain",
        "chef",
        "coach",
        "king",
        "queen",
        "prince",
        "princess",
        "pope",
        "saint",
        "st",
        "president",
        "director",
        "doctor",
        "nurse",
        "warden",
        "engineer",
        "uncle",
        "aunt",
        "grandma",
        "grandpa",
    ]
)
# First words of places: what stands behind them alone is another place.
_OF_PLACES = frozenset(["north", "south", "east", "west", "mount", "lake", "port", "fort"])
# Short forms that everybody uses as words.
_ABBREVIATIONS = frozenset(
    [
        "ai",
        "tv",
        "ok",
        "diy",
        "ps",
        "pps",
        "fyi",
        "dna",
        "usb",
        "led",
        "ceo",
        "phd",
        "ufo",
        "gps",
        "faq",
        "btw",
        "psa",
        "rip",
        "asap",
        "am",
        "pm",
        "ad",
        "dj",
        "pr",
    ]
)
_ACRONYM = re.compile(r"^[A-Z](?:\.?[A-Z0-9&]){1,7}\.?s?$")


@lru_cache(maxsize=1)
def ordinary() -> frozenset[str]:
    """Words that begin sentences without being names, in small letters."""
    lines = (Path(__file__).parent / "ordinary.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def is_ordinary(word: str) -> bool:
    """Whether a word in small letters is in the list, or is made of one that is."""
    known = ordinary()
    if word in known or (word.endswith("ly") and len(word) > 5):
        return True
    for ending, instead in (
        ("s", ""),
        ("es", ""),
        ("ed", ""),
        ("d", ""),
        ("ing", ""),
        ("ing", "e"),
        ("er", ""),
        ("ers", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) > 2 and word[: -len(ending)] + instead in known:
            return True
    return False


def claims(text: str, flat: str) -> Iterator[Claim]:
    """Every name as it stands in the text; whether a first word is one is decided against the sources."""
    for found in _RUN.finditer(flat):
        start, end = found.span()
        for name, at in _parted(flat[start:end], start):
            lead = _lead(name) if begins(flat, at) else 0
            if len(name) > lead and name != "I" and not name.startswith("I'"):
                yield Claim(kind="name", words=text[at + lead : at + len(name)], start=at + lead)
    for pattern in (_TAG, _HANDLE):
        for found in pattern.finditer(flat):
            yield Claim(kind="name", words=text[slice(*found.span())], start=found.start())


def _lead(name: str) -> int:
    """How many characters at the beginning of a sentence are an ordinary word with a capital, and no part of a name."""
    word, _, rest = name.partition(" ")
    small = word.lower()
    if small in _OF_PLACES or not is_ordinary(small) or _ACRONYM.match(word):
        return 0
    return len(name) - len(rest.lstrip()) if rest else len(name)


def _parted(run: str, start: int) -> Iterator[tuple[str, int]]:
    """A possessive ends a name: "Orlowe's Mendery" are two."""
    at = 0
    for piece in re.split(r"(?<=\w)(?:'s|')(?=\s)", run):
        place = run.index(piece, at)
        at = place + len(piece)
        stripped = piece.strip()
        if stripped:
            yield stripped, start + place + piece.index(stripped)


def begins(flat: str, start: int) -> bool:
    """Whether a sentence, or what reads like one, begins here: then the capital says nothing."""
    return bool(_BEGINS.search(flat[:start]))


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One text as it is looked names up in."""

    plain: str
    words: frozenset[str]
    small: frozenset[str]  # words that stand in it without a capital
    runs: tuple[tuple[str, ...], ...]  # names of several words
    letters: frozenset[str]  # the first letters of those


def _read(text: str) -> _Read:
    bare = plain(text)
    found = [run.group(0) for run in _RUN.finditer(text)]
    runs = [plain(run).split() for run in found if not (run.isascii() and run.isalnum())]  # those are one word
    several = tuple(tuple(run) for run in runs if len(run) > 1)
    letters = ("".join(word[0] for word in run if word not in ("of", "the", "and", "for")) for run in several)
    return _Read(
        plain=bare,
        words=frozenset(bare.split()),
        small=frozenset(re.findall(r"(?<![\w'])[a-zß-ÿ]\w*", text)),
        runs=several,
        letters=frozenset(letters),
    )


_read_once = lru_cache(maxsize=8_192)(_read)


class Names:
    """The names that sources and soul know."""

    def __init__(self, texts: Sequence[str], *, more: "Names | None" = None) -> None:
        """`more`: names that are known beside those of the texts."""
        read = [_read_once(text) if len(text) <= READ_ONCE_CHARS_MAX else _read(text) for text in texts]
        self._plain = " | ".join(one.plain for one in read)
        self._words: frozenset[str] = frozenset().union(*(one.words for one in read))
        self._small: frozenset[str] = frozenset().union(*(one.small for one in read))
        self._runs = [run for one in read for run in one.runs]
        self._letters: frozenset[str] = frozenset().union(*(one.letters for one in read))
        if more:
            self._plain = f"{self._plain} | {more._plain}"
            self._words |= more._words
            self._small |= more._small
            self._runs += more._runs
            self._letters |= more._letters

    def _has(self, words: Sequence[str]) -> bool:
        if f" {' '.join(words)} " in f" {self._plain} ":
            return True
        if len(words) == 1:
            word = words[0]
            return word.endswith("s") and word[:-1] in self._words and len(word) > 4
        return any(_within(words, run) for run in self._runs)

    def know(self, words: str, *, first: bool) -> bool:
        """Whether these words are known, or are none that had to be. `first`: they begin a sentence."""
        if words.startswith("#"):
            return all(self._is_plain_word(part.lower()) for part in _CAMEL.findall(words[1:]))
        if words.startswith("@"):
            return plain(words[1:]).replace(" ", "") in self._plain.replace(" ", "")
        if _ACRONYM.match(words):
            letters = re.sub(r"[^a-z0-9]", "", words.lower())
            known = self._is_plain_word(letters) or letters in _ABBREVIATIONS or letters in self._letters
            return known or letters.removesuffix("s") in (*_ABBREVIATIONS, *self._letters)
        parts = plain(words).split()
        while parts and (parts[0] in _TITLES or (first and len(parts) > 1 and is_ordinary(parts[0]))):
            if self._has(parts):
                return True
            if parts[0] in _OF_PLACES and parts[0] not in self._small:
                break
            parts, first = parts[1:], False
        if not parts or parts == ["i"] or (len(parts) == 1 and len(parts[0]) == 1):
            return True
        if self._has(parts):
            return True
        if len(parts) == 1:
            return (first and is_ordinary(parts[0])) or parts[0] in _ABBREVIATIONS
        if first and parts[0] in self._small and self._has(parts[1:]):
            return True
        return self._piecewise(words, first)

    def _piecewise(self, words: str, first: bool) -> bool:
        """ "Ida Fenn of Vell" where a source knows Ida Fenn, and Vell."""
        pieces = re.split(r"\s+(?:of\s+the|of|&)\s+", words)
        if len(pieces) < 2:
            return all(word.isupper() and self._is_plain_word(word.lower()) for word in words.split())
        return all(self.know(piece, first=first and place == 0) for place, piece in enumerate(pieces))

    def _is_plain_word(self, word: str) -> bool:
        return word.isdigit() or word in self._words or is_ordinary(word)


def _within(words: Sequence[str], run: Sequence[str]) -> bool:
    """Whether the words stand in a known name in this order: "Skerrow Trust" in "Skerrow Marine Trust"."""
    rest = iter(run)
    return all(word in rest for word in words)
