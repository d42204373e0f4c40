"""The drawing kit: smooth outlines, tapered limbs, and shapes that are lit from one side, with grain in their shade.

Everything is painted large and scaled down once. Every shape is lit by the same rule, so the light of a picture is one.
Requirements: GEN-3, GEN-6.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from publishing.media.figures.frame import Frame, Point
from publishing.media.images.colours import Colour, mix

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Outline = Sequence[Point]
SUPERSAMPLING = 2
WHITE, BLACK = (255, 255, 255), (12, 10, 22)


def smooth(points: Outline, *, closed: bool = True, steps: int = 10) -> list[Point]:
    """A curve through the points (Catmull-Rom). A point that stands twice is a corner."""
    count = len(points)
    found: list[Point] = []
    for index in range(count if closed else count - 1):
        before, start, end, after = (
            points[(index + step) % count] if closed else points[min(max(index + step, 0), count - 1)]
            for step in (-1, 0, 1, 2)
        )
        if start == end:
            continue
        for step in range(steps):
            t = step / steps
            found.append(
                (
                    _between(before[0], start[0], end[0], after[0], t),
                    _between(before[1], start[1], end[1], after[1], t),
                )
            )
    return found if closed else [*found, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)


def disc(x: float, y: float, rx: float, ry: float | None = None) -> list[Point]:
    """An ellipse as an outline."""
    ry = rx if ry is None else ry
    corners = int(min(160, 36 + max(rx, ry) / 4))
    turns = [math.tau * step / corners for step in range(corners)]
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


def box(left: float, top: float, right: float, bottom: float, *, radius: float = 0) -> list[Point]:
    """A rectangle, with round corners if wanted."""
    if radius <= 0:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    found: list[Point] = []
    for x, y, first in (
        (right - radius, top + radius, -90),
        (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90),
        (left + radius, top + radius, 180),
    ):
        found += [
            (x + radius * math.cos(math.radians(first + turn)), y + radius * math.sin(math.radians(first + turn)))
            for turn in range(0, 91, 15)
        ]
    return found


def limb(points: Outline, radii: Sequence[float], *, ends: bool = True) -> list[list[Point]]:
    """A tapered tube along a curve, as outlines to be united; `radii` one for each point."""
    line = smooth(points, closed=False, steps=8)
    widths = np.interp(np.linspace(0, len(radii) - 1, len(line)), range(len(radii)), radii)
    left: list[Point] = []
    right: list[Point] = []
    for index, (x, y) in enumerate(line):
        ahead, behind = line[min(index + 1, len(line) - 1)], line[max(index - 1, 0)]
        along = math.atan2(ahead[1] - behind[1], ahead[0] - behind[0])
        dx, dy = -math.sin(along) * widths[index], math.cos(along) * widths[index]
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
    tube = [[*left, *reversed(right)]]
    return [*tube, disc(*line[0], radii[0]), disc(*line[-1], radii[-1])] if ends else tube


def arc(x: float, y: float, rx: float, ry: float, begin: float, end: float, *, steps: int = 14) -> list[Point]:
    """A part of an ellipse, as points of a line; degrees, clockwise from the right."""
    turns = [math.radians(begin + (end - begin) * step / steps) for step in range(steps + 1)]
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


@dataclass(frozen=True, kw_only=True)
class Light:
    """Where the light of a scene comes from (-1 left, 1 right), and the colours of what it reaches and what not."""

    side: float
    key: Colour
    shade: Colour
    depth: float = 1.0

    def dark(self, colour: Colour, much: float = 0.42) -> Colour:
        """The colour in the shade."""
        red, green, blue = (round(part * tint / 255) for part, tint in zip(colour, self.shade, strict=True))
        return mix(colour, (red, green, blue), min(1.0, much * 1.6))

    def lit(self, colour: Colour, much: float = 0.28) -> Colour:
        """The colour in full light."""
        return mix(colour, self.key, much)


@dataclass(frozen=True, kw_only=True)
class Mask:
    """A painted shape: where it is (canvas pixels) and its coverage."""

    picture: "Picture"
    left: int
    top: int


class Canvas:
    """What is painted on: a large picture, the coverage of the figure, and one sheet of noise for the grain."""

    def __init__(self, *, width: int, height: int, seed: int, light: Light) -> None:
        from PIL import Image

        self.width, self.height = width * SUPERSAMPLING, height * SUPERSAMPLING
        self.picture: Picture = Image.new("RGB", (self.width, self.height), WHITE)
        self.figure: Picture = Image.new("L", (self.width, self.height), 0)
        self.covers = False  # whether what is painted belongs to the figure
        self.light = light
        self.chance = np.random.Generator(np.random.PCG64(seed))
        cell = max(1, round(1.25 * SUPERSAMPLING * width / 1080))
        grain = self.chance.integers(1, 256, size=(self.height // cell + 2, self.width // cell + 2), dtype=np.uint8)
        self.noise: NDArray[np.uint8] = grain.repeat(cell, axis=0).repeat(cell, axis=1)

    def mask(self, outlines: Iterable[Outline], *, frame: Frame, clip: Mask | None = None) -> Mask | None:
        """The coverage of some outlines, united; None when nothing of it lies on the canvas."""
        from PIL import Image, ImageDraw

        placed = [[frame.at(point) for point in outline] for outline in outlines]
        xs, ys = [p[0] for one in placed for p in one], [p[1] for one in placed for p in one]
        left, top = max(0, int(min(xs)) - 2), max(0, int(min(ys)) - 2)
        right, bottom = min(self.width, int(max(xs)) + 3), min(self.height, int(max(ys)) + 3)
        if clip is not None:
            left, top = max(left, clip.left), max(top, clip.top)
            right, bottom = (
                min(right, clip.left + clip.picture.width),
                min(bottom, clip.top + clip.picture.height),
            )
        if right <= left or bottom <= top:
            return None
        picture = Image.new("L", (right - left, bottom - top), 0)
        draw = ImageDraw.Draw(picture)
        for one in placed:
            draw.polygon([(x - left, y - top) for x, y in one], fill=255)
        if clip is not None:
            where = (left - clip.left, top - clip.top)
            inner = clip.picture.crop((*where, where[0] + picture.width, where[1] + picture.height))
            picture = Image.composite(picture, Image.new("L", picture.size, 0), inner)
        return Mask(picture=picture, left=left, top=top)

    def lay(self, mask: Mask, colour: "Colour | Picture") -> None:
        """Put one colour, or a picture as large as the mask, where the mask covers."""
        self.picture.paste(colour, (mask.left, mask.top), mask.picture)
        if self.covers:
            self.figure.paste(255, (mask.left, mask.top), mask.picture)

    def grained(self, amount: NDArray[np.float32], *, left: int, top: int) -> "Picture":
        """An amount (0 to 1 a pixel) as grain: the more, the denser the dots."""
        from PIL import Image

        height, width = amount.shape
        noise = self.noise[top : top + height, left : left + width]
        return Image.fromarray(np.where(amount * 255 >= noise, np.uint8(255), np.uint8(0)))


@dataclass(frozen=True, kw_only=True)
class Brush:
    """Paints in local units. All painting goes through `shape`."""

    canvas: Canvas
    frame: Frame

    def moved(self, x: float, y: float) -> "Brush":
        """The same brush, its origin elsewhere."""
        return replace(self, frame=self.frame.moved(x, y))

    def turned(self, degrees: float) -> "Brush":
        """The same brush, turned about its origin."""
        return replace(self, frame=self.frame.turned(degrees))

    def scaled(self, x: float, y: float | None = None) -> "Brush":
        """The same brush, larger or smaller."""
        return replace(self, frame=self.frame.scaled(x, y))

    def shape(
        self,
        outlines: Sequence[Outline],
        colour: Colour,
        *,
        depth: float = 0.0,
        glow: float = 0.0,
        clip: Mask | None = None,
    ) -> Mask | None:
        """Paint outlines as one shape. `depth`: how far its shade reaches in, `glow`: its lit edge, in units."""
        mask = self.canvas.mask(outlines, frame=self.frame, clip=clip)
        if mask is None:
            return None
        if depth <= 0 and glow <= 0:
            self.canvas.lay(mask, colour)
            return mask
        from PIL import Image

        light = self.canvas.light
        tile = Image.new("RGB", mask.picture.size, colour)
        if glow > 0:
            tile.paste(light.lit(colour), (0, 0), self._edge(mask, glow, light.side, 0.7))
        if depth > 0:
            tile.paste(light.dark(colour), (0, 0), self._edge(mask, depth, -light.side, -0.55))
        self.canvas.lay(mask, tile)
        return mask

    def _edge(self, mask: Mask, reach: float, side: float, rise: float) -> "Picture":
        """The part of a mask near its edge on one side, as grain that thins out inwards."""
        from PIL import Image, ImageFilter

        far = reach * self.frame.unit
        width, height = mask.picture.size
        dx, dy = round(-side * far), round(rise * far)
        # A shape that leaves the canvas goes on behind its edge: it has no shade there.
        goes_on = (dx > 0 and mask.left == 0) or (dx < 0 and mask.left + width == self.canvas.width)
        goes_down = dy < 0 and mask.top + height == self.canvas.height
        moved = mask.picture.copy() if goes_on or goes_down else Image.new("L", mask.picture.size, 0)
        moved.paste(mask.picture, (dx, dy))
        soft = moved.filter(ImageFilter.BoxBlur(max(1.0, far * 0.45)))
        amount = 1.0 - np.asarray(soft, dtype=np.float32) / 255.0
        amount = np.clip(amount * 1.35 - 0.12, 0, 1)
        return self.canvas.grained(amount, left=mask.left, top=mask.top)

    def cast(self, outlines: Sequence[Outline], reach: float) -> None:
        """The shade that a shape throws on what of the figure is there already, away from the light."""
        from PIL import Image, ImageChops, ImageFilter

        canvas, far = self.canvas, reach * self.frame.unit
        frame = replace(self.frame, x=self.frame.x - canvas.light.side * far * 0.7, y=self.frame.y + far)
        mask = canvas.mask(outlines, frame=frame)
        if mask is None:
            return
        size = mask.picture.size
        where = (mask.left, mask.top, mask.left + size[0], mask.top + size[1])
        soft = mask.picture.filter(ImageFilter.BoxBlur(max(1.0, far * 0.5)))
        amount = ImageChops.multiply(soft, canvas.figure.crop(where)).point(lambda part: part * 0.6)
        under = canvas.picture.crop(where)
        canvas.picture.paste(ImageChops.multiply(under, Image.new("RGB", size, canvas.light.shade)), where[:2], amount)

    def stroke(self, points: Outline, width: float, colour: Colour, *, clip: Mask | None = None) -> None:
        """A line with round ends, thinner at both: drawn by hand."""
        self.shape(limb(points, [width * 0.3, width * 0.5, width * 0.3]), colour, clip=clip)
