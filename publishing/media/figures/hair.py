"""Hair: for every style a part that lies behind the head and one that lies before it. GEN-3, GEN-4."""

import math

from publishing.media.figures.base import Traits
from publishing.media.figures.frame import Point
from publishing.media.figures.kit import BLACK, Brush, Mask, Outline, disc, limb, smooth
from publishing.media.figures.poses import Face
from publishing.media.figures.shades import Wardrobe
from publishing.media.images.colours import Colour, mix

Outlines = list[list[Point]]


def _mirrored(side: Outline) -> list[Point]:
    """A closed outline from its right half, top to bottom."""
    return [*side, *[(-x, y) for x, y in reversed(side)]]


def _curls(ring: Outline, radius: float) -> Outlines:
    return [disc(x, y, radius * (0.86 + 0.28 * ((index * 7) % 5) / 4)) for index, (x, y) in enumerate(ring)]


def _afro() -> Outlines:
    ring = [(math.cos(math.tau * k / 16) * 166, -72 + math.sin(math.tau * k / 16) * 158) for k in range(16)]
    return [disc(0, -70, 178, 165), *_curls(ring, 54)]


def _back(style: str) -> Outlines:
    if style == "bob":
        return [smooth(_mirrored([(0, -216), (110, -196), (172, -90), (182, 60), (176, 168), (120, 190), (60, 176)]))]
    if style == "long":
        return [smooth(_mirrored([(0, -214), (112, -192), (166, -80), (172, 120), (196, 330), (188, 470), (70, 480)]))]
    if style == "waves":
        side = [
            (0, -226),
            (120, -204),
            (182, -110),
            (176, 0),
            (216, 90),
            (192, 180),
            (232, 270),
            (200, 350),
            (110, 372),
        ]
        return [smooth(_mirrored(side))]
    if style == "curls":
        return _afro()
    if style == "bun":
        return [disc(0, -246, 78, 70), smooth(_mirrored([(0, -206), (104, -184), (146, -90), (140, 10), (100, 60)]))]
    if style == "braids":
        return [smooth(_mirrored([(0, -206), (104, -184), (148, -90), (144, 10), (100, 80)]))]
    if style == "bald":
        return []
    return [smooth(_mirrored([(0, -200), (100, -182), (140, -90), (136, 6), (100, 30)]))]


def back(brush: Brush, traits: Traits, wardrobe: Wardrobe) -> None:
    """The part behind head, neck and shoulders."""
    if outlines := _back(traits.hair):
        brush.shape(outlines, mix(wardrobe.hair, BLACK, 0.22), depth=26)


def _fringe(style: str) -> Outlines:
    """The part on the forehead and the temples; the parting is on the left of the picture."""
    if style == "bob":
        cut = [(0, -218), (112, -198), (176, -90), (180, 60), (172, 166), (132, 170), (126, 30), (112, -62), (60, -78),
               (0, -74), (-60, -78), (-112, -62), (-126, 30), (-132, 170), (-172, 166), (-180, 60), (-176, -90),
               (-112, -198)]  # fmt: skip
        return [smooth(cut)]
    if style == "long":
        left = [(-18, -206), (-110, -190), (-166, -80), (-168, 90), (-170, 250), (-134, 240), (-128, 40), (-100, -66),
                (-40, -130), (-10, -196)]  # fmt: skip
        return [smooth(left), smooth([(-x, y) for x, y in left]), smooth([(-40, -212), (40, -212), (0, -180)])]
    if style == "waves":
        right = [(-52, -196), (0, -228), (112, -204), (178, -110), (168, 0), (204, 90), (176, 180), (136, 150),
                 (150, 60), (120, -20), (104, -84), (20, -116)]  # fmt: skip
        left = [(-50, -198), (-120, -194), (-178, -100), (-166, 0), (-200, 90), (-172, 176), (-134, 140), (-146, 50),
                (-120, -40), (-92, -112)]  # fmt: skip
        return [smooth(left), smooth(right)]
    if style == "curls":
        ring = [(-128, -62), (-110, -112), (-66, -142), (-16, -150), (36, -148), (84, -130), (116, -96), (132, -50)]
        return _curls(ring, 46)
    if style in ("bun", "braids"):
        return [smooth([(0, -204), (100, -184), (146, -84), (140, 0), (124, 6), (112, -62), (62, -122), (0, -138),
                        (-62, -122), (-112, -62), (-124, 6), (-140, 0), (-146, -84), (-100, -184)])]  # fmt: skip
    if style == "crop":
        return [smooth([(-8, -214), (92, -198), (142, -104), (138, -20), (120, -14), (112, -82), (70, -108), (10, -98),
                        (-50, -112), (-110, -86), (-120, -14), (-138, -20), (-142, -104), (-92, -196)])]  # fmt: skip
    if style == "side_part":
        return [smooth([(-74, -186), (-10, -222), (92, -208), (150, -120), (140, -10), (121, -6), (114, -72), (70, -92),
                        (0, -116), (-62, -160)]),
                smooth([(-66, -188), (-116, -166), (-146, -90), (-138, -10), (-121, -6), (-112, -84),
                        (-70, -150)])]  # fmt: skip
    if style == "quiff":
        return [smooth([(-110, -150), (-126, -214), (-60, -262), (40, -270), (120, -228), (148, -120), (138, -16),
                        (121, -12), (112, -92), (40, -132), (-60, -124), (-112, -92), (-121, -12), (-138, -16),
                        (-142, -100)])]  # fmt: skip
    return []


