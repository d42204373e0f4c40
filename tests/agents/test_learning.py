"""What posts came to is fed back: topics are weighed, hits are followed up, and a planning model is told. MET-1."""

from datetime import timedelta

import pytest

from agents.archive import selectors as archive
from agents.goals import followed, learned
from agents.goals.models import Goal
from agents.goals.services import wishes
from agents.personas.models import Agent
from agents.planner import recipes
from agents.planner import services as planner
from agents.tasks.models import Task
from agents.worker.kinds.plan import Planning
from chimera.core import clock, prompts
from publishing.accounts.models import Account
from publishing.metrics import selectors as metrics
from publishing.metrics.selectors import Topic
from publishing.trends.models import Trend
from tests import people
from tests.agents import finished
from tests.agents.fakes import desk, looking
from tests.conftest import ALPHA, World
from tests.publishing import measured

pytestmark = pytest.mark.spec("MET-1")
CAFE = "The repair café and its volunteers mend toasters, number {}."
RADIO = "Old clocks and radios tick again, number {}."
OF_RADIOS = (
    "Old radios and clocks glow again in Hallin",
    "A collector in Hallin has made 40 old radios and clocks play again. “Every old radio wants one capacitor.”",
)


@pytest.fixture
def agent(world: World) -> Agent:
    with desk(world):
        return people.agent(brand_id=ALPHA)


def account(agent: Agent) -> int:
    with looking():
        return Account.objects.get(belongs_to=agent.subject, platform="plaza").pk


def posts(world: World, agent: Agent, text: str, likes: list[int], *, age: str = "2 days", **more: object) -> list[int]:
    """Posts of the agent that were read after four hours."""
    made = []
    for number, count in enumerate(likes):
        post = measured.post(world, account_id=account(agent), age=age, text=text.format(number), **more)
        measured.reading(world, post_id=post, step_s=14_400, likes=count)
        made.append(post)
    return made


def known(agent: Agent) -> learned.Learned:
    with looking():
        return learned.of(agent=agent, soul=Agent.objects.select_related("soul").get(pk=agent.pk).soul)


def goals(agent: Agent) -> list[Goal]:
    with looking():
        planner.set_goals(agent_id=agent.pk)
        return list(Goal.objects.order_by("pk"))


def test_a_post_is_held_against_its_personas_median_at_the_same_age(world: World, agent: Agent) -> None:
    made = posts(world, agent, CAFE, [10, 10, 20, 40])
    measured.reading(world, post_id=made[0], step_s=86_400, likes=60)
    late = measured.post(world, account_id=account(agent), age="2 days")
    measured.reading(world, post_id=late, step_s=14_400, late_s=20_000, likes=90)
    answer = measured.post(world, account_id=account(agent), age="2 days", reply_to="7")
    measured.reading(world, post_id=answer, step_s=14_400, likes=90)
    with looking():
        dids = metrics.how_they_did(belongs_to=agent.subject, now=clock.now())
    times = {(one.post_id, one.step_s): one.times for one in dids}
    assert {key: times[key] for key in times if key[1] == 14_400} == {
        (made[0], 14_400): pytest.approx(2 / 3),
        (made[1], 14_400): pytest.approx(2 / 3),
        (made[2], 14_400): pytest.approx(4 / 3),
        (made[3], 14_400): pytest.approx(8 / 3),
    }
    assert times[made[0], 86_400] is None  # alone at its step: nothing to compare with
    assert {one.post_id: one.step_s for one in metrics.last(dids=dids)}[made[0]] == 14_400


def test_where_no_views_are_told_numbers_are_compared_and_never_with_rates(world: World, agent: Agent) -> None:
    for number in range(4):
        post = measured.post(world, account_id=account(agent), age="2 days", text=f"No views {number}")
        measured.reading(world, post_id=post, step_s=14_400, views=None, likes=2, replies=1, reposts=None)
    posts(world, agent, CAFE, [10, 10, 10, 10])
    with looking():
        dids = metrics.how_they_did(belongs_to=agent.subject, now=clock.now())
    assert {(one.is_rate, one.engagement, one.times) for one in dids} == {(False, 3.0, 1.0), (True, 0.1, 1.0)}


@pytest.mark.parametrize(
    ("times", "count", "weight", "factor"),
    [(9.0, 3, 3.0, 1.25), (0.1, 5, 5.0, 0.8), (1.1, 3, 3.0, 1.1), (9.0, 2, 2.0, 1.0), (9.0, 3, 0.3, 1.025)],
)
def test_a_topic_weighs_within_bounds_from_three_posts_on_and_fades(
    times: float, count: int, weight: float, factor: float
) -> None:
    found = learned.weighed(topic=Topic(name="old radios", times=times, posts=count, weight=weight))
    assert found.factor == pytest.approx(factor)
    assert bool(found.reason) == (count >= 3)


