"""What a provider made: fetched at once, looked at, and stored under its content before anybody hears of it.

Links expire and are nobody's to keep; they leave this process in no answer. Requirements: GEN-3, GEN-6.
"""

import base64
import io
import time

from chimera.core import http, mp4, storage
from chimera.core.errors import Unavailable
from chimera.core.http import Refused as AddressRefused
from chimera.core.http import TooLarge, Unreachable
from chimera.core.storage import NotStored
from publishing.media.making.base import Answer, Cost, Failed, Later, Made, Refused
from publishing.media.making.vendors.calling import Caller

IMAGE_BYTES_MAX = 32 * 1024 * 1024
CLIP_BYTES_MAX = 120 * 1024 * 1024
PIXELS_MAX = 40_000_000
FETCH_TRIES = 3
FETCH_TIMEOUT_S = 30.0
STORE_AWAY_S = 30.0
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def fetched(*, caller: Caller, url: str, cost: Cost, clip: bool, headers: dict[str, str] | None = None) -> Answer:
    """The file behind a provider's link, stored. Later where it is not reached just now; Failed where it is gone."""
    size_max, why = CLIP_BYTES_MAX if clip else IMAGE_BYTES_MAX, ""
    for attempt in range(FETCH_TRIES):
        if attempt:
            time.sleep(0.2 * attempt)
        try:
            got = http.fetch(
                url=url,
                headers=headers,
                size_max_bytes=size_max,
                timeout_s=FETCH_TIMEOUT_S,
                loopback_allowed=caller.is_here,
            )
        except Unreachable as error:
            why = caller.words(error)
            continue
        except (AddressRefused, TooLarge) as error:
            return _lost(caller, caller.words(error))
        if got.status == 200:
            return stored(caller=caller, content=got.body, cost=cost, clip=clip)
        why = f"HTTP {got.status}"
        if got.status < 500:
            return _lost(caller, f"its link is gone already ({why})")
    return Later(words=f"What {caller.title} made could not be fetched yet: {why}", after_s=5.0)


def stored(*, caller: Caller, content: bytes, cost: Cost, clip: bool) -> Answer:
    """Bytes that a provider made, looked at and stored."""
    if clip:
        try:
            film = mp4.read(io.BytesIO(content))
        except mp4.Unreadable as error:
            return _lost(caller, f"it is no MP4: {error}")
        return Made(
            sha256=storage.put(content),
            mime="video/mp4",
            size_bytes=len(content),
            width=film.width,
            height=film.height,
            duration_ms=film.duration_ms,
            cost=cost,
        )
    found = _picture(content)
    if isinstance(found, str):
        return _lost(caller, found)
    mime, width, height = found
    return Made(sha256=storage.put(content), mime=mime, size_bytes=len(content), width=width, height=height, cost=cost)


def _picture(content: bytes) -> tuple[str, int, int] | str:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.format not in TYPES:
                return f"it is no PNG or JPEG but {picture.format}"
            if picture.width * picture.height > PIXELS_MAX:
                return f"it has more than {PIXELS_MAX:,} pixels"
            picture.load()  # a file that was cut off is found here
            return TYPES[picture.format], picture.width, picture.height
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return "it is no picture that can be read"


def _lost(caller: Caller, why: str) -> Failed:
    """Paid for, and not to be had."""
    return Failed(words=f"{caller.title} made something that cannot be used: {why}.", retry=False, charged=True)


def reference(sha256: str, *, bytes_max: int) -> tuple[bytes, str] | Refused | Later:
    """A stored picture as a provider takes it: its bytes and type, made smaller as JPEG where it is too long.

    Refused for what is not stored, or no picture. Later where the store is away: nothing was sent yet.
    """
    try:
        return _shown(storage.get(sha256), sha256, bytes_max)
    except (NotStored, ValueError) as error:
        return Refused(words=str(error))
    except Unavailable as away:
        return Later(words=str(away), after_s=STORE_AWAY_S)


def _shown(content: bytes, sha256: str, bytes_max: int) -> tuple[bytes, str]:
    from PIL import Image

    found = _picture(content)
    if isinstance(found, str):
        raise ValueError(f"The stored picture {sha256[:12]} cannot be shown to a provider: {found}.")
    if len(content) <= bytes_max:
        return content, found[0]
    with Image.open(io.BytesIO(content)) as picture:
        whole = picture.convert("RGB")
        for quality, side in ((92, 2048), (85, 1536), (75, 1024)):
            small = io.BytesIO()
            copy = whole.copy()
            copy.thumbnail((side, side))
            copy.save(small, "JPEG", quality=quality)
            if small.tell() <= bytes_max:
                return small.getvalue(), "image/jpeg"
    raise ValueError(f"The stored picture {sha256[:12]} is too large for a provider; make it smaller.")


def data_uri(content: bytes, mime: str) -> str:
    """Bytes inside an address."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"
