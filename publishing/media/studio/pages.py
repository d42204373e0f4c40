"""Pages: what all layouts share: colours, stacks of lines, the label and the signature. Requirements: GEN-3, PUB-2."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from publishing.media.images import colours
from publishing.media.images.colours import Colour
from publishing.media.images.lettering import Box, Weight
from publishing.media.studio import faces
from publishing.media.studio.base import LABEL, BadScript, Scene, Script
from publishing.media.studio.places import Logo, Overlay, Row, Shape
from publishing.media.studio.renditions import Rendition
from publishing.media.studio.setting import Room, Setting, fitted

SHAPE_DISTINCT = 3.0  # WCAG 2.2, for large letters and for shapes that mean something
NAMED_LENGTH_MIN = 4  # a handle or name shorter than this may be an ordinary word


@dataclass(frozen=True, kw_only=True)
class Page:
    """One scene on one rendition, with the persona's colours read."""

    script: Script
    scene: Scene
    number: int
    rendition: Rendition

    def px(self, units: float) -> int:
        """Pixels here of so many pixels at a width of 1080."""
        return round(units * self.rendition.unit)

    @property
    def is_drawn(self) -> bool:
        """Whether the ground is drawn, and nobody's picture."""
        return self.scene.picture is None and self.scene.clip is None

    @property
    def is_rtl(self) -> bool:
        """Whether the scene begins at the right: its first line does."""
        return faces.direction(self.scene.lines[0]) == "rtl"

    @property
    def paper(self) -> Colour:
        return colours.parse(self.script.look.background)

    @property
    def ink(self) -> Colour:
        return colours.parse(self.script.look.ink)

    @property
    def dark(self) -> Colour:
        """The darker of paper and ink: what lies over a picture."""
        return min(self.paper, self.ink, key=lambda colour: colours.contrast(colour, (0, 0, 0)))

    @property
    def light(self) -> Colour:
        """The lighter of both: letters over a picture."""
        return self.ink if self.dark == self.paper else self.paper

    def accent(self, *, on: Colour, least: float = SHAPE_DISTINCT) -> Colour:
        """The accent where it can be told from what is behind it, else ink or paper."""
        accent = colours.parse(self.script.look.accent)
        if colours.contrast(accent, on) >= least:
            return accent
        return max(self.ink, self.paper, key=lambda colour: colours.contrast(colour, on))

    def text(self, line: int) -> str:
        """A line of the scene as it can be set. Raises BadScript when it has letters that no font has, or none at
        all."""
        part = f"Scene {self.number}, line {line + 1}"
        cleaned = faces.clean(self.scene.lines[line], part=part)
        if not cleaned or faces.reference(cleaned, weight="bold") < 1:
            raise BadScript(
                f'{part} ("{self.scene.lines[line][:20]}") has nothing that can be set; write at least one word.'
            )
        return cleaned

    def set(self, line: int, *, weight: Weight, room: Room) -> Setting:
        """A line of the scene in its room."""
        return fitted(text=self.text(line), weight=weight, room=room, part=f"Scene {self.number}, line {line + 1}")

    def room(self, *, width: int, height: int, largest: int, smallest: int, lines_max: int = 8, **more: float) -> Room:
        """A room whose sizes are given for a width of 1080; width and height are pixels."""
        whole = self.px(more.get("whole", (largest + smallest) / 2))
        return Room(
            width=width,
            height=height,
            largest=max(6, self.px(largest)),
            smallest=max(5, self.px(smallest)),
            whole_words=whole,
            lines_max=lines_max,
            leading=more.get("leading", 1.04),
        )


def stack(
    setting: Setting, *, part: str, left: int, right: int, top: int, colour: Colour, behind: Colour | None
) -> tuple[Row, ...]:
    """The lines below each other with the first one's ink at `top`; lines from right to left stand at the right
    edge."""
    rows: list[Row] = []
    way = faces.direction(" ".join(setting.lines))
    baseline = 0
    for index, text in enumerate(setting.lines):
        box = faces.ink(text, weight=setting.weight, size_px=setting.size_px)
        baseline = top - box[1] if not index else baseline + setting.leading_px
        x = left - box[0] if way == "ltr" else right - box[2]
        rows.append(
            Row(
                part=part,
                text=text,
                weight=setting.weight,
                size_px=setting.size_px,
                x=x,
                baseline=baseline,
                colour=colour,
                behind=behind,
                box=(x + box[0], baseline + box[1], x + box[2], baseline + box[3]),
            )
        )
    return tuple(rows)


