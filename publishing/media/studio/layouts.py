"""Layouts: five templates, each a composition of type for a picture, a clip or a drawn ground.

Whatever lies behind, text stands inside the platform's safe area and in the lower part of it, so that a figure in the upper
two thirds stays whole. `layout` measures; `painting` paints what it says. Requirements: GEN-3, PUB-2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from publishing.media.images import colours
from publishing.media.studio import faces
from publishing.media.studio.base import BadScript, Scene, Script, needed_s
from publishing.media.studio.pages import Page, bottom_of, down, label, stack, unsigned
from publishing.media.studio.places import Field, Ground, Layout, Overlay, Row, Shape
from publishing.media.studio.renditions import Rendition
from publishing.media.studio.setting import Setting

QUOTE_SIGN = "“"
Composition = tuple[list[Overlay], Field]


def _moments(scene: Scene) -> list[float]:
    """When each line begins: the scene's time shared by what each needs."""
    needs = [needed_s(line) for line in scene.lines]
    return [scene.seconds * sum(needs[:index]) / sum(needs) for index in range(len(needs))]


def _colours(page: Page, *, field: Field) -> tuple[colours.Colour, colours.Colour, colours.Colour | None]:
    """Letters, what they are measured against, and that again if it is one flat colour."""
    if field in ("picture", "clip"):
        return page.light, page.dark, None
    return page.ink, page.paper, (page.paper if field == "split" else None)


def _field(page: Page, drawn: Field) -> Field:
    return drawn if page.is_drawn else "clip" if page.scene.clip is not None else "picture"


def _stand(page: Page, overlays: Sequence[Overlay], *, centred: bool) -> list[Overlay]:
    """The overlays, built from y = 0 downwards, moved as one to the foot of the safe area, or to its middle."""
    _, top, _, bottom = page.rendition.safe_box
    top += page.px(56 + 40)  # the label's row
    height = max(overlay.box[3] for overlay in overlays)
    if height > bottom - top:
        raise BadScript(
            f"Scene {page.number} does not fit on {page.rendition.name} even in the smallest letters; shorten its lines."
        )
    by = top + (bottom - top - height) // 2 if centred else bottom - height
    return [down(overlay, by=by) for overlay in overlays]


def _width(page: Page) -> tuple[int, int, int]:
    left, _, right, _ = page.rendition.safe_box
    return left, right, right - left


def _title(page: Page) -> Composition:
    """One sentence as large as it goes, under a bar of accent."""
    field = _field(page, "split")
    colour, against, behind = _colours(page, field=field)
    left, right, width = _width(page)
    high = round(page.rendition.height * 0.37)
    bar = Shape(part="bar", box=(left, 0, left + page.px(140), page.px(16)), radius=page.px(8),
                colour=page.accent(on=against))  # fmt: skip
    room = page.room(width=width, height=high, largest=188, smallest=60, whole=92, leading=1.0, lines_max=6)
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
        top = bottom_of(rows) + page.px(40)
        more = stack(below, part="line", left=left, right=right, top=top, colour=colour, behind=behind)
        overlays.append(Overlay(rows=more, since_s=min(0.7, seconds * 0.3), until_s=seconds))
    return _stand(page, overlays, centred=False), field


def _points(page: Page, *, left: int, right: int, height: int) -> list[Setting]:
    """All points of a list at one size: the largest at which they fit below each other."""
    for size in range(62, 37, -2):
        room = page.room(
            width=right - left,
            height=page.rendition.height,
            largest=size,
            smallest=size,
            whole=0,
            leading=1.14,
            lines_max=3,
        )
        try:
            points = [page.set(index, weight="bold", room=room) for index in range(1, len(page.scene.lines))]
        except BadScript:
            if size <= 38:
                raise
            continue
        if sum(len(one.lines) * one.leading_px + page.px(36) for one in points) <= height or size <= 38:
            return points
    return []


