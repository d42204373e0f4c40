"""Media on their way from storage to a platform: opened, compared with what was approved, and read piece by piece.

Nothing here holds a whole file. Requirements: PUB-1, PUB-3, GEN-6.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from chimera.core import mp4
from governance.policies import moving
from governance.policies.moving import VideoLimits
from publishing.connectors.refusing import refusal

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


@dataclass(frozen=True, kw_only=True)
class Film:
    """A video that was looked at: its size, and the digest of each piece of it, by which it is known again."""

    size: int
    piece_bytes: int
    digests: tuple[bytes, ...]

    def piece(self, file: BinaryIO, number: int) -> bytes:
        """The piece with this number, from 0 on; exactly what was looked at, or a refusal."""
        file.seek(number * self.piece_bytes)
        found = file.read(self.piece_bytes)
        if hashlib.sha256(found).digest() != self.digests[number]:
            raise refusal(
                "rejected", "media_mismatch", "The video in storage is not the one that was approved any more."
            )
        return found

    def all(self, file: BinaryIO) -> Iterator[bytes]:
        """All pieces, one after the other."""
        return (self.piece(file, number) for number in range(len(self.digests)))


def approved_film(
    file: BinaryIO, sha256: str, limits: VideoLimits, title: str, *, piece_bytes: int = PIECE_BYTES
) -> Film:
    """What an open file holds, when it is exactly what was approved and what the platform takes; or a refusal.

    It is read once for that, piece by piece, so before anything of it is sent.
    """
    whole, digests = hashlib.sha256(), []
    file.seek(0)
    while piece := file.read(piece_bytes):
        whole.update(piece)
        digests.append(hashlib.sha256(piece).digest())
    if not hmac.compare_digest(whole.hexdigest(), sha256):
        raise refusal("rejected", "media_mismatch", f"Video {sha256[:12]} is not the one that was approved.")
    try:
        facts = mp4.read(file)
    except mp4.Unreadable as error:
        sentence = f"Video {sha256[:12]} is no MP4 to be shown: {error}."
        raise refusal("rejected", "media_refused", sentence) from error
    known = {"size_bytes": facts.size_bytes, "width": facts.width, "height": facts.height, **facts.described()}
    if why := moving.unfit(facts=known, limits=limits.frozen()):
        raise refusal("rejected", "media_refused", f"{why} Make it anew within the limits of {title}.")
    return Film(size=facts.size_bytes, piece_bytes=piece_bytes, digests=tuple(digests))


def pieces(file: BinaryIO, *, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to before `end`, a piece at a time."""
    file.seek(start)
    left = end - start
    while left > 0 and (piece := file.read(min(PIECE_BYTES, left))):
        left -= len(piece)
        yield piece
