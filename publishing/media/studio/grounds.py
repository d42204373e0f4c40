"""Grounds: what lies behind the letters of a scene: a picture under a veil that is as dense as it has to be, or a
drawing.

Whether letters can be read is measured on the pixels that lie under them. Requirements: GEN-3.
"""

import io
import warnings
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from publishing.media.images import colours
from publishing.media.images.colours import Colour, Palette
from publishing.media.images.motifs import MOTIF_DRAWINGS, Canvas
from publishing.media.studio.base import PICTURE_BYTES_MAX, BadScript, Look, Scene
from publishing.media.studio.places import Layout, Row
from publishing.media.studio.renditions import Rendition

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

SUPERSAMPLING = 2
MOODS = ("accent", "ink", "paper")
LOW_SHARE = 0.03  # of the pixels under a line may have less contrast: a spark in a dark sky
LARGE = 3.0  # WCAG 2.2, for signs as large as a hand
VEILS = (0.4, 0.5, 0.58, 0.66, 0.74, 0.82, 0.9, 0.95, 1.0)
WORST = 0.97  # over a clip nobody knows what comes: this is readable over anything
HUSHES = (1.0, 0.6, 0.3, 0.0)
PIXELS_MAX = 50_000_000
UPPER = 0.3  # where a picture that is too tall is cropped: less at its top, where the figure is
_LOOK_PX = 4


def opened(*, source: bytes | Path, part: str) -> "Picture":
    """The picture, upright and in RGB. Raises BadScript naming the part."""
    from PIL import Image, ImageOps

    def bad(why: str) -> BadScript:
        return BadScript(f"{part} {why}; give a PNG, JPEG or WebP of at most {PICTURE_BYTES_MAX // 1_000_000} MB.")

    if isinstance(source, Path):
        if not source.is_file():
            raise bad(f'is not there ("{source.name}")')
        if source.stat().st_size > PICTURE_BYTES_MAX:
            raise bad(f"has {source.stat().st_size:,} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as file:
                if file.width * file.height > PIXELS_MAX or min(file.size) < 2:
                    raise bad(f"has {file.width} x {file.height} pixels, and {PIXELS_MAX:,} at most can be used")
                upright = ImageOps.exif_transpose(file)
                if "A" in upright.getbands() or "transparency" in upright.info:
                    white = Image.new("RGBA", upright.size, (255, 255, 255, 255))
                    return Image.alpha_composite(white, upright.convert("RGBA")).convert("RGB")
                return upright.convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise bad("has too many pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise bad("cannot be read as a picture") from error


def cover(picture: "Picture", *, size: tuple[int, int]) -> "Picture":
    """The picture scaled and cropped to fill the size; more is cropped below than above."""
    from PIL import Image, ImageOps

    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=(0.5, UPPER))


def _drawn(*, look: Look, palette: Palette, size: tuple[int, int], number: int, unit: float) -> "Picture":
    """The persona's motif, drawn large and scaled down so that its edges are smooth."""
    from PIL import Image, ImageDraw

    large = Image.new("RGB", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), palette.field)
    canvas = Canvas(
        draw=ImageDraw.Draw(large),
        width=large.width,
        height=large.height,
        scale=max(1, round(SUPERSAMPLING * unit * 1.5)),
        palette=palette,
        chance=Random(look.seed * 31 + number),
    )
    MOTIF_DRAWINGS[look.motif](canvas)
    return large.reduce(SUPERSAMPLING)


def _palette(look: Look, *, number: int) -> Palette:
    background, ink, accent = (colours.parse(one) for one in (look.background, look.ink, look.accent))
    mood = MOODS[(look.seed + number) % 2]  # accent and ink in turn; paper would not stop a thumb
    return colours.palette(background=background, ink=ink, accent=accent, mood=mood)


def _hushed(look: Look, *, share: float) -> Palette:
    """Colours so near to the paper that letters can stand on them; `share` (0 to 1) is how much of them is left."""
    paper, ink, accent = (colours.parse(one) for one in (look.background, look.ink, look.accent))
    return Palette(
        field=paper,
        strong=colours.mix(paper, ink, 0.11 * share),
        soft=colours.mix(paper, ink, 0.055 * share),
        pale=colours.mix(paper, accent, 0.3 * share),
        paper=paper,
    )