def test_a_topic_that_did_well_brings_its_trends_forward_and_the_goal_says_why(world: World, agent: Agent) -> None:
    with desk(world):
        cafe = people.trend(brand_id=ALPHA)
        radio = people.trend(brand_id=ALPHA, story=OF_RADIOS, key="story-2")
        Trend.objects.filter(pk=radio.pk).update(score_bp=cafe.score_bp)
    with looking():
        first, second = [one.trend_id for one in wishes(agent_id=agent.pk)]
    good, bad = (RADIO, CAFE) if first == cafe.pk else (CAFE, RADIO)
    posts(world, agent, good, [28, 28, 28], age="9 days")  # too old to be followed up
    posts(world, agent, bad, [1, 1, 10, 10], age="9 days")
    assert {one.posts for one in known(agent).topics} == {3, 4}
    made = goals(agent)
    assert [one.trend_id for one in made] == [second, first]
    reasons = {one.trend_id: one.reason for one in made}
    assert "3 posts about “" in reasons[second] and "weighed 1.18 times" in reasons[second]  # 1.25 when they were new
    assert "4 posts about “" in reasons[first] and "weighed 0." in reasons[first]
    assert all(one.relevance_bp for one in made)


def test_a_post_that_did_far_better_than_usual_asks_for_one_goal_that_cites_its_figures(
    world: World, agent: Agent
) -> None:
    with desk(world):
        trend = people.trend(brand_id=ALPHA)
    *_, hit = posts(world, agent, CAFE, [2, 2, 2, 2, 9])
    (goal,) = goals(agent)
    assert (goal.cause, goal.trend_id) == (f"metrics:{hit}:agent:{agent.pk}", trend.pk)
    assert "did 4.5 times this persona's usual after 4 h: 100 views, 9 likes" in goal.wish
    assert goal.reason and goal.relevance_bp
    assert goal.deadline <= clock.now() + timedelta(hours=24)
    assert goals(agent) == [goal]  # one for a post, and for its trend no other
    steps = recipes.of(goal={"cause": goal.cause, "wish": goal.wish}, soul={"voice": {"traits": ["calm"]}})
    (draft,) = [one for one in steps if one.kind == "draft"]
    assert draft.params == {"note": followed.NOTE} and not any(one.isdigit() for one in followed.NOTE)


def test_a_hit_that_was_paid_for_too_young_too_old_or_without_a_trend_is_not_followed_up(
    world: World, agent: Agent
) -> None:
    posts(world, agent, CAFE, [2, 2, 2, 2, 2, 2])
    posts(world, agent, CAFE, [9], sponsorship="paid")
    posts(world, agent, CAFE, [9], age="9 days")
    for likes in (2, 2, 2, 9):
        young = measured.post(world, account_id=account(agent), age="90 minutes", text=CAFE)
        measured.reading(world, post_id=young, step_s=3_600, likes=likes)
    with desk(world):
        people.trend(brand_id=ALPHA)
    assert not [one for one in goals(agent) if one.cause.startswith(followed.PREFIX)]
    posts(world, agent, CAFE, [9])
    assert not [one for one in goals(agent) if one.cause.startswith(followed.PREFIX)]  # its trend has a goal


