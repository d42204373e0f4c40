"""The shape of a plan and the checks that it must pass: acyclic, known kinds, bounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from chimera.core.errors import Denied

STEPS_MAX = 30


class BadPlan(Denied):
    """A plan that may not run; says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One node: its key within the plan, the kind of task, and the keys that it needs done before it.

    `params` are what its kind lets a plan set, `deadline` when it is too late (None: with its goal), `attempts_max`
    after how many tries it is given up (None: as usual).
    """

    key: str
    kind: str
    needs: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    deadline: datetime | None = None
    attempts_max: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the plan; what is as usual is left out."""
        said: dict[str, Any] = {"key": self.key, "kind": self.kind, "needs": list(self.needs)}
        if self.params:
            said["params"] = dict(self.params)
        if self.deadline is not None:
            said["deadline"] = self.deadline.isoformat()
        if self.attempts_max is not None:
            said["attempts_max"] = self.attempts_max
        return said


def from_json(steps: Sequence[dict[str, Any]]) -> list[Step]:
    """Steps as they were stored."""
    return [
        Step(
            key=s["key"],
            kind=s["kind"],
            needs=tuple(s["needs"]),
            params=s.get("params", {}),
            deadline=datetime.fromisoformat(s["deadline"]) if s.get("deadline") else None,
            attempts_max=s.get("attempts_max"),
        )
        for s in steps
    ]


def validated(*, steps: Sequence[Step], kinds: Sequence[str], outward: Sequence[str]) -> list[Step]:
    """The steps in an order in which they can be made, or BadPlan.

    `kinds` are the kinds a plan may use, `outward` those of them that reach the outside; a plan has at least one.
    """
    if not 1 <= len(steps) <= STEPS_MAX:
        raise BadPlan(f"A plan has 1 to {STEPS_MAX} steps, not {len(steps)}.")
    by_key = {step.key: step for step in steps}
    if len(by_key) != len(steps):
        raise BadPlan("Two steps of the plan have the same key.")
    for step in steps:
        if step.kind not in kinds:
            raise BadPlan(f"Step {step.key} is of the unknown kind {step.kind!r}; known: {', '.join(kinds)}.")
        for need in step.needs:
            if need not in by_key:
                raise BadPlan(f"Step {step.key} needs {need!r}, which is not in the plan.")
            if by_key[need].kind in outward:
                raise BadPlan(f"Step {step.key} hangs on {need!r}, which reaches the outside; nothing may.")
    if not any(step.kind in outward for step in steps):
        raise BadPlan("The plan reaches nothing outside; it needs at least one outward step.")
    try:
        order = list(TopologicalSorter({step.key: step.needs for step in steps}).static_order())
    except CycleError as error:
        raise BadPlan(f"The plan runs in a circle: {' -> '.join(error.args[1])}.") from error
    return [by_key[key] for key in order]
