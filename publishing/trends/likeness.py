"""How alike two texts are, measured against how alike texts of this stream are anyway (TRD-2). Pure.

A language that the vectors hardly know makes any two texts near, and noise of one mould shares words. So meaning is
counted from what unrelated texts have in common, less where the words say little, and the line for "one story" rises
to what unrelated texts seldom reach.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

# Meaning plus rare words, of at most 2, for an item and a story; unrelated texts of a stream may raise it.
NEAR_MIN, NEAR_HIGHEST = 0.46, 0.62
_UNRELATED_SHARE = 0.995
_PAIRS_PER_ITEM = 4
_PAIRS_KEPT, _PAIRS_MIN, _EVERY_ITEMS = 2_000, 200, 20
_MEANING_PRIOR, _MEANING_PRIOR_PAIRS = 0.08, 60  # what unrelated English headlines have in common


def shared(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The product over the words that both have."""
    if len(other) < len(one):
        one, other = other, one
    total = 0.0
    for stem, weight in one.items():
        if stem in other:
            total += weight * other[stem]
    return total


def length(weights: Mapping[str, float]) -> float:
    """Of a text's words; at most 1."""
    return math.sqrt(sum([weight * weight for weight in weights.values()]))


class Likeness:
    """What unrelated texts of a stream have in common, so far."""

    def __init__(self) -> None:
        self.near_min = NEAR_MIN
        self.common = _MEANING_PRIOR  # the cosine of meanings of unrelated texts, on average
        self._meant, self._pairs = _MEANING_PRIOR * _MEANING_PRIOR_PAIRS, _MEANING_PRIOR_PAIRS
        self._apart: deque[tuple[float, float, float]] = deque(maxlen=_PAIRS_KEPT)
        self._items = 0

    def meaning(self, cosine: float, *, says: float) -> float:
        """What two meanings have in common beyond that; 0 to 1. `says`: how much their words say, 0 to 1."""
        return max(0.0, (cosine - self.common) / (1 - self.common)) * says

    def meanings(self, cosines: NDArray[np.floating], *, says: NDArray[np.floating]) -> NDArray[np.floating]:
        """The same of many."""
        found: NDArray[np.floating] = np.maximum(0.0, (cosines - self.common) / (1 - self.common)) * says
        return found

    def learn(
        self,
        index: int,
        *,
        vectors: NDArray[np.float32],
        weights: Sequence[Mapping[str, float]],
        lengths: NDArray[np.float64],
        apart: int,
    ) -> None:
        """Compare an item with some before it. Those before `apart` are too old to tell of the same event."""
        if not index:
            return
        until = apart or index
        for nth in range(_PAIRS_PER_ITEM):
            other = (index * 7_919 + nth * 104_729) % until
            cosine = float(vectors[index] @ vectors[other])
            self._meant += cosine
            self._pairs += 1
            if apart:
                self._apart.append((cosine, lengths[index] * lengths[other], shared(weights[index], weights[other])))
        self.common = min(0.9, max(0.0, self._meant / self._pairs))
        self._items += 1
        if len(self._apart) >= _PAIRS_MIN and self._items % _EVERY_ITEMS == 0:
            cosines, says, words = np.array(self._apart).T
            reached = float(np.quantile(self.meanings(cosines, says=says) + words, _UNRELATED_SHARE))
            # Rounded, so that the last digit of a product does not choose.
            self.near_min = round(min(NEAR_HIGHEST, max(NEAR_MIN, reached)), 6)
