"""What is too late although nobody claims it: the sweeper ends it, a few goals a round."""

import pytest

from agents import pipeline, stopping, sweeper
from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.tasks import lateness
from agents.tasks import services as tasks
from agents.tasks.models import Task
from chimera.core import tenancy
from chimera.core.errors import Conflict
from governance.controls.models import ControlKind
from governance.models import AuditEvent, ReviewItem
from tests import people
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("PLN-6")
STEPS = ("research", "draft", "image", "publish")


def planned(world: World, *, rung: TrustRung = TrustRung.AUTONOMOUS) -> Agent:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=rung)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    assert pipeline.drain(queue="think", stages=["plan"], seconds=30) == 1
    return agent


def statuses() -> dict[str, str]:
    with looking():
        return dict(Task.objects.values_list("kind", "status"))


def test_late_work_of_a_paused_agent_ends_with_what_hangs_on_it(world: World) -> None:
    agent = planned(world)
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        stopping.impose(scope=agent.scope, kind=ControlKind.PAUSE, reason="a drill")
    sweeper.sweep(queues=[])
    assert statuses() == {"plan": "DONE", "research": "READY", **dict.fromkeys(STEPS[1:], "BLOCKED")}
    world.shift_clock("20 hours 1 minute")
    assert pipeline.drain(queue="think", seconds=5) == 0, "nobody may claim it"
    sweeper.sweep(queues=[])
    assert statuses() == {"plan": "DONE", **dict.fromkeys(STEPS, "CANCELLED")}
    with looking():
        assert Goal.objects.get().status == "CANCELLED"
        assert set(Task.objects.exclude(kind="plan").values_list("note", flat=True)) == {lateness.LATE}
        ends = AuditEvent.objects.filter(to_status="CANCELLED").values_list("actor", flat=True)
        assert set(ends) == {"worker:sweeper"}


def test_a_card_that_nobody_answered_expires_and_is_not_merely_cancelled(world: World) -> None:
    planned(world, rung=TrustRung.PROBATION)
    drain()
    assert statuses()["publish"] == "HELD"
    world.shift_clock("20 hours 1 minute")
    sweeper.sweep(queues=[])
    assert statuses()["publish"] == "EXPIRED"
    with looking():
        assert ReviewItem.objects.get().status == "EXPIRED"
        assert Goal.objects.get().status == "FAILED"
    assert lateness.cancel_late() == 0


def late_goals(world: World, count: int) -> list[int]:
    """Goals with a planning task each, all too late, the first one longest."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        trend = people.trend(brand_id=ALPHA)
        goals = []
        for number in range(count):
            goal = Goal.objects.create(
                brand_id=ALPHA,
                agent=agent,
                soul=agent.soul,
                trend=trend,
                cause=f"test:{number}",
                wish=trend.title,
                deadline=trend.expires_at.replace(microsecond=number),
                status="PROPOSED",
            )
            tasks.begin(goal=goal, scopes=agent.scopes)
            goals.append(goal.pk)
    world.shift_clock("21 hours")
    return goals


def open_goals() -> list[int]:
    with looking():
        return list(Goal.objects.exclude(status="CANCELLED").order_by("pk").values_list("pk", flat=True))


def test_a_round_ends_a_bounded_number_the_longest_overdue_first(world: World) -> None:
    goals = late_goals(world, 5)
    assert lateness.cancel_late(count_max=2) == 2
    assert open_goals() == goals[2:]
    assert lateness.cancel_late() == 3
    assert open_goals() == []
    assert lateness.cancel_late() == 0


def test_a_goal_that_cannot_be_cancelled_now_keeps_no_other_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    goals, cancel = late_goals(world, 3), tasks.cancel

    def lost_the_first(*, goal_id: int, note: str) -> int:
        if goal_id == goals[0]:
            raise Conflict("somebody else moved it")
        return cancel(goal_id=goal_id, note=note)

    monkeypatch.setattr(tasks, "cancel", lost_the_first)
    assert lateness.cancel_late() == 2
    assert open_goals() == goals[:1]
    monkeypatch.undo()
    assert lateness.cancel_late() == 1
