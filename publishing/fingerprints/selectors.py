"""Asking what is near among all own posts of all brands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from publishing.fingerprints import values


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One post that is to be judged. `images`: content hash and perceptual hash (None where it was never taken).

    `but` are ids of posts that say the same on purpose: of the same goal, on other platforms.
    """

    text: str
    images: Sequence[tuple[str, str | None]] = ()
    but: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Near:
    """What is nearest: values for a snapshot, None where nothing near was found. Never anything of what it says."""

    as_of: datetime
    text: dict[str, Any] | None = None
    image: dict[str, Any] | None = None


@dataclass(kw_only=True)
class _Found:
    as_of: datetime | None = None
    near: dict[str, dict[str, Any]] = field(default_factory=dict)


def near(*, asked: Sequence[Asked], days: int) -> list[Near]:
    """The nearest text and image that are found for each within the last `days`, in one round trip. In the brand.

    Made for texts from a cosine of 0.96 and images up to 32 bits apart; the further, the more is missed.
    """
    if not asked:
        return []
    rows = [
        {
            "n": number,
            "text_hash": values.text_hash(one.text),
            "vector": vector,
            "images": [{"sha256": sha256, "likeness": likeness} for sha256, likeness in one.images],
            **({"but": list(one.but)} if one.but else {}),
        }
        for number, (one, vector) in enumerate(zip(asked, values.vectors([a.text for a in asked]), strict=True))
    ]
    found = [_Found() for _ in asked]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, kind, near, own, day, as_of FROM publishing_fleet_near(%s, %s)", [json.dumps(rows), days]
        )
        for number, kind, distance, own, day, as_of in cursor.fetchall():
            found[number].as_of = as_of
            if kind == "text":
                found[number].near["text"] = {"similarity_bp": distance, "own": own, "day": day.isoformat()}
            elif kind == "image":
                former = found[number].near.get("image")
                if former is None or distance < former["bits"]:
                    found[number].near["image"] = {"bits": distance, "own": own, "day": day.isoformat()}
    return [_near(one) for one in found]


def _near(found: _Found) -> Near:
    assert found.as_of is not None, "every post that is asked about gets a line"
    return Near(as_of=found.as_of, text=found.near.get("text"), image=found.near.get("image"))
