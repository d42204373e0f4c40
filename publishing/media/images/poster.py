"""Posters, drawn on this machine: no key, no network, no cost.

`layout` decides where everything lies and `PosterMaker` only paints it, so that tests measure the same boxes that
are drawn. "AI-generated" stands in a pill that anybody can see (PUB-2). Equal specifications give equal bytes (GEN-6).
Requirements: GEN-3, GEN-6, PUB-2.
"""

import io
from random import Random
from typing import TYPE_CHECKING

from publishing.media.images import colours
from publishing.media.images.base import Image, ImageMaker, PosterSpec
from publishing.media.images.layout import HEIGHT_PX, WIDTH_PX, Layout, Line, layout
from publishing.media.images.motifs import MOTIF_DRAWINGS, Canvas

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw

SUPERSAMPLING = 3
MOODS = ("accent", "ink", "paper")


def _motif(*, spec: PosterSpec, width_px: int, height_px: int) -> "Picture":
    """The panel with the persona's motif, drawn large and scaled down so that its edges are smooth."""
    from PIL import Image as Pictures
    from PIL import ImageDraw

    background, ink, accent = (colours.parse(colour) for colour in (spec.background, spec.ink, spec.accent))
    chance = Random(spec.seed)  # drawing, not secrecy: the same seed must give the same motif
    palette = colours.palette(background=background, ink=ink, accent=accent, mood=chance.choice(MOODS))
    size = (width_px * SUPERSAMPLING, height_px * SUPERSAMPLING)
    large = Pictures.new("RGB", size, palette.field)
    canvas = Canvas(
        draw=ImageDraw.Draw(large), width=size[0], height=size[1], scale=SUPERSAMPLING, palette=palette, chance=chance
    )
    MOTIF_DRAWINGS[spec.motif](canvas)
    return large.reduce(SUPERSAMPLING)


def _write(draw: "ImageDraw", line: Line) -> None:
    if not line.tracking_px:
        draw.text((line.x, line.baseline), line.text, font=line.face, fill=line.colour, anchor="ls")
        return
    x = float(line.x)
    for character in line.text:
        draw.text((x, line.baseline), character, font=line.face, fill=line.colour, anchor="ls")
        x += line.face.getlength(character) + line.tracking_px


def _pill(*, place: Layout, colour: colours.Colour, behind: colours.Colour) -> "Picture":
    from PIL import Image as Pictures
    from PIL import ImageDraw

    left, top, right, bottom = place.pill
    size = ((right - left) * SUPERSAMPLING, (bottom - top) * SUPERSAMPLING)
    large = Pictures.new("RGB", size, behind)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=size[1] // 2, fill=colour)
    return large.reduce(SUPERSAMPLING)


class PosterMaker(ImageMaker):
    """A PNG of 1080 by 1350 pixels in the persona's colours, with the persona's motif."""

    name = "poster"

    def worst_case_usd_micros(self, *, spec: PosterSpec) -> int:
        """0: drawing costs nothing but time."""
        return 0

    def make(self, *, spec: PosterSpec) -> Image:
        """The poster. Raises BadSpec when its texts have letters that the fonts lack."""
        from PIL import Image as Pictures
        from PIL import ImageDraw

        place = layout(spec=spec)
        background, ink = colours.parse(spec.background), colours.parse(spec.ink)
        poster = Pictures.new("RGB", (WIDTH_PX, HEIGHT_PX), background)
        _, _, width_px, height_px = place.panel
        poster.paste(_motif(spec=spec, width_px=width_px, height_px=height_px), (0, 0))
        poster.paste(_pill(place=place, colour=ink, behind=background), place.pill[:2])
        draw = ImageDraw.Draw(poster)
        left, top, right, bottom = place.rule
        draw.rectangle((left, top, right - 1, bottom - 1), fill=ink)
        for line in place.lines:
            _write(draw, line)
        file = io.BytesIO()
        poster.save(file, "PNG")  # Pillow writes no time of its own, so equal pictures are equal bytes
        return Image(bytes=file.getvalue(), mime="image/png", width=WIDTH_PX, height=HEIGHT_PX)
