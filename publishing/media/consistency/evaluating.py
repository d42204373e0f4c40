"""How well the score tells people apart: its own pictures from those of others and of look-alikes. GEN-4."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chimera.core.measures import Measure
from publishing.media.consistency import drawing, measures, people, seeing
from publishing.media.consistency.base import PASS_BP
from publishing.media.figures.drawn import DrawnFigures

SIZE = "270x480"
# People, pictures of each. None of them was looked at when the weights were found.
SETS = {"quick": (4, 2), "whole": (20, 12)}
FALSE_REJECTS = 0.02


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One comparison: the score, and whose pictures: "own", "look-alike" or "other"."""

    score: float
    whose: str


class ConsistencyMeasure(Measure):
    """Draws people, each with a look-alike that differs in two traits, and compares their pictures with references."""

    halves = tuple(SETS)

    def found(self, *, file: Path | None, half: str | None) -> dict[str, Any]:
        """By set: auc, false_accept at a false_reject of 2%, both at the gate, and milliseconds a picture."""
        return {name: figures(name) for name in ([half] if half else ["quick"])}

    def words(self, found: dict[str, Any]) -> Iterator[str]:
        """For a person."""
        for name, one in found.items():
            yield (
                f"{name}: AUC {one['auc']:.4f} over {one['own']} own pictures and {one['others']} of others "
                f"(look-alikes alone {one['auc_look_alikes']:.4f})"
            )
            yield (
                f"  where 2% of the own are refused, {one['false_accept']:.1%} of the others pass "
                f"(score {one['at']:.2f})"
            )
            yield (
                f"  at the gate of {one['gate']:.2f}: {one['gate_false_reject']:.1%} of the own refused, "
                f"{one['gate_false_accept']:.1%} of the others pass; {one['ms_per_image']:.0f} ms a picture"
            )


def figures(name: str) -> dict[str, Any]:
    """The figures of one set."""
    count, each = SETS[name]
    drawn, begun_s = _compared(count=count, each=each, name="held_out")
    return {**told(drawn), "ms_per_image": round(begun_s * 1000 / len(drawn), 1)}


def told(drawn: list[Scored]) -> dict[str, Any]:
    """What the scores say, as JSON."""
    own = np.array([one.score for one in drawn if one.whose == "own"])
    others = np.array([one.score for one in drawn if one.whose != "own"])
    twins = np.array([one.score for one in drawn if one.whose == "look-alike"])
    at = float(np.quantile(own, FALSE_REJECTS, method="lower"))
    gate = PASS_BP / 10_000
    return {
        "own": len(own),
        "others": len(others),
        "auc": round(auc(own, others), 4),
        "auc_look_alikes": round(auc(own, twins), 4),
        "at": round(at, 4),
        "false_reject": FALSE_REJECTS,
        "false_accept": round(float((others >= at).mean()), 4),
        "gate": gate,
        "gate_false_reject": round(float((own < gate).mean()), 4),
        "gate_false_accept": round(float((others >= gate).mean()), 4),
        "gate_false_accept_look_alikes": round(float((twins >= gate).mean()), 4),
    }


def auc(own: Any, others: Any) -> float:
    """The chance that a picture of the person scores above one of somebody else; ties count half."""
    return float((own[:, None] > others[None, :]).mean() + 0.5 * (own[:, None] == others[None, :]).mean())


def _compared(*, count: int, each: int, name: str) -> tuple[list[Scored], float]:
    """Every picture against the references of its person, of the look-alike, of a third; and the seconds it took."""
    maker, who = DrawnFigures(), people.people(name, count=count)
    sets = []
    for one in who:
        specs = drawing.references(one, size=SIZE)
        sets.append([seeing.looks(seeing.view(maker.make(spec=spec).bytes), drawing.head_box(spec)) for spec in specs])
    found, took_s = [], 0.0
    for place, one in enumerate(who):
        for number, spec in enumerate(people.pictures(one, count=each, name=name, size=SIZE)):
            content = maker.make(spec=spec).bytes
            third = (place + 2 + 2 * (number % max(1, count // 2 - 1))) % count
            for other, whose in ((place, "own"), (place ^ 1, "look-alike"), (third, "other")):
                begun = time.process_time()
                score = measures.compared(seeing.view(content), sets[other]).score
                took_s += time.process_time() - begun
                found.append(Scored(score=score, whose=whose))
    return found, took_s
