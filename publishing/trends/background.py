"""The background against which relevance is read: a frozen set of headlines on everything under the sun.

A cosine by itself says little: one persona's profile is near to half of all news, another's to almost none. Its place
among the cosines of hundreds of unrelated headlines to the same profile says how unusual it is. The set lies beside
this module in `background.txt` and never changes, because stored percentiles depend on it. Requirements: TRD-3.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chimera.core import embeddings
from chimera.core.embeddings import Vectors

_FILE = Path(__file__).with_name("background.txt")


@dataclass(frozen=True, kw_only=True)
class Relevance:
    """How near a trend is to a profile: their cosine (-1 to 1), and its place in the background (0 to 1).

    `percentile` is the share of the background that is less like the profile than the trend is. The two are judged
    together: a high percentile of a tiny similarity is still a stranger.
    """

    similarity: float
    percentile: float


@lru_cache(maxsize=1)
def headlines() -> tuple[str, ...]:
    """The headlines in the order of the file, without its comments."""
    lines = (line.strip() for line in _FILE.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def vectors() -> Vectors:
    """Unit vectors of the headlines, shape (n, 256), float32, read-only; row i belongs to `headlines()[i]`."""
    found = embeddings.embed(headlines())
    found.setflags(write=False)  # one array serves the whole process
    return found


def fingerprint() -> str:
    """SHA-256 (hex) of the headlines, to be kept beside percentiles so that a changed set is noticed."""
    return hashlib.sha256("\n".join(headlines()).encode()).hexdigest()


@lru_cache(maxsize=256)
def _sorted_similarities(profile: bytes) -> tuple[float, ...]:
    import numpy as np

    # Sorted once per profile: a scan compares hundreds of trends with the same few profiles.
    return tuple(sorted((vectors() @ np.frombuffer(profile, dtype=np.float32)).tolist()))


def percentile(*, value: float, against: Sequence[float]) -> float:
    """The share (0 to 1) of `against` that lies strictly below the value. Raises ValueError when it is empty."""
    if not against:
        raise ValueError("A percentile needs at least one value to compare with; `against` is empty.")
    return sum(1 for other in against if other < value) / len(against)


def relevance(*, trend_vector: Vectors, profile_vector: Vectors) -> Relevance:
    """How relevant a trend is to a profile. Both are unit vectors of shape (256,), float32.

    Raises ValueError for any other shape.
    """
    for name, vector in (("trend", trend_vector), ("profile", profile_vector)):
        if vector.shape != (embeddings.DIMENSIONS,):
            raise ValueError(f"The {name} vector has the shape {vector.shape}; it must be ({embeddings.DIMENSIONS},).")
    similarity = embeddings.similarity(trend_vector, profile_vector)
    return Relevance(similarity=similarity, percentile=place(similarity=similarity, profile_vector=profile_vector))


def place(*, similarity: float, profile_vector: Vectors) -> float:
    """Where a cosine to this profile lies among the background's cosines to it: the share strictly below, 0 to 1."""
    background = _sorted_similarities(profile_vector.astype("float32").tobytes())
    return bisect_left(background, similarity) / len(background)
