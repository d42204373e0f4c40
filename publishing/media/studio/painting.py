"""Painting: the overlays of a layout as pictures with alpha, which ffmpeg lays over the ground. Requirements: GEN-3,
PUB-2."""

import io
from typing import TYPE_CHECKING

from publishing.media.images import colours
from publishing.media.images.lettering import Box
from publishing.media.studio import faces
from publishing.media.studio.base import BadScript, Script
from publishing.media.studio.grounds import opened
from publishing.media.studio.places import Layout, Overlay, Row, Shape

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SUPERSAMPLING = 4
SHADOW_SHARE = 0.55
SHADOW_RADIUS = 9  # of a width of 1080


def _even(box: Box, *, width: int, height: int, margin: int) -> Box:
    """A box of even numbers around it, inside the video: chroma has half the resolution."""
    left, top = max(0, (box[0] - margin) // 2 * 2), max(0, (box[1] - margin) // 2 * 2)
    right, bottom = min(width, (box[2] + margin + 1) // 2 * 2), min(height, (box[3] + margin + 1) // 2 * 2)
    return left, top, max(right, left + 2), max(bottom, top + 2)


def _shape(canvas: "Picture", shape: Shape, *, origin: tuple[int, int]) -> None:
    from PIL import Image, ImageDraw

    left, top, right, bottom = shape.box
    size = (max(1, right - left), max(1, bottom - top))
    large = Image.new("L", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING))
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, large.width - 1, large.height - 1), radius=shape.radius * SUPERSAMPLING, fill=255
    )
    layer = Image.new("RGBA", size, (*shape.colour, 255))
    layer.putalpha(large.reduce(SUPERSAMPLING))
    canvas.alpha_composite(layer, (left - origin[0], top - origin[1]))


def _row(canvas: "Picture", row: Row, *, origin: tuple[int, int], shadow: colours.Colour | None, blur: float) -> None:
    from PIL import Image, ImageDraw, ImageFilter

    mask = Image.new("L", canvas.size)
    faces.write(
        ImageDraw.Draw(mask), text=row.text, x=row.x - origin[0], baseline=row.baseline - origin[1], weight=row.weight,
        size_px=row.size_px, fill=(255,),
    )  # fmt: skip
    if shadow is not None:
        soft = mask.filter(ImageFilter.GaussianBlur(blur)).point(lambda value: min(255, round(value * SHADOW_SHARE)))
        dark = Image.new("RGBA", canvas.size, (*shadow, 255))
        dark.putalpha(soft)
        canvas.alpha_composite(dark)
    # The colour is the same where nothing is seen, so that edges do not mix with black.
    layer = Image.new("RGBA", canvas.size, (*row.colour, 255))
    layer.putalpha(mask)
    canvas.alpha_composite(layer)


def _mark(canvas: "Picture", box: Box, *, mark: bytes, origin: tuple[int, int]) -> None:
    from PIL import Image, ImageDraw

    from publishing.media.studio.grounds import cover

    size = (box[2] - box[0], box[3] - box[1])
    picture = cover(opened(source=mark, part="The mark"), size=size).convert("RGBA")
    large = Image.new("L", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING))
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, large.width - 1, large.height - 1), radius=large.width // 4, fill=255
    )
    picture.putalpha(large.reduce(SUPERSAMPLING))
    canvas.alpha_composite(picture, (box[0] - origin[0], box[1] - origin[1]))


def paint(*, overlay: Overlay, layout: Layout, script: Script) -> tuple["Picture", int, int]:
    """The overlay with alpha, and where its upper left corner lies (even pixels)."""
    from PIL import Image

    blur = SHADOW_RADIUS * layout.width / 1080
    margin = round(blur * 2)
    box = _even(overlay.box, width=layout.width, height=layout.height, margin=margin)
    canvas = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]), (0, 0, 0, 0))
    on_picture = layout.ground.field in ("picture", "clip")
    for shape in overlay.shapes:
        _shape(canvas, shape, origin=box[:2])
    for logo in overlay.logos:
        _mark(canvas, logo.box, mark=script.mark, origin=box[:2])
    for row in overlay.rows:
        shadow = layout.ground.veil if on_picture and row.behind is None else None
        _row(canvas, row, origin=box[:2], shadow=shadow, blur=blur)
    if canvas.width * canvas.height == 0:
        raise BadScript("An overlay lies outside the video.")
    return canvas, box[0], box[1]


def still(*, layout: Layout, script: Script, ground: "Picture", at_s: float) -> "Picture":
    """The scene as it looks at a moment, without ffmpeg: for previews and tests. The ground is fitted to the video."""
    from PIL import Image

    picture = ground.resize((layout.width, layout.height), Image.Resampling.LANCZOS).convert("RGBA")
    for overlay in layout.overlays:
        if overlay.since_s <= at_s < overlay.until_s:
            painted, x, y = paint(overlay=overlay, layout=layout, script=script)
            picture.alpha_composite(painted, (x, y))
    return picture.convert("RGB")


def png(picture: "Picture") -> bytes:
    """The picture as a PNG that is written quickly."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
