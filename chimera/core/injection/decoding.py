"""What a text says in another writing: base64, hex, percent, rot13, spaced or numbered letters, tags that show nothing.

Each reading is a guess that costs time in proportion to the text, and is used to look, never to act. A reading is kept
only when it looks like language. Requirements: SAF-1.
"""

import base64
import binascii
import codecs
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

from chimera.core.injection.cleaning import CHARS_MAX, Read
from chimera.core.injection.words import COMMON

READINGS_MAX = 24
# How much more of a text must be common words when it is read another way: an ordinary sentence is no secret writing.
GAIN = 0.15
GAIN_LETTERS = 0.05  # figures for letters spoil few of its words


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that were not written as words: what they say, where in the original they stand, how they were written."""

    text: str
    start: int
    end: int
    how: str


_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{4}[ \n]?){4,}[A-Za-z0-9+/_-]{0,3}={0,2}")
_BASE32 = re.compile(r"\b[A-Z2-7]{16,}={0,6}")
_HEX = re.compile(r"(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[ ,:]?){8,}")
_PERCENT = re.compile(r"(?:[^\s%]{0,40}%[0-9a-fA-F]{2}){4,}+[^\s%]{0,40}")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]+;|[ ,!?']){6,}")
_BINARY = re.compile(r"(?:[01]{8}[ ,]?){5,}")
_DECIMALS = re.compile(r"(?:\b\d{2,3}\b[ ,;-]{1,2}){7,}\d{2,3}\b")
_MORSE = re.compile(r"[.\-–—·]{1,6}(?:[ /|]+[.\-–—·]{1,6}){9,}")
_SPACED = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]([ .\-_*|,~+/\\]{1,3}))(?:[^\W\d_][ .\-_*|,~+/\\]{1,6}){5,}[^\W\d_](?![^\W_])"
)
_LEET = str.maketrans("013457@$!|€9", "oieastasiieg")
_LEET_WORD = re.compile(r"(?<!\w)(?=\S{0,30}[a-zA-Z])(?=\S{0,30}[013457@$!|])[\w@$!|]{3,40}(?!\w)")
_BROKEN = re.compile(r"(?<=\w)[*_~^|.\-+\\/]{1,2}(?=\w)")
_WORD = re.compile(r"[^\W\d_]+")
_MORSE_CODE = """
    .- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. --
    -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
