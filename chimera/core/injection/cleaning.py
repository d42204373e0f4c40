"""A text as its reader gets it, with every character's place in the original, so that what is found can be shown there.

`shown` drops what no reader sees and keeps what was dropped; `folded` goes on to look-alike letters, and is for looking
only: nothing that is published or prompted comes from it. Requirements: SAF-1.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chimera.core import markup

CHARS_MAX = 50_000  # of one text; what lies behind is not read, and `detector.look` says so

# Shown as nothing although Unicode calls them letters or marks; tags and selectors can carry a whole text.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LOOKALIKES = {
    **dict(zip("авеёкмнорстухіјѕԁԛԝһӏ", "abeekmhopctyxijsdqwhl", strict=True)),
    **dict(zip("αβεζηικμνορτυχγ", "abezhikmvoptuxy", strict=True)),
    **dict(zip("ɑɡıɩʟɴʀʏʙʜɪᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜰꜱɢ", "agiilnrybhiacdejkmoptuvwzfsg", strict=True)),
    **dict(zip("łøđħŧ", "lodht", strict=True)),
    **dict(zip("‘’‚‛“”„–—−‐‑", "''''\"\"\"-----", strict=True)),
}
_LATIN = re.compile(r"[a-z]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--")
_COMMENT = re.compile(r"<!--(.{0,5000}?)(?:-->|$)", re.DOTALL)
_STYLED = re.compile(
    r"<(\w{1,20})\b[^<>]{0,500}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|"
    r"(?:color|colour)\s*[:=]\s*[\"']?(?:white|#fff\b|#ffffff)|\bhidden\b|aria-hidden)[^<>]{0,500}>([^<>]{1,5000})",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"\b(?:alt|title|aria-label|content|data-[\w-]{1,30})\s*=\s*\"([^\"<>]{12,2000})\"", re.IGNORECASE
)
_LINK = re.compile(r"\[//\]:\s*#\s*\(([^)\n]{4,2000})\)|!?\[([^\]\n]{12,2000})\]\([^)\n]{0,500}\)")


@dataclass(frozen=True, slots=True)
class Read:
    """A text and, for each of its characters, where in the original it came from."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that this stretch came from."""
        if start >= end or not self.text:
            return (0, 0)
        inside = self.places[start:end]
        return min(inside), max(inside) + 1


def original(text: str) -> Read:
    """The text itself."""
    return Read(text, range(len(text)))


def is_invisible(character: str) -> bool:
    """Whether a reader sees nothing where it stands."""
    return bool(_INVISIBLE.match(character)) or (
        character not in "\n\t\r" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co")
    )


def shown(text: str) -> Read:
    """Without what shows nothing, each character in its plain form (NFKC); entities and tags as browsers read them."""
    read = _plain(original(text[:CHARS_MAX]))
    if "&" in read.text or _MARKUP.search(read.text):
        read = _plain(_unmarked(read))
    return read


def _plain(read: Read) -> Read:
    if read.text.isascii() and read.text.isprintable():
        return read
    letters: list[str] = []
    places: list[int] = []
    for place, character in zip(read.places, read.text, strict=True):
        if character.isascii():
            plain = character if character.isprintable() or character in "\n\t" else ("\n" if character == "\r" else "")
        else:
            plain = "" if is_invisible(character) else unicodedata.normalize("NFKC", character)
        letters.append(plain)
        places.extend([place] * len(plain))
    return Read("".join(letters), places)


_TOKEN = re.compile(
    r"<!--.{0,5000}?-->|</?[a-zA-Z][^<>]{0,2000}>|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,12});", re.DOTALL
)
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h\d|tr|td|table|blockquote|section|article)\b", re.IGNORECASE)


def _unmarked(read: Read) -> Read:
    """Tags gone (a block is a new line), references read; at most three layers of escaping."""
    for _ in range(3):
        letters: list[str] = []
        places: list[int] = []
        at = 0
        for token in _TOKEN.finditer(read.text):
            letters.append(read.text[at : token.start()])
            places.extend(read.places[at : token.start()])
            words = markup.unescaped(token[0]) if token[0][0] == "&" else "\n" if _BLOCK.match(token[0]) else ""
            letters.append(words)
            places.extend([read.places[token.start()]] * len(words))
            at = token.end()
        if not at:
            break
        letters.append(read.text[at:])
        places.extend(read.places[at:])
        read = Read("".join(letters), places)
    return read


def folded(read: Read) -> Read:
    """Lower case, without accents, letters of other alphabets as the Latin ones that they look like.

    A word that is all Cyrillic or Greek stays as it is: it is a word of that language.
    """
    if read.text.isascii():
        return Read(read.text.lower(), read.places)
    letters: list[str] = []
    places: list[int] = []
    for word in re.finditer(r"\w+|\W+", read.text):
        mixed = bool(_LATIN.search(word[0].lower())) or _is_disguise(word[0])
        for place in range(word.start(), word.end()):
            plain = _bare(read.text[place], mixed=mixed)
            letters.append(plain)
            places.extend([read.places[place]] * len(plain))
    return Read("".join(letters), places)


_BOTH = str.maketrans({**_LOOKALIKES, **{one.upper(): plain.upper() for one, plain in _LOOKALIKES.items()}})


def undisguised(text: str) -> str:
    """A text with look-alike letters as the Latin ones, wherever a stretch without a gap has letters of both."""
    return re.sub(
        r"\S+", lambda found: found[0].translate(_BOTH) if _LATIN.search(found[0].lower()) else found[0], text
    )


def _is_disguise(word: str) -> bool:
    """Whether every letter of a word in another alphabet looks like a Latin one: in a whole sentence few do."""
    return len(word) > 3 and all(letter in _LOOKALIKES for letter in word.lower())


def _bare(character: str, *, mixed: bool) -> str:
    if character.isascii():
        return character.lower()
    bare = character.lower()
    if (
        "\u00c0" <= character < "\u0370" or "\u1e00" <= character < "\u2000"
    ):  # Latin; marks of other scripts are letters
        bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", bare))
    looks = _LOOKALIKES.get(bare)
    return looks if looks is not None and (mixed or not bare.isalpha()) else bare


def unseen(text: str) -> Iterator[tuple[str, int, int, str]]:
    """What a page would not show and a model would read: the words, where they stand, and how they are hidden."""
    for pattern, how in (
        (_COMMENT, "a comment"),
        (_STYLED, "text styled away"),
        (_ATTRIBUTE, "an attribute"),
        (_LINK, "the words of a link"),
    ):
        for found in pattern.finditer(text[:CHARS_MAX]):
            number = found.lastindex or 1
            yield found[number], found.start(number), found.end(number), how


def hidden_runs(text: str, *, least: int = 1) -> Iterator[tuple[int, int]]:
    """Stretches of at least `least` characters that show nothing, but for what emoji and other scripts need."""
    start = None
    for place, character in enumerate(text[:CHARS_MAX]):
        hides = (
            not character.isascii() and character not in "\u200d\ufe0f\ufe0e\u200c\u00ad" and is_invisible(character)
        )
        if hides and start is None:
            start = place
        elif not hides and start is not None:
            if place - start >= least:
                yield start, place
            start = None
    if start is not None and min(len(text), CHARS_MAX) - start >= least:
        yield start, min(len(text), CHARS_MAX)


def mapped(read: Read, change: Callable[[str], str]) -> Read:
    """Each character changed into one other; places stay."""
    return Read("".join(map(change, read.text)), read.places)
