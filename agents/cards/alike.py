"""Past posts that are most like this one, as the judge measured them, with what became of each. REV-1, SAF-4."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publishing.posts.models import Post

ALIKE_MAX = 3


@dataclass(frozen=True, kw_only=True)
class Alike:
    """One past post of the brand. `status` is "" when it is in no table any more."""

    post_id: int
    handle: str
    text: str
    similarity_bp: int
    status: str
    published_at: datetime | None

    @property
    def percent(self) -> str:
        """How much alike, for people."""
        return f"{self.similarity_bp / 100:.0f}"


def of(*, snapshot: Mapping[str, Any], brand_id: int) -> tuple[Alike, ...]:
    """The nearest ones by embedding, nearest first. One query."""
    measured = [one for one in snapshot.get("neighbours", []) if "similarity_bp" in one]
    nearest = sorted(measured, key=lambda one: -int(one["similarity_bp"]))[:ALIKE_MAX]
    ids = [int(one["subject"].rpartition(":")[2]) for one in nearest]
    found = {
        pk: (status, published_at)
        for pk, status, published_at in Post.objects.filter(brand_id=brand_id, pk__in=ids).values_list(
            "pk", "status", "published_at"
        )
    }
    return tuple(_alike(pk, one, *found.get(pk, ("", None))) for pk, one in zip(ids, nearest, strict=True))


def _alike(pk: int, one: Mapping[str, Any], status: str, published_at: datetime | None) -> Alike:
    return Alike(
        post_id=pk,
        handle=str(one["handle"]),
        text=str(one["text"]),
        similarity_bp=int(one["similarity_bp"]),
        status=status,
        published_at=published_at,
    )
