"""A picture that costs no time to draw and keeps its words readable, so that they can be counted on the platform."""

import hashlib
import io
from typing import ClassVar

from publishing.media.images.base import Image, ImageMaker, PosterSpec

SIDE = 64
WORDS = "words"  # the text chunk of the PNG


class Plate(ImageMaker):
    """Noise of the words' hash, with the words of the poster beside it in the file."""

    name: ClassVar[str] = "plate"

    def worst_case_usd_micros(self, *, spec: PosterSpec) -> int:
        """Always 0."""
        return 0

    def make(self, *, spec: PosterSpec) -> Image:
        """The picture."""
        from PIL import Image as Picture
        from PIL.PngImagePlugin import PngInfo

        words = "\n".join([spec.title, spec.kicker, spec.source_line, spec.name, spec.handle])
        noise = hashlib.shake_256(f"{words}:{spec.seed}".encode()).digest(SIDE * SIDE)
        told, kept = PngInfo(), io.BytesIO()
        told.add_itxt(WORDS, words)
        Picture.frombytes("L", (SIDE, SIDE), noise).save(kept, "PNG", pnginfo=told)
        return Image(bytes=kept.getvalue(), mime="image/png", width=SIDE, height=SIDE)
