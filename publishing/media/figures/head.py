"""The head: face, features and what the face says. GEN-3, GEN-4."""

from publishing.media.figures import hair, wearing
from publishing.media.figures.base import Traits
from publishing.media.figures.frame import Point
from publishing.media.figures.kit import BLACK, WHITE, Brush, Mask, arc, disc, limb, smooth
from publishing.media.figures.poses import Face
from publishing.media.figures.shades import Wardrobe
from publishing.media.images.colours import mix

# Half the width at the temples, the same at the jaw, and how far down the chin is.
SHAPES: dict[str, tuple[float, float, float]] = {
    "oval": (124, 92, 172),
    "round": (134, 112, 154),
    "square": (126, 118, 164),
    "long": (115, 88, 190),
}


def outline(face: str, turn: float) -> list[Point]:
    """The outline of a face; the chin goes a little with the turn."""
    wide, jaw, chin = SHAPES[face]
    aside = turn * 16
    side = [(wide * 0.62, -150.0), (wide * 0.95, -95.0), (wide, -20.0), (wide * 0.97, 40.0)]
    side += [(jaw + aside * 0.3, 102.0), (jaw * 0.52 + aside, chin - 14)]
    other = [(-x + (2 * aside * (0.3 if y == 102.0 else 1) if y >= 102 else 0), y) for x, y in reversed(side)]
    return smooth([(0, -172), *side, (aside, chin), *other], steps=8)


def behind(brush: Brush, traits: Traits, wardrobe: Wardrobe) -> None:
    """What lies behind neck and shoulders: the back of the hair."""
    hair.back(brush, traits, wardrobe)


def paint(brush: Brush, traits: Traits, wardrobe: Wardrobe, face: Face) -> None:
    """The head before everything: ears, face, features, hair, and what is worn on it."""
    light = brush.canvas.light
    wide, _, _ = SHAPES[traits.face]
    for side in (-1, 1):
        if side * face.turn < 0.5:  # the far ear is hidden
            ear = [
                (side * (wide - 8), -28),
                (side * (wide + 24), -38),
                (side * (wide + 30), 6),
                (side * (wide - 4), 40),
            ]
            brush.shape([smooth(ear)], wardrobe.skin, depth=14)
            inner = [(side * (wide + 4), -16), (side * (wide + 19), -20), (side * (wide + 14), 12)]
            brush.shape([smooth(inner)], light.dark(wardrobe.skin, 0.3))
    whole = brush.shape([outline(traits.face, face.turn)], wardrobe.skin, depth=46, glow=16)
    features = brush.moved(face.turn * 30, 0)
    _cheeks(features, traits, wardrobe, whole)
    if traits.age == "old":
        _wrinkles(features, wardrobe, whole)
    _beard(features, traits, wardrobe, whole, face)
    _mouth(features, wardrobe, face, whole, chin=SHAPES[traits.face][2])
    _nose(features, wardrobe, face)
    for side in (-1, 1):
        # The far eye is nearer to the middle and narrower.
        near = 1 - 0.2 * max(0.0, side * face.turn)
        _eye(features.moved(side * 55 * near, -12).scaled(near, 1), traits, wardrobe, face, side)
        _brow(features.moved(side * 56 * near, -66 - face.brows), traits, wardrobe, face, side)
    wearing.glasses(features, traits, wardrobe, face)
    hair.front(brush, traits, wardrobe, face, whole)
    wearing.on_head(brush, traits, wardrobe, face)


def _cheeks(brush: Brush, traits: Traits, wardrobe: Wardrobe, clip: Mask | None) -> None:
    for side in (-1, 1):
        brush.moved(side * 74, 52).shape([disc(0, 0, 30, 20)], mix(wardrobe.skin, wardrobe.blush, 0.34), clip=clip)


