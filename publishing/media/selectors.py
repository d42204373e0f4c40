"""Reading assets."""

from collections.abc import Sequence
from typing import Any

from publishing.media.models import Asset


def facts(*, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Size, width, height, type and likeness by content hash, and `moving` of videos; unknown hashes are missing."""
    found = Asset.objects.filter(content_hash__in=list(hashes))
    return {
        asset.content_hash: {
            "mime": asset.mime,
            "size_bytes": asset.size_bytes,
            "width": asset.width,
            "height": asset.height,
            "likeness": str(asset.likeness) if asset.likeness is not None else None,
            **({"moving": asset.moving} if asset.moving is not None else {}),
        }
        for asset in found
    }
