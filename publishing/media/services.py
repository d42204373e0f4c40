"""Making assets known."""

from collections.abc import Mapping
from typing import Any

from chimera.core import mp4, storage
from publishing.media.models import Asset


def register(*, brand_id: int, payload: Mapping[str, Any]) -> Asset:
    """The asset row of stored bytes; once per content.

    `payload`: sha256, mime, size_bytes, width, height, maker, `likeness` where it was taken, `moving` of a video.
    """
    asset, _ = Asset.objects.get_or_create(
        brand_id=brand_id,
        content_hash=payload["sha256"],
        defaults={
            **{key: payload[key] for key in ("mime", "size_bytes", "width", "height", "maker")},
            "likeness": payload.get("likeness"),
            "moving": payload.get("moving"),
        },
    )
    return asset


def register_video(*, brand_id: int, sha256: str, maker: str) -> Asset:
    """The asset row of a stored MP4, with what it says of itself. Raises NotStored or mp4.Unreadable."""
    with storage.open(sha256) as file:
        facts = mp4.read(file)
    payload = {
        "sha256": sha256,
        "mime": "video/mp4",
        "size_bytes": facts.size_bytes,
        "width": facts.width,
        "height": facts.height,
        "maker": maker,
        "moving": facts.described(),
    }
    return register(brand_id=brand_id, payload=payload)
