"""The body: neck, clothes, arms and legs. GEN-3, GEN-4."""

from publishing.media.figures import hands
from publishing.media.figures.base import Traits
from publishing.media.figures.kit import BLACK, WHITE, Brush, Mask, Outline, box, disc, limb, smooth
from publishing.media.figures.poses import Arm, Pose
from publishing.media.figures.shades import Wardrobe
from publishing.media.images.colours import Colour, mix

SHOULDER_X, SHOULDER_Y = 194.0, 366.0
UPPER: Outline = [(70, 236), (140, 266), (212, 306), (244, 372), (230, 520), (204, 690), (200, 880)]


def trunk(low: float) -> Outline:
    """The outline of the trunk, down to `low`."""
    side = [*UPPER, (216, low), (216, low)]
    return smooth([*side, *[(-x, y) for x, y in reversed(side)]])


LONG_SLEEVES = ("shirt", "hoodie", "blazer", "turtleneck", "dungarees", "apron")


def sleeve(traits: Traits, wardrobe: Wardrobe) -> Colour:
    """The colour of the sleeves: of what is worn below an apron or dungarees, else of the garment."""
    return wardrobe.inner if traits.clothes in ("dungarees", "apron") else wardrobe.outer


def neck(brush: Brush, traits: Traits, wardrobe: Wardrobe, chin: float) -> None:
    """The neck, with the shade that the head throws on it."""
    tube = smooth(
        [(-58, 60), (-58, 200), (-84, 250), (-120, 290), (0, 350), (120, 290), (84, 250), (58, 200), (58, 60)]
    )
    whole = brush.shape([tube], wardrobe.skin, depth=20)
    throat = [(-70, 40), (70, 40), (66, chin + 34), (10, chin + 66), (-64, chin + 30)]
    brush.shape([smooth(throat)], brush.canvas.light.dark(wardrobe.skin, 0.4), clip=whole)


def torso(brush: Brush, traits: Traits, wardrobe: Wardrobe, *, low: float) -> None:
    """Trunk and garment, without the arms."""
    light = brush.canvas.light
    base = sleeve(traits, wardrobe)
    scoop = [(-86, 236), (-86, 236), (-50, 300), (0, 318), (50, 300), (86, 236), (86, 236)]
    whole = brush.shape([trunk(low)], base, depth=64, glow=20)
    {
        "tee": _tee, "shirt": _shirt, "hoodie": _hoodie, "blazer": _blazer, "turtleneck": _turtleneck,
        "dungarees": _dungarees, "apron": _apron,
    }[traits.clothes](brush, wardrobe, whole, scoop)  # fmt: skip
    for line in ([(-150, 640), (-120, 700), (-128, 790)], [(160, 560), (138, 640), (150, 740)]):
        brush.shape(limb(line, [1, 4.5, 1]), light.dark(base, 0.4), clip=whole)
    if traits.accessory == "scarf":
        _scarf(brush, wardrobe)


def _tee(brush: Brush, wardrobe: Wardrobe, whole: Mask | None, scoop: Outline) -> None:
    brush.shape([smooth(scoop)], wardrobe.skin, depth=18)
    brush.shape(
        limb([(-88, 244), (-50, 302), (0, 322), (50, 302), (88, 244)], [8, 9, 9, 9, 8]), mix(wardrobe.outer, BLACK, 0.2)
    )
    brush.shape([box(-260, 520, 260, 566)], wardrobe.inner, depth=40, clip=whole)
    brush.shape([box(-260, 592, 260, 612)], wardrobe.inner, depth=40, clip=whole)


