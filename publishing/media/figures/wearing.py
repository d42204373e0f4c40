"""What is worn on a head: glasses and accessories. GEN-3, GEN-4."""

from publishing.media.figures.base import Traits
from publishing.media.figures.kit import BLACK, WHITE, Brush, arc, box, disc, limb, smooth
from publishing.media.figures.poses import Face
from publishing.media.figures.shades import Wardrobe
from publishing.media.images.colours import mix


def glasses(brush: Brush, traits: Traits, wardrobe: Wardrobe, face: Face) -> None:
    """Frames before the eyes, with a glint on the lit side."""
    if traits.glasses == "none":
        return
    rim = mix(wardrobe.deep, BLACK, 0.3) if traits.glasses != "round" else mix(wardrobe.accent, BLACK, 0.35)
    centres = []
    for side in (-1, 1):
        near = 1 - 0.2 * max(0.0, side * face.turn)
        at = brush.moved(side * 57 * near, -8).scaled(near, 1)
        centres.append(side * 57 * near)
        if traits.glasses == "round":
            ring = [*disc(0, 0, 46), (46, 0)]
        elif traits.glasses == "square":
            ring = smooth([(-46, -34), (-40, -38), (42, -38), (48, -32), (42, 32), (30, 38), (-30, 38), (-42, 30)])
        else:
            ring = smooth([(-44, -2), (44, -2), (40, 24), (20, 38), (-20, 38), (-40, 24)])
        at.shape(limb([*ring, ring[0]], [5.5, 5.5]), rim)
        at.shape(limb(arc(0, 0, 34, 30, 200, 250), [1, 4.5, 1]), WHITE)
    brush.shape(limb([(centres[0] + 42, -12), (0, -20), (centres[1] - 42, -12)], [5, 5, 5]), rim)


def on_head(brush: Brush, traits: Traits, wardrobe: Wardrobe, face: Face) -> None:
    """Hats, headphones, earrings, a flower, a pencil."""
    at = brush.moved(face.turn * 8, 0)
    if traits.accessory == "beanie":
        _beanie(at, wardrobe)
    elif traits.accessory == "headphones":
        band = mix(wardrobe.deep, BLACK, 0.2)
        at.shape(limb(arc(0, -40, 160, 190, 192, 348), [11, 13, 11]), band)
        for side in (-1, 1):
            at.moved(side * 154, -2).shape([box(-34, -58, 34, 58, radius=30)], wardrobe.accent, depth=16, glow=8)
            at.moved(side * 164, -2).shape([box(-16, -36, 16, 36, radius=15)], band)
    elif traits.accessory == "earrings":
        for side in (-1, 1):
            if side * face.turn < 0.5:
                at.moved(side * 138, 66).shape(limb([*disc(0, 0, 24), (24, 0)], [5.5, 5.5]), wardrobe.accent)
    elif traits.accessory == "flower":
        bloom = at.moved(-118, -128)
        for step in range(6):
            bloom.turned(step * 60).shape([disc(0, -30, 22, 28)], mix(wardrobe.accent, WHITE, 0.12), depth=9)
        bloom.shape([disc(0, 0, 18)], mix(wardrobe.pale, (250, 200, 60), 0.6), depth=6)
    elif traits.accessory == "pencil":
        wood = at.moved(150, -74).turned(-64)
        wood.shape([box(-92, -9, 76, 9)], mix(wardrobe.accent, (246, 196, 60), 0.6), depth=6)
        wood.shape([[(-92, -9), (-124, 0), (-92, 9)]], (236, 206, 160))
        wood.shape([[(-112, -4), (-126, 0), (-112, 4)]], BLACK)
        wood.shape([box(70, -9, 92, 9, radius=5)], (222, 120, 120))


def _beanie(brush: Brush, wardrobe: Wardrobe) -> None:
    wool = wardrobe.wool
    dome = brush.shape([smooth([(-152, -92), (-146, -190), (-80, -262), (0, -280), (80, -262), (146, -190),
                                (152, -92)])], wool, depth=32, glow=14)  # fmt: skip
    for x in (-96, -48, 0, 48, 96):
        brush.shape(limb([(x * 0.5, -276), (x, -190), (x * 1.1, -110)], [2, 3, 3]), mix(wool, BLACK, 0.24), clip=dome)
    cuff = brush.shape([box(-160, -146, 160, -78, radius=26)], mix(wool, WHITE, 0.1), depth=16, glow=8)
    for x in range(-140, 141, 28):
        brush.shape(limb([(x, -142), (x, -82)], [2.5, 2.5]), mix(wool, BLACK, 0.18), clip=cuff)
