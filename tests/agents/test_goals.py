"""From fresh trends to goals: relevant ones only, one per persona and trend, at most n a day."""

import threading
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection

from agents.goals import services as goals
from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.planner import services as planner
from agents.tasks.models import Task
from chimera.core import clock, tenancy
from publishing.trends import background
from publishing.trends.models import Trend
from tests import people
from tests.agents.fakes import desk, looking
from tests.conftest import ALPHA, BETA, World

PER_DAY = 4  # what Bea's soul says
OTHER = (
    "Seahorses return to the seagrass of Hallin Estuary",
    "Divers counted 63 seahorses in the seagrass meadow of Hallin Estuary, the most since 1994.",
)


def prepare(world: World, *, trends: int) -> int:
    """An agent and as many trends that matter to it; returns the agent's id."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        for number in range(trends):
            people.trend(brand_id=ALPHA, key=f"story-{number}")
        return agent.pk


def set_goals(agent_id: int) -> int:
    with looking():
        return len(planner.set_goals(agent_id=agent_id))


def side_by_side(count: int, agent_id: int) -> list[int]:
    """Several planners, each with its own connection, as nearly at once as can be."""
    start, made = threading.Barrier(count), []

    def run() -> None:
        try:
            with looking():
                connection.ensure_connection()
                start.wait(timeout=20)
                made.append(len(planner.set_goals(agent_id=agent_id)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(made) == count
    return made


@pytest.mark.spec("TRD-3", "PLN-1")
def test_a_relevant_trend_becomes_a_goal_with_a_planning_task_that_is_due(world: World) -> None:
    agent_id = prepare(world, trends=1)
    assert set_goals(agent_id) == 1
    with looking():
        goal, task, trend = Goal.objects.get(), Task.objects.get(), Trend.objects.get()
        assert goal.cause == f"trend:{trend.fingerprint}:agent:{agent_id}"
        assert goal.status == "PROPOSED"
        assert goal.deadline == trend.expires_at == task.deadline
        assert (goal.soul_id, goal.trend_id) == (Agent.objects.get().soul_id, trend.pk)
        assert (task.kind, task.status, task.stage) == ("plan", "READY", "plan")
        assert task.scopes == ["fleet", f"brand:{ALPHA}", f"agent:{agent_id}"]


@pytest.mark.spec("TRD-3")
def test_a_trend_is_one_goal_for_a_persona_however_often_planners_look(world: World) -> None:
    agent_id = prepare(world, trends=1)
    assert [set_goals(agent_id) for _ in range(3)] == [1, 0, 0]
    with looking():
        assert Goal.objects.count() == Task.objects.count() == 1


@pytest.mark.spec("TRD-3")
def test_a_trend_is_one_goal_for_a_persona_from_several_connections_at_once(world: World) -> None:
    agent_id = prepare(world, trends=1)
    assert sorted(side_by_side(3, agent_id)) == [0, 0, 1]
    with looking():
        assert Goal.objects.count() == Task.objects.count() == 1


@pytest.mark.spec("TRD-3")
def test_the_database_keeps_one_goal_per_cause_by_itself(world: World) -> None:
    agent_id = prepare(world, trends=1)
    set_goals(agent_id)
    copied = (
        "INSERT INTO agents_goal (brand_id, agent_id, soul_id, trend_id, cause, wish, deadline, status, state_version)"
        " SELECT brand_id, agent_id, soul_id, trend_id, cause, wish, deadline, 'PROPOSED', 1 FROM agents_goal"
    )
    with pytest.raises(Exception, match="goal_once_per_cause"):
        world.connect("app", brand=ALPHA).execute(copied)


@pytest.mark.spec("TRD-3")
def test_a_day_has_a_number_and_midnight_opens_the_next(world: World) -> None:
    agent_id = prepare(world, trends=2 * PER_DAY + 1)
    with looking():
        # Every trend must outlive the three days of this test.
        Trend.objects.update(expires_at=clock.now() + timedelta(days=9))
        now = clock.now()
    assert set_goals(agent_id) == PER_DAY
    assert set_goals(agent_id) == 0
    to_midnight = timedelta(days=1) - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    world.shift_clock(f"{int(to_midnight.total_seconds()) - 60} seconds")
    assert set_goals(agent_id) == 0
    world.shift_clock(f"{int(to_midnight.total_seconds()) + 60} seconds")
    assert set_goals(agent_id) == PER_DAY
    world.shift_clock(f"{int(to_midnight.total_seconds()) + 24 * 3600 + 60} seconds")
    assert set_goals(agent_id) == 1  # there was no more to post about


@pytest.mark.spec("TRD-3")
def test_planners_that_race_do_not_exceed_the_number_of_the_day(world: World) -> None:
    agent_id = prepare(world, trends=2 * PER_DAY)
    assert sum(side_by_side(3, agent_id)) == PER_DAY
    with looking():
        assert Goal.objects.count() == Task.objects.count() == PER_DAY


def between(profile: np.ndarray, similarity: float) -> np.ndarray:
    """A unit vector with this cosine to the profile."""
    away = np.zeros_like(profile)
    away[0] = 1.0
    away -= profile * float(away @ profile)
    away /= np.linalg.norm(away)
    return profile * similarity + away * (1 - similarity**2) ** 0.5


@pytest.mark.spec("TRD-3")
@pytest.mark.parametrize(
    ("floor_bp", "percentile_bp", "step", "expected"),
    [
        (1_500, 0, +0.002, 1),  # the floor alone: just above it
        (1_500, 0, -0.002, 0),
        (-9_900, 7_500, +0.002, 1),  # the percentile alone: just above and below the value that has it
        (-9_900, 7_500, -0.002, 0),
    ],
)
def test_both_the_floor_and_the_percentile_must_be_reached(
    world: World, settings: object, floor_bp: int, percentile_bp: int, step: float, expected: int
) -> None:
    settings.SIMILARITY_MIN_BP, settings.RELEVANCE_MIN_BP = floor_bp, percentile_bp  # type: ignore[attr-defined]
    agent_id = prepare(world, trends=1)
    with looking():
        profile = np.asarray(Agent.objects.select_related("soul").get().soul.profile, dtype=np.float32)
        border = floor_bp / 10_000
        if percentile_bp:
            cosines = np.sort(background.vectors() @ profile)
            border = float(cosines[int(np.ceil(len(cosines) * percentile_bp / 10_000))])
        Trend.objects.update(vector=between(profile, border + step).tolist())
    assert set_goals(agent_id) == expected


@pytest.mark.spec("TRD-3")
def test_a_stranger_among_the_trends_becomes_no_goal(world: World) -> None:
    agent_id = prepare(world, trends=0)
    with looking():
        people.trend(brand_id=ALPHA, story=OTHER, key="seahorses")
        people.trend(brand_id=ALPHA)
    assert set_goals(agent_id) == 1
    with looking():
        goal = Goal.objects.get()
        assert goal.trend is not None and "toaster" in goal.trend.title
        assert goal.relevance_bp is not None and goal.relevance_bp >= 7_500
        assert goal.similarity_bp is not None and goal.similarity_bp >= 1_500


def test_the_livelier_of_two_equal_trends_comes_first(world: World) -> None:
    agent_id = prepare(world, trends=PER_DAY)
    with looking():
        lively = people.trend(brand_id=ALPHA, key="lively")
        Trend.objects.filter(pk=lively.pk).update(score_bp=9_000)
        made = planner.set_goals(agent_id=agent_id)
        assert made[0].trend_id == lively.pk
        assert len(made) == PER_DAY


@pytest.mark.spec("TRD-2")
def test_an_expired_trend_becomes_no_goal(world: World) -> None:
    agent_id = prepare(world, trends=1)
    world.shift_clock("20 hours 1 minute")
    assert set_goals(agent_id) == 0


@pytest.mark.spec("TEN-1")
def test_goals_are_set_in_every_brand_from_its_own_trends(world: World) -> None:
    prepare(world, trends=1)
    with desk(world, brand_id=BETA):
        people.agent(brand_id=BETA, soul_file="iven_at_lowtide")
    assert planner.set_for_all_brands() == 1
    with looking(BETA):
        assert Goal.objects.count() == 0


@pytest.mark.spec("PUB-7")
def test_an_agent_without_new_goals_says_why(world: World) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        agent = people.agent(brand_id=ALPHA)
        assert "none of the 0 live trends" in goals.why_no_more(agent_id=agent.pk)
        people.trend(brand_id=ALPHA)
        assert planner.set_goals(agent_id=agent.pk)
        assert "a goal for each of the 1 live trends" in goals.why_no_more(agent_id=agent.pk)
        type(agent).objects.filter(pk=agent.pk).update(posts_per_day=1)
        assert "has its 1 goals of today" in goals.why_no_more(agent_id=agent.pk)
