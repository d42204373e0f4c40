"""Making assets known."""

from collections.abc import Mapping
from typing import Any

from publishing.media.models import Asset


def register(*, brand_id: int, payload: Mapping[str, Any]) -> Asset:
    """The asset row of stored bytes; once per content.

    `payload`: sha256, mime, size_bytes, width, height, maker, and `likeness` where it was taken.
    """
    asset, _ = Asset.objects.get_or_create(
        brand_id=brand_id,
        content_hash=payload["sha256"],
        defaults={
            **{key: payload[key] for key in ("mime", "size_bytes", "width", "height", "maker")},
            "likeness": payload.get("likeness"),
        },
    )
    return asset
