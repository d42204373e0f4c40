"""Pictures for Instagram, which fetches them itself: JPEG at an address that says by its signature who made it, and
ends. Rows I-7, I-8. PUB-1, PUB-6.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

from chimera.core import xmp

LASTS_S = 900  # an address: Instagram fetches within minutes
QUALITY = 92
WIDTH_MIN, WIDTH_MAX = 320, 1_440
RATIO_MIN, RATIO_MAX = 4 / 5, 1.91
BYTES_MAX = 8_000_000


class Unfit(ValueError):
    """A picture that Instagram would refuse; says what about it."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where Instagram fetches pictures: `base` is this process as seen from outside, `media(sha256)` the bytes."""

    base: str
    key: bytes
    media: Callable[[str], bytes]

    def address(self, sha256: str) -> str:
        """An address of a picture that works for a while, without redirects."""
        until = str(int(time.time()) + LASTS_S)
        query = urlencode({"until": until, "mark": self._mark(sha256, until)})
        return f"{self.base.rstrip('/')}/media/{sha256}.jpg?{query}"

    def shown(self, name: str, until: str, mark: str) -> bytes | None:
        """The picture behind an address; None when the address is none of ours, or has ended."""
        sha256 = name.removesuffix(".jpg")
        if not hmac.compare_digest(self._mark(sha256, until).encode(), mark.encode()):
            return None
        return as_jpeg(self.media(sha256)) if int(until) > time.time() else None

    def _mark(self, sha256: str, until: str) -> str:
        return hmac.new(self.key, f"picture {sha256} {until}".encode(), hashlib.sha256).hexdigest()


def as_jpeg(content: bytes) -> bytes:
    """The same picture as Instagram takes it; the same bytes give the same bytes. Raises Unfit."""
    from PIL import Image

    with Image.open(BytesIO(content)) as picture:
        ratio = picture.width / picture.height
        if not RATIO_MIN - 0.005 <= ratio <= RATIO_MAX + 0.005:
            raise Unfit(f"its sides are {picture.width} to {picture.height}; Instagram takes 4:5 to 1.91:1")
        if picture.width < WIDTH_MIN:
            raise Unfit(f"it is {picture.width} pixels wide; Instagram takes {WIDTH_MIN} at least")
        whole = picture.convert("RGB")
    if whole.width > WIDTH_MAX:
        whole = whole.resize((WIDTH_MAX, round(WIDTH_MAX / ratio)))
    file = BytesIO()
    whole.save(file, "JPEG", quality=QUALITY, optimize=True)
    # The signature does not outlive a new encoding, and this process has no key to sign with: the XMP says it alone.
    made = xmp.write(file.getvalue())
    if len(made) > BYTES_MAX:
        raise Unfit(f"it has {len(made):,} bytes as a JPEG; Instagram takes {BYTES_MAX:,}")
    return made