def _list(page: Page) -> Composition:
    """A heading and numbered points that come one after the other."""
    field = _field(page, "split")
    colour, against, behind = _colours(page, field=field)
    left, right, width = _width(page)
    _, top_safe, _, bottom_safe = page.rendition.safe_box
    room = page.room(
        width=width,
        height=round(page.rendition.height * 0.16),
        largest=104,
        smallest=54,
        whole=70,
        leading=1.02,
        lines_max=3,
    )
    heading = stack(
        page.set(0, weight="black", room=room), part="line", left=left, right=right, top=0, colour=colour, behind=behind
    )
    overlays = [Overlay(rows=heading, until_s=page.scene.seconds)]
    top, disc = bottom_of(heading) + page.px(58), page.px(76)
    points = _points(
        page, left=left + disc + page.px(30), right=right, height=bottom_safe - top_safe - page.px(96) - top
    )
    accent = page.accent(on=against)
    numeral = max(page.ink, page.paper, key=lambda one: colours.contrast(one, accent))
    is_rtl = faces.direction(page.text(0)) == "rtl"
    for number, (setting, since_s) in enumerate(zip(points, _moments(page.scene)[1:], strict=True), 1):
        # Numbers stand where the reader begins.
        inner = (left, right - disc - page.px(30)) if is_rtl else (left + disc + page.px(30), right)
        middle = faces.ink("H", weight="bold", size_px=setting.size_px)
        first = stack(setting, part="line", left=inner[0], right=inner[1], top=0, colour=colour, behind=behind)
        # The disc is centred on the first line's capitals.
        by = top + disc // 2 - (first[0].baseline + (middle[1] + middle[3]) // 2)
        at = right - disc if is_rtl else left
        circle = Shape(part="disc", box=(at, top, at + disc, top + disc), radius=disc // 2, colour=accent)
        figure = _centred(page, text=str(number), size=44, box=circle.box, colour=numeral, behind=accent)
        rows = down(Overlay(rows=first, until_s=1), by=by).rows
        overlays.append(
            Overlay(shapes=(circle,), rows=(figure, *rows), since_s=since_s * 0.85, until_s=page.scene.seconds)
        )
        top = max(bottom_of(rows), circle.box[3]) + page.px(36)
    return _stand(page, overlays, centred=False), field


def _centred(
    page: Page,
    *,
    text: str,
    size: float,
    box: tuple[int, int, int, int],
    colour: colours.Colour,
    behind: colours.Colour,
) -> Row:
    """Letters whose ink is in the middle of a box."""
    size_px = max(5, page.px(size))
    ink = faces.ink(text, weight="black", size_px=size_px)
    x = (box[0] + box[2] - ink[0] - ink[2]) // 2
    baseline = (box[1] + box[3] - ink[1] - ink[3]) // 2
    return Row(part="figure", text=text, weight="black", size_px=size_px, x=x, baseline=baseline, colour=colour, behind=behind,
               box=(x + ink[0], baseline + ink[1], x + ink[2], baseline + ink[3]))  # fmt: skip


def _quote(page: Page) -> Composition:
    """Somebody's words under a large sign, and who said them."""
    field = _field(page, "hushed")
    colour, against, behind = _colours(page, field=field)
    left, right, width = _width(page)
    sign = Setting(lines=(QUOTE_SIGN,), size_px=max(8, page.px(330)), leading_px=0, weight="black")
    accent = page.accent(on=against)
    signs = stack(sign, part="sign", left=left, right=right, top=0, colour=accent, behind=behind)
    room = page.room(
        width=width,
        height=round(page.rendition.height * 0.42),
        largest=112,
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
        who = stack(
            page.set(1, weight="medium", room=room),
            part="line",
            left=left + page.px(92),
            right=right,
            top=at,
            colour=colour,
            behind=behind,
        )
        middle = (who[0].box[1] + who[0].box[3]) // 2
        bar = Shape(
            part="bar",
            box=(left, middle - page.px(4), left + page.px(64), middle + page.px(4)),
            radius=page.px(4),
            colour=accent,
        )
        overlays.append(
            Overlay(shapes=(bar,), rows=who, since_s=min(0.9, page.scene.seconds * 0.3), until_s=page.scene.seconds)
        )
    return _stand(page, overlays, centred=page.is_drawn), field


def _story(page: Page) -> Composition:
    """Captions in boxes of paper, one after the other, as people know them from their own clips."""
    left, right, width = _width(page)
    pad, inset = page.px(26), page.px(15)
    overlays = []
    moments = [*_moments(page.scene), page.scene.seconds]
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
                    row.box[0] - pad, min(row.box[1], row.baseline - high) - inset,
                    row.box[2] + pad, max(row.box[3], row.baseline + low) + inset,
                ),
                radius=page.px(20), colour=page.paper,
            )
            for row in rows
        )  # fmt: skip
        overlay = Overlay(shapes=shapes, rows=rows, since_s=moments[index], until_s=moments[index + 1], entrance="pop")
        # Each caption ends at the same height, so the eye stays where it is.
        overlays.extend(_stand(page, [down(overlay, by=-overlay.box[1])], centred=False))
    return overlays, _field(page, "full")


