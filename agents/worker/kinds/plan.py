"""Planning a goal: the steps, checked, and then the tasks. What may not begin is not begun, and its goal says why."""

from collections.abc import Sequence
from typing import Any

from agents.blueprints import selectors as looks
from agents.blueprints import services as blueprints
from agents.goals import learned
from agents.planner import recipes
from agents.tasks import graph
from agents.tasks import services as tasks
from agents.tasks.bounds import Refused
from agents.tasks.graph import BadPlan, Step
from agents.tasks.models import Task
from agents.tasks.services import Layout
from agents.worker import checking, planning, spreading
from agents.worker.base import Kind, Landed, Proposal, Work
from chimera.core.calls.services import Recorder
from chimera.core.llm import tiers
from chimera.core.money import Allowance


class Planning(Kind):
    """Turns a goal into a validated DAG and, on landing, into tasks."""

    name = checking.PLANNING

    @property
    def waits(self) -> bool:
        """As the planners do, unless all of them work in this process."""
        return tiers.any_outside(tier=planning.TIER)

    @property
    def loads(self) -> bool:
        """Only where somebody outside is asked: a recipe needs nothing of it."""
        return tiers.any_outside(tier=planning.TIER)

    def load(self, *, task: Task) -> dict[str, Any]:
        """How the persona's topics did, as values of ours; for posts alone."""
        if not recipes.is_post(cause=task.goal.cause):
            return {}
        return {"did": learned.of(agent=task.agent, soul=task.soul).shown()}

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What the planners may cost together; nothing where the recipe stands."""
        return planning.worst_case_usd_micros(work=work)

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The steps, in an order in which they can be made, with the estimate; or why there are none.

        A model's where one can be asked and gives some that may run, else the recipe's.
        """
        by: dict[str, Any] = {}
        usual: Sequence[Step] = recipes.of(goal=work.goal, soul=work.soul)
        try:
            if planning.is_asked(work=work, recorder=recorder):
                usual, by = planning.planned(work=work, usual=usual, allowance=allowance, recorder=recorder)
            steps, estimate = checking.checked(steps=usual)
        except BadPlan as bad:
            return Proposal(payload={"steps": [], "estimate_usd_micros": 0, "refused": str(bad), **by})
        return Proposal(payload={"steps": [step.as_json() for step in steps], "estimate_usd_micros": estimate, **by})

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        """Make the plans and their tasks, and set the goals going; those that wait for a look are held instead.

        Of a plan that may not begin nothing is made: its goal has failed, and says why.
        """
        held: list[Layout] = []
        going: list[Layout] = []
        refused: list[Refused] = []
        queues: Sequence[str] = ()
        plans = {one.task.id: graph.from_json(one.payload["steps"]) for one in landed}
        meant = [one.task for one in landed if spreading.is_meant(plans[one.task.id])]
        platforms = spreading.platforms_of(plannings=meant) if meant else {}
        for one in landed:
            if said := one.payload.get("refused"):
                refused.append(Refused(goal_id=one.task.goal_id, sentence=said))
                continue
            try:
                steps, estimate = spreading.laid(
                    steps=plans[one.task.id],
                    estimate_usd_micros=one.payload["estimate_usd_micros"],
                    platforms=platforms.get(one.task.agent_subject, ()),
                )
            except BadPlan as bad:
                refused.append(Refused(goal_id=one.task.goal_id, sentence=str(bad)))
                continue
            layout = Layout(planning=one.task, steps=steps, estimate_usd_micros=estimate)
            (held if looks.waits(scopes=one.task.scopes) else going).append(layout)
        if held:
            blueprints.hold(plans=held)
        if going:
            laid = tasks.lay_out(plans=going, kinds=checking.laid())
            queues, refused = laid.queues, [*refused, *laid.refused]
        if refused:
            tasks.give_up_unplanned(plans=refused)
        return list(queues)
