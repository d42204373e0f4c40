"""A drawn person as values: traits that stay, and what a picture asks for. GEN-3, GEN-4, GEN-6."""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from publishing.media.images import colours
from publishing.media.images.base import MOTIFS, BadSpec, Image

SKINS = ("porcelain", "fair", "sand", "olive", "tan", "bronze", "umber", "espresso")
HAIR_COLOURS = ("black", "espresso", "chestnut", "copper", "blond", "grey", "silver", "plum", "teal")
HAIRS = ("bob", "long", "waves", "curls", "bun", "crop", "side_part", "quiff", "braids", "bald")
FACES = ("oval", "round", "square", "long")
BEARDS = ("none", "stubble", "moustache", "full")
GLASSES = ("none", "round", "square", "half")
CLOTHES = ("tee", "shirt", "hoodie", "blazer", "turtleneck", "dungarees", "apron")
ACCESSORIES = ("none", "earrings", "headphones", "beanie", "scarf", "flower", "pencil")
AGES = ("young", "grown", "old")
GARMENTS = ("accent", "deep", "pale")  # which of the persona's colours the garment takes
EYES = ("brown", "hazel", "green", "blue", "grey")
POSES = ("talk", "point", "phone", "think", "walk", "desk", "wave", "mug")
SETTINGS = ("studio", "dusk", "cafe", "office", "park", "stage", "shore", "kitchen")
# Upright and 4:5, each at four widths; the small ones are drafts, and for measuring.
SIZES = ("1080x1920", "1080x1350", "720x1280", "720x900", "540x960", "540x676", "270x480", "270x338")

# What each trait may be. The order is part of what a handle draws: append, never reorder.
CHOICES: dict[str, tuple[str, ...]] = {
    "skin": SKINS,
    "hair": HAIRS,
    "hair_colour": HAIR_COLOURS,
    "face": FACES,
    "beard": BEARDS,
    "glasses": GLASSES,
    "clothes": CLOTHES,
    "accessory": ACCESSORIES,
    "age": AGES,
    "eyes": EYES,
    "garment": GARMENTS,
}
# Not every trait is worth the same dice: most people wear no beard, and few are old.
_WEIGHTS: dict[str, tuple[int, ...]] = {
    "beard": (13, 2, 1, 2),
    "glasses": (5, 2, 2, 1),
    "accessory": (3, 1, 1, 1, 1, 1, 1),
    "age": (3, 4, 1),
    "garment": (4, 2, 1),
    "hair_colour": (4, 4, 4, 3, 3, 2, 2, 1, 1),
    "hair": (2, 2, 2, 2, 2, 2, 2, 2, 2, 1),
}


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What makes the person the same one in every picture. Colours are "#rrggbb". Raises BadSpec with a sentence."""

    skin: str
    hair: str
    hair_colour: str
    face: str
    beard: str
    glasses: str
    clothes: str
    accessory: str
    age: str
    eyes: str
    garment: str
    background: str
    ink: str
    accent: str
    motif: str

    def __post_init__(self) -> None:
        for part, known in CHOICES.items():
            value = getattr(self, part)
            if value not in known:
                raise BadSpec(f'The figure\'s {part} is "{value}"; choose one of {", ".join(known)}.')
        for part in ("background", "ink", "accent"):
            value = getattr(self, part)
            if not colours.is_hex(value):
                raise BadSpec(
                    f'The figure\'s {part} colour is "{value}"; write it as "#rrggbb", for example "#1d3557".'
                )
        if self.motif not in MOTIFS:
            raise BadSpec(f'The figure\'s motif is "{self.motif}"; choose one of {", ".join(MOTIFS)}.')

    @property
    def digest(self) -> str:
        """SHA-256 of the traits: changes when the person does."""
        text = "\n".join(f"{key}={value}" for key, value in sorted(asdict(self).items()))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class FigureSpec:
    """One picture of one person: who, doing what, where. `seed` moves what is incidental (a window's light, a leaf).

    Raises BadSpec with a sentence for a person.
    """

    traits: Traits
    pose: str
    setting: str
    seed: int
    size: str = "1080x1920"

    def __post_init__(self) -> None:
        for part, known in (("pose", POSES), ("setting", SETTINGS), ("size", SIZES)):
            value = getattr(self, part)
            if value not in known:
                raise BadSpec(f'The figure\'s {part} is "{value}"; choose one of {", ".join(known)}.')
        if not 0 <= self.seed < 2**63:
            raise BadSpec(f"The figure's seed is {self.seed}; give a whole number from 0 up.")

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.size.split("x")[0])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.size.split("x")[1])


class FigureMaker(ABC):
    """Draws one person from a specification, like `images.base.ImageMaker` for posters. Stateless between calls."""

    name: ClassVar[str]

    @abstractmethod
    def worst_case_usd_micros(self, *, spec: FigureSpec) -> int:
        """The most that `make` may cost for this specification, in millionths of a dollar."""

    @abstractmethod
    def make(self, *, spec: FigureSpec) -> Image:
        """The picture. Raises Unavailable when a provider does not answer."""


def _chosen(*, handle: str, part: str) -> str:
    known = CHOICES[part]
    weights = _WEIGHTS.get(part, (1,) * len(known))
    dice = int.from_bytes(hashlib.sha256(f"figure {handle} {part}".encode()).digest()[:8], "big") % sum(weights)
    for value, weight in zip(known, weights, strict=True):
        if dice < weight:
            return value
        dice -= weight
    raise AssertionError("the dice are smaller than the sum of the weights")


def traits_of(*, handle: str, visual: dict[str, Any]) -> Traits:
    """The traits of a persona: what `visual["figure"]` says, the rest drawn from the handle, always alike.

    `visual`: background, ink, accent, motif, and perhaps figure (a part of CHOICES). Raises BadSpec.
    """
    said = {key: value for key, value in (visual.get("figure") or {}).items() if value}
    if unknown := sorted(set(said) - set(CHOICES)):
        raise BadSpec(f'A figure has no "{unknown[0]}"; it has {", ".join(CHOICES)}.')
    drawn = {part: said.get(part) or _chosen(handle=handle, part=part) for part in CHOICES}
    return Traits(**drawn, **{part: visual[part] for part in ("background", "ink", "accent", "motif")})


TRAITS = tuple(field.name for field in fields(Traits))
