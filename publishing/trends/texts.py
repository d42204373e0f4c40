"""The items of a stream as they are compared: meanings, and which have which words (TRD-2). Pure."""

import heapq
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from chimera.core.embeddings import DIMENSIONS
from publishing.trends.likeness import Likeness, length, shared
from publishing.trends.stories import Story, Told

# A text before is of a story's subject when it is so near to it, of what its own tellings are to each other.
SUBJECT_SHARE, SUBJECT_MIN, SUBJECT_WORDS_MIN = 0.65, 0.25, 0.05
_CORE_WORDS_MAX = 40  # of a story: what many of its items have
_LATEST_MAX = 12


class Texts:
    """All items in order; the words of those that came so far."""

    def __init__(self, items: Sequence[Told], likeness: Likeness) -> None:
        self.vectors = np.array([item.vector for item in items], dtype=np.float32).reshape(-1, DIMENSIONS)
        self.times = [item.at for item in items]
        self.weights: list[dict[str, float]] = []  # of each item so far; none for a copy
        self.lengths = np.zeros(len(items), dtype=np.float64)
        self._having: dict[str, tuple[list[int], list[float]]] = {}  # items by word, with how much it weighs there
        self._likeness = likeness

    def add(self, weights: dict[str, float]) -> None:
        """The words of the next item."""
        index = len(self.weights)
        self.weights.append(weights)
        self.lengths[index] = length(weights)
        for stem, weight in weights.items():
            at, how_much = self._having.setdefault(stem, ([], []))
            at.append(index)
            how_much.append(weight)

    def since(self, at: datetime) -> int:
        """The first item that is not older."""
        return bisect_left(self.times, at)

    def told_before(self, story: Story, *, first: int, last: int) -> int:
        """How many of the items from `first` to before `last` tell the subject of a story."""
        if last <= first:
            return 0
        alike = np.zeros(last - first)
        for total, stem in heapq.nlargest(_CORE_WORDS_MAX, ((total, stem) for stem, total in story.words.items())):
            at, how_much = self._having[stem]
            low, high = bisect_left(at, first), bisect_left(at, last)
            alike[np.array(at[low:high], dtype=np.int64) - first] += total * np.array(how_much[low:high])
        alike /= story.size
        says = self.lengths[first:last] * story.says
        near = self._likeness.meanings(self.vectors[first:last] @ story.centroid, says=says) + alike
        line = max(SUBJECT_MIN, SUBJECT_SHARE * self.cohesion(story))
        return int(np.count_nonzero((near >= line) & (alike >= SUBJECT_WORDS_MIN)))

    def cohesion(self, story: Story) -> float:
        """How near the latest tellings of a story are to all others of it, in the middle."""
        near = []
        for n in story.members[-_LATEST_MAX:]:
            words, rest = self.weights[n], story.meaning - self.vectors[n]
            own, common = float(self.lengths[n]) ** 2, shared(self.weights[n], story.words)
            square = story.words_square - 2 * common + own
            alike = (common - own) / float(np.sqrt(square)) if square > 1e-9 and words else 0.0
            size = float(np.linalg.norm(rest))
            cosine = float(rest @ self.vectors[n]) / size if size > 1e-9 else 0.0
            near.append(self._likeness.meaning(cosine, says=float(self.lengths[n]) * story.says) + alike)
        return sorted(near)[len(near) // 2]


class Nearest:
    """The items before each that are nearest to it in meaning, looked for in blocks, which is many times quicker."""

    def __init__(self, vectors: NDArray[np.float32], *, block: int, count_max: int) -> None:
        self._vectors, self._size, self._count_max = vectors, block, count_max
        self._found = np.zeros((0, 0), dtype=np.float32)
        self._first = self._end = self._since = 0

    def to(self, index: int, *, since: int) -> list[int]:
        """Of those from about `since` on. Ask in order."""
        if index >= self._end:
            self._first, self._end, self._since = index, min(len(self._vectors), index + self._size), since
            self._found = self._vectors[index : self._end] @ self._vectors[since : self._end].T
        row = self._found[index - self._first, : index - self._since]
        if len(row) <= self._count_max:
            return list(range(self._since, index))
        return [int(n) + self._since for n in np.argpartition(-row, self._count_max)[: self._count_max]]
