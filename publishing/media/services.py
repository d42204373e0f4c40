"""Making assets known."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from chimera.core import mp4, storage
from publishing.media.models import Asset

_USED = """
UPDATE publishing_asset SET used_at = chimera_now()
 WHERE content_hash = %s AND used_at < chimera_now() - interval '1 day'
"""


def register(*, brand_id: int, payload: Mapping[str, Any]) -> Asset:
    """The asset row of stored bytes; once per content. Raises NotStored: there is no row without bytes.

    `payload`: sha256, mime, size_bytes, width, height, maker, `likeness` where it was taken, `moving` of a video.
    """
    if not storage.renew(payload["sha256"]):  # from here on nobody collects them while the row is on its way
        raise storage.NotStored(f"No bytes are stored under {payload['sha256'][:12]}…; make the asset again.")
    asset, _ = Asset.objects.get_or_create(
        brand_id=brand_id,
        content_hash=payload["sha256"],
        defaults={
            **{key: payload[key] for key in ("mime", "size_bytes", "width", "height", "maker")},
            "likeness": payload.get("likeness"),
            "moving": payload.get("moving"),
        },
    )
    used(content_hash=payload["sha256"])
    return asset


def used(*, content_hash: str) -> None:
    """Write down that the bytes were needed today, in the rows that the caller sees: what is used stays near."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [content_hash])


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