def _wrinkles(brush: Brush, wardrobe: Wardrobe, clip: Mask | None) -> None:
    line = brush.canvas.light.dark(wardrobe.skin, 0.28)
    for side in (-1, 1):
        brush.stroke([(side * 42, 40), (side * 60, 66), (side * 62, 92)], 5, line, clip=clip)
        for rise in (-14, 4):
            brush.stroke([(side * 92, -8 + rise * 0.4), (side * 108, -10 + rise)], 4.5, line, clip=clip)
        brush.stroke(arc(side * 54, 8, 26, 14, 30, 150), 4, line, clip=clip)
    for y in (-112, -94):
        brush.stroke([(-40, y + 3), (0, y - 3), (40, y + 3)], 4.5, line, clip=clip)


def _eye(brush: Brush, traits: Traits, wardrobe: Wardrobe, face: Face, side: int) -> None:
    lash = mix(mix(wardrobe.hair, BLACK, 0.65), BLACK, 0.7 if sum(wardrobe.skin) < 300 else 0.0)
    if face.lids >= 0.95:
        brush.stroke(arc(0, 14, 27, 22, 200, 340), 10, lash)
        return
    wide, high = 29.0, 21.0
    white = smooth([(-wide, 4), (-12, -high), (12, -high), (wide, 0), (12, high * 0.8), (-14, high * 0.8)])
    ball = brush.shape([white], mix(WHITE, wardrobe.skin, 0.06))
    x, y = face.look[0] * 11 + face.turn * 3, face.look[1] * 7
    brush.shape([disc(x, y, 17.5, 18.5)], wardrobe.iris, clip=ball)
    brush.shape([disc(x, y, 9)], BLACK, clip=ball)
    brush.shape([disc(x - 5.5, y - 7, 5)], WHITE, clip=ball)
    # The lid throws a little shade, and comes down as far as the face says.
    fall = -high + 7 + face.lids * high * 1.5
    lid = [(-wide - 6, -high - 16), (wide + 6, -high - 16), (wide + 4, fall + 6), (0, fall), (-wide - 4, fall + 6)]
    if face.lids > 0.1:
        brush.shape([smooth(lid)], brush.canvas.light.dark(wardrobe.skin, 0.12), clip=ball)
    upper = [(-wide - 3, 6), (-15, min(fall - 4, 6)), (12, min(fall - 5, 6)), (wide + 3, 0)]
    brush.shape(limb(upper, [3, 5.5, 5.5, 3.5]), lash)
    if traits.beard == "none" and traits.hair in ("bob", "long", "waves", "curls", "bun", "braids"):
        outer = side * (wide + 1)
        brush.stroke([(outer, 0), (outer + side * 9, -8)], 8, lash)


def _brow(brush: Brush, traits: Traits, wardrobe: Wardrobe, face: Face, side: int) -> None:
    colour = mix(wardrobe.hair, BLACK, 0.2) if traits.hair_colour not in ("silver", "grey") else wardrobe.hair
    if sum(abs(a - b) for a, b in zip(colour, wardrobe.skin, strict=True)) < 80:
        colour = mix(colour, BLACK, 0.4)
    thick = 9.5 if traits.beard != "none" or traits.hair in ("crop", "quiff", "side_part", "bald") else 7
    inner, outer = -side * 34, side * 38
    lift = 5 if face.mouth == "closed" else 0
    brush.shape(limb([(inner, 4 - lift), (side * 4, -7), (outer, 8)], [thick * 0.8, thick, thick * 0.35]), colour)


def _nose(brush: Brush, wardrobe: Wardrobe, face: Face) -> None:
    light = brush.canvas.light
    way = face.turn if abs(face.turn) > 0.12 else -light.side * 0.3
    aside = 1 if way > 0 else -1
    shade = light.dark(wardrobe.skin, 0.3)
    bridge = [(aside * 9, -18), (aside * 12, 16), (aside * 26, 44), (aside * 8, 58), (-aside * 12, 54), (aside * 2, 38)]
    brush.shape([smooth(bridge)], shade)
    brush.shape([smooth([(-10, 50), (0, 58), (12, 52), (0, 62)])], light.dark(wardrobe.skin, 0.5))
    brush.shape([disc(aside * 3, 34, 7, 9)], light.lit(wardrobe.skin, 0.4))


