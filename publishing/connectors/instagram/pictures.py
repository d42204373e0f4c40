"""Media for Instagram, which fetches them itself, at addresses that say by their signature who made them, and end:
pictures as JPEG, videos as they are, streamed. Rows I-7, I-8, I-17. PUB-1, PUB-6.
"""

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO
from urllib.parse import urlencode

from chimera.core import xmp
from publishing.connectors.media import Opens, opened

LASTS_S = {"jpg": 900, "mp4": 3_600}  # an address: Instagram fetches within minutes, what is large in several goes
PICTURE, VIDEO = "jpg", "mp4"
QUALITY = 92
WIDTH_MIN, WIDTH_MAX = 320, 1_440
RATIO_MIN, RATIO_MAX = 4 / 5, 1.91
BYTES_MAX = 8_000_000
KEPT = 4  # pictures that were made for a look and are about to be fetched


class Unfit(ValueError):
    """A picture that Instagram would refuse; says what about it."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where Instagram fetches media: `base` is this process as seen from outside, `media(sha256)` opens them.

    `outside(sha256, expires_s=...)` is an address of the store itself, where it has one: a video needs no detour then.
    """

    base: str
    key: bytes
    media: Opens
    outside: Callable[..., str | None] = lambda *_, **__: None
    _made: OrderedDict[str, bytes] = field(default_factory=OrderedDict, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, compare=False)

    def address(self, sha256: str, *, ending: str = PICTURE) -> str:
        """An address of a picture or a video that works for a while, without redirects."""
        if ending == VIDEO and (found := self.outside(sha256, expires_s=LASTS_S[VIDEO])) is not None:
            return found  # as it is stored; a picture becomes a JPEG here first
        until = str(int(time.time()) + LASTS_S[ending])
        query = urlencode({"until": until, "mark": self._mark(sha256, until, ending)})
        return f"{self.base.rstrip('/')}/media/{sha256}.{ending}?{query}"

    def named(self, name: str, until: str, mark: str) -> tuple[str, str] | None:
        """Hash and ending of what an address shows; None when the address is none of ours, or has ended."""
        sha256, _, ending = name.partition(".")
        is_ours = hmac.compare_digest(self._mark(sha256, until, ending).encode(), mark.encode())
        return (sha256, ending) if is_ours and int(until) > time.time() else None

    def shown(self, name: str, until: str, mark: str) -> bytes | None:
        """The picture behind an address; None when there is none."""
        found = self.named(name, until, mark)
        if found is None or found[1] != PICTURE:
            return None
        with self._lock:
            made = self._made.get(found[0])
        if made is not None:
            return made
        with opened(self.media, found[0]) as file:
            content = file.read()
        # What lies there now, and not what was approved, is shown to nobody.
        return as_jpeg(content) if hashlib.sha256(content).hexdigest() == found[0] else None

    def keep(self, sha256: str, made: bytes) -> None:
        """Have a picture ready as it was looked at: Instagram fetches it within a second. The last few are kept."""
        with self._lock:
            self._made[sha256] = made
            while len(self._made) > KEPT:
                self._made.popitem(last=False)

    def film(self, name: str, until: str, mark: str) -> BinaryIO | None:
        """The video behind an address, open; None when there is none."""
        found = self.named(name, until, mark)
        return opened(self.media, found[0]) if found is not None and found[1] == VIDEO else None

    def _mark(self, sha256: str, until: str, ending: str = PICTURE) -> str:
        what = "picture" if ending == PICTURE else f"media {ending}"
        return hmac.new(self.key, f"{what} {sha256} {until}".encode(), hashlib.sha256).hexdigest()


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