def _shirt(brush: Brush, wardrobe: Wardrobe, whole: Mask | None, scoop: Outline) -> None:
    line = mix(wardrobe.outer, BLACK, 0.28)
    brush.shape([[(-60, 240), (60, 240), (0, 372)]], wardrobe.skin, depth=14)
    brush.shape(limb([(2, 372), (4, 700), (4, 1780)], [3.5, 3.5, 3.5]), line, clip=whole)
    for side in (-1, 1):
        flap = [(side * 66, 214), (side * 112, 254), (side * 96, 352), (side * 4, 372), (side * 50, 286)]
        brush.shape([flap], mix(wardrobe.outer, WHITE, 0.16), depth=14, glow=6)
    for y in (450, 570, 690, 810):
        brush.shape([disc(18, y, 8)], wardrobe.pale)
    brush.shape([box(84, 486, 176, 588, radius=10)], mix(wardrobe.outer, BLACK, 0.1), clip=whole)
    brush.shape([box(84, 486, 176, 508, radius=6)], mix(wardrobe.outer, WHITE, 0.1), clip=whole)


def _hoodie(brush: Brush, wardrobe: Wardrobe, whole: Mask | None, scoop: Outline) -> None:
    brush.shape([smooth([(-70, 240), (0, 330), (70, 240)])], wardrobe.inner, depth=14)
    for side in (-1, 1):
        hood = [
            (side * 60, 196),
            (side * 140, 232),
            (side * 176, 300),
            (side * 90, 356),
            (side * 8, 384),
            (side * 40, 310),
        ]
        brush.shape([smooth(hood)], mix(wardrobe.outer, WHITE, 0.09), depth=24, glow=10)
        brush.shape(limb([(side * 44, 344), (side * 50, 420), (side * 46, 500)], [5, 5, 5]), wardrobe.pale)
        brush.shape([box(side * 46 - 7, 496, side * 46 + 7, 530, radius=5)], wardrobe.deep)
    pocket = [(-130, 760), (130, 760), (176, 900), (176, 1010), (-176, 1010), (-176, 900)]
    brush.shape([smooth(pocket, steps=4)], mix(wardrobe.outer, BLACK, 0.1), depth=20, clip=whole)


def _blazer(brush: Brush, wardrobe: Wardrobe, whole: Mask | None, scoop: Outline) -> None:
    brush.shape([[(-92, 236), (92, 236), (26, 700), (-26, 700)]], wardrobe.inner, depth=34)
    brush.shape([smooth([(-64, 236), (-30, 296), (0, 304), (30, 296), (64, 236)])], wardrobe.skin, depth=12)
    dark = mix(wardrobe.outer, BLACK, 0.3)
    for side in (-1, 1):
        lapel = [(side * 84, 214), (side * 152, 290), (side * 168, 400), (side * 122, 414), (side * 132, 456),
                 (side * 12, 690), (side * 70, 380)]  # fmt: skip
        brush.shape([lapel], mix(wardrobe.outer, WHITE, 0.1), depth=20, glow=8)
    brush.shape(limb([(12, 690), (6, 900), (20, 1780)], [4, 4, 4]), dark, clip=whole)
    brush.shape([disc(0, 730, 12)], dark)
    brush.shape([[(104, 520), (182, 512), (178, 540), (106, 546)]], mix(wardrobe.outer, BLACK, 0.16), clip=whole)
    brush.shape([[(112, 522), (142, 488), (174, 514)]], wardrobe.pale)


def _turtleneck(brush: Brush, wardrobe: Wardrobe, whole: Mask | None, scoop: Outline) -> None:
    roll = [(-80, 172), (-88, 250), (-104, 296), (0, 330), (104, 296), (88, 250), (80, 172), (0, 190)]
    mask = brush.shape([smooth(roll)], mix(wardrobe.outer, WHITE, 0.07), depth=22, glow=10)
    for x in (-60, -30, 0, 30, 60):
        brush.shape(limb([(x, 180), (x * 1.12, 318)], [2, 3]), mix(wardrobe.outer, BLACK, 0.2), clip=mask)
    for x in range(-200, 201, 40):
        brush.shape(
            limb([(x * 0.92, 340), (x, 700), (x, 1780)], [1.5, 2.5, 2.5]), mix(wardrobe.outer, BLACK, 0.16), clip=whole
        )


