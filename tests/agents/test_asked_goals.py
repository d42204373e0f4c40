"""Goals that an operator sets in his own words: one for each key, about news that is there."""

import json
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agents.goals import asked
from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.planner import services as planner
from agents.tasks.models import Artifact, Task
from chimera.core import tenancy
from publishing.trends.models import Trend
from tests import people
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("PLN-1")
WORDS = "what the repair café mends"


@pytest.fixture
def agent(world: World, tmp_path: Any, settings: Any) -> Agent:
    settings.MEDIA_ROOT = tmp_path / "media"
    with desk(world):
        people.trend(brand_id=ALPHA)
        return people.agent(brand_id=ALPHA)


def say(world: World, *words: str) -> dict[str, Any]:
    out = StringIO()
    with world.role("operator"):
        call_command("goal", *words, "--json", stdout=out)
    said: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return said


def refused(world: World, *words: str) -> str:
    with pytest.raises(CommandError) as caught:
        say(world, *words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_words_become_a_goal_about_the_nearest_news_and_the_writer_reads_them(world: World, agent: Agent) -> None:
    said = say(world, agent.handle, f"  {WORDS}\n")
    with looking():
        goal = Goal.objects.get()
        assert (said["goal"], said["wish"], said["is_new"], said["trend"]) == (goal.pk, WORDS, True, goal.trend_id)
        assert goal.deadline <= Trend.objects.get().expires_at and goal.relevance_bp
    drain()
    with looking():
        assert Task.objects.get(kind="draft").params == {"note": WORDS}
        assert Artifact.objects.get(task__kind="publish").payload["text"]
        assert Goal.objects.get().status == "DONE"


def test_the_same_words_on_one_day_and_the_same_key_on_any_are_one_goal(world: World, agent: Agent) -> None:
    first = say(world, agent.handle, WORDS)
    assert say(world, f"@{agent.handle}", f"{WORDS} ") == {**first, "is_new": False}
    with desk(world):
        people.trend(brand_id=ALPHA, key="story-2")
    keyed = say(world, agent.handle, "another thing", "--key", "spring-1", "--trend", str(newest()))
    again = say(world, agent.handle, "quite another", "--key", "spring-1")
    assert keyed["is_new"] and again == {**keyed, "is_new": False}


def newest() -> int:
    with looking():
        return Trend.objects.latest("pk").pk


def test_two_who_say_the_same_at_once_set_one_goal(world: World, agent: Agent) -> None:
    start, told = threading.Barrier(4), []

    def run() -> None:
        try:
            with tenancy.brand(ALPHA, actor="test:asks"):
                connection.ensure_connection()
                start.wait(timeout=20)
                told.append(planner.ask(agent=agent, text=WORDS))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(is_new for _, is_new in told) == [False, False, False, True]
    with looking():
        assert Goal.objects.count() == Task.objects.count() == 1


@pytest.mark.spec("TRD-3")
def test_a_persona_has_one_goal_for_a_trend_whoever_sets_it(world: World, agent: Agent) -> None:
    say(world, agent.handle, WORDS)
    with looking():
        assert planner.set_goals(agent_id=agent.pk) == []
    with desk(world):
        people.trend(brand_id=ALPHA, key="story-2")
    with looking():
        (other,) = planner.set_goals(agent_id=agent.pk)
    assert other.cause.startswith("trend:story-2")
    assert "has goal" in refused(world, agent.handle, "the café again", "--trend", str(newest()))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hi"], "Say in 3 to 300 characters what to post about."),
        (["x" * 301], "Say in 3 to 300 characters what to post about."),
        (["bell \x07 bell"], "Say in 3 to 300 characters what to post about."),
        ([WORDS, "--key", "a b"], "The key has 1 to 60 letters"),
        ([WORDS, "--hours", "0"], "A goal lasts 1 to 72 hours, not 0."),
        ([WORDS, "--trend", "999"], "There is no live trend 999 in this brand"),
        (["quantum chromodynamics on lattices"], "No live trend is about that"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_sets_nothing(
    world: World, agent: Agent, words: list[str], said: str
) -> None:
    assert refused(world, agent.handle, *words).startswith(said)
    with looking():
        assert not Goal.objects.exists()


def test_an_agent_without_a_soul_is_asked_for_nothing(world: World, agent: Agent) -> None:
    with desk(world):
        soulless = Agent.objects.get()
        soulless.soul = None
        with pytest.raises(asked.CannotAsk, match="has no soul"):
            asked.wish(agent=soulless, text=WORDS)


def test_people_are_told_in_a_sentence(world: World, agent: Agent) -> None:
    out = StringIO()
    with world.role("operator"):
        call_command("goal", agent.handle, WORDS, stdout=out)
        call_command("goal", agent.handle, WORDS, stdout=out)
    first, second = out.getvalue().splitlines()
    assert f"of @{agent.handle} is set: {WORDS} (until" in first and "See: manage.py run" in first
    assert "was set before and is proposed" in second