def least(row: Row) -> float:
    """The contrast that a line needs."""
    return LARGE if row.part in ("figure", "sign") else colours.READABLE


def contrast_under(row: Row, *, picture: "Picture", layout: Layout) -> float:
    """The contrast of a line with the pixels of the ground around it: that of nearly its worst (a ground may be larger
    than the video; it is looked at a little beyond the line, for it moves)."""
    stretch = picture.height / layout.height
    shift = (picture.width - layout.width * stretch) / 2
    reach = 0.04 * layout.width
    left, top, right, bottom = row.box
    area = (
        max(0, round((left - reach) * stretch + shift)),
        max(0, round((top - reach) * stretch)),
        min(picture.width, round((right + reach) * stretch + shift)),
        min(picture.height, round((bottom + reach) * stretch)),
    )
    small = picture.crop(area).reduce(max(1, round(_LOOK_PX * stretch * layout.width / 1080)))
    values = np.sort(_contrasts(np.asarray(small, dtype=np.float64).reshape(-1, 3), colour=row.colour))
    return float(values[int(LOW_SHARE * (len(values) - 1))])


def _contrasts(pixels: "NDArray[np.float64]", *, colour: Colour) -> "NDArray[np.float64]":
    """`colours.contrast` with each of many pixels."""
    share = pixels / 255
    linear = np.where(pixels <= 10, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array((0.2126, 0.7152, 0.0722))
    own = colours.contrast(colour, (0, 0, 0)) * 0.05 - 0.05  # contrast with black is (luminance + 0.05) / 0.05
    high, low = np.maximum(luminance, own), np.minimum(luminance, own)
    found: NDArray[np.float64] = (high + 0.05) / (low + 0.05)
    return found


def readable(picture: "Picture", *, layout: Layout) -> bool:
    """Whether every line that lies on the ground can be read there."""
    return all(
        contrast_under(row, picture=picture, layout=layout) >= least(row) for row in layout.rows if row.behind is None
    )


def veil_mask(*, layout: Layout, size: tuple[int, int], density: float) -> "Picture":
    """The veil's alpha: nothing above, rising softly, `density` from a little above the letters down to the edge."""
    from PIL import Image

    stretch = size[1] / layout.height
    top = max(0, layout.ground.veil_top * stretch)
    ramp = max(1.0, 230 * layout.width / 1080 * stretch)
    column = bytes(
        round(255 * density * (share * share * (3 - 2 * share)))
        for share in (min(1.0, max(0.0, (y - top) / ramp)) for y in range(size[1]))
    )
    return Image.frombytes("L", (1, size[1]), column).resize(size)


def _veiled(picture: "Picture", *, layout: Layout) -> "Picture":
    """The picture under the thinnest veil under which everything can be read."""
    from PIL import Image

    if layout.ground.veil_top >= layout.height:
        return picture
    veil = Image.new("RGB", picture.size, layout.ground.veil)
    shown = picture
    for density in VEILS:
        shown = Image.composite(veil, picture, veil_mask(layout=layout, size=picture.size, density=density))
        if readable(shown, layout=layout):
            break
    return shown


def ground(
    *, look: Look, scene: Scene, number: int, layout: Layout, rendition: Rendition, size: tuple[int, int]
) -> "Picture":
    """The still picture that moves behind the letters, as large as asked. Raises BadScript for a picture that cannot
    be read."""
    from PIL import Image

    field, unit = layout.ground.field, rendition.unit
    if field == "picture" and scene.picture is not None:
        picture = opened(source=scene.picture, part=f"Scene {number}'s picture")
        return _veiled(cover(picture, size=size), layout=layout)
    if field == "split":
        stretch = size[1] / layout.height
        edge = max(2, min(size[1], round(layout.ground.edge * stretch)))
        whole = Image.new("RGB", size, layout.ground.paper)
        panel = _drawn(look=look, palette=_palette(look, number=number), size=(size[0], edge), number=number, unit=unit)
        whole.paste(panel, (0, 0))
        return whole
    if field == "full":
        return _drawn(look=look, palette=_palette(look, number=number), size=size, number=number, unit=unit)
    whole = Image.new("RGB", size, layout.ground.paper)
    for share in HUSHES:
        whole = _drawn(look=look, palette=_hushed(look, share=share), size=size, number=number, unit=unit)
        if readable(whole, layout=layout):
            break
    return whole
