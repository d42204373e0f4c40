"""Where a figure stands: outdoors. GEN-3."""

from collections.abc import Callable, Mapping

from publishing.media.figures import air, scenes
from publishing.media.figures.kit import BLACK, WHITE, box, disc, limb, smooth
from publishing.media.figures.scenes import WIDE, Stage
from publishing.media.images.colours import Colour, mix


def dusk(stage: Stage) -> Colour:
    """A street at dusk: houses in the blue, windows that are lit, lamps and their pools."""
    brush, one, chance = stage.brush, stage.wardrobe, stage.chance
    low = stage.tinted((244, 142, 96), 0.3)
    air.gradient(brush.canvas, (38, 36, 84), stage.tinted((104, 72, 132), 0.1), low, mix(low, one.deep, 0.6))
    brush.shape([disc(250, 640, 170)], mix(low, (255, 236, 196), 0.7))
    for layer, (ground, tint) in enumerate(((700, (92, 66, 124)), (560, (54, 44, 92)))):
        for side in (-1, 1):
            x = 230.0 if layer == 0 else 400.0
            while x < WIDE:
                wide = 120 + chance.randrange(4) * 36
                top = ground - chance.randrange(6) * 70 - layer * 60
                ends = sorted((side * x, side * (x + wide)))
                house = brush.shape([box(ends[0], top, ends[1], 1500)], tint, depth=20)
                brush.shape(
                    [[(ends[0] - 8, top), ((ends[0] + ends[1]) / 2, top - 60), (ends[1] + 8, top)]],
                    mix(tint, BLACK, 0.2),
                )
                for row in range(10):
                    for column in range(int(wide // 52)):
                        if chance.random() < 0.44:
                            at = (ends[0] + 18 + column * 52, top + 34 + row * 78)
                            glow = mix((255, 206, 112), one.accent, 0.25 * chance.random())
                            brush.shape([box(at[0], at[1], at[0] + 28, at[1] + 42, radius=3)], glow, clip=house)
                x += wide + 10
    brush.shape([[(-130, 900), (150, 900), (900, 1920), (-900, 1920)]], mix((66, 50, 96), one.deep, 0.4))
    for x, top, size in ((-400, 330, 1.0), (430, 470, 0.72)):
        brush.shape(limb([(x, top), (x, 1400)], [7 * size, 10 * size]), (28, 22, 46))
        air.pool(brush, x, top, 300 * size, (255, 216, 140), strength=0.85)
        brush.shape([disc(x, top, 34 * size)], (255, 244, 206))
    for _ in range(12):
        x, y = chance.uniform(-760, 760), chance.uniform(760, 1250)
        air.pool(
            brush, x, y, chance.uniform(40, 90), mix((255, 190, 110), one.accent, chance.random() * 0.6), strength=0.5
        )
    return mix(one.deep, (24, 18, 50), 0.6)


def park(stage: Stage) -> Colour:
    """Hills in layers, round trees, a path, a morning sun."""
    brush, one, chance = stage.brush, stage.wardrobe, stage.chance
    sky = stage.tinted((184, 222, 232), 0.14)
    air.gradient(brush.canvas, sky, mix(sky, (255, 244, 214), 0.6), mix(sky, (255, 240, 200), 0.4))
    brush.shape([disc(-300, 300, 130)], mix((255, 236, 170), one.accent, 0.2))
    air.pool(brush, -300, 300, 620, (255, 248, 214), strength=0.6, soft=False)
    for y, tint, sway in ((620, (150, 190, 178), 40), (760, (110, 164, 138), -50), (900, (74, 130, 102), 36)):
        hill = [
            (-900, y + sway),
            (-450, y - 70),
            (0, y + sway * 0.4),
            (420, y - 60),
            (900, y + 30),
            (900, 1960),
            (-900, 1960),
        ]
        brush.shape([smooth(hill)], stage.tinted(tint, 0.1), depth=80)
    for x, y, size in ((-620, 760, 1.0), (620, 700, 1.1), (380, 820, 0.62), (-380, 850, 0.66), (800, 900, 1.3)):
        at = brush.moved(x + chance.uniform(-30, 30), y).scaled(size)
        leaf = stage.tinted((58, 116, 84), 0.12 + 0.2 * chance.random())
        at.shape([box(-17, -60, 17, 260)], (92, 66, 52), depth=12)
        at.shape(
            [disc(0, -180, 170, 190), disc(-110, -90, 110, 120), disc(110, -80, 120, 125)], leaf, depth=70, glow=30
        )
        for _ in range(7):
            at.shape(
                [disc(chance.uniform(-120, 120), chance.uniform(-300, -20), 20, 14)], mix(leaf, (244, 240, 170), 0.3)
            )
    path = [(60, 930), (110, 930), (240, 1120), (80, 1350), (520, 1960), (-420, 1960), (-180, 1380), (90, 1100)]
    brush.shape([smooth(path)], stage.tinted((236, 214, 170), 0.1), depth=40)
    return mix(one.deep, (18, 44, 40), 0.5)


def shore(stage: Stage) -> Colour:
    """Low water: a broad sky, a lighthouse, bands of sea and wet sand."""
    brush, one, chance = stage.brush, stage.wardrobe, stage.chance
    high, low = stage.tinted((112, 160, 196), 0.08), stage.tinted((255, 220, 180), 0.2)
    air.gradient(brush.canvas, high, mix(high, low, 0.7), low, mix(low, one.deep, 0.3))
    brush.shape([disc(-280, 560, 120)], mix((255, 240, 200), one.accent, 0.25))
    air.pool(brush, -280, 560, 560, (255, 244, 214), strength=0.55, soft=False)
    for x, y, wide in ((-420, 220, 1.0), (330, 150, 1.3), (520, 380, 0.8)):
        cloud = brush.moved(x, y).scaled(wide)
        cloud.shape(
            [disc(0, 0, 150, 30), disc(-70, -20, 70, 36), disc(50, -30, 84, 48)], mix(low, WHITE, 0.45), depth=14
        )
    tower = brush.moved(400, 780)
    tower.shape(
        [smooth([(-150, 60), (0, 10), (420, 30), (600, 110), (-300, 110)])], mix((60, 82, 92), one.deep, 0.3), depth=30
    )
    body = tower.shape(
        [[(-46, 24), (46, 24), (32, -330), (-32, -330)]], one.pale if sum(one.pale) > 400 else WHITE, depth=30
    )
    for y in (-270, -130):
        tower.shape([box(-60, y, 60, y + 62)], mix(one.accent, (196, 60, 44), 0.3), depth=24, clip=body)
    tower.shape([box(-44, -352, 44, -330), box(-22, -398, 22, -350)], mix(one.deep, BLACK, 0.2))
    tower.shape([disc(0, -374, 13)], (255, 240, 180))
    for y, tint in ((850, (84, 142, 164)), (930, (70, 122, 150)), (1030, (120, 166, 172)), (1120, (206, 190, 158))):
        edge = [(x, y + (12 if (x // 180) % 2 else -8) + chance.uniform(-4, 4)) for x in range(-900, 901, 180)]
        brush.shape([[*smooth(edge, closed=False), (900, 1960), (-900, 1960)]], stage.tinted(tint, 0.1))
        brush.shape(limb(edge, [3, 5, 3], ends=False), mix(tint, WHITE, 0.6))
    for _ in range(3):
        gull = brush.moved(chance.uniform(-400, 300), chance.uniform(120, 430))
        gull.shape(
            limb([(-34, -16), (-14, -18), (0, 0), (14, -18), (34, -16)], [2, 4, 4, 4, 2]),
            mix(one.deep, BLACK, 0.2),
        )
    return mix(one.deep, (16, 34, 48), 0.5)


SCENES: Mapping[str, Callable[[Stage], Colour]] = {
    "studio": scenes.studio,
    "dusk": dusk,
    "cafe": scenes.cafe,
    "office": scenes.office,
    "park": park,
    "stage": scenes.stage_,
    "shore": shore,
    "kitchen": scenes.kitchen,
}
