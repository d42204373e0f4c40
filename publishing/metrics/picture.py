"""Figures as coordinates for charts: numbers only, nothing from outside gets in. Requirements: MET-1."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publishing.connectors.measuring import NAMES
from publishing.metrics.models import Reading
from publishing.metrics.selectors import Did
from publishing.metrics.words import age

WIDTH, HEIGHT, LEFT, TOP = 300, 96, 8, 10  # of one figure's chart
BAR_STEP, BARS_HEIGHT, BARS_MAX, TIMES_SHOWN = 20, 160, 30, 4.0
AGE_FIRST_S, AGE_LAST_S = 600.0, 2_700_000.0


@dataclass(frozen=True, kw_only=True)
class Line:
    """One figure over time. `points` are "x,y x,y", the age to the right in powers; `words` say where it ended."""

    name: str
    points: str
    dots: tuple[tuple[int, int], ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One post of an agent. `height` is 0 where it is not compared; `is_cut` says that it did better than is drawn."""

    x: int
    y: int
    height: int
    is_cut: bool
    words: str


def lines(*, readings: Sequence[Reading], published_at: datetime) -> list[Line]:
    """A line for each figure that the platform told at least once, in the order of NAMES."""
    return [line for name in NAMES if (line := _line(name, readings, published_at)) is not None]


def _line(name: str, readings: Sequence[Reading], published_at: datetime) -> Line | None:
    found = [
        ((one.taken_at - published_at).total_seconds(), number)
        for one in readings
        if (number := getattr(one, name)) is not None
    ]
    if not found:
        return None
    most = max(number for _, number in found) or 1
    dots = tuple((_x(seconds), TOP + round((1 - number / most) * HEIGHT)) for seconds, number in found)
    last_s, last = found[-1]
    return Line(
        name=name,
        points=" ".join(f"{x},{y}" for x, y in dots),
        dots=dots,
        words=f"{name}: {last:,} after {age(last_s)}, from {found[0][1]:,} after {age(found[0][0])}",
    )


def rows(*, readings: Sequence[Reading], published_at: datetime) -> list[dict[str, Any]]:
    """The same as a table: age and figures, "" where the platform did not tell."""
    return [
        {
            "age": age((one.taken_at - published_at).total_seconds()),
            "at": one.taken_at,
            "is_gone": one.is_gone,
            "numbers": ["" if (number := getattr(one, name)) is None else f"{number:,}" for name in NAMES],
        }
        for one in readings
    ]


def bars(*, dids: Sequence[Did]) -> list[Bar]:
    """The last posts of an agent, the oldest first: how many times the median each did, cut at TIMES_SHOWN."""
    return [_bar(number, one) for number, one in enumerate(dids[-BARS_MAX:])]


def _bar(number: int, one: Did) -> Bar:
    times = one.times or 0.0
    height = round(min(times, TIMES_SHOWN) / TIMES_SHOWN * BARS_HEIGHT)
    against = "too few to compare with" if one.times is None else f"{times:.2f} times the median"
    return Bar(
        x=LEFT + 32 + number * BAR_STEP,
        y=TOP + BARS_HEIGHT - height,
        height=height,
        is_cut=times > TIMES_SHOWN,
        words=f"Post {one.post_id} on {one.platform}, after {age(one.step_s)}: {against}",
    )


def median_y() -> int:
    """Where a bar of exactly the median ends."""
    return TOP + BARS_HEIGHT - round(BARS_HEIGHT / TIMES_SHOWN)


def did_rows(*, dids: Sequence[Did]) -> list[dict[str, Any]]:
    """The bars as a table, the newest first."""
    return [
        {
            "post": one.post_id,
            "platform": one.platform,
            "at": one.published_at,
            "age": age(one.step_s),
            "figures": one.figures.sentence(),
            "engagement": f"{one.engagement:.2%}" if one.is_rate else f"{one.engagement:,.0f}",
            "times": "too few to compare with" if one.times is None else f"{one.times:.2f}",
        }
        for one in reversed(dids[-BARS_MAX:])
    ]


def _x(seconds: float) -> int:
    """An age on a scale of powers, from ten minutes to a month."""
    within = min(AGE_LAST_S, max(AGE_FIRST_S, seconds))
    share = math.log(within / AGE_FIRST_S) / math.log(AGE_LAST_S / AGE_FIRST_S)
    return LEFT + round(share * WIDTH)
