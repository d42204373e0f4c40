"""Motifs: six generative drawings that give a poster its face, seeded, so that the same seed draws the same.

Each fills a panel of its own and never lies under text. Coordinates are those of a canvas that the poster scales
down afterwards (supersampling), so edges come out smooth. Requirements: GEN-3.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from publishing.media.images.colours import Colour, Palette, mix

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """Where a motif is drawn: width and height in canvas pixels, and how many of them make one poster pixel."""

    draw: "ImageDraw"
    width: int
    height: int
    scale: int
    palette: Palette
    chance: Random

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def rings(canvas: Canvas) -> None:
    """Nested discs that drift off centre, like a ripple seen from the side."""
    chance, colours = canvas.chance, canvas.palette
    reach = max(canvas.width, canvas.height)
    angle, radius, x, y = chance.uniform(0, math.tau), reach * 0.68, 0.0, 0.0
    discs = []
    for _ in range(chance.randint(7, 9)):
        discs.append((x, y, radius))
        narrower = radius * chance.uniform(0.74, 0.8)
        # The drift stays below the loss of radius, so a disc never leaves the one that holds it.
        drift = (radius - narrower) * 0.6
        x, y, radius = x + math.cos(angle) * drift, y + math.sin(angle) * drift, narrower
        angle += chance.uniform(-0.25, 0.25)
    # The innermost disc is what the eye finds: it lies on a third of the panel, whole.
    shift_x = canvas.width * chance.choice((0.3, 0.5, 0.7)) - discs[-1][0]
    shift_y = canvas.height * chance.uniform(0.4, 0.6) - discs[-1][1]
    tones = (colours.soft, colours.field, colours.strong, colours.field)
    for index, (x, y, radius) in enumerate(discs):
        colour = colours.pale if index == len(discs) - 1 else tones[index % len(tones)]
        canvas.disc(x + shift_x, y + shift_y, radius, colour)


def waves(canvas: Canvas) -> None:
    """A disc over layers of swell; the lowest has the colour of the paper, so the panel ends in a wave."""
    chance, colours = canvas.chance, canvas.palette
    width, height = canvas.width, canvas.height
    canvas.disc(
        width * chance.uniform(0.6, 0.8),
        height * chance.uniform(0.3, 0.38),
        height * chance.uniform(0.17, 0.22),
        colours.pale,
    )
    layers = 6
    phase, pace = chance.uniform(0, math.tau), chance.uniform(0.9, 1.4)
    for layer in range(layers):
        share = (layer + 1) / layers
        level = height * (0.42 + 0.5 * share)
        lift = height * (0.055 - 0.02 * share)
        phase += chance.uniform(0.9, 1.7)
        crest = [
            (
                x,
                level
                + lift
                * (
                    math.sin(x / width * math.tau * pace + phase)
                    + 0.4 * math.sin(x / width * math.tau * 2.3 + 1.7 * phase)
                ),
            )
            for x in range(0, width + 24, 24)
        ]
        colour = colours.paper if layer == layers - 1 else mix(colours.field, colours.strong, share**1.15)
        canvas.draw.polygon([(0, height), *crest, (width + 24, height)], fill=colour)


def grid(canvas: Canvas) -> None:
    """Tiles of quarter circles, half circles, discs and rings, in the manner of a printed textile."""
    chance, colours = canvas.chance, canvas.palette
    rows = max(2, round(canvas.height / (215 * canvas.scale)))
    side = math.ceil(canvas.height / rows)
    tiles = []
    for row in range(rows):
        for column in range(math.ceil(canvas.width / side)):
            x, y = column * side, canvas.height - (rows - row) * side
            ground = colours.soft if (row + column) % 2 else colours.field
            canvas.draw.rectangle((x, y, x + side, y + side), fill=ground)
            tiles.append((x, y, ground))
    # All grounds lie below all shapes: shapes that meet over an edge show no seam.
    shapes = ("quarter", "quarter", "quarter", "half", "half", "disc", "ring", "leaf", "leaf", "blank")
    before = ""
    for x, y, ground in tiles:
        before = chance.choice([shape for shape in shapes if shape != before])
        colour = chance.choice((colours.strong, colours.strong, colours.pale))
        _tile(canvas, shape=before, x=x, y=y, side=side, ground=ground, colour=colour)


def _tile(canvas: Canvas, *, shape: str, x: int, y: int, side: int, ground: Colour, colour: Colour) -> None:
    draw, turn = canvas.draw, canvas.chance.randrange(4)
    if shape == "quarter":
        # The centre lies two pixels outside the tile, so the straight edges reach the neighbour.
        corner_x, corner_y = (x + side + 2 if turn in (1, 2) else x - 2), (y + side + 2 if turn in (2, 3) else y - 2)
        reach = side + 2
        box = (corner_x - reach, corner_y - reach, corner_x + reach, corner_y + reach)
        draw.pieslice(box, turn * 90, turn * 90 + 90, fill=colour)
    elif shape == "half":
        move_x, move_y = ((0, -1), (1, 0), (0, 1), (-1, 0))[turn]
        left, top = x + move_x * (side // 2 + 1), y + move_y * (side // 2 + 1)
        draw.pieslice((left, top, left + side, top + side), turn * 90, turn * 90 + 180, fill=colour)
    elif shape in ("disc", "ring"):
        canvas.disc(x + side / 2, y + side / 2, side * 0.36, colour)
        if shape == "ring":
            canvas.disc(x + side / 2, y + side / 2, side * 0.19, ground)
    elif shape == "leaf":
        corners = (True, False, True, False) if turn % 2 else (False, True, False, True)
        draw.rounded_rectangle((x, y, x + side, y + side), radius=side // 2, fill=colour, corners=corners)


def leaves(canvas: Canvas) -> None:
    """Stems that rise from the lower edge and bend, with paired leaves that grow smaller towards the tip."""
    chance, colours = canvas.chance, canvas.palette
    behind = [(share, colours.soft, 0.88) for share in (0.06, 0.5, 0.95)]
    before = [(0.3, colours.strong, 1.0), (0.7, colours.pale, 0.94)]
    if chance.random() < 0.5:
        before = [(0.3, colours.pale, 0.94), (0.7, colours.strong, 1.0)]
    for share, colour, size in behind + before:
        _stem(canvas, foot_x=canvas.width * (share + chance.uniform(-0.03, 0.03)), colour=colour, size=size)


def _stem(canvas: Canvas, *, foot_x: float, colour: Colour, size: float) -> None:
    chance = canvas.chance
    length = canvas.height * size * 0.98
    lean = chance.uniform(0.1, 0.24) * (1 if foot_x < canvas.width / 2 else -1) * chance.choice((1, 1, -0.6))
    spine = []
    for step in range(41):
        share = step / 40
        spine.append((foot_x + length * lean * share**2, canvas.height * 1.02 - length * share))
    canvas.draw.line(spine, fill=colour, width=5 * canvas.scale, joint="curve")
    pairs = 6
    for pair in range(pairs):
        share = 0.16 + 0.74 * pair / (pairs - 1)
        x, y = spine[round(share * 40)]
        leaf = canvas.height * 0.3 * size * (1.06 - 0.55 * share)
        upright = -math.pi / 2 + math.atan(2 * lean * share)
        for side in (-1, 1):
            _leaf(canvas, x=x, y=y, length=leaf, angle=upright + side * (1.02 - 0.35 * share), colour=colour)
    _leaf(
        canvas,
        x=spine[-1][0],
        y=spine[-1][1] + 6,
        length=canvas.height * 0.12 * size,
        angle=-math.pi / 2 + math.atan(2 * lean),
        colour=colour,
    )


def _leaf(canvas: Canvas, *, x: float, y: float, length: float, angle: float, colour: Colour) -> None:
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    edges: list[list[tuple[float, float]]] = [[], []]
    for step in range(25):
        share = step / 24
        half = length * 0.2 * math.sin(math.pi * share**0.85) ** 0.9 if 0 < share < 1 else 0.0
        for edge, sign in zip(edges, (1, -1), strict=True):
            edge.append(
                (
                    x + along[0] * length * share + across[0] * half * sign,
                    y + along[1] * length * share + across[1] * half * sign,
                )
            )
    canvas.draw.polygon([*edges[0], *reversed(edges[1])], fill=colour)
    vein = (
        x + along[0] * length * 0.14,
        y + along[1] * length * 0.14,
        x + along[0] * length * 0.78,
        y + along[1] * length * 0.78,
    )
    canvas.draw.line(vein, fill=mix(colour, canvas.palette.field, 0.75), width=2 * canvas.scale)


def circuit(canvas: Canvas) -> None:
    """A chip whose traces fan out at 45 degrees and end in pads or leave the panel."""
    chance, colours, unit = canvas.chance, canvas.palette, canvas.scale
    half = min(canvas.height, canvas.width * 0.62) * 0.22
    centre = (canvas.width * chance.choice((0.34, 0.5, 0.66)), canvas.height * chance.uniform(0.47, 0.53))
    pins = 6
    pitch = half * 2 / (pins + 1)
    for turn in range(4):
        for pin in range(pins):
            offset = (pin - (pins - 1) / 2) * pitch
            _trace(canvas, centre=centre, turn=turn, half=half, offset=offset, pitch=pitch)
    x, y = centre
    canvas.draw.rounded_rectangle((x - half, y - half, x + half, y + half), radius=16 * unit, fill=colours.strong)
    inner = half * 0.62
    canvas.draw.rounded_rectangle((x - inner, y - inner, x + inner, y + inner), radius=10 * unit, fill=colours.field)
    canvas.disc(x - inner * 0.58, y - inner * 0.58, inner * 0.16, colours.pale)


def _trace(canvas: Canvas, *, centre: tuple[float, float], turn: int, half: float, offset: float, pitch: float) -> None:
    chance, colours = canvas.chance, canvas.palette
    outward = ((1, 0), (0, 1), (-1, 0), (0, -1))[turn]
    sideways = (-outward[1], outward[0])
    reach = canvas.height
    rank = abs(offset) / pitch
    # Outer traces turn first and furthest, so that neighbours stay parallel and never cross.
    straight = half + pitch * (3.2 - 0.42 * rank) * 0.62
    spread = pitch * rank * 1.25
    sign = (offset > 0) - (offset < 0)
    bent = straight + spread
    # Sideways there is room for pads; up and down a pad would be cut by the panel's edge.
    end = bent + pitch * chance.choice((1.2, 2.4, 3.8, 60)) if turn % 2 == 0 else reach
    points = [
        (centre[0] + outward[0] * far + sideways[0] * wide, centre[1] + outward[1] * far + sideways[1] * wide)
        for far, wide in (
            (half * 0.9, offset),
            (straight, offset),
            (bent, offset + sign * spread),
            (end, offset + sign * spread),
        )
    ]
    colour = colours.strong if chance.random() < 0.7 else colours.pale
    width = max(2, round(pitch * 0.2))
    canvas.draw.line(points, fill=colour, width=width, joint="curve")
    x, y = points[-1]
    canvas.disc(x, y, pitch * 0.33, colour)
    canvas.disc(x, y, pitch * 0.15, colours.field)


def dots(canvas: Canvas) -> None:
    """A halftone: dots on staggered rows that swell and ebb around a focus."""
    chance, colours = canvas.chance, canvas.palette
    pitch = 38 * canvas.scale
    focus = (canvas.width * chance.choice((0.22, 0.5, 0.78)), canvas.height * chance.uniform(0.4, 0.6))
    reach, ripple = canvas.width * chance.uniform(0.5, 0.6), chance.uniform(0.5, 0.75)
    core = canvas.height * chance.uniform(0.27, 0.33)
    row_height = pitch * math.sqrt(3) / 2
    for row in range(math.ceil(canvas.height / row_height) + 1):
        for column in range(-1, math.ceil(canvas.width / pitch) + 1):
            x, y = (column + 0.5 * (row % 2)) * pitch, row * row_height
            away = math.hypot(x - focus[0], y - focus[1])
            swell = 0.5 + 0.5 * math.cos(away / reach * math.tau * ripple)
            radius = pitch * (0.07 + 0.4 * swell)
            canvas.disc(x, y, radius, colours.pale if away < core else colours.strong)


MOTIF_DRAWINGS: Mapping[str, Callable[[Canvas], None]] = {
    "rings": rings,
    "waves": waves,
    "grid": grid,
    "leaves": leaves,
    "circuit": circuit,
    "dots": dots,
}
