"""The colours of people by name, and those of a persona's clothes. GEN-3, GEN-4."""

from dataclasses import dataclass

from publishing.media.figures.base import Traits
from publishing.media.images import colours
from publishing.media.images.colours import Colour, mix

SKIN: dict[str, Colour] = {
    "porcelain": (250, 220, 203),
    "fair": (244, 200, 172),
    "sand": (232, 180, 142),
    "olive": (213, 160, 115),
    "tan": (193, 132, 90),
    "bronze": (160, 101, 66),
    "umber": (130, 81, 56),
    "espresso": (102, 63, 47),
}
HAIR: dict[str, Colour] = {
    "black": (36, 32, 42),
    "espresso": (66, 44, 38),
    "chestnut": (116, 68, 42),
    "copper": (190, 86, 40),
    "blond": (226, 178, 98),
    "grey": (134, 134, 142),
    "silver": (208, 208, 214),
    "plum": (112, 48, 96),
    "teal": (32, 120, 124),
}
IRIS: dict[str, Colour] = {
    "brown": (86, 52, 34),
    "hazel": (122, 88, 44),
    "green": (66, 118, 82),
    "blue": (62, 112, 164),
    "grey": (104, 116, 128),
}


@dataclass(frozen=True, kw_only=True)
class Wardrobe:
    """What a person is painted with, the same in every picture. `deep` and `pale` are the persona's dark and light."""

    skin: Colour
    lips: Colour
    blush: Colour
    hair: Colour
    iris: Colour
    outer: Colour
    inner: Colour
    trousers: Colour
    shoes: Colour
    accent: Colour
    wool: Colour
    deep: Colour
    pale: Colour


def wardrobe(traits: Traits) -> Wardrobe:
    """The persona's palette on a person: the outer garment takes the accent, what is below it the paler colour."""
    background, ink, accent = (colours.parse(one) for one in (traits.background, traits.ink, traits.accent))
    deep, pale = sorted((background, ink), key=sum)
    skin = SKIN[traits.skin]
    # An accent near the skin's own colour would undress the person.
    near = sum(abs(a - b) for a, b in zip(accent, skin, strict=True)) < 95
    accented = mix(accent, deep, 0.42) if near else accent
    outer = {"accent": accented, "deep": mix(deep, accent, 0.3), "pale": mix(pale, accent, 0.1)}[traits.garment]
    pale_below = mix(pale, accent, 0.06) if traits.garment != "pale" else mix(deep, accent, 0.25)
    return Wardrobe(
        skin=skin,
        lips=mix(skin, (150, 34, 52), 0.5),
        blush=mix(skin, (226, 74, 66), 0.34),
        hair=HAIR[traits.hair_colour],
        iris=IRIS[traits.eyes],
        outer=outer,
        inner=pale_below,
        trousers=outer if traits.clothes == "dungarees" else mix(deep, (40, 48, 72), 0.35),
        shoes=mix(pale, deep, 0.12),
        accent=accent,
        wool=mix(accent, (176, 44, 52), 0.5) if traits.garment != "deep" else mix(accent, pale, 0.2),
        deep=deep,
        pale=pale,
    )
