"""How like two looks are: seven measures from 0 to 1, and one score of them. GEN-4.

The weights are a logistic regression over 12 people (`people.people("training", count=12)`), five pictures of each
against their own references, a look-alike's and a third's; none of them is among those of the measure (`evaluating`).
"""

import math
from dataclasses import dataclass

import numpy as np

from publishing.media.consistency.seeing import Looks, Pixels, View, found, looks

NAMES = ("template", "hair", "face", "clothes", "edges", "texture", "low")
# Of the measures in their order, and what is added to their sum.
WEIGHTS: tuple[float, ...] = (3.0, 2.1, 3.96, 1.16, 1.74, 0.33, 2.81)
OFFSET = -11.41


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A picture against a reference set: the measures by name, and the score, all 0 to 1."""

    parts: dict[str, float]
    score: float


def _cosine(one: Pixels, other: Pixels) -> float:
    return float(one.ravel() @ other.ravel() / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-9))


def _shared(one: Pixels, other: Pixels) -> float:
    return float(np.minimum(one, other).sum())


def _low(one: Pixels, other: Pixels) -> float:
    """How near the coarse colours are, place by place: the head in 8 by 6 patches."""
    patches = [head.reshape(8, 6, 6, 6, 3).mean(axis=(1, 3)) for head in (one, other)]
    apart = np.sqrt(((patches[0] - patches[1]) ** 2).sum(axis=2))
    return float(np.exp(-8 * np.median(apart)))


def compared(seen: View, references: list[Looks]) -> Compared:
    """A picture against the looks of a persona's references; each measure counts against its best reference.

    Of the places where the head may be the one counts that gives the best score.
    """
    places = found(seen, [one.template for one in references])
    return max((_at(looks(seen, box), peak, references) for box, peak in places), key=lambda one: one.score)


def _at(here: Looks, peak: float, references: list[Looks]) -> Compared:
    parts = {
        "template": max(0.0, peak),
        "hair": max(_shared(here.hair, one.hair) for one in references),
        "face": max(_shared(here.face, one.face) for one in references),
        "clothes": max(_shared(here.clothes, one.clothes) for one in references),
        "edges": max(_cosine(here.edges, one.edges) for one in references),
        "texture": max(0.0, *(_cosine(here.texture, one.texture) for one in references)),
        "low": max(_low(here.head, one.head) for one in references),
    }
    return Compared(parts=parts, score=scored([parts[name] for name in NAMES]))


def scored(parts: list[float]) -> float:
    """The score of measures in the order of NAMES."""
    total = OFFSET + sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
