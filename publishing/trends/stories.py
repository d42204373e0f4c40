"""An item, and a story that items tell (TRD-2). Pure."""

import hashlib
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from chimera.core.embeddings import DIMENSIONS
from publishing.trends.scoring import Parts

LIFE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """One item. `vector` is a unit vector or zero, `at` aware; `url` is compared when it is there."""

    id: str
    at: datetime
    title: str
    summary: str
    source: str
    url: str = ""
    vector: NDArray[np.float32]

    @property
    def order(self) -> tuple[datetime, str]:
        """By time, then by content, the id last."""
        said = "\n".join((self.source, self.title, self.summary, self.url))
        return self.at, hashlib.sha256(said.encode()).hexdigest() + self.id

    @property
    def wording(self) -> str:
        """What it says, as copies of it say it too."""
        return " ".join(f"{self.title} {self.summary}".casefold().split())


@dataclass(kw_only=True, eq=False)
class Story:
    """Items that tell one event. `detected_at` is when it became a trend, None while it is none."""

    items: list[Told] = field(default_factory=list)
    copies: list[Told] = field(default_factory=list)  # under an address that was there before: listed, not counted
    members: list[int] = field(default_factory=list)  # where `items` stand among all
    meaning: NDArray[np.float64] = field(default_factory=lambda: np.zeros(DIMENSIONS))
    words: dict[str, float] = field(default_factory=dict)
    words_square: float = 0.0  # of the length of `words`
    says: float = 0.0  # how much the words of an item say, in the mean
    detected_at: datetime | None = None
    parts: Parts | None = None

    def take(self, item: Told, *, index: int, weights: dict[str, float], says: float) -> None:
        """One more item, which stands at `index` among all."""
        self.items.append(item)
        self.members.append(index)
        self.meaning += item.vector
        self.says += (says - self.says) / len(self.members)
        for stem, part in weights.items():
            before = self.words.get(stem, 0.0)
            self.words[stem] = before + part
            self.words_square += part * (2 * before + part)

    def in_order(self) -> None:
        """By time again, after another story became a part of this one."""
        self.items.sort(key=lambda item: item.order)
        self.members.sort()

    @property
    def centroid(self) -> NDArray[np.float32]:
        """Its meaning at length one, or zero."""
        size = float(np.linalg.norm(self.meaning))
        return (self.meaning / size if size else self.meaning).astype(np.float32)

    @property
    def size(self) -> float:
        """The length of its words, never 0."""
        return math.sqrt(self.words_square) or 1.0

    @property
    def expires_at(self) -> datetime:
        """When nothing new has come for LIFE."""
        return self.items[-1].at + LIFE

    @property
    def sources(self) -> list[str]:
        """Each once, sorted."""
        return sorted({item.source for item in self.items})
