"""What moving the threshold would do: acts, errors that go out, human time. Pure. Requirements: JDG-5, JDG-2."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.calibration.curve import Curve, Interval, Pair, wilson
from governance.routing import ACT_ABOVE_BP, CERTAIN_BP

STEPS_BP = (*range(ACT_ABOVE_BP, CERTAIN_BP, 100), CERTAIN_BP)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One threshold. Shares from 0 to 1: of clean verdicts that would act, and of those that a human would change.

    `changed` comes from the curve (None: too few decisions); `seen` are the decisions above the threshold themselves.
    `human_minutes` are for a hundred clean verdicts.
    """

    act_above_bp: int
    acts: float
    changed: float | None
    seen: Interval
    human_minutes: float


def moved(
    *, act_above_bp: int, composites_bp: Sequence[int], pairs: Sequence[Pair], curve: Curve | None, takes_s: int
) -> Moved:
    """What this threshold would have done with `composites_bp`, the clean verdicts of late."""
    above = [one for one in composites_bp if one > act_above_bp]
    seen = [pair.is_kept for pair in pairs if pair.composite_bp > act_above_bp]
    acts = len(above) / len(composites_bp) if composites_bp else 0.0
    changed = None
    if curve is not None and above:
        changed = float(1 - np.mean(curve.at(above)))
    return Moved(
        act_above_bp=act_above_bp,
        acts=acts,
        changed=changed,
        seen=wilson(hits=len(seen) - sum(seen), count=len(seen)),
        human_minutes=(1 - acts) * 100 * takes_s / 60,
    )


def wanted(*, now_bp: int, steps: Sequence[Moved], changed_max: float) -> Moved | None:
    """The threshold that the figures ask for, None: it may stay. `steps` rise; one of them is `now_bp` or just below.

    Tighter, to the lowest that keeps to `changed_max`, or to nothing acting alone; looser, to the lowest whose whole
    interval keeps to it as well. Never below the fleet's, for `steps` begin there.
    """
    known = [step for step in steps if step.changed is not None]
    present = [step for step in known if step.act_above_bp <= now_bp]
    if not present:
        return None
    here = present[-1]
    if here.changed is not None and here.changed > changed_max:
        calm = [s for s in known if s.act_above_bp > now_bp and s.changed is not None and s.changed <= changed_max]
        return calm[0] if calm else steps[-1]
    for step in known:
        if step.act_above_bp < now_bp and (step.changed or 0.0) <= changed_max and step.seen.high <= changed_max:
            return step
    return None
