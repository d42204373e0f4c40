"""Looking at a picture: where a known head is in it, and what that head and what is worn below it look like.

Colours are OKLab, in which equal steps look equal. A head is found by the persona's own references (correlation of
brightness and colour at several sizes), so nothing here was trained on faces, and nothing needs a network.
Requirements: GEN-4.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from publishing.media.likeness import PIXELS_MAX, Unreadable

Pixels = NDArray[np.float32]
Box = tuple[float, float, float, float]  # left, top, right, bottom, as shares of width and height

COARSE_PX, FINE_PX = 96, 384  # heights at which a head is searched, and looked at
HEAD = (48, 36)  # rows and columns of a head as it is compared
INNER = (0.15, 0.12, 0.85, 0.93)  # of a head's box: what is searched for, with little of what is behind it
PLACES = 4  # where a head may be, the likeliest first
SCALES = (0.52, 0.6, 0.72, 0.86, 1.0, 1.16)  # of a head against the reference's; a stride is drawn smaller
_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], np.float32
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], np.float32
)  # fmt: skip
_COLOUR_COUNTS = np.array([1.0, 3.0, 3.0], np.float32)  # a and b span a third of what L does


@dataclass(frozen=True, kw_only=True)
class View:
    """A picture, small and smaller, as OKLab: rows, columns, (L, a, b)."""

    fine: Pixels
    coarse: Pixels


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What a head and its clothes look like, as vectors that are compared by the functions of `measures`."""

    head: Pixels
    template: Pixels
    hair: Pixels
    face: Pixels
    clothes: Pixels
    edges: Pixels
    texture: Pixels


@lru_cache(maxsize=1)
def _linear() -> Pixels:
    part = np.arange(256) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _oklab(pixels: NDArray[np.uint8]) -> Pixels:
    lms = np.cbrt(_linear()[pixels] @ _TO_LMS.T)
    made: Pixels = (lms @ _TO_LAB.T).astype(np.float32)
    return made


