"""People to try the score on: drawn at random, and to each a look-alike that differs in two traits. GEN-4."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

from publishing.media.consistency.drawing import REFERENCES
from publishing.media.figures.base import CHOICES, POSES, SETTINGS, FigureSpec, Traits, traits_of

# Background, ink, accent, motif.
_PALETTES = (
    ("#F3E9D6", "#1E2427", "#A63A12", "circuit"),
    ("#0D2730", "#EDF5F1", "#F0B64C", "waves"),
    ("#36102A", "#FFF4E3", "#FFB23E", "rings"),
    ("#E8F1EC", "#12312B", "#2F8F6B", "leaves"),
    ("#141A3A", "#F4F0FF", "#7C6CF2", "grid"),
    ("#FFF1EC", "#3A1020", "#E2556A", "dots"),
    ("#10131A", "#F2F5F7", "#38B6D8", "circuit"),
    ("#F5F0DC", "#2B2A20", "#C98B1B", "leaves"),
)
_TOLD_BY = ("hair", "hair_colour", "glasses", "skin", "clothes", "beard", "accessory")


def people(name: str, *, count: int) -> list[Traits]:
    """So many people, by pairs: one, and a look-alike in the same colours. Always the same for a name."""
    found = []
    for number in range((count + 1) // 2):
        background, ink, accent, motif = _PALETTES[number % len(_PALETTES)]
        visual = {"background": background, "ink": ink, "accent": accent, "motif": motif}
        one = traits_of(handle=f"{name}_{number}", visual=visual)
        dice = Random(f"{name} {number}")  # examples, not secrecy
        # Below a woollen hat nobody sees the hair.
        hidden = ("hair", "hair_colour") if one.accessory == "beanie" else ()
        told = dice.sample([part for part in _TOLD_BY if part not in hidden], 2)
        changes = {
            part: dice.choice([other for other in CHOICES[part] if other != getattr(one, part)]) for part in told
        }
        found += [one, replace(one, **changes)]
    return found[:count]


def pictures(traits: Traits, *, count: int, name: str, size: str) -> Iterator[FigureSpec]:
    """So many pictures of a person, none of them a reference."""
    dice = Random(f"{name} {traits.digest}")
    ways = [(pose, place) for pose in POSES for place in SETTINGS if (pose, place) not in REFERENCES]
    dice.shuffle(ways)
    for pose, place in islice(ways, count):
        yield FigureSpec(traits=traits, pose=pose, setting=place, seed=dice.randrange(1000), size=size)
