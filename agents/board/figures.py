"""A figure: its value, how it is said, its goal, and the lists that hold exactly its rows. Requirements: OPS-6."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

NONE_YET = "no figure yet"
HEIGHT, WIDTH, GAP = 24.0, 100.0, 0.4  # of a drawing, in its own units


@dataclass(frozen=True, kw_only=True)
class Behind:
    """A list with the rows behind a number: how many, what they are, and where they are listed."""

    count: int
    what: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One part of the window in a drawing 100 wide and 24 high. Text: SVG takes a point in every language."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Bars, and the same for who cannot see them."""

    bars: tuple[Bar, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of the board. `value` is None while nothing has happened that it could be made of.

    `unit`: "share" (0 to 1), "USD micros", "s" or "rows". `is_met` is None without a goal or a value.
    """

    name: str
    title: str
    value: float | None
    unit: str
    said: str
    formula: str
    behind: tuple[Behind, ...]
    goal: str = ""
    is_met: bool | None = None
    drawing: Drawing | None = None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "value": self.value,
            "unit": self.unit,
            "said": self.said,
            "goal": self.goal or None,
            "is_met": self.is_met,
            "formula": self.formula,
            "rows": {one.what: one.count for one in self.behind},
        }


def listed(page: str, **filters: str) -> str:
    """A list of the desk, "agents/task", with filters."""
    return f"/admin/{page}/?{urlencode(filters)}" if filters else f"/admin/{page}/"


def ratio(part: int, whole: int) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None


def percent(share: float | None) -> str:
    """A share in words; never rounded up to everything or down to nothing."""
    if share is None:
        return NONE_YET
    shown = round(share * 100, 1)
    if shown >= 100 > share * 100:
        shown = 99.9
    if shown <= 0 < share:
        shown = 0.1
    return f"{shown:g}%"


def lasting(seconds: float | None) -> str:
    """A time in words: 0.4 s, 12 s, 3 min, 5 h, 2 d."""
    if seconds is None:
        return NONE_YET
    if seconds < 10:
        return f"{seconds:.1f} s"
    for size, unit, until in ((1, "s", 120), (60, "min", 7200), (3600, "h", 172_800)):
        if seconds < until:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def drawn(values: Sequence[float | None], *, what: str, top: float | None = None) -> Drawing | None:
    """Bars of values, the oldest left; None where nothing is known. `top` is what a full bar stands for."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    highest = top or max(known) or 1.0
    step = WIDTH / len(values)
    bars = []
    for place, value in enumerate(values):
        if value is not None:
            # Nothing is a line, so that it looks like another thing than not known.
            high = max(0.6, min(1.0, value / highest) * HEIGHT)
            bars.append(
                Bar(
                    x=f"{place * step + GAP / 2:.2f}",
                    y=f"{HEIGHT - high:.2f}",
                    width=f"{step - GAP:.2f}",
                    height=f"{high:.2f}",
                )
            )
    shown = [percent(value) if top == 1.0 else f"{value:g}" for value in (min(known), max(known), known[-1])]
    words = f"{what} in {len(values)} parts, oldest first: lowest {shown[0]}, highest {shown[1]}, latest {shown[2]}"
    return Drawing(bars=tuple(bars), words=words)
