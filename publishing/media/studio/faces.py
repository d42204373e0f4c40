"""Faces: which font sets which letters, in which order they stand, and how wide they are.

A line may mix scripts: each run is set in the first font that has its letters and shaped by raqm (Arabic joins,
Devanagari forms its clusters); a run from right to left takes its place among its neighbours. Emoji are drawn in
outline where a wheel with them is installed and left out where none is. Letters that no font has are refused: a box
is never drawn. Requirements: GEN-3.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from chimera.core.errors import Unavailable
from publishing.media.images import lettering
from publishing.media.images.lettering import Box, Weight
from publishing.media.studio.base import BadScript

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Direction = Literal["ltr", "rtl"]
REFERENCE_PX = 100  # widths are measured once at this size and scaled
LATIN = ("bricolage", "inter")
EMOJI, CJK = "emoji", "cjk"
_NOTO = "manimgx_fonts"  # one wheel (OFL) with Noto's smaller scripts and Noto Emoji
_MORE = ("Hebrew", "Armenian", "Georgian", "Bengali", "Gujarati", "Gurmukhi", "Kannada", "Khmer", "Lao", "Malayalam")
_STILL_MORE = ("Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Ethiopic", "Symbols")

# family -> (package, file). Those whose package is missing are passed over.
FILES: dict[str, tuple[str, str]] = {
    "arabic": ("fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf"),
    "devanagari": ("fontpkg_noto_sans_devanagari", "files/NotoSansDevanagari[wdth,wght].ttf"),
    "thai": ("fontpkg_noto_sans_thai", "files/NotoSansThai[wdth,wght].ttf"),
    **{name.lower(): (_NOTO, f"NotoSans{name}[wght].ttf") for name in (*_MORE, *_STILL_MORE)},
    CJK: ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"),  # 33 MB: only where somebody installed it
    EMOJI: (_NOTO, "NotoEmoji[wght].ttf"),
}
_WEIGHTS: dict[Weight, int] = {"medium": 500, "bold": 700, "black": 900}
# Controls, and marks without a letter to stand on.
_NOT_SET = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Mn", "Mc", "Me"))
RIGHT = "\u200f"  # before a line: it belongs to a text from right to left, whatever its own first letter is
_JOINERS = frozenset("\u200c\u200d")
_SELECTORS = frozenset(chr(code) for code in range(0xFE00, 0xFE10))
_FLAG = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)
_IN_NUMBERS = frozenset(".,:/-+")
_KEYCAP = "\u20e3"


@lru_cache(maxsize=256)
def font(*, family: str, weight: Weight, size_px: int) -> "FreeTypeFont | None":
    """The font, or None where its package is missing or its file is broken."""
    from PIL import ImageFont

    try:
        if family in LATIN:
            return lettering.font(family="inter" if family == "inter" else "bricolage", weight=weight, size_px=size_px)
        package, file = FILES[family]
        if find_spec(package) is None:
            return None
        with resources.as_file(resources.files(package).joinpath(*file.split("/"))) as path:
            opened = ImageFont.truetype(str(path), size_px)
        axes = opened.get_variation_axes()
        wanted = {b"Weight": _WEIGHTS[weight]}
        opened.set_variation_by_axes(
            [
                min(max(wanted.get(one["name"] or b"", one["default"] or 0), one["minimum"] or 0), one["maximum"] or 0)
                for one in axes
            ]
        )
    except (OSError, ModuleNotFoundError, FileNotFoundError):
        return None
    return opened


def families() -> tuple[str, ...]:
    """Those that can be opened here, in the order in which they are asked. Raises Unavailable when there is none."""
    found = tuple(name for name in (*LATIN, *FILES) if font(family=name, weight="medium", size_px=24) is not None)
    if not set(LATIN) & set(found):
        raise Unavailable("The fonts of the studio cannot be opened; install the requirements again.")
    return found


@lru_cache(maxsize=8192)
def _has(family: str, character: str) -> bool:
    if character.isspace() or character in _JOINERS or character in _SELECTORS:
        return True
    probe = font(family=family, weight="medium", size_px=24)
    if probe is None:
        return False
    # A noncharacter is in no font: its mask is the box that we never want to see.
    return bytes(probe.getmask(character)) != bytes(probe.getmask("\U0010ffff"))


def clusters(text: str) -> list[str]:
    """What is never divided: a letter with its marks, an emoji with its joiners and tones, the two halves of a flag."""
    found: list[str] = []
    for character in text:
        before = found[-1] if found else ""
        glued = before and (
            unicodedata.category(character) in ("Mn", "Mc", "Me")
            or character in _JOINERS
            or ord(character) in _SKIN
            or 0xE0020 <= ord(character) <= 0xE007F
            or (before[-1] == "\u200d" and _is_pictograph(character))
            or (len(before) == 1 and ord(before) in _FLAG and ord(character) in _FLAG)
        )
        if glued and not before.isspace():
            found[-1] += character
        else:
            found.append(character)
    return found


def _is_pictograph(character: str) -> bool:
    code = ord(character)
    return (unicodedata.category(character) == "So" and code >= 0x2190) or code in _FLAG or code in _SKIN


def is_emoji(cluster: str) -> bool:
    """Whether a reader sees a picture here and no letter."""
    return _is_pictograph(cluster[0]) or "\ufe0f" in cluster or _KEYCAP in cluster


def _family_of(cluster: str, *, among: Sequence[str]) -> str | None:
    """The first family that has all of a cluster."""
    if is_emoji(cluster):
        # The sequence becomes one picture in the font; its first sign decides whether there is one.
        return EMOJI if EMOJI in among and _has(EMOJI, cluster[0]) else None
    for family in among:
        if family != EMOJI and all(_has(family, character) for character in cluster):
            return family
    return None


def clean(text: str, *, part: str) -> str:
    """The text as it can be set: white space single, quotes curled, control signs and emoji without a font left out.

    Letters and digits are never dropped: raises BadScript naming the part and the letters when no font has them.
    """
    among = families()
    kept, missing = [], []
    for cluster in clusters(unicodedata.normalize("NFC", text)):
        first = cluster[0]
        if first.isspace():
            kept.append(" ")
        elif unicodedata.category(first) in _NOT_SET or first in _SELECTORS:
            continue  # of the signs that steer direction none is let in: a line could be made to read backwards
        elif _family_of(cluster, among=among) is not None:
            kept.append(cluster)
        elif unicodedata.category(first)[0] in "LNM" and not is_emoji(cluster):
            missing.append(cluster)
    if missing:
        raise BadScript(
            f'{part} has letters that no font here has ("{"".join(dict.fromkeys(missing))[:12]}"); write it in '
            "another script. "
            "Chinese, Japanese and Korean are set where the package manimgx-fonts-cjk is installed, some others with "
            "manimgx-fonts."
        )
    return lettering.curl_quotes(" ".join("".join(kept).split()))


def _side(cluster: str) -> str:
    """ "L", "R", "number" or "" for what takes the direction of its neighbours."""
    kind = unicodedata.bidirectional(cluster[0])
    return {"L": "L", "R": "R", "AL": "R", "EN": "number", "AN": "number"}.get(kind, "")


def direction(text: str) -> Direction:
    """Of the whole line: that of its first letter."""
    return "rtl" if next((side for side in map(_side, text) if side in ("L", "R")), "L") == "R" else "ltr"


@dataclass(frozen=True, kw_only=True)
class Run:
    """Letters of one font and one direction."""

    text: str
    family: str
    direction: Direction


def _sides(parts: Sequence[str], *, base: str) -> list[str]:
    """ "L" or "R" for each cluster: what matters of Unicode's rules (UAX 9) for a line without nested quotations.

    Numbers read from left to right everywhere; after letters from right to left they keep their place among those.
    Signs take what is on both their sides, else the line's own direction.
    """
    given, last = [], base
    for index, part in enumerate(parts):
        side = _side(part)
        within = 0 < index < len(parts) - 1 and {_side(parts[index - 1]), _side(parts[index + 1])} == {"number"}
        if side == "number" or (within and part in _IN_NUMBERS):
            given.append("number" if base == "R" else last)
        else:
            given.append(side)
            last = side or last
    for index, side in enumerate(given):
        if not side:
            before = given[index - 1] if index else base
            after = next((one for one in given[index + 1 :] if one), base)
            before, after = ("R" if one == "number" else one for one in (before, after))
            given[index] = before if before == after else base
    return ["L" if side == "number" else side for side in given]


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[Run, ...]:
    """The runs of a cleaned line from left to right, as they are drawn."""
    among = families()
    parts = clusters(text.replace(RIGHT, ""))
    base = "R" if direction(text) == "rtl" else "L"
    marked: list[tuple[str, str, str]] = []  # cluster, side, family
    last = among[0]
    # One family for a whole word's line where one has everything: two Latin fonts in one line look like a mistake.
    whole = next(
        (f for f in among if f != EMOJI and all(_family_of(p, among=(f,)) or is_emoji(p) for p in parts)), None
    )
    for part, side in zip(parts, _sides(parts, base=base), strict=True):
        family = last if part.isspace() else (_family_of(part, among=(whole, EMOJI) if whole else among) or last)
        marked.append((part, side, family))
        last = family if family != EMOJI else last  # a space is never as wide as a picture
    found: list[list[Run]] = []
    for side, segment in groupby(marked, key=lambda one: one[1]):
        way: Direction = "rtl" if side == "R" else "ltr"
        pieces = [
            Run(text="".join(one[0] for one in group), family=family, direction=way)
            for family, group in groupby(segment, key=lambda one: one[2])
        ]
        found.append(pieces[::-1] if way == "rtl" else pieces)
    return tuple(run for pieces in (found[::-1] if base == "R" else found) for run in pieces)


def _face(family: str, *, weight: Weight, size_px: int) -> "FreeTypeFont":
    face = font(family=family, weight=weight, size_px=size_px)
    if face is None:
        raise Unavailable(f"The font {family} cannot be opened any more; install the requirements again.")
    return face


def width(text: str, *, weight: Weight, size_px: int) -> float:
    """Advance width in pixels."""
    return sum(
        _face(run.family, weight=weight, size_px=size_px).getlength(run.text, direction=run.direction)
        for run in runs(text)
    )


@lru_cache(maxsize=8192)
def reference(text: str, *, weight: Weight) -> float:
    """Advance width at REFERENCE_PX, kept."""
    return width(text, weight=weight, size_px=REFERENCE_PX)


def ink(text: str, *, weight: Weight, size_px: int) -> Box:
    """The box of the ink around a pen at (0, 0) on the baseline: left, top, right, bottom."""
    x, boxes = 0.0, []
    for run in runs(text):
        face = _face(run.family, weight=weight, size_px=size_px)
        left, top, right, bottom = face.getbbox(run.text, anchor="ls", direction=run.direction)
        boxes.append((x + left, top, x + right, bottom))
        x += face.getlength(run.text, direction=run.direction)
    if not boxes:
        return (0, 0, 0, 0)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (round(min(lefts)), round(min(tops)), round(max(rights)), round(max(bottoms)))


def write(
    draw: "ImageDraw", *, text: str, x: float, baseline: float, weight: Weight, size_px: int, fill: tuple[int, ...]
) -> None:
    """Draw the line with its pen at (x, baseline)."""
    for run in runs(text):
        face = _face(run.family, weight=weight, size_px=size_px)
        draw.text((x, baseline), run.text, font=face, fill=fill, anchor="ls", direction=run.direction)
        x += face.getlength(run.text, direction=run.direction)


def is_tall(text: str) -> bool:
    """Whether the line has letters that reach further up or down than Latin ones, and needs more room between lines."""
    return any(run.family not in (*LATIN, EMOJI) for run in runs(text))


def hyphenates(word: str) -> bool:
    """Whether the word's script is divided with a hyphen: Latin, Greek, Cyrillic."""
    return not re.search(r"[^\W\d_]", word) or all(run.family in LATIN for run in runs(word))