def _strands(style: str) -> list[list[Point]]:
    """Lines in the hair that show how it falls."""
    if style in ("bob",):
        return [
            [(-100, -170), (-40, -150), (-30, -92)],
            [(20, -200), (50, -150), (44, -90)],
            [(120, -160), (150, -60), (152, 90)],
        ]
    if style in ("long",):
        return [
            [(-60, -178), (-120, -90), (-142, 60)],
            [(60, -178), (120, -90), (142, 60)],
            [(-30, -190), (-84, -110), (-104, -60)],
        ]
    if style == "waves":
        return [
            [(-30, -200), (70, -160), (126, -60)],
            [(20, -216), (120, -160), (160, -60)],
            [(-80, -180), (-140, -90), (-150, 20)],
        ]
    if style in ("bun", "braids"):
        return [
            [(0, -198), (6, -170), (4, -142)],
            [(-50, -190), (-90, -140), (-118, -70)],
            [(50, -190), (90, -140), (118, -70)],
        ]
    if style in ("side_part", "quiff"):
        return [
            [(-60, -180), (20, -190), (100, -130)],
            [(-50, -166), (30, -160), (96, -104)],
            [(0, -212), (80, -190), (130, -120)],
        ]
    if style == "crop":
        return [
            [(-60, -160), (-40, -140), (-46, -114)],
            [(10, -170), (20, -130), (12, -102)],
            [(70, -160), (84, -130), (74, -110)],
        ]
    return []


def front(brush: Brush, traits: Traits, wardrobe: Wardrobe, face: Face, clip: Mask | None) -> None:
    """The part before the face; turns a little less than the face does."""
    if traits.hair == "bald":
        brush.shape([disc(-34, -132, 30, 16)], brush.canvas.light.lit(wardrobe.skin, 0.35), clip=clip)
        return
    at = brush.moved(face.turn * 10, 0)
    mask = at.shape(_fringe(traits.hair), wardrobe.hair, depth=24, glow=12)
    light, dark = _tints(wardrobe.hair)
    for index, line in enumerate(_strands(traits.hair)):
        at.shape(limb(line, [1.5, 4, 1.5]), light if index % 2 == 0 else dark, clip=mask)
    if traits.hair == "curls":
        for index, (x, y) in enumerate(((-96, -196), (-30, -222), (48, -216), (110, -176), (-140, -120), (146, -110))):
            at.shape([disc(x, y, 26)], light if index % 2 else dark)
            at.shape([disc(x + 5, y + 6, 22)], wardrobe.hair)
    if traits.hair == "bun":
        for rise in (-270, -244, -222):
            at.shape(limb([(-60, rise + 16), (0, rise), (58, rise + 12)], [1.5, 4, 1.5]), light)
    if traits.hair == "braids":
        for side in (-1, 1):
            for step in range(7):
                knot = at.moved(side * (140 + step * 7), 30 + step * 58).turned(side * (24 if step % 2 else -18))
                knot.shape([disc(0, 0, 34 - step * 1.6, 40)], wardrobe.hair, depth=14, glow=6)
            at.moved(side * 186, 440).shape(
                [smooth([(-20, -20), (20, -20), (26, 44), (0, 62), (-26, 44)])], wardrobe.hair
            )
            at.moved(side * 184, 424).shape([disc(0, 0, 24, 12)], wardrobe.accent)


def _tints(hair: Colour) -> tuple[Colour, Colour]:
    return mix(hair, (255, 236, 214), 0.26), mix(hair, BLACK, 0.34)
