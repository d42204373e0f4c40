"""From decisions to a reliability curve: isotonic regression, and intervals that say how little is known. Pure.

Score in, share of posts that humans left as they were out; never falling. Requirements: JDG-5.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Z = NormalDist().inv_cdf(0.975)  # intervals hold in 95 of 100 cases
BIN_BP = 500


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One decision: what the judge scored, and whether the human left it as it was."""

    composite_bp: int
    is_kept: bool


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A share with its bounds (Wilson); of `count` decisions."""

    count: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The decisions with a composite in [from_bp, to_bp); the last one includes 1."""

    from_bp: int
    to_bp: int
    kept: Interval


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Steps of the fitted curve: composite and share kept, both rising; constant from one to the next."""

    count: int
    scores_bp: tuple[int, ...]
    kept: tuple[float, ...]
    bins: tuple[Bin, ...]

    def at(self, composites_bp: Sequence[int]) -> "npt.NDArray[np.float64]":
        """The share that would be kept at each of these composites."""
        return np.interp(composites_bp, self.scores_bp, self.kept)


def wilson(*, hits: int, count: int) -> Interval:
    """The share of hits with its interval; of nothing nothing is known: 0 to 1."""
    if count == 0:
        return Interval(count=0, share=0.0, low=0.0, high=1.0)
    share, spread = hits / count, Z * Z / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return Interval(count=count, share=share, low=max(0.0, middle - half), high=min(1.0, middle + half))


def isotonic(values: Sequence[float], weights: Sequence[int]) -> list[float]:
    """The never falling values that are nearest to `values` in weighted squares: pool adjacent violators."""
    blocks: list[tuple[float, int, int]] = []  # mean, weight, how many values
    for value, weight in zip(values, weights, strict=True):
        block = (float(value), weight, 1)
        while blocks and blocks[-1][0] >= block[0]:
            mean, heavy, many = blocks.pop()
            total = heavy + block[1]
            block = ((mean * heavy + block[0] * block[1]) / total, total, many + block[2])
        blocks.append(block)
    return [mean for mean, _, many in blocks for _ in range(many)]


def fit(*, pairs: Sequence[Pair], count_min: int) -> Curve | None:
    """The curve of these decisions, None when there are fewer than `count_min`: too few say nothing."""
    if len(pairs) < max(count_min, 1):
        return None
    by_score: dict[int, list[bool]] = {}
    for pair in pairs:
        by_score.setdefault(pair.composite_bp, []).append(pair.is_kept)
    scores = sorted(by_score)
    shares = [sum(by_score[score]) / len(by_score[score]) for score in scores]
    return Curve(
        count=len(pairs),
        scores_bp=tuple(scores),
        kept=tuple(isotonic(shares, [len(by_score[score]) for score in scores])),
        bins=tuple(_bins(pairs)),
    )


def _bins(pairs: Sequence[Pair]) -> list[Bin]:
    last = 10_000 - BIN_BP
    found: dict[int, list[bool]] = {}
    for pair in pairs:
        found.setdefault(min(pair.composite_bp // BIN_BP * BIN_BP, last), []).append(pair.is_kept)
    return [
        Bin(from_bp=start, to_bp=start + BIN_BP, kept=wilson(hits=sum(kept), count=len(kept)))
        for start, kept in sorted(found.items())
    ]
