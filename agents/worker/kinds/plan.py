"""Planning a goal: the steps, checked, and then the tasks."""

from collections.abc import Mapping
from typing import Any

from agents.planner import recipes
from agents.tasks import graph
from agents.tasks import services as tasks
from agents.tasks.models import Task
from agents.worker.base import Kind, Proposal, Work
from chimera.core import registry
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance


def known() -> dict[str, Kind]:
    """The kinds that a plan may use."""
    return {name: registry.get("KINDS", name, Kind) for name in registry.names("KINDS") if name != "plan"}


class Planning(Kind):
    """Turns a goal into a validated DAG and, on landing, into tasks."""

    name = "plan"

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The steps, in an order in which they can be made, with the estimate."""
        kinds = known()
        outward = [name for name, kind in kinds.items() if kind.outward]
        steps = graph.validated(steps=recipes.post(), kinds=list(kinds), outward=outward)
        estimate = sum(kinds[step.kind].estimate_usd_micros() for step in steps)
        return Proposal(payload={"steps": [step.as_json() for step in steps], "estimate_usd_micros": estimate})

    def land(self, *, task: Task, payload: Mapping[str, Any]) -> None:
        """Make the plan and its tasks, and set the goal going."""
        tasks.lay_out(
            planning=task,
            steps=graph.from_json(payload["steps"]),
            estimate_usd_micros=payload["estimate_usd_micros"],
            kinds={name: (kind.outward, kind.queue) for name, kind in known().items()},
        )