def _dungarees(brush: Brush, wardrobe: Wardrobe, whole: Mask | None, scoop: Outline) -> None:
    brush.shape([smooth(scoop)], wardrobe.skin, depth=16)
    brush.shape(
        limb([(-88, 244), (-50, 302), (0, 322), (50, 302), (88, 244)], [8, 8, 8, 8, 8]),
        mix(wardrobe.inner, BLACK, 0.14),
    )
    seam = mix(wardrobe.outer, WHITE, 0.4)
    for side in (-1, 1):
        brush.shape(
            [[(side * 118, 250), (side * 164, 272), (side * 132, 560), (side * 88, 560)]],
            wardrobe.outer,
            depth=14,
            clip=whole,
        )
    bib = [(-140, 520), (140, 520), (150, 760), (270, 900), (270, 1800), (-270, 1800), (-270, 900), (-150, 760)]
    front = brush.shape([bib], wardrobe.outer, depth=56, glow=16, clip=whole)
    brush.shape(limb([(-128, 534), (128, 534)], [2.2, 2.2]), seam, clip=front)
    brush.shape([box(-72, 596, 72, 716, radius=12)], mix(wardrobe.outer, BLACK, 0.14), depth=14)
    brush.shape(limb([(-64, 612), (64, 612)], [2.2, 2.2]), seam)
    for side in (-1, 1):
        brush.shape([disc(side * 110, 548, 17)], mix(wardrobe.pale, (246, 206, 110), 0.6), depth=6)
        brush.shape([disc(side * 110, 548, 7)], mix(wardrobe.outer, BLACK, 0.4))


def _apron(brush: Brush, wardrobe: Wardrobe, whole: Mask | None, scoop: Outline) -> None:
    brush.shape([[(-62, 240), (62, 240), (0, 356)]], wardrobe.skin, depth=14)
    for side in (-1, 1):
        flap = [(side * 66, 214), (side * 110, 254), (side * 92, 344), (side * 4, 358), (side * 50, 286)]
        brush.shape([flap], mix(wardrobe.inner, WHITE, 0.4), depth=12)
        brush.shape(
            [[(side * 84, 252), (side * 112, 252), (side * 142, 500), (side * 112, 500)]],
            mix(wardrobe.outer, BLACK, 0.2),
            clip=whole,
        )
    bib = [(-140, 470), (140, 470), (150, 700), (280, 830), (280, 1800), (-280, 1800), (-280, 830), (-150, 700)]
    front = brush.shape(
        [smooth([p for p in bib for _ in range(2)], steps=3)], wardrobe.outer, depth=50, glow=16, clip=whole
    )
    for x in range(-240, 241, 60):
        brush.shape([box(x - 7, 470, x + 7, 1800)], mix(wardrobe.outer, wardrobe.pale, 0.4), clip=front)
    brush.shape([box(-140, 470, 140, 492)], mix(wardrobe.outer, BLACK, 0.24), clip=front)


def _scarf(brush: Brush, wardrobe: Wardrobe) -> None:
    wool = wardrobe.wool
    brush.shape([smooth([(60, 290), (140, 300), (160, 620), (72, 630)], steps=5)], mix(wool, BLACK, 0.12), depth=18)
    for y in (560, 590):
        brush.shape([box(70, y, 160, y + 12)], wardrobe.pale)
    loop = [
        (-122, 190),
        (-150, 250),
        (-120, 318),
        (0, 356),
        (126, 318),
        (150, 250),
        (122, 190),
        (60, 214),
        (0, 224),
        (-60, 214),
    ]
    mask = brush.shape([smooth(loop)], wool, depth=26, glow=12)
    for shift in (-50, 10, 70):
        brush.shape(
            limb([(-140, 240 + shift), (0, 292 + shift), (140, 240 + shift)], [2, 4, 2]),
            mix(wool, BLACK, 0.22),
            clip=mask,
        )


