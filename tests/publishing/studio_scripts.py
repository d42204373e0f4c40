"""What the studio's tests render: a look, small renditions, and scripts of every template."""

from functools import cache
from typing import Any

from chimera.bench.render_scripts import LOOKS, photograph
from publishing.media.studio.base import Look, Scene, Script, timed
from publishing.media.studio.renditions import RENDITIONS, draft

BEA, IVEN, ZUZKA, GREY = LOOKS
SMALL = draft(of=RENDITIONS["instagram"])
LINES = {
    "title": ("The reef went quiet, and came back", "Three winters of counting"),
    "list": ("Before you bin the toaster", "Unplug it, shake out the crumbs", "Look for a loose screw", "Ask"),
    "quote": ("A thing you may not open is a thing you only rent.", "A retired lift engineer who never was"),
    "story": ("I found a clock in a skip.", "It still had its key.", "So I wound it."),
    "countdown": ("ways to use old bread", "Number one is soup"),
}  # fmt: skip


def scene(template: str = "title", *lines: str, **more: Any) -> Scene:
    """A scene with the template's usual lines, or these; `script` gives it its length."""
    return Scene(template=template, lines=lines or LINES[template], seconds=30, **more)


def script(*scenes: Scene, look: Look = IVEN, **more: Any) -> Script:
    """The scenes with proposed lengths."""
    return Script(look=look, scenes=timed(scenes=scenes), **{"handle": "iven_at_lowtide", **more})


@cache
def busy(*, seed: int = 3) -> bytes:
    """A picture on which nothing can be read without a veil."""
    return photograph(seed=seed, size=(270, 480))


__all__ = ["BEA", "GREY", "IVEN", "LINES", "SMALL", "ZUZKA", "busy", "scene", "script"]
