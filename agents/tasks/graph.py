"""The shape of a plan and the checks that it must pass: read strictly, acyclic, known kinds, bounded."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from chimera.core.errors import Denied

STEPS_MAX = 30
DEPTH_MAX = 12  # steps that wait for one another, one after the other
ATTEMPTS_MAX = 10
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
FIELDS = frozenset({"key", "kind", "needs", "params", "deadline", "attempts_max"})


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


def from_json(steps: Any) -> list[Step]:
    """Steps as they were stored or answered. Raises BadPlan where that is no list of steps, with step and field."""
    if not isinstance(steps, list):
        raise BadPlan("The steps of a plan are a list.")
    return [_read(number, step) for number, step in enumerate(steps, start=1)]


def _read(number: int, said: Any) -> Step:
    if not isinstance(said, Mapping):
        raise BadPlan(f"Step {number}: a step has fields like key, kind and needs; this is none.")
    if strange := sorted(str(name) for name in said.keys() - FIELDS):
        raise BadPlan(f"Step {number}: the field {strange[0][:40]!r} is unknown; known: {', '.join(sorted(FIELDS))}.")
    key, kind, needs = said.get("key"), said.get("kind"), said.get("needs")
    params, attempts = said.get("params", {}), said.get("attempts_max")
    for name, value in (("key", key), ("kind", kind)):
        if not isinstance(value, str):
            raise BadPlan(f"Step {number}: {name} is missing or no text.")
    if not isinstance(needs, (list, tuple)) or not all(isinstance(need, str) for need in needs):
        raise BadPlan(f"Step {number}: needs is missing or no list of keys.")
    if not isinstance(params, Mapping):
        raise BadPlan(f"Step {number}: params has to hold names and values.")
    if attempts is not None and (not isinstance(attempts, int) or isinstance(attempts, bool)):
        raise BadPlan(f"Step {number}: attempts_max is no whole number.")
    return Step(
        key=str(key),
        kind=str(kind),
        needs=tuple(needs),
        params=params,
        deadline=_moment(number, said.get("deadline")),
        attempts_max=attempts,
    )


def _moment(number: int, said: Any) -> datetime | None:
    if said is None:
        return None
    try:
        return datetime.fromisoformat(said)
    except (ValueError, TypeError) as error:
        raise BadPlan(f"Step {number}: deadline is no moment; write it like 2026-11-29T18:30:00+00:00.") from error


def validated(*, steps: Sequence[Step], kinds: Sequence[str], outward: Sequence[str]) -> list[Step]:
    """The steps in an order in which they can be made, or BadPlan.

    `kinds` are the kinds a plan may use, `outward` those of them that reach the outside; a plan has at least one.
    """
    if not 1 <= len(steps) <= STEPS_MAX:
        raise BadPlan(f"A plan has 1 to {STEPS_MAX} steps, not {len(steps)}.")
    by_key = {step.key: step for step in steps}
    for step in steps:
        if not KEY.fullmatch(step.key):
            raise BadPlan(f"Step {step.key[:60]!r}: key has 1 to 40 letters, digits, dots, hyphens or underscores.")
    if len(by_key) != len(steps):
        raise BadPlan("Two steps of the plan have the same key.")
    for step in steps:
        _refuse_alone(step, kinds)
        for need in step.needs:
            if need not in by_key:
                raise BadPlan(f"Step {step.key} needs {need[:60]!r}, which is not in the plan.")
            if by_key[need].kind in outward:
                raise BadPlan(f"Step {step.key} hangs on {need!r}, which reaches the outside; nothing may.")
    if not any(step.kind in outward for step in steps):
        raise BadPlan("The plan reaches nothing outside; it needs at least one outward step.")
    try:
        order = list(TopologicalSorter({step.key: step.needs for step in steps}).static_order())
    except CycleError as error:
        raise BadPlan(f"The plan runs in a circle: {' -> '.join(error.args[1])}.") from error
    ordered = [by_key[key] for key in order]
    depths = finishes(steps=ordered, lasts=dict.fromkeys(kinds, 1))
    if (deepest := max(depths.values())) > DEPTH_MAX:
        raise BadPlan(f"{deepest} steps of the plan wait for one another; at most {DEPTH_MAX} may.")
    _refuse_times(ordered)
    return ordered


def _refuse_alone(step: Step, kinds: Sequence[str]) -> None:
    """What is wrong with a step whatever the others are."""
    if step.kind not in kinds:
        raise BadPlan(f"Step {step.key} is of the unknown kind {step.kind[:60]!r}; known: {', '.join(kinds)}.")
    if len(set(step.needs)) != len(step.needs):
        twice = next(need for need in step.needs if step.needs.count(need) > 1)
        raise BadPlan(f"Step {step.key} needs {twice[:60]!r} twice; once is enough.")
    if step.attempts_max is not None and not 1 <= step.attempts_max <= ATTEMPTS_MAX:
        raise BadPlan(f"Step {step.key} is given up after 1 to {ATTEMPTS_MAX} tries, not {step.attempts_max}.")
    if step.deadline is not None and step.deadline.tzinfo is None:
        raise BadPlan(f"Step {step.key}: deadline has no time zone; write it like 2026-11-29T18:30:00+00:00.")


def _refuse_times(steps: Sequence[Step]) -> None:
    by_key = {step.key: step for step in steps}
    for step in steps:
        for need in step.needs:
            former = by_key[need].deadline
            if former is not None and step.deadline is not None and former > step.deadline:
                raise BadPlan(f"Step {step.key} ends before {need}, which it needs ({told(step.deadline)}).")


def finishes(*, steps: Sequence[Step], lasts: Mapping[str, int]) -> dict[str, int]:
    """When each step is done at the earliest, counted from the start: the longest way to it.

    `steps` in an order in which they can be made, `lasts` what a task of each kind takes, in the same unit.
    """
    found: dict[str, int] = {}
    for step in steps:
        found[step.key] = max((found[need] for need in step.needs), default=0) + lasts[step.kind]
    return found


def told(at: datetime) -> str:
    """A moment for people."""
    return f"{at:%d %b %H:%M} UTC"
