"""A platform that does not answer, and a connector killed around its call, lose nothing and double nothing."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.tasks import services as tasks
from agents.tasks.models import Task
from chimera.core import tenancy
from governance.models import Effect, Hold
from publishing.models import Post
from tests import people
from tests.conftest import ALPHA, World
from tests.faults.stage import Stage

# One worker process and one that takes over need a few seconds each; the machine may be busy.
pytestmark = [pytest.mark.timeout(180), pytest.mark.spec("PLN-2", "PLN-3", "PLN-5", "PUB-4")]


@pytest.fixture
def stage(world: World, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(world, tmp_path)
    made.start_connector()
    yield made
    made.close()


def wish(world: World, key: str) -> int:
    """A goal for one post, begun."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        agent = Agent.objects.first() or people.agent(brand_id=ALPHA, rung=TrustRung.AUTONOMOUS)
        trend = people.trend(brand_id=ALPHA, key=key)
        goal = Goal.objects.create(
            brand_id=ALPHA,
            agent=agent,
            soul=agent.soul,
            trend=trend,
            cause=f"test:{key}",
            wish=trend.title,
            relevance_bp=9900,
            similarity_bp=4000,
            deadline=trend.expires_at,
            status="PROPOSED",
        )
        tasks.begin(goal=goal, scopes=agent.scopes)
        return goal.pk


def assert_published_once(stage: Stage, goal_id: int) -> None:
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
        assert post.status == "PUBLISHED", (post.note, stage.log())
        effect = Effect.objects.get()
        assert (effect.status, effect.platform_id) == ("CONFIRMED", post.platform_id)
        assert Goal.objects.get(pk=goal_id).status == "DONE"
        assert set(Task.objects.filter(goal_id=goal_id).values_list("status", flat=True)) == {"DONE"}
        assert [(hold.status, hold.settled_usd_micros) for hold in Hold.objects.all()] == [("SETTLED", 15_000)]
    assert stage.posts() == [post.payload["text"]]


@pytest.mark.parametrize("fault", ["accept_then_drop", "error_500_after_accept", "drop_before_accept", "late"])
def test_a_platform_that_accepts_and_does_not_answer_is_asked_again_under_the_same_key(
    stage: Stage, fault: str
) -> None:
    goal_id = wish(stage.world, "one")
    stage.faults.append(fault)
    worker = stage.worker(seconds=6)
    assert worker.wait(60) == 0, stage.log()
    stage.world.shift_clock("2 minutes")
    assert stage.worker().wait(60) == 0, stage.log()
    assert_published_once(stage, goal_id)


def test_a_connector_killed_in_the_middle_of_its_call_loses_nothing_and_doubles_nothing(stage: Stage) -> None:
    goal_id = wish(stage.world, "one")
    stage.faults.append("late")  # the platform takes a second to accept: time to die in
    worker = stage.worker(seconds=30)
    ends = time.monotonic() + 40
    while time.monotonic() < ends:
        with tenancy.brand(ALPHA, actor="test:look"):
            if Effect.objects.filter(status="SENT").exists():
                break
        time.sleep(0.02)
    time.sleep(0.3)
    stage.kill_connector()
    stage.start_connector()
    assert worker.wait(60) == 0, stage.log()
    stage.world.shift_clock("2 minutes")
    assert stage.worker().wait(60) == 0, stage.log()
    assert_published_once(stage, goal_id)