def test_follow_ups_stay_within_the_posts_of_the_day_and_are_not_set_again_from_the_archive(
    world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(world):
        people.trend(brand_id=ALPHA)
        Agent.objects.filter(pk=agent.pk).update(posts_per_day=1)
        people.trend(brand_id=ALPHA, story=OF_RADIOS, key="story-2")
    hits = posts(world, agent, CAFE, [2, 2, 2, 2, 2, 8, 9])[-2:]
    (goal,) = goals(agent)
    assert goal.cause == f"metrics:{hits[1]}:agent:{agent.pk}"  # the better one
    known_causes = {f"metrics:{hits[0]}:agent:{agent.pk}"}
    monkeypatch.setattr(archive, "known_causes", lambda *, causes: known_causes & set(causes))
    with desk(world):
        Agent.objects.filter(pk=agent.pk).update(posts_per_day=9)
    assert [one.cause for one in goals(agent) if one.cause.startswith(followed.PREFIX)] == [goal.cause]


def everywhere(world: World, agent: Agent, likes: list[int], *, keyed_by: str, age: str = "2 days") -> list[int]:
    """One draft about the café on plaza, X and Instagram, among four posts of each that did as usual (2 likes)."""
    accounts = [account(agent)]
    for platform in ("x", "instagram"):
        accounts.append(measured.account(world, platform=platform, owner=agent.subject, handle="bea"))
    tasks, text = [0, 0, 0], CAFE.format("one thousand")
    if keyed_by != "text":
        with looking():
            soul = Agent.objects.get(pk=agent.pk).soul_id
        (goal,) = finished.make(world.superuser(), brand=ALPHA, agent=agent.pk, soul=soul or 0, count=1, age="2 days")
        tasks = [finished.task_of(goal, kind) for kind in ("research", "draft", "image")]
        if keyed_by == "archive":
            with world.superuser() as db:
                db.execute("SET session_replication_role = replica")
                db.execute(
                    "INSERT INTO agents_archivedtask (brand_id, id, goal_id, kind, outward, ended_as)"
                    " SELECT brand_id, id, goal_id, kind, outward, status FROM agents_task WHERE id = ANY(%s)", [tasks]
                )  # fmt: skip
                db.execute("DELETE FROM agents_task WHERE id = ANY(%s)", [tasks])
    made = []
    for number, (place, task) in enumerate(zip(accounts, tasks, strict=True)):
        for usual in range(4):
            other = measured.post(world, account_id=place, age=age, text=f"Nothing of note, {number} and {usual}.")
            for step_s in (14_400, 86_400):
                measured.reading(world, post_id=other, step_s=step_s, likes=2)
        said = text if keyed_by == "text" else f"{text} Seen from {number}."  # a platform may have words of its own
        made.append(measured.post(world, account_id=place, age=age, text=said, task=task))
        measured.reading(world, post_id=made[-1], step_s=14_400, likes=likes[number])
    return made


KEYS = pytest.mark.parametrize("keyed_by", ["goal", "archive", "text"])


@KEYS
def test_one_draft_on_three_platforms_asks_for_one_follow_up_by_the_post_that_did_best(
    keyed_by: str, world: World, agent: Agent
) -> None:
    def followers() -> list[str]:
        return [one.cause for one in goals(agent) if one.cause.startswith(followed.PREFIX)]

    with desk(world):
        people.trend(brand_id=ALPHA)
        people.trend(brand_id=ALPHA, story=("The repair café and its volunteers", people.STORY[1]), key="story-2")
    made = everywhere(world, agent, [8, 12, 2], keyed_by=keyed_by)
    assert followers() == [f"metrics:{made[1]}:agent:{agent.pk}"]
    with desk(world):
        people.trend(brand_id=ALPHA, story=("Volunteers mend toasters at the café", people.STORY[1]), key="story-3")
        Agent.objects.filter(pk=agent.pk).update(posts_per_day=9)
    measured.reading(world, post_id=made[2], step_s=86_400, likes=20)  # by now it does best: one has asked, so all have
    assert followers() == [f"metrics:{made[1]}:agent:{agent.pk}"]


@KEYS
def test_one_draft_on_three_platforms_teaches_once_what_it_did_on_all_of_them(
    keyed_by: str, world: World, agent: Agent
) -> None:
    with desk(world):
        cafe = people.trend(brand_id=ALPHA)
    everywhere(world, agent, [3, 1, 40], keyed_by=keyed_by)
    taught = known(agent)
    name = learned.topic(interests=taught.interests, vector=cafe.vector)
    (topic,) = [one for one in taught.topics if one.name == name]
    assert (topic.posts, topic.weight) == (1, pytest.approx(0.5 ** (2 / 20), abs=0.01))
    assert topic.times == pytest.approx((1.5 + 0.5 + 5) / 3)  # each at most five times the usual
    assert taught.weighed(vector=list(cafe.vector)).factor == 1.0, "three posts, and one thing that was said"
    assert taught.shown() == {"best": [], "worst": []}


def test_a_model_that_plans_is_told_the_best_and_worst_topics_as_values(world: World, agent: Agent) -> None:
    with desk(world):
        people.trend(brand_id=ALPHA)
    posts(world, agent, RADIO, [28, 28, 28], age="9 days")
    posts(world, agent, CAFE, [1, 1, 10, 10], age="9 days")
    (goal,) = goals(agent)
    with looking():
        told = Planning().load(task=Task.objects.select_related("goal", "agent", "soul").get())
        goal.cause = "mention:1:agent:1"
        task = Task.objects.select_related("agent", "soul").get()
        task.goal = goal
        assert Planning().load(task=task) == {}
    interests = set(people_soul(agent))
    did = told["did"]
    assert {one["topic"] for one in (*did["best"], *did["worst"])} <= interests
    assert [one["posts"] for one in did["best"]] == [3] and [one["posts"] for one in did["worst"]] == [4]
    assert not Planning().loads  # nobody outside is asked here: nothing is read for it
    variables = {
        "persona": {"name": "Bea", "audience": "a", "interests": [], "voice": {"traits": []}, "directives": [],
                    "forbidden_topics": [], "posts_per_day": 1},
        "goal": {"from": "trend"}, "kinds": [], "usual": [], "seed": "s",
    }  # fmt: skip
    text, _ = prompts.render("plan", {**variables, "did": did})
    assert f"- well: {did['best'][0]['topic']}, {did['best'][0]['times']} times, 3 posts" in text
    assert "- badly: " in text
    assert "How topics did" not in prompts.render("plan", {**variables, "did": {"best": [], "worst": []}})[0]


def people_soul(agent: Agent) -> list[str]:
    with looking():
        soul = Agent.objects.select_related("soul").get(pk=agent.pk).soul
        assert soul is not None
        return list(soul.interests)
