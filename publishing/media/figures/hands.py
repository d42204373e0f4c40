"""Hands, and what they hold. The wrist is the origin and the fingers point up; the thumb is on the left. GEN-3."""

from publishing.media.figures.frame import Point
from publishing.media.figures.kit import BLACK, WHITE, Brush, Outline, arc, box, disc, limb, smooth
from publishing.media.figures.shades import Wardrobe
from publishing.media.images.colours import mix

PALM: list[Point] = [
    (-30, 14),
    (-42, -30),
    (-46, -74),
    (-34, -104),
    (0, -110),
    (36, -102),
    (45, -72),
    (40, -28),
    (30, 14),
]


def _finger(base: Point, tip: Point, thick: float, bend: float = 0.0) -> list[list[Point]]:
    middle = ((base[0] + tip[0]) / 2 + bend, (base[1] + tip[1]) / 2)
    return limb([base, middle, tip], [thick, thick * 0.95, thick * 0.78])


def paint(brush: Brush, kind: str, wardrobe: Wardrobe, holds: str = "") -> None:
    """One hand, with what it holds between palm and fingers."""
    brush = brush.scaled(1.06)
    {
        "open": _open, "offer": _offer, "point": _point, "fist": _fist, "chin": _chin, "rest": _rest, "wrap": _wrap,
        "hold": _hold,
    }.get(kind, _grip)(brush, wardrobe, holds)  # fmt: skip


def _creases(brush: Brush, lines: list[Outline], wardrobe: Wardrobe, width: float = 5.5) -> None:
    for line in lines:
        brush.stroke(line, width, brush.canvas.light.dark(wardrobe.skin, 0.36))


