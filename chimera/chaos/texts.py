"""What is said in public, and how long it takes to think of it: the same for the house and for its peer."""

import io
from functools import cache

NOTE_S = 0.2  # a body waits for somebody outside; without that nobody would be hit with work in hand


def text_for(*, cause: str) -> str:
    """What the goal of this cause says: the same at every try, and nobody else says it."""
    return f"Note on {cause}."


@cache
def picture() -> bytes:
    """What is shown where a platform takes no post without a picture: the same bytes in every process."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (640, 640), "teal").save(file, "PNG")
    return file.getvalue()
