"""Layouts: five templates, each a composition of type for a picture, a clip or a drawn ground.

Whatever lies behind, text stands inside the platform's safe area and in the lower part of it, so that a figure in the
upper two thirds stays whole. `layout` measures; `painting` paints what it says. Requirements: GEN-3, PUB-2.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from publishing.media.images.colours import Colour
from publishing.media.studio import faces
from publishing.media.studio.base import Script
from publishing.media.studio.compositions import Composition, field_of, ground_colours, measure, moments, standing
from publishing.media.studio.counted import countdown, numbered
from publishing.media.studio.pages import Page, bottom_of, down, label, stack, unsigned
from publishing.media.studio.places import Ground, Layout, Overlay, Shape
from publishing.media.studio.renditions import Rendition
from publishing.media.studio.setting import Setting

QUOTE_SIGN = "“"


def _bar(page: Page, *, top: int, wide: float, thick: float, colour: Colour) -> Shape:
    """A stroke of colour at the side where the text begins."""
    left, right, _ = measure(page)
    begin = right - page.px(wide) if page.is_rtl else left
    box = (begin, top, begin + page.px(wide), top + page.px(thick))
    return Shape(part="bar", box=box, radius=page.px(thick / 2), colour=colour)


def _title(page: Page) -> Composition:
    """One sentence as large as it goes, under a bar of accent."""
    field = field_of(page, "split")
    colour, against, behind = ground_colours(page, field=field)
    left, right, width = measure(page)
    # Over somebody's picture the sentence is smaller, so that the figure stays in sight.
    high = round(page.rendition.height * (0.37 if page.is_drawn else 0.25))
    bar = _bar(page, top=0, wide=140, thick=16, colour=page.accent(on=against))
    room = page.room(
        width=width, height=high, largest=188 if page.is_drawn else 132, smallest=60, whole=92, leading=1.0, lines_max=6
    )
    setting = page.set(0, weight="black", room=room)
    rows = stack(setting, part="line", left=left, right=right, top=page.px(64), colour=colour, behind=behind)
    seconds = page.scene.seconds
    overlays = [Overlay(shapes=(bar,), rows=rows, until_s=seconds)]
    if len(page.scene.lines) > 1:
        below = page.set(
            1,
            weight="medium",
            room=page.room(width=width, height=high, largest=52, smallest=42, lines_max=3, leading=1.25),
        )
        top = bottom_of(rows) + page.px(52)
        more = stack(below, part="line", left=left, right=right, top=top, colour=colour, behind=behind)
        overlays.append(Overlay(rows=more, since_s=min(0.7, seconds * 0.3), until_s=seconds))
    return standing(page, overlays, centred=False), field


def _quote(page: Page) -> Composition:
    """Somebody's words under a large sign, and who said them."""
    field = field_of(page, "hushed")
    colour, against, behind = ground_colours(page, field=field)
    left, right, width = measure(page)
    sign = Setting(
        lines=((faces.RIGHT if page.is_rtl else "") + QUOTE_SIGN,),
        size_px=max(8, page.px(330 if page.is_drawn else 210)),
        leading_px=0,
        weight="black",
    )
    accent = page.accent(on=against)
    signs = stack(sign, part="sign", left=left, right=right, top=0, colour=accent, behind=behind)
    room = page.room(
        width=width,
        height=round(page.rendition.height * (0.42 if page.is_drawn else 0.28)),
        largest=112 if page.is_drawn else 88,
        smallest=50,
        whole=70,
        leading=1.1,
        lines_max=9,
    )
    top = bottom_of(signs) + page.px(46)
    words = stack(
        page.set(0, weight="bold", room=room),
        part="line",
        left=left,
        right=right,
        top=top,
        colour=colour,
        behind=behind,
    )
    overlays = [Overlay(rows=(*signs, *words), until_s=page.scene.seconds)]
    if len(page.scene.lines) > 1:
        at = bottom_of(words) + page.px(56)
        room = page.room(
            width=width - page.px(92), height=page.px(160), largest=46, smallest=40, lines_max=2, leading=1.2
        )
        begin, end = (left, right - page.px(92)) if page.is_rtl else (left + page.px(92), right)
        setting = page.set(1, weight="medium", room=room)
        who = stack(setting, part="line", left=begin, right=end, top=at, colour=colour, behind=behind)
        middle = (who[0].box[1] + who[0].box[3]) // 2
        bar = _bar(page, top=middle - page.px(4), wide=64, thick=8, colour=accent)
        overlays.append(
            Overlay(shapes=(bar,), rows=who, since_s=min(0.9, page.scene.seconds * 0.3), until_s=page.scene.seconds)
        )
    return standing(page, overlays, centred=page.is_drawn), field


def _story(page: Page) -> Composition:
    """Captions in boxes of paper, one after the other, as people know them from their own clips."""
    left, right, width = measure(page)
    pad, inset = page.px(26), page.px(15)
    overlays = []
    begins = [*moments(page.scene), page.scene.seconds]
    for index in range(len(page.scene.lines)):
        room = page.room(
            width=width - 2 * pad,
            height=round(page.rendition.height * 0.3),
            largest=80,
            smallest=48,
            whole=54,
            leading=1.32,
            lines_max=5,
        )
        setting = page.set(index, weight="bold", room=room)
        rows = stack(
            setting, part="line", left=left + pad, right=right - pad, top=inset, colour=page.ink, behind=page.paper
        )
        high, low = page.px(2) + round(setting.size_px * 0.78), round(setting.size_px * 0.26)
        shapes = tuple(
            Shape(
                part="box",
                box=(
                    row.box[0] - pad,
                    min(row.box[1], row.baseline - high) - inset,
                    row.box[2] + pad,
                    max(row.box[3], row.baseline + low) + inset,
                ),
                radius=page.px(20),
                colour=page.paper,
            )
            for row in rows
        )
        overlay = Overlay(shapes=shapes, rows=rows, since_s=begins[index], until_s=begins[index + 1], entrance="pop")
        # Each caption ends at the same height, so the eye stays where it is.
        overlays.extend(standing(page, [down(overlay, by=-overlay.box[1])], centred=False))
    return overlays, field_of(page, "full")


COMPOSITIONS: Mapping[str, Callable[[Page], Composition]] = {
    "title": _title,
    "list": numbered,
    "quote": _quote,
    "story": _story,
    "countdown": countdown,
}


def layout(*, script: Script, number: int, rendition: Rendition) -> Layout:
    """Where everything of the scene with this number (from 1) lies. Raises BadScript when something cannot be set."""
    page = Page(script=script, scene=script.scenes[number - 1], number=number, rendition=rendition)
    if not rendition.is_signed:
        unsigned(page)
    overlays, field = COMPOSITIONS[page.scene.template](page)
    if number == 1:
        # The first frame is what stands in a feed before anything moves: it has its words already.
        overlays = [replace(one, entrance="none") if not one.since_s else one for one in overlays]
    top = min(one.box[1] for one in overlays)
    flat = page.scene.template == "story"
    ground = Ground(
        field=field,
        paper=page.paper,
        ink=page.ink if page.is_drawn else page.light,
        edge=top - page.px(70),
        veil=page.dark,
        veil_top=rendition.height if flat else top - page.px(260),
    )
    return Layout(
        width=rendition.width,
        height=rendition.height,
        safe=rendition.safe_box,
        ground=ground,
        overlays=(*overlays, label(page)),
    )
