"""Layout: where every line of a poster lies, before anything is painted.

Above a panel for the motif, below it kicker, title, rule, source and handle, and the label in a pill. The foot is set
first and the title grows upwards from it; what is left above is the panel's. Requirements: GEN-3, PUB-2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from publishing.media.images import colours, lettering
from publishing.media.images.base import BadSpec, PosterSpec
from publishing.media.images.colours import Colour
from publishing.media.images.lettering import Box, Family, Weight

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

WIDTH_PX, HEIGHT_PX, MARGIN_PX = 1080, 1350, 84
MEASURE_PX = WIDTH_PX - 2 * MARGIN_PX  # the width of the text
LABEL = "AI-generated"  # PUB-2
TITLE_SIZES_PX = range(196, 35, -4)
TITLE_HEIGHT_MAX_PX = 530
WHOLE_WORDS_MIN_PX = 92  # above this size no word is divided: a smaller title reads better than a hyphen
LEADING = 1.0
PILL_HEIGHT_PX = 54
_SLACK_PX = 8  # ink may reach a little beyond the advance width


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of text in its place: its pen starts at (x, baseline); `box` is its ink, in pixels."""

    part: str
    text: str
    family: Family
    weight: Weight
    size_px: int
    tracking_px: float
    x: int
    baseline: int
    colour: Colour
    behind: Colour
    box: Box

    @property
    def face(self) -> "FreeTypeFont":
        return lettering.font(family=self.family, weight=self.weight, size_px=self.size_px)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where everything lies. No text touches the panel, which holds the motif."""

    lines: tuple[Line, ...]
    panel: Box
    rule: Box
    pill: Box


@dataclass(frozen=True, kw_only=True)
class _Style:
    """How a part of the poster is lettered. `tracking` is a share of the size."""

    weight: Weight
    size_px: int
    tracking: float = 0.0


_LABEL = _Style(weight="bold", size_px=25, tracking=0.02)
_NAME = _Style(weight="bold", size_px=33)
_HANDLE = _Style(weight="medium", size_px=33)
_SOURCE = _Style(weight="medium", size_px=29)
_KICKER = _Style(weight="bold", size_px=30, tracking=0.15)


def _fitted(*, part: str, text: str, style: _Style, width_px: float) -> _Style:
    """The style at the largest size at which the text fits on one line of the width."""
    family = lettering.family_for(text=text, part=part)
    size = style.size_px
    while size > 8:
        face = lettering.font(family=family, weight=style.weight, size_px=size)
        if lettering.width_of(text, face=face, tracking_px=style.tracking * size) <= width_px - _SLACK_PX:
            break
        size -= 1
    return _Style(weight=style.weight, size_px=size, tracking=style.tracking)


def _line(*, part: str, text: str, style: _Style, x: int, baseline: int, colour: Colour, behind: Colour) -> Line:
    """The text with its ink, not its bearing, on `x`."""
    family = lettering.family_for(text=text, part=part)
    face = lettering.font(family=family, weight=style.weight, size_px=style.size_px)
    tracking_px = style.tracking * style.size_px
    left, top, right, bottom = (round(edge) for edge in face.getbbox(text, anchor="ls"))
    if tracking_px:
        right = round(lettering.width_of(text, face=face, tracking_px=tracking_px))
    return Line(
        part=part, text=text, family=family, weight=style.weight, size_px=style.size_px, tracking_px=tracking_px,
        x=x - left, baseline=baseline, colour=colour, behind=behind,
        box=(x, baseline + top, x + right - left, baseline + bottom),
    )  # fmt: skip


def _measure(face: "FreeTypeFont") -> Callable[[str], float]:
    return lru_cache(maxsize=None)(face.getlength)


def set_title(*, text: str) -> tuple[list[str], int]:
    """Lines of a cleaned title and their size in pixels: large, filling the measure, nothing lost, no orphan."""
    family = lettering.family_for(text=text, part="title")
    width_px = MEASURE_PX - _SLACK_PX
    best: tuple[float, list[str], int] | None = None
    for size in TITLE_SIZES_PX:
        measure = _measure(lettering.font(family=family, weight="black", size_px=size))
        words = text.split()
        if max(measure(word) for word in words) > width_px:
            if size > WHOLE_WORDS_MIN_PX:
                continue
            words = [piece for word in words for piece in lettering.divide(word, width_px=width_px, measure=measure)]
        lines = _broken(
            words, width_px=width_px, lines_max=int(TITLE_HEIGHT_MAX_PX / (size * LEADING)), measure=measure
        )
        if lines is None:
            continue
        # Large letters are good and so is a full measure; a tall narrow column eats the motif's room.
        score = size * (max(measure(line) for line in lines) / width_px) ** 1.5
        if best is None or score > best[0]:
            best = (score, lines, size)
        if size < best[0]:
            break  # no smaller size can do better
    if best is None:
        raise BadSpec(f'The poster\'s title "{text[:40]}" does not fit even in small letters; shorten it.')
    return best[1], best[2]


def _broken(words: list[str], *, width_px: float, lines_max: int, measure: Callable[[str], float]) -> list[str] | None:
    """The words on as few lines as they need, or a line or two more where that avoids an orphan."""
    fewest = max(1, int(measure(" ".join(words)) / width_px))
    for count in range(fewest, min(len(words), fewest + 4, lines_max) + 1):
        lines = lettering.break_lines(words, lines=count, width_px=width_px, measure=measure)
        if lines is not None:
            return lines
    return None


def _foot(*, spec: PosterSpec, ink: Colour, background: Colour) -> tuple[list[Line], Box, int]:
    """The lines below the rule, the pill, and the height at which the rule lies."""
    low = HEIGHT_PX - MARGIN_PX
    label_at = low - PILL_HEIGHT_PX // 2 + 9
    label = _line(part="label", text=LABEL, style=_LABEL, x=0, baseline=label_at, colour=background, behind=ink)
    pill_width = label.box[2] + 48
    left = WIDTH_PX - MARGIN_PX - pill_width
    pill = (left, low - PILL_HEIGHT_PX, WIDTH_PX - MARGIN_PX, low)
    lines = [
        _line(part="label", text=LABEL, style=_LABEL, x=left + 24, baseline=label_at, colour=background, behind=ink)
    ]
    top = pill[1]

    def put(part: str, text: str, style: _Style, *, x: int, baseline: int) -> Line:
        lines.append(_line(part=part, text=text, style=style, x=x, baseline=baseline, colour=ink, behind=background))
        return lines[-1]

    room = left - 40 - MARGIN_PX
    name, handle = lettering.clean(spec.name), lettering.clean(spec.handle).lstrip("@")
    signature = [
        part for part in (("name", name, _NAME), ("handle", f"@{handle}" if handle else "", _HANDLE)) if part[1]
    ]
    whole = [_line(part=p, text=t, style=s, x=0, baseline=0, colour=ink, behind=background) for p, t, s in signature]
    if sum(line.box[2] for line in whole) + 18 <= room:
        x = MARGIN_PX
        for part, text, style in signature:
            x = put(part, text, style, x=x, baseline=low - PILL_HEIGHT_PX // 2 + 11).box[2] + 18
    else:
        baseline = low - 10
        for part, text, style in reversed(signature):
            fitted = _fitted(part=part, text=text, style=style, width_px=room)
            top = min(pill[1], put(part, text, fitted, x=MARGIN_PX, baseline=baseline).box[1])
            baseline -= 44
    source = lettering.clean(spec.source_line)
    if source:
        fitted = _fitted(part="source_line", text=source, style=_SOURCE, width_px=MEASURE_PX)
        top = put("source_line", source, fitted, x=MARGIN_PX, baseline=top - 34).box[1]
    return lines, pill, top - 34


def layout(*, spec: PosterSpec) -> Layout:
    """Where everything on the poster lies. Raises BadSpec when no letters of the title can be set."""
    background, ink, accent = (colours.parse(colour) for colour in (spec.background, spec.ink, spec.accent))
    title = lettering.curl_quotes(lettering.clean(spec.title))
    if not title:
        raise BadSpec(f'The poster\'s title "{spec.title}" has no letters that can be set; give at least one word.')
    lines, pill, rule_y = _foot(spec=spec, ink=ink, background=background)
    texts, size = set_title(text=title)
    style = _Style(weight="black", size_px=size)
    baseline = rule_y - 44 - round(size * 0.24)
    top = baseline
    for text in reversed(texts):
        lines.append(
            _line(part="title", text=text, style=style, x=MARGIN_PX, baseline=baseline, colour=ink, behind=background)
        )
        top = lines[-1].box[1]
        baseline -= round(size * LEADING)
    kicker = lettering.clean(spec.kicker).upper()
    if kicker:
        fitted = _fitted(part="kicker", text=kicker, style=_KICKER, width_px=MEASURE_PX)
        # An accent that cannot be read as text stays in the motif.
        colour = accent if colours.contrast(accent, background) >= colours.READABLE else ink
        lines.append(
            _line(
                part="kicker",
                text=kicker,
                style=fitted,
                x=MARGIN_PX,
                baseline=top - 40,
                colour=colour,
                behind=background,
            )
        )
        top = lines[-1].box[1]
    return Layout(
        lines=tuple(lines),
        panel=(0, 0, WIDTH_PX, top - 60),
        rule=(MARGIN_PX, rule_y, WIDTH_PX - MARGIN_PX, rule_y + 3),
        pill=pill,
    )
