"""Where a figure stands: indoors. Each scene is tinted with the persona's palette, so that it is hers. GEN-3."""

import itertools
from dataclasses import dataclass
from random import Random

from publishing.media.figures import air
from publishing.media.figures.kit import BLACK, WHITE, Brush, Light, box, disc, limb, smooth
from publishing.media.figures.shades import Wardrobe
from publishing.media.images.colours import Colour, mix

WIDE = 820.0  # half of the widest picture, in units


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What a scene is painted with. `brush` has its origin at the top in the middle; a picture is 1920 units high."""

    brush: Brush
    wardrobe: Wardrobe
    motif: str
    ground: Colour  # the persona's own background
    chance: Random

    def tinted(self, colour: Colour, much: float = 0.2) -> Colour:
        """A colour of the world, leaning to the persona's accent."""
        return mix(colour, self.wardrobe.accent, much)


def light_of(setting: str, wardrobe: Wardrobe) -> Light:
    """Where the light of a setting comes from, and its colours."""
    side, key, shade = {
        "studio": (-1.0, (255, 246, 232), (122, 108, 158)),
        "dusk": (1.0, (255, 190, 120), (96, 80, 160)),
        "cafe": (-1.0, (255, 232, 190), (140, 96, 100)),
        "office": (1.0, (246, 250, 255), (104, 116, 164)),
        "park": (-1.0, (255, 248, 206), (92, 122, 132)),
        "stage": (1.0, (255, 226, 190), (86, 60, 136)),
        "shore": (-1.0, (255, 228, 190), (96, 110, 160)),
        "kitchen": (1.0, (255, 224, 176), (136, 86, 96)),
    }[setting]
    return Light(side=side, key=mix(key, wardrobe.pale, 0.12), shade=shade)


def studio(stage: Stage) -> Colour:
    """A plain backdrop with the persona's motif as a great shape behind the head."""
    one, brush = stage.wardrobe, stage.brush
    ground = mix(stage.ground, one.accent, 0.06)
    air.gradient(brush.canvas, mix(ground, WHITE, 0.12), ground, mix(ground, one.deep, 0.35))
    _motif(stage, ground)
    brush.shape([disc(0, 520, 400)], mix(one.accent, ground, 0.12), depth=90, glow=40)
    air.pool(brush, -420, 160, 900, WHITE, strength=0.2, soft=False)
    return mix(one.deep, BLACK, 0.15)