def view(content: bytes) -> View:
    """The picture of these bytes. Raises likeness.Unreadable."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise Unreadable(f"The picture has more than {PIXELS_MAX:,} pixels.")
            if not 0.3 <= picture.width / picture.height <= 3:
                raise Unreadable("The picture is a strip; nobody is recognised in it.")
            whole = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unreadable("The bytes are no picture.") from error
    sizes = [(round(whole.width * high / whole.height), high) for high in (FINE_PX, COARSE_PX)]
    fine, coarse = (_oklab(np.asarray(whole.resize(size, Image.Resampling.BOX))) for size in sizes)
    return View(fine=fine, coarse=coarse)


def resized(pixels: Pixels, rows: int, columns: int) -> Pixels:
    """The same picture at another size, by area or by the line between two pixels."""
    from PIL import Image

    planes = [
        Image.fromarray(np.ascontiguousarray(pixels[..., band])).resize((columns, rows), Image.Resampling.BILINEAR)
        for band in range(pixels.shape[2])
    ]
    return np.stack([np.asarray(plane, np.float32) for plane in planes], axis=-1)


def cut(pixels: Pixels, box: Box) -> Pixels:
    """The part of a picture in a box; what lies outside of the picture is its nearest edge."""
    rows, columns = pixels.shape[:2]
    top, bottom = round(box[1] * rows), max(round(box[3] * rows), round(box[1] * rows) + 2)
    left, right = round(box[0] * columns), max(round(box[2] * columns), round(box[0] * columns) + 2)
    ys = np.clip(np.arange(top, bottom), 0, rows - 1)
    xs = np.clip(np.arange(left, right), 0, columns - 1)
    part: Pixels = pixels[np.ix_(ys, xs)]
    return part


def found(seen: View, templates: list[Pixels]) -> list[tuple[Box, float]]:
    """Where a head may be that is like one of the templates, and how like (-1 to 1): the best of each size, at most
    PLACES of them. In the dark a window is easily taken for a face, so whoever asks looks at all of them."""
    image = seen.coarse * _COLOUR_COUNTS
    rows, columns = image.shape[:2]
    padded = (rows + 32, columns + 32)
    spectra = np.fft.rfft2(image, s=padded, axes=(0, 1))
    places: list[tuple[Box, float]] = []
    for scale in SCALES:
        best, where = -2.0, (0.0, 0.0, 1.0, 1.0)
        for template in templates:
            high, wide = max(5, round(template.shape[0] * scale)), max(5, round(template.shape[1] * scale))
            if high >= rows or wide >= columns:
                continue
            match = _correlation(image, spectra, resized(template, high, wide) * _COLOUR_COUNTS, padded)
            y, x = np.unravel_index(int(np.argmax(match)), match.shape)
            if match[y, x] > best:
                best = float(match[y, x])
                where = (float(x) / columns, float(y) / rows, float(x + wide) / columns, float(y + high) / rows)
        places.append((_around(where), best))
    return sorted(places, key=lambda place: -place[1])[:PLACES]


def _inside(box: Box) -> Box:
    wide, high = box[2] - box[0], box[3] - box[1]
    left, top, right, bottom = INNER
    return box[0] + left * wide, box[1] + top * high, box[0] + right * wide, box[1] + bottom * high


def _around(inner: Box) -> Box:
    left, top, right, bottom = INNER
    wide, high = (inner[2] - inner[0]) / (right - left), (inner[3] - inner[1]) / (bottom - top)
    begin = (inner[0] - left * wide, inner[1] - top * high)
    return begin[0], begin[1], begin[0] + wide, begin[1] + high


def _correlation(image: Pixels, spectra: NDArray[Any], part: Pixels, padded: tuple[int, int]) -> Pixels:
    high, wide = part.shape[:2]
    rows, columns = image.shape[0] - high + 1, image.shape[1] - wide + 1
    part = part - part.mean(axis=(0, 1))
    product = (spectra * np.conj(np.fft.rfft2(part, s=padded, axes=(0, 1)))).sum(axis=2)
    shared = np.fft.irfft2(product, s=padded)[:rows, :columns]
    once, twice = _sums(image, high, wide), _sums(image**2, high, wide)
    spread = np.maximum(twice - once**2 / (high * wide), 0).sum(axis=2)
    made: Pixels = (shared / (np.sqrt(spread * float((part**2).sum())) + 1e-3)).astype(np.float32)
    return made


def _sums(image: Pixels, high: int, wide: int) -> NDArray[np.float64]:
    total = np.zeros((image.shape[0] + 1, image.shape[1] + 1, image.shape[2]))
    total[1:, 1:] = image.astype(np.float64).cumsum(axis=0).cumsum(axis=1)
    made: NDArray[np.float64] = (
        total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide] + total[:-high, :-wide]
    )
    return made


def looks(seen: View, box: Box) -> Looks:
    """What the head in this box looks like, and the clothes below it."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    crop = resized(cut(seen.fine, box), *HEAD)
    below = cut(seen.fine, (left - 0.25 * wide, bottom + 0.3 * high, right + 0.25 * wide, bottom + 1.15 * high))
    return Looks(
        head=crop,
        template=cut(seen.coarse, _inside(box)),
        hair=_colours(crop[: HEAD[0] * 2 // 5]),
        face=_colours(crop[HEAD[0] * 2 // 5 :, HEAD[1] // 6 : -HEAD[1] // 6]),
        clothes=_colours(below),
        edges=_edges(crop[..., 0]),
        texture=_texture(crop * _COLOUR_COUNTS),
    )


def _colours(part: Pixels) -> Pixels:
    """How much there is of each colour: 6 by 9 by 9 cells of OKLab, each pixel shared among its neighbours in L."""
    flat = part.reshape(-1, 3)
    hues = np.clip(((flat[:, 1:] + 0.27) / 0.54 * 9).astype(int), 0, 8)
    level = np.clip(flat[:, 0] * 6 - 0.5, 0, 4.999)
    low = level.astype(int)
    share = level - low
    counts = np.zeros((6, 9, 9), np.float32)
    np.add.at(counts, (low, hues[:, 0], hues[:, 1]), 1 - share)
    np.add.at(counts, (low + 1, hues[:, 0], hues[:, 1]), share)
    made: Pixels = (counts / max(1.0, float(counts.sum()))).ravel()
    return made


def _edges(level: Pixels) -> Pixels:
    """Which way the edges run, in 8 by 6 cells (histograms of oriented gradients), each of equal weight."""
    down, across = np.gradient(level)
    strength, angle = np.hypot(down, across), np.arctan2(down, across) % np.pi
    kinds = np.minimum((angle / np.pi * 9).astype(int), 8)
    cells = np.zeros((8, 6, 9), np.float32)
    ys, xs = np.indices(level.shape)
    np.add.at(cells, (ys * 8 // level.shape[0], xs * 6 // level.shape[1], kinds), strength)
    norm = np.sqrt((cells**2).sum(axis=2, keepdims=True)) + 0.05
    made: Pixels = np.minimum(cells / norm, 0.4).ravel()
    return made


@lru_cache(maxsize=1)
def _filters() -> Pixels:
    """A fixed bank of 48 filters of 5 by 5 by 3: random, zero on the average, always the same."""
    made = np.random.Generator(np.random.PCG64(20261129)).normal(size=(48, 75)).astype(np.float32)
    made -= made.mean(axis=1, keepdims=True)
    bank: Pixels = made / np.linalg.norm(made, axis=1, keepdims=True)
    return bank


def _texture(crop: Pixels) -> Pixels:
    """An embedding without training: answers of fixed filters, half-wave rectified, averaged in 6 by 4 places."""
    windows = np.lib.stride_tricks.sliding_window_view(crop, (5, 5), axis=(0, 1))
    rows, columns = windows.shape[:2]
    answers = np.maximum(windows.reshape(rows * columns, 75) @ _filters().T, 0).reshape(rows, columns, 48)
    places = [
        block.mean(axis=(0, 1))
        for band in np.array_split(answers, 6, axis=0)
        for block in np.array_split(band, 4, axis=1)
    ]
    vector = np.sqrt(np.concatenate(places))
    made: Pixels = vector - vector.mean()
    return made
