"""Places: where everything of a scene lies and when it is seen, measured before anything is painted.

Tests look at these values and the painter draws them, so both speak of the same boxes. Pixels are those of the
rendition, seconds count from the beginning of the scene's own time. Requirements: GEN-3, PUB-2.
"""

from dataclasses import dataclass
from typing import Literal

from publishing.media.images.colours import Colour
from publishing.media.images.lettering import Box, Weight

Entrance = Literal["none", "rise", "pop"]
Field = Literal["picture", "clip", "split", "hushed", "full"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of letters: the pen starts at (x, baseline), `box` is its ink. `behind` is None where it lies on the
    ground."""

    part: str
    text: str
    weight: Weight
    size_px: int
    x: int
    baseline: int
    colour: Colour
    behind: Colour | None
    box: Box


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A filled rectangle with round corners."""

    part: str
    box: Box
    radius: int
    colour: Colour


@dataclass(frozen=True, kw_only=True)
class Logo:
    """Where the mark is drawn."""

    part: str
    box: Box


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """What appears together at `since_s` and is gone at `until_s`: shapes first, letters above them."""

    shapes: tuple[Shape, ...] = ()
    rows: tuple[Row, ...] = ()
    logos: tuple[Logo, ...] = ()
    since_s: float = 0.0
    until_s: float
    entrance: Entrance = "rise"

    @property
    def box(self) -> Box:
        """Around all of it."""
        boxes = [one.box for group in (self.shapes, self.rows, self.logos) for one in group]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What lies behind: a picture, a clip, or a drawing. Below `edge` a split one is paper, and a veil of `veil` lies
    over pictures and clips from `veil_top` downwards, as dense as the letters (`ink`) need it."""

    field: Field
    paper: Colour
    ink: Colour
    edge: int
    veil: Colour
    veil_top: int


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A scene on one rendition."""

    width: int
    height: int
    safe: Box
    ground: Ground
    overlays: tuple[Overlay, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All lines of all overlays."""
        return tuple(row for overlay in self.overlays for row in overlay.rows)

    @property
    def parts(self) -> frozenset[str]:
        """What is there: "label", "line", "handle", "mark", ..."""
        named: list[Row | Shape | Logo] = []
        for overlay in self.overlays:
            named += [*overlay.shapes, *overlay.rows, *overlay.logos]
        return frozenset(one.part for one in named)
