"""Words as people type them, read as they are meant: look-alikes, digits for letters, stretched letters, slips.

Requirements: SAF-3.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+|[%&]|[?¿!¡.;:,\n…]+|[^\w\s]", re.UNICODE)
_ENDS = re.compile(r"[?!.;:\n…]")
_EMOJI = {
    "🤖": "bot",
    "👾": "bot",
    "🦾": "bot",
    "🧑": "human",
    "👤": "human",
    "👩": "human",
    "👨": "human",
    "🧍": "human",
}
_DIGITS = str.maketrans("0134578@$", "oleastbas")
_HOMOGLYPHS = str.maketrans("аеорсухіјѕԁһӏαοτικνВМНТКРСАЕОХ", "aeopcyxijsdhlaotiknBMHTKPCAEOX")


class Word(NamedTuple):
    """A word as it is read: in small letters, with its place in the text. `mark` is a sign between words."""

    text: str
    start: int
    end: int
    mark: bool = False


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """In small letters, without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


# What was said is read when it is kept, planned for and answered. Few and short: strangers choose it.
@lru_cache(maxsize=256)
def words(text: str) -> tuple[Word, ...]:
    """The words and marks of a text."""
    return tuple(_joined(tuple(split(text))))


def split(text: str) -> Iterator[Word]:
    """Words and marks, one after the other, before letters that stand apart are joined."""
    for found in _WORD.finditer(text):
        token = found.group()
        if token in _EMOJI:
            yield Word(text=_EMOJI[token], start=found.start(), end=found.end())
        elif token[0].isalnum() or token in "%&":
            plain = token if token.isascii() else unicodedata.normalize("NFKC", token).translate(_HOMOGLYPHS)
            read = plain.lower()
            yield Word(text=read, start=found.start(), end=found.end())
        elif _ENDS.search(token) or "," in token:
            yield Word(
                text="?" if "?" in token else "," if token == "," else ".",
                start=found.start(),
                end=found.end(),
                mark=True,
            )


def _joined(read: Sequence[Word]) -> Iterator[Word]:
    """Letters that were put apart are words again: a.i., b o t, h-u-m-a-n, and whole sentences of them."""
    place = 0
    while place < len(read):
        if len(read[place].text) > 1:
            yield read[place]
            place += 1
            continue
        end = place
        while end < len(read) and len(read[end].text) == 1 and (not read[end].mark or read[end].text == "."):
            end += 1
        # What ends a sentence stays: only dots between letters are part of a word.
        while end > place and read[end - 1].mark:
            end -= 1
        together = _respelled([word for word in read[place:end] if not word.mark], dotted=_dotted(read[place:end]))
        yield from together or read[place : max(end, place + 1)]
        place = max(end, place + 1)


def _dotted(run: Sequence[Word]) -> bool:
    return any(word.mark for word in run)


def _respelled(run: Sequence[Word], *, dotted: bool) -> list[Word]:
    """The words that single letters make, none when they make no word that matters here."""
    spelled = "".join(word.text for word in run)
    if len(run) < 3 and not (dotted and spelled in ("ai", "ki", "ia")):
        return []
    found: list[Word] = []
    place = 0
    while place < len(spelled):
        word = next((one for one in _SPELLED if spelled.startswith(one, place)), spelled[place])
        found.append(Word(text=word, start=run[place].start, end=run[place + len(word) - 1].end))
        place += len(word)
    return found if any(len(word.text) > 1 for word in found) else []


# The longest first; with the small words around them, for sentences that are spelled.
_SPELLED = sorted(
    [
        "ai",
        "ki",
        "ia",
        "bot",
        "bots",
        "robot",
        "robots",
        "human",
        "real",
        "mensch",
        "roboter",
        "humain",
        "humaine",
        "humano",
        "humana",
        "umano",
        "umana",
        "chatgpt",
        "gpt",
        "llm",
        "robo",
        "are",
        "you",
        "an",
        "or",
        "bist",
        "du",
        "ein",
        "eine",
        "eres",
        "un",
        "una",
        "es",
        "tu",
        "sei",
        "voce",
        "um",
        "person",
        "machine",
    ],
    key=lambda word: (-len(word), word),
)


def forms(word: str) -> Iterator[str]:
    """The word as it may be meant."""
    plain = bare(word)
    yield plain
    if any(c.isdigit() for c in plain) and any(c.isalpha() for c in plain):
        yield plain.translate(_DIGITS)
        yield plain.replace("1", "i").translate(_DIGITS)
    if re.search(r"(.)\1", plain):
        yield re.sub(r"(.)\1{2,}", r"\1\1", plain)
        yield re.sub(r"(.)\1{2,}", r"\1", plain)
        yield re.sub(r"(.)\1+", r"\1", plain)


_NO_SLIPS = frozenset(
    [
        "humane",
        "humans",
        "persona",
        "personas",
        "personal",
        "parson",
        "prison",
        "woman",
        "women",
        "humid",
        "humor",
        "romans",
        "roman",
        "roots",
        "romani",
        "peoples",
        "reply",
        "humanly",
        "personen",
        "menschens",
        "humus",
        "umami",
        "persone",
        "person",
        "rebot",
        "reboot",
        "robust",
        "hamann",
        "arson",
    ]
)


def slip(word: str, among: Sequence[str]) -> str:
    """The long word that this is with one slip: a letter too many, missing, wrong, or two in the wrong order."""
    if len(word) < 4 or word in _NO_SLIPS:
        return ""
    return next((meant for meant in among if _one_slip(word, meant)), "")


def _one_slip(word: str, meant: str) -> bool:
    if abs(len(word) - len(meant)) > 1 or word[:1] != meant[:1]:
        return False
    ahead = next((i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant)))
    if len(word) == len(meant):
        swapped = word[:ahead] + word[ahead + 1 : ahead + 2] + word[ahead : ahead + 1] + word[ahead + 2 :]
        # A wrong letter only in the middle of a long word: its end is grammar.
        return swapped == meant or (
            len(meant) >= 6 and 0 < ahead < len(meant) - 1 and word[ahead + 1 :] == meant[ahead + 1 :]
        )
    longer, shorter = (word, meant) if len(word) > len(meant) else (meant, word)
    return longer[:ahead] + longer[ahead + 1 :] == shorter and ahead < len(longer) - 1