def _countdown(page: Page) -> Composition:
    """A figure that fills the screen and falls by one, over a row of marks that fills up."""
    field = _field(page, "hushed")
    colour, against, behind = _colours(page, field=field)
    left, right, width = _width(page)
    size = 640 if page.is_drawn else 430
    accent, rest = page.accent(on=against), colours.mix(against, colour, 0.28)
    overlays: list[Overlay] = []
    count, seconds = page.scene.count, page.scene.seconds
    tall = faces.ink("0123456789", weight="black", size_px=max(8, page.px(size)))
    gap, thick = page.px(12), page.px(14)
    segment = (width - gap * (count - 1)) // count
    bars_at = tall[3] - tall[1] + page.px(60)
    for step in range(count):
        box = faces.ink(str(count - step), weight="black", size_px=max(8, page.px(size)))
        figure = Row(
            part="figure", text=str(count - step), weight="black", size_px=max(8, page.px(size)), x=left - box[0], baseline=-tall[1],
            colour=accent, behind=behind, box=(left, box[1] - tall[1], left + box[2] - box[0], box[3] - tall[1]),
        )  # fmt: skip
        bars = tuple(
            Shape(part="bar", box=(left + index * (segment + gap), bars_at, left + index * (segment + gap) + segment, bars_at + thick),
                  radius=thick // 2, colour=accent if index <= step else rest)
            for index in range(count)
        )  # fmt: skip
        overlays.append(
            Overlay(
                shapes=bars,
                rows=(figure,),
                since_s=seconds * step / count,
                until_s=seconds * (step + 1) / count,
                entrance="pop",
            )
        )
    top = bars_at + thick + page.px(54)
    for index in range(len(page.scene.lines)):
        room = page.room(width=width, height=round(page.rendition.height * (0.17 if not index else 0.1)), largest=(92, 48)[index],
                         smallest=(52, 40)[index], leading=(1.04, 1.2)[index], lines_max=3)  # fmt: skip
        weight = ("black", "medium")[index]
        setting = page.set(index, weight="black" if weight == "black" else "medium", room=room)
        rows = stack(setting, part="line", left=left, right=right, top=top, colour=colour, behind=behind)
        overlays.append(Overlay(rows=rows, since_s=0.0, until_s=seconds))
        top = bottom_of(rows) + page.px(34)
    return _stand(page, overlays, centred=page.is_drawn), field


COMPOSITIONS: Mapping[str, Callable[[Page], Composition]] = {
    "title": _title,
    "list": _list,
    "quote": _quote,
    "story": _story,
    "countdown": _countdown,
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
        field=field, paper=page.paper, ink=page.ink if page.is_drawn else page.light, edge=top - page.px(70), veil=page.dark,
        veil_top=rendition.height if flat else top - page.px(260),
    )  # fmt: skip
    return Layout(
        width=rendition.width, height=rendition.height, safe=rendition.safe_box, ground=ground,
        overlays=(*overlays, label(page)),
    )  # fmt: skip
