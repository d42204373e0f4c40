"""Media on their way from storage to a platform: opened, compared with what was approved, and read piece by piece.

Nothing here holds a whole file. Requirements: PUB-1, PUB-3, GEN-6.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO

from chimera.core import storage
from governance.policies import moving
from publishing.connectors.refusing import refusal
from publishing.media import mp4
from publishing.media.videos import VideoLimits

PIECE_BYTES = 1 << 20
VIDEO = "video"

# What opens media by their SHA-256: `storage.open`. For what is small, bytes will do.
Opens = Callable[[str], BinaryIO | bytes]


def is_video(item: Mapping[str, Any]) -> bool:
    """Whether an item of a payload's `media` is a video; without a kind it is an image."""
    return item.get("kind") == VIDEO


def video_of(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """The one video of a payload; None when it shows pictures or nothing. Raises a refusal for a video among others."""
    media = payload.get("media") or []
    videos = [one for one in media if is_video(one)]
    if not videos:
        return None
    if len(media) > 1:
        raise refusal("rejected", "too_many_media", f"A post shows one video and nothing else; these are {len(media)}.")
    return dict(videos[0])


def opened(opens: Opens, sha256: str) -> BinaryIO:
    """A seekable file at its beginning, to be closed by the caller."""
    found = opens(sha256)
    return BytesIO(found) if isinstance(found, bytes) else found


def approved_video(opens: Opens, item: Mapping[str, Any], limits: VideoLimits, title: str) -> tuple[BinaryIO, int]:
    """A video of a payload, open, and its size: exactly what was approved and what the platform takes, or a refusal.

    It is read once for that, piece by piece, so before anything of it is sent.
    """
    sha256 = str(item["sha256"])
    file = opened(opens, sha256)
    try:
        if not hmac.compare_digest(storage.digest(file), sha256):
            raise refusal("rejected", "media_mismatch", f"Video {sha256[:12]} is not the one that was approved.")
        try:
            facts = mp4.read(file)
        except mp4.Unreadable as error:
            raise refusal(
                "rejected", "media_refused", f"Video {sha256[:12]} is no MP4 to be shown: {error}."
            ) from error
        known = {"size_bytes": facts.size_bytes, "width": facts.width, "height": facts.height, **facts.described()}
        if why := moving.unfit(facts=known, limits=limits.frozen()):
            raise refusal("rejected", "media_refused", f"{why} Make it anew within the limits of {title}.")
    except BaseException:
        file.close()
        raise
    return file, facts.size_bytes


def pieces(file: BinaryIO, *, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to before `end`, a piece at a time."""
    file.seek(start)
    left = end - start
    while left > 0 and (piece := file.read(min(PIECE_BYTES, left))):
        left -= len(piece)
        yield piece
