"""Planning a goal: the steps, checked, and then the tasks."""

from collections.abc import Sequence

from pydantic import ValidationError

from agents.blueprints import selectors as looks
from agents.blueprints import services as blueprints
from agents.planner import recipes
from agents.tasks import graph
from agents.tasks import services as tasks
from agents.tasks.graph import BadPlan, Step
from agents.tasks.services import Layout
from agents.worker.base import Kind, Landed, Proposal, Work
from chimera.core import registry
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance


def known() -> dict[str, Kind]:
    """The kinds that a plan may use."""
    return {name: registry.get("KINDS", name, Kind) for name in registry.names("KINDS") if name != "plan"}


def laid() -> dict[str, tuple[bool, str]]:
    """What laying out needs of each kind: whether it reaches the outside, and its queue."""
    return {name: (kind.outward, kind.queue) for name, kind in known().items()}


def checked(*, steps: Sequence[Step]) -> tuple[list[Step], int]:
    """The steps in an order in which they can be made, each with parameters that its kind takes, and the estimate.

    Whoever lays out a plan, planner or human, comes through here. Raises BadPlan.
    """
    kinds = known()
    outward = [name for name, kind in kinds.items() if kind.outward]
    ordered = graph.validated(steps=steps, kinds=list(kinds), outward=outward)
    above: dict[str, set[str]] = {}  # kinds that stand before a step, by its key
    for step in ordered:
        before = {kind for need in step.needs for kind in (*above[need], *_kinds_of(ordered, need))}
        above[step.key] = before
        for one_of in kinds[step.kind].asks:
            if before.isdisjoint(one_of):
                raise BadPlan(f"Step {step.key} ({step.kind}) has no {' or '.join(one_of)} before it, which it needs.")
        _refuse_params(step, kinds[step.kind])
    return ordered, sum(kinds[step.kind].estimate_usd_micros() for step in ordered)


def _kinds_of(steps: Sequence[Step], key: str) -> list[str]:
    return [step.kind for step in steps if step.key == key]


def _refuse_params(step: Step, kind: Kind) -> None:
    try:
        kind.params.model_validate(dict(step.params))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"])) or "its parameters"
        raise BadPlan(f"Step {step.key} ({step.kind}): {name}: {first['msg']}.") from error


class Planning(Kind):
    """Turns a goal into a validated DAG and, on landing, into tasks."""

    name = "plan"

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The steps, in an order in which they can be made, with the estimate."""
        steps, estimate = checked(steps=recipes.of(cause=work.goal["cause"]))
        return Proposal(payload={"steps": [step.as_json() for step in steps], "estimate_usd_micros": estimate})

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        """Make the plans and their tasks, and set the goals going; those that wait for a look are held instead."""
        held: list[Layout] = []
        going: list[Layout] = []
        for one in landed:
            layout = Layout(
                planning=one.task,
                steps=graph.from_json(one.payload["steps"]),
                estimate_usd_micros=one.payload["estimate_usd_micros"],
            )
            (held if looks.waits(scopes=one.task.scopes) else going).append(layout)
        if held:
            blueprints.hold(plans=held)
        return tasks.lay_out(plans=going, kinds=laid()) if going else []