def arm(brush: Brush, traits: Traits, wardrobe: Wardrobe, pose: Arm, side: int, front: "Brush | None" = None) -> None:
    """One arm with its hand: sleeve to the wrist, or to the elbow's half where the garment is short."""
    cloth, light = sleeve(traits, wardrobe), brush.canvas.light
    shoulder = (side * SHOULDER_X, SHOULDER_Y)
    elbow, wrist = pose.elbow, pose.wrist
    short = traits.clothes == "tee"
    rolled = traits.clothes in ("shirt", "dungarees", "apron")
    joint = (elbow[0] * 0.9 + shoulder[0] * 0.04 + wrist[0] * 0.06, elbow[1])
    hand = brush.moved(*wrist).turned(pose.turn).scaled(-1 if (side > 0) != pose.flip else 1, 1)
    if pose.layer:
        brush.cast([*limb([shoulder, joint], [60, 52]), *limb([joint, wrist], [50, 40])], 26)
        hand.cast([smooth(hands.PALM), box(-44, -170, 44, -60)], 18)
    if short or rolled:
        brush.shape(limb([joint, wrist], [43, 33]), wardrobe.skin, depth=20, glow=8)
    hands.paint(hand, pose.hand, wardrobe, pose.holds)
    upper = limb(
        [shoulder, ((shoulder[0] + joint[0]) / 2 + side * 8, (shoulder[1] + joint[1]) / 2), joint], [62, 60, 53]
    )
    if short:
        end = _along(shoulder, joint, 0.72)
        brush.shape(limb([shoulder, joint], [52, 43]), wardrobe.skin, depth=22)
        brush.shape(
            limb([shoulder, _along(shoulder, joint, 0.4), end], [62, 65, 66], ends=True), cloth, depth=28, glow=10
        )
        return
    cuff = _along(joint, wrist, 0.36 if rolled else 0.93)
    fore = limb(
        [joint, _along(joint, wrist, 0.5 if not rolled else 0.2), cuff],
        [53, 49 if not rolled else 52, 41 if not rolled else 50],
    )
    brush.shape([*upper, *fore], cloth, depth=30, glow=10)
    edge = limb(
        [_along(joint, wrist, 0.3 if rolled else 0.86), cuff], [53 if rolled else 45, 53 if rolled else 43], ends=False
    )
    brush.shape(edge, mix(cloth, WHITE, 0.14), depth=14)
    fold = _along(shoulder, joint, 0.86)
    line = [(fold[0] - side * 30, fold[1] - 10), (fold[0], fold[1] + 14), (fold[0] + side * 26, fold[1] + 30)]
    brush.shape(limb(line, [1, 4, 1]), light.dark(cloth, 0.4))


def _along(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def legs(brush: Brush, wardrobe: Wardrobe) -> None:
    """A stride: the far leg behind, the near one ahead."""
    far, near = mix(wardrobe.trousers, BLACK, 0.25), wardrobe.trousers
    for cloth, hip, knee, ankle, way in (
        (far, (-84, 900), (-120, 1150), (-262, 1360), 30),
        (near, (84, 900), (150, 1150), (118, 1420), -2),
    ):
        shoe = brush.moved(*ankle).turned(way).scaled(1.3)
        sole = [(-52, -10), (-54, 54), (-54, 54), (140, 54), (140, 54), (128, 14), (52, -20)]
        shoe.shape([smooth(sole)], wardrobe.shoes, depth=20, glow=8)
        shoe.shape([box(-56, 46, 142, 66, radius=9)], mix(wardrobe.shoes, BLACK, 0.5))
        brush.shape(limb([hip, knee, ankle], [122, 90, 62]), cloth, depth=40, glow=12)
        cuff = _along(knee, ankle, 0.96)
        brush.shape(limb([_along(knee, ankle, 0.88), cuff], [69, 66], ends=False), mix(cloth, WHITE, 0.1), depth=12)


def paint(brush: Brush, traits: Traits, wardrobe: Wardrobe, pose: Pose) -> None:
    """What lies behind the trunk: arms of layer 0, and legs."""
    for side, one in ((-1, pose.left), (1, pose.right)):
        if one.layer == 0:
            arm(brush, traits, wardrobe, one, side)
    if pose.legs:
        legs(brush, wardrobe)


def arms(brush: Brush, traits: Traits, wardrobe: Wardrobe, pose: Pose, *, layer: int) -> None:
    """The arms of one layer: 1 before the body, 2 before the head and before things."""
    for side, one in ((-1, pose.left), (1, pose.right)):
        if one.layer == layer:
            arm(brush, traits, wardrobe, one, side)