def bottom_of(things: Sequence[Row] | Sequence[Shape]) -> int:
    """The lowest edge."""
    return max(thing.box[3] for thing in things)


def down(overlay: Overlay, *, by: int) -> Overlay:
    """The overlay moved down (up, where negative)."""

    def moved(box: Box) -> Box:
        return box[0], box[1] + by, box[2], box[3] + by

    return replace(
        overlay,
        rows=tuple(replace(row, baseline=row.baseline + by, box=moved(row.box)) for row in overlay.rows),
        shapes=tuple(replace(shape, box=moved(shape.box)) for shape in overlay.shapes),
        logos=tuple(replace(logo, box=moved(logo.box)) for logo in overlay.logos),
    )


def _pill(page: Page, *, part: str, text: str, left: int, fill: Colour, colour: Colour) -> tuple[Shape, Row]:
    """A text in a round box whose left edge is at `left`, at the top of the safe area; shrunk to what room there is."""
    _, top, right, _ = page.rendition.safe_box
    height, pad = page.px(56), page.px(24)
    for size in range(max(6, page.px(30)), 4, -1):
        box = faces.ink(text, weight="bold", size_px=size)
        if left + 2 * pad + box[2] - box[0] <= right:
            break
    # Set by the height of capitals, so that descenders do not lift the words.
    capital = faces.ink("H", weight="bold", size_px=size)
    baseline = top + (height + capital[3] - capital[1]) // 2
    x = left + pad - box[0]
    ink_box = (x + box[0], baseline + box[1], x + box[2], baseline + box[3])
    shape = Shape(part=f"{part}-pill", box=(left, top, ink_box[2] + pad, top + height), radius=height // 2, colour=fill)
    row = Row(
        part=part,
        text=text,
        weight="bold",
        size_px=size,
        x=x,
        baseline=baseline,
        colour=colour,
        behind=fill,
        box=ink_box,
    )
    return shape, row


def label(page: Page) -> Overlay:
    """ "AI-generated" in sight from the first frame to the last, and the signature beside it where the rendition has
    one."""
    left = page.rendition.safe_box[0]
    pill, row = _pill(page, part="label", text=LABEL, left=left, fill=page.ink, colour=page.paper)
    shapes, rows, logos = [pill], [row], []
    if page.rendition.is_signed:
        at = pill.box[2] + page.px(16)
        if page.script.mark:
            side = pill.box[3] - pill.box[1]
            logos.append(Logo(part="mark", box=(at, pill.box[1], at + side, pill.box[3])))
            at += side + page.px(12)
        text = signature(page.script)
        if text:
            more, words = _pill(page, part="handle", text=text, left=at, fill=page.paper, colour=page.ink)
            shapes.append(more)
            rows.append(words)
    return Overlay(
        shapes=tuple(shapes), rows=tuple(rows), logos=tuple(logos), until_s=page.scene.seconds, entrance="none"
    )


def signature(script: Script) -> str:
    """The handle with one at sign, else the name, else nothing."""
    handle = faces.clean(script.handle, part="The handle").lstrip("@")
    return f"@{handle}" if handle else faces.clean(script.name, part="The name")


def unsigned(page: Page) -> None:
    """Raise BadScript when a line names the account on a rendition where no name may be burned in."""
    names = [name.lstrip("@").casefold() for name in (page.script.handle, page.script.name)]
    for number, line in enumerate(page.scene.lines, 1):
        for name in names:
            if len(name) >= NAMED_LENGTH_MIN and name in line.casefold():
                raise BadScript(
                    f'Scene {page.number}, line {number} names "{name}", and {page.rendition.name} allows no name, '
                    "handle or "
                    "mark in the picture. Write the line without it."
                )
