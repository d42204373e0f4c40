"""Fetching media by their address, as the platform does it, and looking whether they are what it takes.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import ssl
import struct
import time
import warnings
from functools import lru_cache
from pathlib import Path

import httpx2
from PIL import Image

from publishing.simulators import films
from publishing.simulators.instagram import errors

FETCH_S = 10.0
IMAGE_BYTES_MAX = 8 * 1024 * 1024
VIDEO_BYTES_MAX = 300 * 1024 * 1024
WIDTH_MIN, WIDTH_MAX = 320, 1440
RATIO_MIN, RATIO_MAX = 4 / 5, 1.91
# Ratios of whole pixels: 1080 x 566 is what everybody means by 1.91:1.
RATIO_SLACK = 0.005


def bring(url: str, *, to: Path, is_video: bool) -> None:
    """Fetch a medium into a file and check it. Plays I-7, I-8, I-17. Raises Problem."""
    part = to.with_name(f"{to.name}.part")
    try:
        _download(url, part, bytes_max=VIDEO_BYTES_MAX if is_video else IMAGE_BYTES_MAX, is_video=is_video)
        check_video(part) if is_video else check_image(part)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Read once in a process: to read the certificates takes longer than to fetch a picture."""
    return httpx2.create_ssl_context(trust_env=False)


def _download(url: str, part: Path, *, bytes_max: int, is_video: bool) -> None:
    """A plain GET: no cookies, no proxy, and a redirect is an error."""
    late_at, size = time.monotonic() + FETCH_S, 0
    try:
        with (
            httpx2.Client(timeout=FETCH_S, follow_redirects=False, trust_env=False, verify=_trusted()) as client,
            client.stream("GET", url) as answer,
            part.open("wb") as kept,
        ):
            if answer.status_code != 200:
                raise errors.refused("not_fetched", f"The media could not be fetched: HTTP {answer.status_code}.")
            for piece in answer.iter_bytes():
                size += len(piece)
                if size > bytes_max:
                    raise errors.refused("upload" if is_video else "image_size")
                # A server that sends a little now and then keeps every single read in time.
                if time.monotonic() > late_at:
                    raise errors.refused("fetch_timeout")
                kept.write(piece)
    except httpx2.TimeoutException as error:
        raise errors.refused("fetch_timeout") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise errors.refused("not_fetched") from error


def check_image(path: Path) -> None:
    """Whether a file is a JPEG that can be decoded, of the right form and width. Plays I-8. Raises Problem."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of very large pictures; here they are simply too wide.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=["JPEG"]) as picture:
                width, height = picture.size
                ratio = width / height
                if not RATIO_MIN - RATIO_SLACK <= ratio <= RATIO_MAX + RATIO_SLACK:
                    raise errors.refused("image_aspect", f"The aspect ratio {ratio:.2f} is not within 4:5 and 1.91:1.")
                # The table has no code of its own for a width; that it is this one is our assumption.
                if not WIDTH_MIN <= width <= WIDTH_MAX:
                    raise errors.refused(
                        "image_aspect", f"The width {width} is not within {WIDTH_MIN} and {WIDTH_MAX}."
                    )
                picture.load()
    except Image.DecompressionBombError as error:
        raise errors.refused("image_aspect") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise errors.refused("image_format") from error


def check_video(path: Path) -> None:
    """Whether a file is an MP4 whose table of contents comes first. Plays I-17. Raises Problem."""
    if why := films.wrong(path, index_first=True):
        raise errors.refused("video_format", why)
