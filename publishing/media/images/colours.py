"""Colours as three integers: reading them, mixing them, and whether text can be read on them.

Contrast is the ratio of relative luminances of WCAG 2.2 (1 to 21). Requirements: GEN-3, PUB-2.
"""

import re
from dataclasses import dataclass

Colour = tuple[int, int, int]

READABLE = 4.5  # WCAG AA for text of any size
DISTINCT = 1.7  # enough for two flat shapes to be told apart

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_hex(text: str) -> bool:
    """Whether the text is a colour written as "#rrggbb"."""
    return _HEX.fullmatch(text) is not None


def parse(text: str) -> Colour:
    """(red, green, blue), each 0 to 255, of a "#rrggbb" that `is_hex` accepts."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour that lies `share` (0 to 1) of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: Colour, second: Colour) -> float:
    """1 (the same) to 21 (black on white)."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True, kw_only=True)
class Palette:
    """What a motif is painted with: its field, three colours to set on it, and the paper that it meets below."""

    field: Colour
    strong: Colour
    soft: Colour
    pale: Colour
    paper: Colour


def palette(*, background: Colour, ink: Colour, accent: Colour, mood: str) -> Palette:
    """The persona's three colours in one of three moods: "accent", "ink" or "paper" names the field.

    An accent that would vanish on the field gives way to ink or background, so no motif is ever invisible.
    """
    if mood == "accent" and contrast(accent, background) < DISTINCT:
        mood = "ink"
    if mood == "accent":
        strong, other = sorted((ink, background), key=lambda colour: -contrast(colour, accent))
        pale = other if contrast(other, accent) >= DISTINCT else mix(accent, strong, 0.5)
        return Palette(field=accent, strong=strong, soft=mix(accent, strong, 0.2), pale=pale, paper=background)
    field, pale = (ink, background) if mood == "ink" else (mix(background, ink, 0.08), ink)
    strong = accent if contrast(accent, field) >= DISTINCT else pale
    return Palette(field=field, strong=strong, soft=mix(field, strong, 0.28), pale=pale, paper=background)
