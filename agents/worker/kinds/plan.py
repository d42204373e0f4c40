"""Planning a goal: the steps, checked, and then the tasks."""

from collections.abc import Sequence

from agents.planner import recipes
from agents.tasks import graph
from agents.tasks import services as tasks
from agents.tasks.services import Layout
from agents.worker.base import Kind, Landed, Proposal, Work
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
        steps = graph.validated(steps=recipes.of(cause=work.goal["cause"]), kinds=list(kinds), outward=outward)
        estimate = sum(kinds[step.kind].estimate_usd_micros() for step in steps)
        return Proposal(payload={"steps": [step.as_json() for step in steps], "estimate_usd_micros": estimate})

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        """Make the plans and their tasks, and set the goals going."""
        kinds = {name: (kind.outward, kind.queue) for name, kind in known().items()}
        return tasks.lay_out(
            plans=[
                Layout(
                    planning=one.task,
                    steps=graph.from_json(one.payload["steps"]),
                    estimate_usd_micros=one.payload["estimate_usd_micros"],
                )
                for one in landed
            ],
            kinds=kinds,
        )
