"""Counted: the two templates with figures in them, the list and the countdown. Requirements: GEN-3."""

from publishing.media.images import colours
from publishing.media.images.lettering import Weight
from publishing.media.studio import faces
from publishing.media.studio.base import BadScript
from publishing.media.studio.compositions import Composition, field_of, ground_colours, measure, moments, standing
from publishing.media.studio.pages import Page, bottom_of, down, stack
from publishing.media.studio.places import Overlay, Row, Shape
from publishing.media.studio.setting import Setting


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


def numbered(page: Page) -> Composition:
    """A heading and numbered points that come one after the other."""
    field = field_of(page, "split")
    colour, against, behind = ground_colours(page, field=field)
    left, right, width = measure(page)
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
    for number, (setting, since_s) in enumerate(zip(points, moments(page.scene)[1:], strict=True), 1):
        # Numbers stand where the reader begins.
        inner = (left, right - disc - page.px(30)) if page.is_rtl else (left + disc + page.px(30), right)
        middle = faces.ink("H", weight="bold", size_px=setting.size_px)
        first = stack(setting, part="line", left=inner[0], right=inner[1], top=0, colour=colour, behind=behind)
        # The disc is centred on the first line's capitals.
        by = top + disc // 2 - (first[0].baseline + (middle[1] + middle[3]) // 2)
        at = right - disc if page.is_rtl else left
        circle = Shape(part="disc", box=(at, top, at + disc, top + disc), radius=disc // 2, colour=accent)
        figure = _centred(page, text=str(number), size=44, box=circle.box, colour=numeral, behind=accent)
        rows = down(Overlay(rows=first, until_s=1), by=by).rows
        overlays.append(
            Overlay(shapes=(circle,), rows=(figure, *rows), since_s=since_s * 0.85, until_s=page.scene.seconds)
        )
        top = max(bottom_of(rows), circle.box[3]) + page.px(36)
    return standing(page, overlays, centred=False), field


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
    return Row(
        part="figure",
        text=text,
        weight="black",
        size_px=size_px,
        x=x,
        baseline=baseline,
        colour=colour,
        behind=behind,
        box=(x + ink[0], baseline + ink[1], x + ink[2], baseline + ink[3]),
    )


def _marks(page: Page, *, top: int, done: int, full: colours.Colour, rest: colours.Colour) -> tuple[Shape, ...]:
    """A row of marks, one for each figure, of which so many are filled."""
    left, _, width = measure(page)
    count, gap, thick = page.scene.count, page.px(12), page.px(14)
    wide = (width - gap * (count - 1)) // count
    begins = [left + index * (wide + gap) for index in range(count)]
    return tuple(
        Shape(part="bar", box=(x, top, x + wide, top + thick), radius=thick // 2, colour=full if index < done else rest)
        for index, x in enumerate(begins)
    )


def countdown(page: Page) -> Composition:
    """A figure that fills the screen and falls by one, over a row of marks that fills up."""
    field = field_of(page, "hushed")
    colour, against, behind = ground_colours(page, field=field)
    left, right, width = measure(page)
    size_px = max(8, page.px(640 if page.is_drawn else 430))
    accent, rest = page.accent(on=against), colours.mix(against, colour, 0.28)
    overlays: list[Overlay] = []
    count, seconds = page.scene.count, page.scene.seconds
    tall = faces.ink("0123456789", weight="black", size_px=size_px)
    marks_at = tall[3] - tall[1] + page.px(60)
    for step in range(count):
        text = str(count - step)
        box = faces.ink(text, weight="black", size_px=size_px)
        place = (left, box[1] - tall[1], left + box[2] - box[0], box[3] - tall[1])
        figure = Row(
            part="figure", text=text, weight="black", size_px=size_px, x=left - box[0], baseline=-tall[1],
            colour=accent, behind=behind, box=place,
        )  # fmt: skip
        marks = _marks(page, top=marks_at, done=step + 1, full=accent, rest=rest)
        begins_s, ends_s = seconds * step / count, seconds * (step + 1) / count
        overlays.append(Overlay(shapes=marks, rows=(figure,), since_s=begins_s, until_s=ends_s, entrance="pop"))
    top = marks_at + page.px(14 + 54)
    weights: tuple[Weight, Weight] = ("black", "medium")
    for index in range(len(page.scene.lines)):
        room = page.room(
            width=width, height=round(page.rendition.height * (0.17, 0.1)[index]), largest=(92, 48)[index],
            smallest=(52, 40)[index], leading=(1.04, 1.2)[index], lines_max=3,
        )  # fmt: skip
        setting = page.set(index, weight=weights[index], room=room)
        rows = stack(setting, part="line", left=left, right=right, top=top, colour=colour, behind=behind)
        overlays.append(Overlay(rows=rows, since_s=0.0, until_s=seconds))
        top = bottom_of(rows) + page.px(34)
    return standing(page, overlays, centred=page.is_drawn), field
