"""Compositions: what the five templates share: colours by ground, widths, moments, and standing at the foot of the
page.

Requirements: GEN-3.
"""

from collections.abc import Sequence

from publishing.media.images import colours
from publishing.media.studio.base import BadScript, Scene, needed_s
from publishing.media.studio.pages import Page, down
from publishing.media.studio.places import Field, Overlay

Composition = tuple[list[Overlay], Field]


def moments(scene: Scene) -> list[float]:
    """When each line begins: the scene's time shared by what each needs."""
    needs = [needed_s(line) for line in scene.lines]
    return [scene.seconds * sum(needs[:index]) / sum(needs) for index in range(len(needs))]


def ground_colours(page: Page, *, field: Field) -> tuple[colours.Colour, colours.Colour, colours.Colour | None]:
    """Letters, what they are measured against, and that again if it is one flat colour."""
    if field in ("picture", "clip"):
        return page.light, page.dark, None
    return page.ink, page.paper, (page.paper if field == "split" else None)


def field_of(page: Page, drawn: Field) -> Field:
    return drawn if page.is_drawn else "clip" if page.scene.clip is not None else "picture"


def standing(page: Page, overlays: Sequence[Overlay], *, centred: bool) -> list[Overlay]:
    """The overlays, built from y = 0 downwards, moved as one to the foot of the safe area, or to its middle."""
    _, top, _, bottom = page.rendition.safe_box
    top += page.px(56 + 40)  # the label's row
    height = max(overlay.box[3] for overlay in overlays)
    if height > bottom - top:
        raise BadScript(
            f"Scene {page.number} does not fit on {page.rendition.name} even in the smallest letters; shorten its "
            "lines."
        )
    by = top + (bottom - top - height) // 2 if centred else bottom - height
    return [down(overlay, by=by) for overlay in overlays]


def measure(page: Page) -> tuple[int, int, int]:
    left, _, right, _ = page.rendition.safe_box
    return left, right, right - left
