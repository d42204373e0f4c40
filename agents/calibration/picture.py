"""The curve as coordinates, and its figures as words. Numbers only: nothing from outside gets in."""

from dataclasses import dataclass
from typing import Any

from agents.calibration.curve import Bin, Curve
from agents.calibration.moving import Moved
from governance.routing import ACT_ABOVE_BP, RETRY_BELOW_BP

WIDTH, HEIGHT, LEFT, TOP = 560, 260, 48, 12


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A group of decisions: where it stands, how far its interval reaches, and what the table says of it."""

    x: int
    y: int
    low: int
    high: int
    label: str
    count: int
    share: str
    interval: str


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """All that the template places. `line` are the points of the fitted curve."""

    line: str
    dots: tuple[Dot, ...]
    marks: tuple[tuple[int, str], ...]  # upright lines with their names
    scale: tuple[tuple[int, str], ...]  # heights with their shares


def drawn(*, curve: Curve) -> Drawn:
    """Composite from 0 to 1 to the right, share that humans left as it was upwards."""
    return Drawn(
        line=" ".join(f"{_x(bp)},{_y(share)}" for bp, share in zip(curve.scores_bp, curve.kept, strict=True)),
        dots=tuple(_dot(one) for one in curve.bins),
        marks=tuple((_x(bp), f"{bp / 10_000:.2f}") for bp in (RETRY_BELOW_BP, ACT_ABOVE_BP)),
        scale=tuple((_y(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
    )


def row(step: Moved) -> dict[str, Any]:
    """One threshold as the table shows it."""
    seen = step.seen
    return {
        "threshold": f"{step.act_above_bp / 10_000:.2f}",
        "acts": f"{step.acts:.0%}",
        "changed": "not known" if step.changed is None else f"{step.changed:.1%}",
        "seen": f"{round(seen.share * seen.count)} of {seen.count}",
        "interval": f"{seen.low:.1%} to {seen.high:.1%}" if seen.count else "not known",
        "minutes": f"{step.human_minutes:.0f}",
    }


def _dot(one: Bin) -> Dot:
    kept = one.kept
    return Dot(
        x=_x((one.from_bp + one.to_bp) // 2),
        y=_y(kept.share),
        low=_y(kept.low),
        high=_y(kept.high),
        label=f"{one.from_bp / 10_000:.2f} to {one.to_bp / 10_000:.2f}",
        count=kept.count,
        share=f"{kept.share:.0%}",
        interval=f"{kept.low:.0%} to {kept.high:.0%}",
    )


def _x(bp: int) -> int:
    return LEFT + round(bp / 10_000 * WIDTH)


def _y(share: float) -> int:
    return TOP + round((1 - share) * HEIGHT)
