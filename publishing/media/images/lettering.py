"""Lettering: which letters can be set in which font, how wide they are, and where a title breaks.

Two open fonts (OFL) come as wheels: Bricolage Grotesque has the character; Inter has Greek, Cyrillic and
Vietnamese and steps in for a text that the first lacks letters for. A text that neither can set is refused,
because a poster of boxes is worse than none. Requirements: GEN-3.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from publishing.media.images.base import BadSpec

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Family = Literal["bricolage", "inter"]
Weight = Literal["medium", "bold", "black"]
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

FAMILIES: tuple[Family, ...] = ("bricolage", "inter")
LINE_SHARE_OF_LONE = 0.55  # a lone last word shorter than this share of an even line is always an orphan
_ORPHAN = 1000.0
_WEAK_ENDS = frozenset(
    (
        *("a", "an", "and", "as", "at", "but", "by", "for", "from", "if", "in", "into", "is", "its", "no", "of", "on"),
        *("or", "our", "than", "that", "the", "to", "with"),
    )
)
_VOWELS = "aeiouyäöüáéíóúàèìòùâêîôûåæøœаеёиоуыэюяієї"
_OPENINGS = (
    *("sch", "str", "spr", "scr", "thr", "chr", "phr", "ch", "sh", "th", "ph", "tr", "br", "cr", "dr", "fr", "gr"),
    *("pr", "bl", "cl", "fl", "gl", "pl", "qu"),
)
_FILES = {
    "bricolage": ("fontpkg_bricolage_grotesque", "BricolageGrotesque[opsz,wdth,wght].ttf"),
    "inter": ("fontpkg_inter", "Inter[opsz,wght].ttf"),
}
# In the order in which each font file declares its axes.
_AXES: dict[tuple[Family, Weight], list[float]] = {
    ("bricolage", "medium"): [18, 500, 100],
    ("bricolage", "bold"): [24, 700, 100],
    ("bricolage", "black"): [96, 800, 100],
    ("inter", "medium"): [18, 500],
    ("inter", "bold"): [20, 700],
    ("inter", "black"): [32, 900],
}


@lru_cache(maxsize=128)
def font(*, family: Family, weight: Weight, size_px: int) -> "FreeTypeFont":
    """The font at one weight and size; kept, because opening a variable font costs milliseconds."""
    from PIL import ImageFont

    package, file = _FILES[family]
    with resources.as_file(resources.files(package) / "files" / file) as path:
        opened = ImageFont.truetype(str(path), size_px)
    opened.set_variation_by_axes(_AXES[family, weight])
    return opened


@lru_cache(maxsize=4096)
def _has(family: Family, character: str) -> bool:
    if character.isspace():
        return True
    probe = font(family=family, weight="medium", size_px=24)
    # A noncharacter is in no font: its mask is the box that we never want to see.
    return bytes(probe.getmask(character)) != bytes(probe.getmask("\U0010ffff"))


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def clean(text: str) -> str:
    """The text without emoji, joiners and other signs that no font here has; white space made single.

    Letters, digits and accents are never dropped: `family_for` decides about them.
    """
    kept = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        # Pictographs start at U+2190 (arrows); what lies below are signs of writing, such as © and °.
        pictograph = category == "So" and ord(character) >= 0x2190
        invisible = category in ("Cc", "Cf", "Co", "Cs", "Cn", "Me") or 0xFE00 <= ord(character) <= 0xFE0F
        if character.isspace():
            kept.append(" ")
        elif not pictograph and not invisible and (_is_letter(character) or any(_has(f, character) for f in FAMILIES)):
            kept.append(character)
    return " ".join("".join(kept).split())


def curl_quotes(text: str) -> str:
    """Straight quotes as a typesetter would set them: “so” and ‘so’, and the apostrophe in it’s."""
    text = re.sub(r'(^|[\s(\[—–])"', r"\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[—–“])'(?=\w)", r"\1‘", text).replace("'", "’")


def family_for(*, text: str, part: str) -> Family:
    """The first family that has every character of a cleaned text. Raises BadSpec naming the part if none has."""
    for family in FAMILIES:
        if all(_has(family, character) for character in text):
            return family
    missing = sorted({c for c in text if not any(_has(family, c) for family in FAMILIES)}) or sorted(set(text))
    raise BadSpec(
        f'The poster\'s {part} has letters that its fonts cannot set together ("{"".join(missing[:8])}"); '
        "write it in Latin, Greek or Cyrillic letters."
    )


def width_of(text: str, *, face: "FreeTypeFont", tracking_px: float = 0) -> float:
    """Advance width in pixels, with `tracking_px` after each character but the last."""
    if not tracking_px:
        return face.getlength(text)
    return sum(face.getlength(c) for c in text) + tracking_px * max(0, len(text) - 1)


def _good_breaks(word: str) -> list[int]:
    """Where a reader would rather see the word divided: after a hyphen, else before the consonants that can open
    a syllable. No dictionary; it only has to beat a cut at any letter."""
    low = word.lower()
    places = [i for i in range(2, len(word) - 2) if word[i - 1] in "-–—/"]
    for match in re.finditer(f"(?<=[{_VOWELS}])[^{_VOWELS}\\W\\d_]+(?=[{_VOWELS}])", low):
        cluster = match.group()
        opening = next((o for o in _OPENINGS if cluster.endswith(o)), cluster[-1])
        at = match.end() - len(opening)
        if 3 <= at <= len(word) - 3:
            places.append(at)
    return places


def divide(word: str, *, width_px: float, measure: Callable[[str], float]) -> list[str]:
    """The word in pieces no wider than the width, each but the last ending in a hyphen."""
    pieces: list[str] = []
    rest = word
    while measure(rest) > width_px and len(rest) > 1:
        last = max((i for i in range(1, len(rest)) if measure(_with_hyphen(rest[:i])) <= width_px), default=1)
        # Pieces of about one length are better than full ones and a stump.
        ideal = len(rest) / math.ceil((measure(rest) + measure("-")) / width_px)
        good = [i for i in _good_breaks(rest) if i <= last]
        at = min(good or [last], key=lambda i: abs(i - ideal))
        pieces.append(_with_hyphen(rest[:at]))
        rest = rest[at:]
    return [*pieces, rest]


def _with_hyphen(piece: str) -> str:
    return piece if piece.endswith(("-", "–", "—", "/")) else piece + "-"


def _cost(line: Sequence[str], *, width_px: float, target_px: float, last: bool, lone_allowed: bool) -> float:
    """How far a line is from the ideal: 0 is perfect, _ORPHAN and more is not to be set."""
    cost = ((target_px - width_px) / target_px) ** 2 * (0.6 if last else 1)
    if last and len(line) == 1 and not (lone_allowed and width_px >= LINE_SHARE_OF_LONE * target_px):
        return cost + _ORPHAN
    if not last and line[-1].lower().strip(",.;:") in _WEAK_ENDS:
        return cost + 0.06
    return cost


def break_lines(
    words: Sequence[str], *, lines: int, width_px: float, measure: Callable[[str], float]
) -> list[str] | None:
    """The words on exactly `lines` balanced lines no wider than the width, without an orphan; None if impossible.

    A word alone on the last line is an orphan, unless it is wide and there are at most three words or it is the rest
    of a divided one.
    """
    lone_allowed = len(words) <= 3 or words[-2].endswith("-")
    space_px = measure(" ")
    edges = [0.0]  # the left edge of each word when all stand on one line
    for word in words:
        edges.append(edges[-1] + measure(word) + space_px)
    target_px = min(width_px, (edges[-1] - space_px) / lines * 1.06)
    best: dict[tuple[int, int], tuple[float, list[int]]] = {(0, 0): (0.0, [])}
    for line in range(1, lines + 1):
        for end in range(line, len(words) - (lines - line) + 1):
            options = []
            for start in range(line - 1, end):
                width = edges[end] - edges[start] - space_px
                if (line - 1, start) in best and width <= width_px:
                    before, ends = best[line - 1, start]
                    line_cost = _cost(
                        words[start:end],
                        width_px=width,
                        target_px=target_px,
                        last=line == lines,
                        lone_allowed=lone_allowed,
                    )
                    options.append((before + line_cost, [*ends, end]))
            if options:
                best[line, end] = min(options)
    found = best.get((lines, len(words)))
    if found is None or (lines > 1 and found[0] >= _ORPHAN):
        return None
    return [" ".join(words[start:end]) for start, end in pairwise([0, *found[1]])]
