"""Reading references and scores. GEN-4."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chimera.core import storage
from publishing.media.consistency import seeing
from publishing.media.consistency.models import Reference, Resemblance
from publishing.media.consistency.seeing import Looks

SHOWN_MAX = 60


@dataclass(frozen=True, kw_only=True)
class Drift:
    """The scores of a persona, oldest first, as shares; and how many of them a human was asked about."""

    scores: tuple[float, ...]
    latest: float | None
    mean: float | None
    below: int


def references(*, belongs_to: str, traits_digest: str) -> list[Reference]:
    """The reference set for these traits, in its order; empty before it is drawn."""
    return list(Reference.objects.filter(belongs_to=belongs_to, traits_digest=traits_digest).order_by("place"))


def reference_looks(rows: list[Reference]) -> list[Looks]:
    """What the references look like. Raises storage.NotStored when one is gone."""
    return looks_of(pictures=[(row.content_hash, tuple(row.head)) for row in rows])


def looks_of(*, pictures: Sequence[tuple[str, tuple[int, ...]]]) -> list[Looks]:
    """What stored pictures look like, each with where its head is. Raises storage.NotStored when one is gone."""
    return [_looks(content_hash, head) for content_hash, head in pictures]


@lru_cache(maxsize=256)
def _looks(content_hash: str, head: tuple[int, ...]) -> Looks:
    left, top, right, bottom = (edge / 1000 for edge in head)
    return seeing.looks(seeing.view(storage.get(content_hash)), (left, top, right, bottom))


def drift(*, belongs_to: str) -> Drift:
    """The newest scores of a persona, at most SHOWN_MAX, of all its reference sets."""
    rows = list(Resemblance.objects.filter(belongs_to=belongs_to).order_by("-made_at", "-id")[:SHOWN_MAX])
    scores = tuple(row.score_bp / 10_000 for row in reversed(rows))
    return Drift(
        scores=scores,
        latest=scores[-1] if scores else None,
        mean=sum(scores) / len(scores) if scores else None,
        below=sum(1 for row in rows if row.score_bp < row.gate_bp),
    )