def _motif(stage: Stage, ground: Colour) -> None:
    brush, one = stage.brush, stage.wardrobe
    line = mix(ground, one.deep if sum(ground) > 380 else one.pale, 0.3)
    if stage.motif == "rings":
        for radius in (560, 650, 740, 830):
            brush.shape(limb(disc(0, 560, radius), [7, 7], ends=False), line)
    elif stage.motif == "waves":
        for row in range(7):
            y = 120 + row * 170
            crest = [(x, y + (46 if (x // 200) % 2 else -46)) for x in range(-900, 901, 200)]
            brush.shape(limb(crest, [8, 8], ends=False), line)
    elif stage.motif == "grid":
        for x in range(-840, 841, 240):
            brush.shape([box(x - 3, 0, x + 3, 1920)], line)
        for y in range(80, 1500, 240):
            brush.shape([box(-WIDE, y - 3, WIDE, y + 3)], line)
    elif stage.motif == "leaves":
        for side in (-1, 1):
            for step in range(7):
                leaf = brush.moved(side * (330 + step * 26), 1180 - step * 150).turned(side * (36 + step * 6))
                leaf.shape([smooth([(0, 0), (52, -110), (0, -250), (-52, -110)])], line, depth=30)
    elif stage.motif == "circuit":
        for step in range(9):
            side = -1 if step % 2 else 1
            y = 150 + step * 120
            path = [(side * 900, y), (side * (470 + step * 12), y), (side * (410 + step * 12), y + 60)]
            for start, end in itertools.pairwise(path):
                brush.shape(limb([start, end], [6, 6]), line)
            brush.shape([disc(*path[-1], 17)], one.accent if step % 3 == 0 else line)
    else:
        for row in range(13):
            for column in range(-7, 8):
                brush.shape([disc(column * 120 + (60 if row % 2 else 0), 70 + row * 112, 8 + (row % 4) * 5)], line)


def _table(stage: Stage, y: float, wood: Colour) -> None:
    stage.brush.shape([box(-WIDE, y, WIDE, 1960)], wood, depth=0)
    stage.brush.shape([box(-WIDE, y, WIDE, y + 26)], mix(wood, WHITE, 0.22))


def cafe(stage: Stage) -> Colour:
    """A wall of tiles, a shelf of cups, lamps that hang, a window of evening."""
    brush, one = stage.brush, stage.wardrobe
    wall = mix(stage.tinted((196, 150, 120), 0.24), one.deep, 0.3)
    air.gradient(brush.canvas, mix(wall, BLACK, 0.25), wall, mix(wall, BLACK, 0.3))
    brush.shape([box(-WIDE, 700, WIDE, 1920)], mix(wall, one.deep, 0.3))
    for row in range(5):
        for column in range(-8, 9):
            x, y = column * 104 + (52 if row % 2 else 0), 716 + row * 60
            brush.shape(
                [box(x - 48, y, x + 48, y + 52, radius=5)], mix(wall, one.deep, 0.2 + 0.05 * ((column + row) % 3))
            )
    pane = brush.shape([box(-510, 130, -210, 640, radius=150)], stage.tinted((250, 214, 150), 0.2))
    brush.shape(
        [disc(-330, 560, 150, 130), disc(-450, 600, 130, 110)], stage.tinted((150, 140, 100), 0.2), depth=30, clip=pane
    )
    for cut in (box(-366, 130, -354, 640), box(-510, 370, -210, 382)):
        brush.shape([cut], mix(wall, BLACK, 0.45), clip=pane)
    for y in (330, 540):
        brush.shape([box(210, y, WIDE, y + 20)], mix((120, 76, 48), one.deep, 0.3))
        for step in range(7):
            x, tall = 246 + step * 78, 44 + stage.chance.randrange(3) * 22
            tint = (one.pale, one.accent, mix(one.pale, wall, 0.5), mix(one.accent, BLACK, 0.3))[
                stage.chance.randrange(4)
            ]
            brush.shape([box(x - 25, y - tall, x + 25, y, radius=9)], tint, depth=14, glow=6)
    for x, low in ((-120, 150), (330, 210), (600, 130)):
        brush.shape(limb([(x, 0), (x, low)], [3, 3]), BLACK)
        air.pool(brush, x, low + 70, 270, (255, 222, 150), strength=0.75)
        brush.shape(
            [smooth([(x - 16, low), (x + 16, low), (x + 76, low + 74), (x - 76, low + 74)], steps=5)],
            mix(one.accent, BLACK, 0.35),
            depth=20,
        )
        brush.shape([disc(x, low + 76, 30, 20)], (255, 246, 214))
    return mix(one.deep, (34, 20, 18), 0.4)


def office(stage: Stage) -> Colour:
    """A window on towers, blinds, a shelf of books, a plant."""
    brush, one = stage.brush, stage.wardrobe
    wall = stage.tinted((222, 224, 230), 0.16)
    air.gradient(brush.canvas, mix(wall, WHITE, 0.3), wall, mix(wall, one.deep, 0.4))
    glass = brush.shape([box(60, 90, WIDE, 860)], stage.tinted((186, 214, 236), 0.1))
    for step in range(7):
        x, y = 90 + step * 100, 340 + stage.chance.randrange(7) * 52
        brush.shape([box(x, y, x + 84, 900)], stage.tinted((132, 156, 190), 0.14), depth=24, clip=glass)
        for floor in range(int((860 - y) / 60)):
            brush.shape([box(x + 14, y + 24 + floor * 60, x + 70, y + 44 + floor * 60)], (206, 224, 240), clip=glass)
    for y in range(96, 300, 26):
        brush.shape([box(60, y, WIDE, y + 15)], mix(WHITE, wall, 0.3), clip=glass)
    for cut in (box(54, 84, 68, 866), box(440, 84, 452, 866), box(54, 852, WIDE, 872)):
        brush.shape([cut], mix(wall, one.deep, 0.55))
    for y in (360, 620, 880):
        brush.shape([box(-WIDE, y, -150, y + 20)], mix(wall, one.deep, 0.5))
        spine = -800.0
        while spine < -196:
            wide, tall = 24 + stage.chance.randrange(4) * 8, 120 + stage.chance.randrange(5) * 16
            tint = (one.accent, one.deep, mix(one.accent, WHITE, 0.5), mix(wall, one.deep, 0.4), one.pale)[
                stage.chance.randrange(5)
            ]
            brush.shape([box(spine, y - tall, spine + wide, y, radius=3)], tint, depth=9)
            spine += wide + 3
    _plant(stage, 450, 1080, 1.25)
    air.pool(brush, 480, 300, 820, WHITE, strength=0.3, soft=False)
    return mix(one.deep, (24, 30, 44), 0.5)


def _plant(stage: Stage, x: float, y: float, size: float) -> None:
    pot = stage.brush.moved(x, y).scaled(size)
    green = stage.tinted((58, 122, 84), 0.12)
    for step, turn in enumerate((-64, -40, -16, 8, 30, 54, 74)):
        leaf = pot.turned(turn)
        leaf.shape(
            [smooth([(0, 20), (44, -110), (0, -250 - (step % 3) * 30), (-44, -110)])],
            mix(green, BLACK, 0.1 * (step % 3)),
            depth=24,
            glow=8,
        )
    pot.shape(
        [smooth([(-86, 0), (-86, 0), (86, 0), (86, 0), (62, 150), (62, 150), (-62, 150), (-62, 150)], steps=3)],
        stage.wardrobe.accent,
        depth=30,
    )


def stage_(stage: Stage) -> Colour:
    """Curtains, two cones of light, and the heads of those who listen."""
    brush, one = stage.brush, stage.wardrobe
    cloth = mix(mix(one.accent, one.deep, 0.62), (60, 10, 40), 0.25)
    air.gradient(brush.canvas, mix(cloth, BLACK, 0.5), cloth, mix(cloth, BLACK, 0.55))
    for step in range(-8, 9):
        x = step * 104
        brush.shape([box(x - 52, -20, x + 52, 1400)], mix(cloth, BLACK, 0.18 if step % 2 else 0.02), depth=58)
    for x, foot, tint in ((-480, 60, one.accent), (520, -60, mix(one.accent, WHITE, 0.55))):
        cone = [(x - 26, -30), (x + 26, -30), (foot + 330, 1280), (foot - 330, 1280)]
        mask = brush.canvas.mask([cone], frame=brush.frame)
        if mask is not None:
            veil = mask.picture.point(lambda part: part * 0.3)
            brush.canvas.picture.paste(mix(tint, WHITE, 0.3), (mask.left, mask.top), veil)
        air.pool(brush, x, 0, 300, mix(tint, WHITE, 0.7), strength=0.9)
    for _ in range(46):
        mote = stage.chance.uniform(-700, 700), stage.chance.uniform(60, 1080)
        brush.shape([disc(*mote, stage.chance.uniform(2, 6))], mix(one.accent, WHITE, 0.6))
    return mix(one.deep, (16, 8, 24), 0.5)


def kitchen(stage: Stage) -> Colour:
    """Shelves of jars, tiles, pans on hooks, a lamp."""
    brush, one = stage.brush, stage.wardrobe
    wall = mix(stage.tinted((226, 190, 150), 0.2), one.deep, 0.36)
    air.gradient(brush.canvas, mix(wall, BLACK, 0.18), wall, mix(wall, BLACK, 0.4))
    for row in range(12):
        for column in range(-8, 9):
            x, y = column * 106, 20 + row * 106
            brush.shape(
                [box(x - 50, y, x + 50, y + 100, radius=7)],
                mix(wall, WHITE, 0.05 + 0.05 * ((column * 3 + row * 5) % 4)),
            )
    for y in (400, 680):
        for side in (-1, 1):
            ends = sorted((side * 200, side * WIDE))
            brush.shape([box(ends[0], y, ends[1], y + 24)], mix((110, 66, 40), one.deep, 0.25), depth=8)
            for step in range(5):
                _jar(stage, side * (262 + step * 112), y)
    brush.shape([box(-WIDE, 160, WIDE, 172)], mix((70, 60, 60), one.deep, 0.4))
    for step, x in enumerate((-420, -300, 300, 430)):
        brush.shape(limb([(x, 166), (x, 240)], [6, 6]), mix(one.deep, BLACK, 0.3))
        brush.shape(
            [disc(x, 290 - step % 2 * 8, 52 - step % 2 * 8)], mix((196, 112, 66), one.accent, 0.3), depth=22, glow=10
        )
    air.pool(brush, 380, 60, 900, (255, 214, 140), strength=0.44, soft=False)
    return mix(one.deep, (36, 16, 20), 0.4)


def _jar(stage: Stage, x: float, y: float) -> None:
    brush, chance, one = stage.brush, stage.chance, stage.wardrobe
    tall = 120 + chance.randrange(3) * 26
    inside = ((214, 96, 78), (236, 190, 90), (146, 168, 92), (180, 84, 120), one.accent)[chance.randrange(5)]
    glass = brush.shape([box(x - 44, y - tall, x + 44, y, radius=16)], mix(inside, WHITE, 0.5), depth=10)
    brush.shape([box(x - 44, y - tall * 0.74, x + 44, y)], inside, depth=24, clip=glass)
    brush.shape([box(x - 36, y - tall - 22, x + 36, y - tall + 4, radius=6)], mix(one.pale, one.deep, 0.3), depth=8)
    brush.shape(limb([(x + 28, y - tall + 26), (x + 28, y - 30)], [1.5, 5, 1.5]), mix(WHITE, inside, 0.3))