def _mouth(brush: Brush, wardrobe: Wardrobe, face: Face, clip: Mask | None, *, chin: float) -> None:
    y = 60 + (chin - 60) * 0.37
    at, light = brush.moved(face.turn * 5, y), brush.canvas.light
    inside, teeth = mix((92, 18, 34), BLACK, 0.2), (252, 248, 240)
    if face.mouth == "smile":
        at.shape(limb([(-46, -10), (-24, 8), (0, 14), (24, 8), (46, -10)], [3, 5, 7, 5, 3]), wardrobe.lips)
        for side in (-1, 1):
            at.stroke([(side * 47, -16), (side * 50, -6), (side * 44, 2)], 6, light.dark(wardrobe.skin, 0.3))
    elif face.mouth == "closed":
        at.shape(limb([(-26, 3), (-4, 0), (14, 2), (32, -7)], [3, 5, 5, 3]), wardrobe.lips)
    else:
        wide, deep = (46, 44) if face.mouth == "open" else (34, 34)
        hole = smooth([(-wide, -12), (-wide, -12), (0, -7), (wide, -12), (wide, -12), (wide * 0.6, deep * 0.5),
                       (0, deep), (-wide * 0.6, deep * 0.5)])  # fmt: skip
        edge = [(x * 1.13, y * 1.13 - 1) for x, y in hole]
        at.shape([edge], wardrobe.lips)
        inner = at.shape([hole], inside)
        at.shape([disc(0, deep * 0.95, wide * 0.55, deep * 0.42)], (214, 88, 96), clip=inner)
        at.shape([smooth([(-wide, -16), (wide, -16), (wide * 0.8, 3), (0, 8), (-wide * 0.8, 3)])], teeth, clip=inner)
    at.stroke([(-15, 40 if face.mouth in ("open", "talk") else 27), (15, 40 if face.mouth in ("open", "talk") else 27)],
              6, light.dark(wardrobe.skin, 0.22), clip=clip)  # fmt: skip


def _beard(brush: Brush, traits: Traits, wardrobe: Wardrobe, clip: Mask | None, face: Face) -> None:
    wide, jaw, chin = SHAPES[traits.face]
    lip = 60 + (chin - 60) * 0.37
    whiskers = [(-wide - 20, -8), (-wide * 0.86, -4), (-wide * 0.74, 58), (-44, lip - 26), (0, lip - 34),
                (44, lip - 26), (wide * 0.74, 58), (wide * 0.86, -4), (wide + 20, -8), (jaw + 30, chin * 0.7),
                (0, chin + 26), (-jaw - 30, chin * 0.7)]  # fmt: skip
    if traits.beard == "stubble":
        brush.shape([smooth(whiskers)], mix(wardrobe.skin, wardrobe.hair, 0.28), clip=clip)
    elif traits.beard == "full":
        low = [(x, y + 16 if y > lip else y) for x, y in whiskers]
        brush.shape([smooth(low)], wardrobe.hair, depth=20, clip=clip)
        chinned = [(-jaw * 0.92, chin * 0.6), (0, chin * 0.8), (jaw * 0.92, chin * 0.6), (jaw * 0.6, chin + 18),
                   (0, chin + 46), (-jaw * 0.6, chin + 18)]  # fmt: skip
        brush.shape([smooth(chinned)], wardrobe.hair, depth=22)
    if traits.beard in ("moustache", "full"):
        for side in (-1, 1):
            wing = [(0, lip - 34), (side * 26, lip - 36), (side * 56, lip - 8), (side * 28, lip - 12), (0, lip - 16)]
            brush.shape([smooth(wing)], mix(wardrobe.hair, WHITE, 0.06), depth=6)