def _open(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    parts = [smooth(PALM)]
    for base, tip, thick in (
        ((-31, -92), (-52, -176), 14.5),
        ((-9, -100), (-14, -198), 15.0),
        ((14, -98), (24, -190), 14.5),
        ((34, -88), (60, -158), 12.5),
    ):
        parts += _finger(base, tip, thick)
    parts += limb([(-30, -26), (-64, -62), (-88, -104)], [20, 16, 12.5])
    brush.shape(parts, wardrobe.skin, depth=16, glow=8)
    _creases(brush, [[(-20, -96), (-23, -84)], [(3, -100), (3, -88)], [(25, -95), (24, -84)],
                     arc(-42, -10, 44, 58, 280, 356)], wardrobe)  # fmt: skip


def _offer(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    """Palm up, seen from the side: the gesture of somebody who explains."""
    parts = [smooth([(-24, 12), (-34, -40), (-30, -96), (0, -112), (30, -98), (34, -40), (24, 12)])]
    for base, tip, thick, bend in (
        ((-20, -90), (-20, -178), 14.0, -4),
        ((0, -98), (8, -192), 14.5, 2),
        ((18, -92), (34, -180), 13.5, 6),
        ((28, -80), (58, -146), 12.0, 6),
    ):
        parts += _finger(base, tip, thick, bend)
    parts += limb([(-22, -24), (-58, -60), (-66, -104)], [19, 15, 12])
    brush.shape(parts, wardrobe.skin, depth=16, glow=8)
    _creases(brush, [[(-9, -98), (-9, -84)], [(10, -98), (11, -84)], [(25, -88), (25, -76)]], wardrobe)


def _point(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    parts = [smooth([(-28, 14), (-42, -34), (-44, -84), (-20, -104), (24, -104), (46, -80), (42, -30), (28, 14)])]
    parts += _finger((-26, -90), (-32, -202), 15.5)
    brush.shape(parts, wardrobe.skin, depth=16, glow=8)
    for x, y, high in ((2, -98, 26), (26, -92, 25), (45, -80, 21)):
        brush.shape([box(x - 13, y - 14, x + 12, y + high + 16, radius=12)], wardrobe.skin, depth=8, glow=4)
        _creases(brush, [arc(x, y + 4, 10, 5, 200, 340)], wardrobe, 4)
    brush.shape(limb([(-34, -22), (-30, -58), (4, -66)], [19, 16, 13]), wardrobe.skin, depth=9, glow=5)
    _creases(brush, [arc(4, -66, 9, 8, -70, 40)], wardrobe, 3.5)


def _fist(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    brush.shape([smooth([(-30, 14), (-44, -30), (-46, -86), (-20, -112), (26, -110), (48, -82), (42, -26), (28, 14)])],
                wardrobe.skin, depth=18, glow=8)  # fmt: skip
    for x, y in ((-30, -88), (-7, -95), (17, -93), (37, -82)):
        brush.shape([box(x - 13, y - 16, x + 12, y + 36, radius=12)], wardrobe.skin, depth=8, glow=4)
    brush.shape(limb([(-40, -22), (-42, -54), (-4, -56)], [18, 16, 13]), wardrobe.skin, depth=9, glow=5)


def _chin(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    """Thumb and forefinger along the jaw."""
    brush.shape([smooth([(-28, 14), (-42, -34), (-44, -84), (-16, -106), (26, -104), (46, -78), (42, -28), (28, 14)])],
                wardrobe.skin, depth=16, glow=8)  # fmt: skip
    brush.shape(_finger((-24, -86), (-26, -178), 15, -6), wardrobe.skin, depth=8, glow=5)
    for x, y in ((2, -94), (25, -90), (43, -78)):
        brush.shape([box(x - 13, y - 14, x + 12, y + 40, radius=12)], wardrobe.skin, depth=8, glow=4)
    brush.shape(limb([(-34, -30), (-66, -70), (-74, -112)], [19, 16, 13]), wardrobe.skin, depth=8, glow=5)


def _rest(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    parts = [smooth([(-28, 12), (-38, -34), (-38, -90), (0, -104), (36, -92), (38, -36), (28, 12)])]
    for base, tip, thick in (
        ((-25, -84), (-22, -156), 13.5),
        ((-6, -92), (-2, -168), 14.0),
        ((13, -90), (17, -162), 13.5),
        ((28, -80), (32, -140), 12.0),
    ):
        parts += _finger(base, tip, thick, 3)
    parts += limb([(-28, -22), (-50, -66), (-42, -108)], [18, 15, 12])
    brush.shape(parts, wardrobe.skin, depth=14, glow=7)
    _creases(brush, [[(-14, -104), (-13, -132)], [(5, -108), (7, -138)], [(22, -100), (24, -126)]], wardrobe, 5)


def _grip(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    """Fingers around something upright: the palm behind it, the fingers before it."""
    brush.shape([smooth([(-28, 14), (-42, -34), (-44, -92), (0, -116), (46, -92), (42, -30), (28, 14)])],
                wardrobe.skin, depth=16)  # fmt: skip
    _held(brush, holds, wardrobe)
    wide = 58 if holds == "mug" else 44
    for step, y in enumerate((-104, -76, -48, -22)):
        short = (4, 0, 3, 10)[step]
        brush.shape(
            limb([(wide + 6, y + 4), (wide - 18, y - 3), (8 + short, y)], [15, 15, 12.5]),
            wardrobe.skin,
            depth=8,
            glow=5,
        )
    brush.shape(limb([(-40, -20), (-wide - 6, -56), (-wide + 8, -104)], [19, 16, 13]), wardrobe.skin, depth=9, glow=5)


def _wrap(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    """The second hand on a mug: fingers only."""
    brush.shape([smooth([(-26, 12), (-40, -36), (-30, -84), (14, -96), (44, -70), (42, -20), (28, 14)])],
                wardrobe.skin, depth=16, glow=8)  # fmt: skip
    for x, y, high in ((-34, -92, 46), (-12, -104, 42), (11, -104, 38), (32, -90, 34)):
        brush.shape(
            limb([(x + 8, y + high), (x, y + 10), (x - 8, y - 6)], [14, 13, 11.5]), wardrobe.skin, depth=8, glow=4
        )


def _hold(brush: Brush, wardrobe: Wardrobe, holds: str) -> None:
    """A fist around a strap; what hangs from it hangs towards the fingers."""
    _held(brush, holds, wardrobe)
    _fist(brush, wardrobe, "")


def _held(brush: Brush, holds: str, wardrobe: Wardrobe) -> None:
    if holds == "phone":
        case = mix(wardrobe.deep, BLACK, 0.3)
        brush.shape([box(-52, -232, 52, -8, radius=18)], case, depth=14, glow=10)
        brush.shape([box(-40, -222, -4, -180, radius=12)], mix(case, WHITE, 0.12))
        for x, y in ((-30, -211), (-14, -211), (-30, -193)):
            brush.shape([disc(x, y, 6.5)], BLACK)
            brush.shape([disc(x - 2, y - 2, 2)], WHITE)
        brush.shape([disc(0, -120, 15)], wardrobe.accent)
    elif holds == "mug":
        glaze = mix(wardrobe.pale, wardrobe.accent, 0.1)
        brush.shape(limb(arc(-76, -66, 34, 40, 60, 300), [11, 11, 11]), glaze, depth=6)
        brush.shape([box(-72, -146, 72, 6, radius=18)], glaze, depth=26, glow=12)
        brush.shape([box(-72, -96, 72, -72)], wardrobe.accent, depth=20)
        brush.shape([disc(0, -146, 70, 15)], mix(glaze, BLACK, 0.12))
        brush.shape([disc(0, -143, 60, 10)], (84, 50, 32))
    elif holds == "bag":
        cloth = mix(wardrobe.pale, wardrobe.accent, 0.22)
        brush.shape(limb(arc(0, -130, 62, 96, 180, 360), [7, 7, 7]), mix(cloth, BLACK, 0.3))
        brush.shape([smooth([(-96, -150), (-96, -150), (96, -150), (96, -150), (118, -372), (118, -372), (-118, -372),
                             (-118, -372)], steps=4)],
                    cloth, depth=40, glow=16)  # fmt: skip
        brush.shape([disc(0, -262, 46)], wardrobe.accent)
        brush.shape([disc(0, -262, 24)], cloth)
