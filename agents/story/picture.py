"""The path of a story as coordinates: lanes downwards, events to the right. Names of states, nothing from outside."""

from dataclasses import dataclass

from agents.story import words
from agents.story.telling import Step, Story

LEFT, TOP, LANE, GAP = 92, 28, 46, 64
DOTS_MAX = 60  # beyond, the picture would be wider than anybody scrolls; the table has them all


@dataclass(frozen=True, kw_only=True)
class Dot:
    """An event: where it stands, the state it led to, and its number in the table."""

    x: int
    y: int
    name: str
    number: int
    is_end: bool


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """All that the template places: `lanes` are heights with names, `lines` one polyline a lane, `path` the way."""

    width: int
    height: int
    lanes: tuple[tuple[int, str], ...]
    lines: tuple[str, ...]
    path: str
    dots: tuple[Dot, ...]
    left_out: int

    @property
    def right(self) -> int:
        """Where the lanes end."""
        return self.width - 12


def drawn(*, story: Story) -> Drawn:
    """The picture of a story's changes of state; events that changed none are in the table only."""
    moves = [(number, step) for number, step in enumerate(story.steps, start=1) if step.after != step.before]
    shown = [(number, step) for number, step in moves if step.after][:DOTS_MAX]
    present = {step.lane for _, step in shown}
    order = [lane for lane in words.NAMES if lane in present]
    heights = {lane: TOP + place * LANE for place, lane in enumerate(order)}
    dots = tuple(
        _dot(place, number, step, heights[step.lane])
        for place, (number, step) in enumerate(shown)
        if step.lane in heights
    )
    return Drawn(
        width=LEFT + max(1, len(dots)) * GAP,
        height=TOP + len(order) * LANE,
        lanes=tuple((heights[lane], words.NAMES[lane]) for lane in order),
        lines=tuple(_line([dot for dot in dots if dot.y == height]) for height in heights.values()),
        path=_line(list(dots)),
        dots=dots,
        left_out=len(moves) - len(dots),
    )


def _dot(place: int, number: int, step: Step, height: int) -> Dot:
    ends = step.after in (
        "DONE",
        "PUBLISHED",
        "CONFIRMED",
        "REJECTED",
        "CANCELLED",
        "EXPIRED",
        "FAILED",
        "REFUTED",
        "REVERTED",
    )
    return Dot(x=LEFT + 20 + place * GAP, y=height, name=step.after.lower(), number=number, is_end=ends)


def _line(dots: list[Dot]) -> str:
    return " ".join(f"{dot.x},{dot.y}" for dot in dots)
