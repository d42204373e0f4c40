"""What a picture looks like, as 256 bits: two that people would take for one differ in few of them.

The perceptual hash of 16 by 16 low frequencies of the brightness (pHash). Sixty-four bits were too few: posters of one
persona share their layout, and came as near to each other as to their own copies (docs/adr/0021). Requirements: SAF-4.
"""

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIDE = 16
_SAMPLES = SIDE * 4
PIXELS_MAX = 40_000_000


class Unreadable(ValueError):
    """These bytes are no picture that could be compared."""


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    frequency, place = np.arange(SIDE)[:, None], np.arange(_SAMPLES)[None, :]
    waves: NDArray[np.float64] = np.cos(np.pi * (2 * place + 1) * frequency / (2 * _SAMPLES))
    return waves


def of(content: bytes) -> str:
    """The hash as 256 characters 0 and 1, as Postgres writes bits. Raises Unreadable."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise Unreadable(f"The picture has more than {PIXELS_MAX:,} pixels.")
            grey = picture.convert("L").resize((_SAMPLES, _SAMPLES), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unreadable("The bytes are no picture.") from error
    waves = _cosines()
    low = (waves @ np.asarray(grey, dtype=np.float64) @ waves.T).ravel()
    return "".join("1" if part > middle else "0" for middle in [np.median(low)] for part in low)
