"""Pictures that a model is shown: few, bounded, of a form that every provider takes, and on record by their hash.

Bytes go to the provider alone. What is kept of a picture is its SHA-256. Requirements: GEN-1, GEN-4.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from chimera.core.errors import Denied

COUNT_MAX = 5
BYTES_MAX = 4 * 1024 * 1024  # together; as base64 they are a third more
# What a picture may count as at most, whatever its size and whoever looks. Anthropic: about width * height / 750 after
# its own scaling, some 1,600 each, and three times that for models that see finer (docs.claude.com, vision). Gemini:
# 258 a tile of 768 pixels, or up to 2,240 by its setting (ai.google.dev, media resolution). OpenAI: 85 and 170 a tile
# of 512, or 1,536 patches of up to 2.46 (platform.openai.com, images and vision). Llama behind a compatible server:
# 1,601 a tile, four tiles (docs.together.ai, vision). Read late in 2026; a model that counts more is not for this.
TOKENS_MAX = 6_500
_BEGINS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


class BadPictures(Denied):
    """These cannot be shown to a model; says why. Nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture. `content` is empty where only the record of it is there, in a replay."""

    sha256: str
    mime: str = ""
    content: bytes = field(default=b"", repr=False)

    @property
    def base64(self) -> str:
        """The bytes as text, as JSON carries them."""
        return base64.b64encode(self.content).decode("ascii")

    @property
    def data_uri(self) -> str:
        """The bytes as an address that holds them itself."""
        return f"data:{self.mime};base64,{self.base64}"


def of(content: bytes) -> Picture:
    """A picture out of bytes, whose form they say themselves. Raises BadPictures."""
    mime = next((name for name, begin in _BEGINS.items() if content.startswith(begin)), "")
    if not mime:
        raise BadPictures("A model is shown PNG or JPEG; these bytes are neither.")
    return Picture(sha256=hashlib.sha256(content).hexdigest(), mime=mime, content=content)


def require_few(pictures: Sequence[Picture]) -> None:
    """Raise BadPictures for too many, or too many bytes."""
    size = sum(len(one.content) for one in pictures)
    if len(pictures) > COUNT_MAX:
        raise BadPictures(f"A model is shown at most {COUNT_MAX} pictures at a time, not {len(pictures)}.")
    if size > BYTES_MAX:
        raise BadPictures(
            f"Pictures for a model have at most {BYTES_MAX} bytes together, not {size}; make them smaller."
        )