"""
_MORSE_LETTERS = dict(zip(_MORSE_CODE.split(), "abcdefghijklmnopqrstuvwxyz", strict=True))


def is_language(text: str) -> bool:
    """Whether words that people use make up a fair part of it."""
    words = [word.lower() for word in _WORD.findall(text[:2000])]
    if len(words) < 3:
        return False
    return sum(word in COMMON for word in words) >= max(2, 0.3 * len(words))


def _share(text: str) -> float:
    """How much of a text are words that people use often; letters that stand alone are no words."""
    words = [word for word in _WORD.findall(text.lower()) if len(word) > 1]
    return sum(word in COMMON for word in words) / max(1, len(words))


def readings(text: str, read: Read) -> Iterator[Reading]:
    """Everything that can be read in the text besides its words; `read` is the text as shown. At most READINGS_MAX."""
    found = 0
    for reading in _all(text[:CHARS_MAX], read):
        if is_language(reading.text):
            found += 1
            yield reading
            if found >= READINGS_MAX:
                return


def _all(text: str, read: Read) -> Iterator[Reading]:
    yield from _tags(text)
    for pattern, how, turned in (
        (_BASE64, "base64", _base64),
        (_BASE32, "base32", _base32),
        (_HEX, "hexadecimal", _hex),
        (_PERCENT, "percent signs", urllib.parse.unquote),
        (_ESCAPES, "escapes", _escapes),
        (_BINARY, "binary digits", _binary),
        (_DECIMALS, "numbers for letters", _decimals),
        (_MORSE, "Morse", _morse),
        (_SPACED, "spaced letters", _joined),
    ):
        for match in pattern.finditer(read.text):
            words = turned(match[0])
            if words:
                start, end = read.span(match.start(), match.end())
                yield Reading(words, start, end, how)
                for inner in _twice(words):
                    yield Reading(inner, start, end, how)
    yield from _whole(read)


def _twice(words: str) -> Iterator[str]:
    """Encoded once more inside."""
    for pattern, turned in ((_BASE64, _base64), (_HEX, _hex)):
        match = pattern.search(words)
        if match and (inner := turned(match[0])):
            yield inner
    if not is_language(words):
        yield codecs.decode(words, "rot13")
        yield words[::-1]


def _whole(read: Read) -> Iterator[Reading]:
    """Alphabets moved, words turned round, signs between letters: readings of the sentences that are no language."""
    for line in re.finditer(r"[^\n.!?:]{12,}", read.text):
        words = _WORD.findall(line[0].lower())
        strange = sum(word not in COMMON for word in words)
        if len(words) < 3 or strange < 0.6 * len(words):
            continue
        start, end = read.span(line.start(), line.end())
        had = _share(line[0])
        for how, turned in _turned(line[0]):
            if _share(turned) >= had + GAIN:
                yield Reading(turned, start, end, how)
    if _LEET_WORD.search(read.text):
        turned = _LEET_WORD.sub(lambda match: match[0].translate(_LEET), read.text)
        changed = [match for match in _LEET_WORD.finditer(read.text) if match[0].translate(_LEET).lower() in COMMON]
        if len(changed) >= 2 and _share(turned) > _share(read.text) + GAIN_LETTERS:
            start, end = read.span(changed[0].start(), changed[-1].end())
            yield Reading(turned, start, end, "figures for letters")
    broken = _BROKEN.findall(read.text)
    if len(broken) >= 3:
        joined = _BROKEN.sub("", read.text)
        if _share(joined) > _share(read.text) + GAIN:
            yield Reading(joined, *read.span(0, len(read.text)), "broken words")


def _turned(line: str) -> Iterator[tuple[str, str]]:
    backwards = line[::-1].strip()
    yield "words backwards", backwards
    yield "letters backwards", " ".join(word[::-1] for word in line.split())
    shift = _best_shift(line)
    if shift:
        yield "rot13" if shift == 13 else "a moved alphabet", _shifted(line, shift)
    yield "a mirrored alphabet", "".join(_mirrored(letter) for letter in line)
    yield "Pig Latin", re.sub(r"\b([a-z']+?)([bcdfghjklmnpqrstvwxyz]{0,3})(?:w?ay)\b", r"\2\1", line.lower())
    every = re.sub(r"[^\w\s]", "", line)
    if every != line:
        yield "signs between letters", every


def _best_shift(line: str) -> int:
    """The alphabet shift that makes the most of its words common; 0 when none does."""
    words = [word for word in re.findall(r"[a-z]+", line.lower()[:200]) if len(word) > 1][:16]
    best, most = 0, max(2.0, 0.45 * len(words))
    for shift in (13, *(n for n in range(1, 26) if n != 13)):
        hits = sum(_shifted(word, shift) in COMMON for word in words)
        if hits > most:
            best, most = shift, hits
    return best


_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_TABLES = {
    shift: str.maketrans(
        _ALPHABET + _ALPHABET.upper(),
        _ALPHABET[shift:] + _ALPHABET[:shift] + (_ALPHABET[shift:] + _ALPHABET[:shift]).upper(),
    )
    for shift in range(1, 26)
}


def _shifted(text: str, shift: int) -> str:
    return text.translate(_TABLES[shift])


def _mirrored(letter: str) -> str:
    low = letter.lower()
    return _ALPHABET[25 - _ALPHABET.index(low)] if low in _ALPHABET and low else letter


def _tags(text: str) -> Iterator[Reading]:
    """Letters of the tag block, and bytes in variation selectors."""
    for match in re.finditer("[\U000e0020-\U000e007e]{4,}", text):
        yield Reading(
            "".join(chr(ord(one) - 0xE0000) for one in match[0]), match.start(), match.end(), "tag characters"
        )
    for match in re.finditer("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}", text):
        values = bytes(ord(one) - 0xFE00 if ord(one) < 0xFFFF else ord(one) - 0xE0100 + 16 for one in match[0])
        yield Reading(_text(values), match.start(), match.end(), "variation selectors")
    for match in re.finditer("[\u200b\u200c\u200d\u2060\ufeff]{24,}", text):
        signs = sorted(set(match[0]))
        for one in signs:
            bits = "".join("1" if sign == one else "0" for sign in match[0] if sign in signs[:2] or sign == one)
            yield Reading(_binary(bits), match.start(), match.end(), "zero-width bits")


def _text(raw: bytes) -> str:
    words = raw.decode("utf-8", errors="replace")
    odd = sum(not (letter.isprintable() or letter.isspace()) or letter == "\ufffd" for letter in words)
    return words if words and odd <= 0.1 * len(words) else ""


def _base64(found: str) -> str:
    letters = re.sub(r"\s", "", found).rstrip("=").replace("-", "+").replace("_", "/")
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return _text(base64.b64decode(letters + "=" * (-len(letters) % 4)))
    except (binascii.Error, ValueError):
        return ""


def _base32(found: str) -> str:
    letters = found.rstrip("=")
    try:
        return _text(base64.b32decode(letters + "=" * (-len(letters) % 8)))
    except (binascii.Error, ValueError):
        return ""


def _hex(found: str) -> str:
    digits = re.sub(r"\\x|0x|[^0-9a-fA-F]", "", found)
    return _text(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _escapes(found: str) -> str:
    from chimera.core import markup

    named = re.sub(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})", lambda one: chr(int(one[1] or one[2], 16)), found)
    return markup.unescaped(named)


def _binary(found: str) -> str:
    bits = re.sub(r"[^01]", "", found)
    return _text(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)))


def _decimals(found: str) -> str:
    values = [int(one) for one in re.findall(r"\d+", found)]
    return "".join(map(chr, values)) if all(32 <= value < 256 for value in values) else ""


def _morse(found: str) -> str:
    plain = re.sub("[–—]", "-", found).replace("·", ".")
    words = re.split(r"\s*[/|]\s*|\s{2,}", plain)
    return " ".join("".join(_MORSE_LETTERS.get(letter, "") for letter in word.split()) for word in words)


def _joined(found: str) -> str:
    """Letters that stand apart put together; a wider gap is the gap between two words, else words are guessed."""
    gap = found[1 : len(found) - len(found[1:].lstrip(" .-_*|,~+/\\"))]
    parts = re.split(r"(?<=\w)([ .\-_*|,~+/\\]+)(?=\w)", found)
    words = "".join(
        " " if place % 2 and len(part) > len(gap) else "" if place % 2 else part for place, part in enumerate(parts)
    )
    return words if " " in words.strip() else _cut(unicodedata.normalize("NFKC", words).lower())


def _cut(letters: str) -> str:
    """Words in letters without spaces: the fewest that are common, longest first where it is equal."""
    best: list[tuple[int, list[str]]] = [(0, [])]
    for end in range(1, min(len(letters), 300) + 1):
        options = [
            (
                best[start][0] + (1 if letters[start:end] in COMMON else 4 * (end - start)),
                [*best[start][1], letters[start:end]],
            )
            for start in range(max(0, end - 14), end)
        ]
        best.append(min(options, key=lambda one: one[0]))
    return " ".join(best[-1][1])
