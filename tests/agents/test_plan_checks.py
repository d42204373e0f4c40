"""Every plan passes one check before anything of it runs: its form, its graph, its time and its money."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from agents import pipeline
from agents.campaigns.models import Campaign
from agents.goals.models import Goal, Plan
from agents.planner import recipes
from agents.runs import editing, selectors
from agents.tasks import graph, services
from agents.tasks.graph import BadPlan, Step, from_json
from agents.tasks.models import Task
from agents.worker import checking
from chimera.core import clock
from chimera.core.prices.selectors import UnknownPrice
from governance.models import BudgetLimit
from publishing.trends.models import Trend
from tests import people
from tests.agents.fakes import desk, drain, looking, take_one
from tests.agents.sets import ONE, Line
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("PLN-1")
SOUL = {"voice": {"traits": ["unhurried"]}}
STEP = {"key": "a", "kind": "research", "needs": []}


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(BadPlan) as caught:
        act()
    said = str(caught.value)
    assert said.endswith(".") and "\n" not in said
    return said


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"a": STEP}, "The steps of a plan are a list."),
        ([STEP, "b"], "Step 2: a step has fields like key, kind and needs; this is none."),
        ([{**STEP, "colour": "red"}], "Step 1: the field 'colour' is unknown; known:"),
        ([{"kind": "research", "needs": []}], "Step 1: key is missing or no text."),
        ([{**STEP, "kind": 7}], "Step 1: kind is missing or no text."),
        ([{"key": "a", "kind": "research"}], "Step 1: needs is missing or no list of keys."),
        ([{**STEP, "needs": "b"}], "Step 1: needs is missing or no list of keys."),
        ([{**STEP, "params": [1]}], "Step 1: params has to hold names and values."),
        ([{**STEP, "attempts_max": "3"}], "Step 1: attempts_max is no whole number."),
        ([{**STEP, "attempts_max": True}], "Step 1: attempts_max is no whole number."),
        ([{**STEP, "deadline": "soon"}], "Step 1: deadline is no moment;"),
        ([{**STEP, "deadline": 7}], "Step 1: deadline is no moment;"),
    ],
)
def test_what_is_no_list_of_steps_is_refused_with_step_and_field(steps: Any, said: str) -> None:
    assert refusal(lambda: from_json(steps)).startswith(said)


def steps(**changed: dict[str, Any]) -> list[Step]:
    return [Step(**{**vars(step), **changed.get(step.key, {})}) for step in recipes.post()]


AT = datetime(2026, 11, 29, 12, 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"draft": {"key": "a b"}}, "Step 'a b': key has 1 to 40 letters"),
        ({"draft": {"key": ""}}, "Step '': key has"),
        ({"draft": {"needs": ("research", "research")}}, "Step draft needs 'research' twice; once is enough."),
        ({"draft": {"attempts_max": 11}}, "Step draft is given up after 1 to 10 tries, not 11."),
        ({"draft": {"deadline": AT}}, "Step draft: deadline has no time zone;"),
        ({"research": {"params": {"facts_max": "4"}}}, "Step research (research): facts_max: "),
        ({"research": {"params": {"facts_max": True}}}, "Step research (research): facts_max: "),
        ({"draft": {"params": {"note": "x" * 301}}}, "Step draft (draft): note: "),
        ({"publish": {"params": {"url": "https://example.org"}}}, "Step publish (publish): url: "),
        ({"draft": {"needs": ()}}, "Step draft (draft) has no research before it"),
    ],
)
def test_a_plan_that_may_not_run_is_refused_with_step_and_field(changed: dict[str, Any], said: str) -> None:
    assert refusal(lambda: checking.checked(steps=steps(**changed))).startswith(said)


def test_so_many_steps_may_wait_for_one_another_and_not_one_more() -> None:
    def chain(count: int) -> list[Step]:
        notes = [Step(key=f"s{n}", kind="note", needs=(f"s{n - 1}",) if n else ()) for n in range(count - 1)]
        return [*notes, Step(key="out", kind="publish", needs=(f"s{count - 2}",))]

    def check(count: int) -> list[Step]:
        return graph.validated(steps=chain(count), kinds=["note", "publish"], outward=["publish"])

    assert len(check(graph.DEPTH_MAX)) == graph.DEPTH_MAX
    assert refusal(lambda: check(graph.DEPTH_MAX + 1)).startswith("13 steps of the plan wait for one another")


@pytest.mark.spec("GEN-7")
def test_a_step_without_a_price_is_not_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpriced(self: Any) -> int:
        raise UnknownPrice("No price of model:x is known; nothing was bought.")

    monkeypatch.setattr(type(checking.known()["draft"]), "estimate_usd_micros", unpriced)
    said = refusal(lambda: checking.checked(steps=recipes.post()))
    assert said.startswith("Step draft (draft) has no price: No price")


KINDS = ("note", "publish")
NAMES = ("a", "b", "c", "d", "e")


@given(
    st.lists(
        st.builds(
            lambda key, kind, needs: Step(key=key, kind=kind, needs=tuple(needs)),
            st.sampled_from(NAMES),
            st.sampled_from((*KINDS, "note", "note", "odd")),
            st.lists(st.sampled_from(NAMES), max_size=3),
        ),
        max_size=6,
    )
)
def test_a_graph_is_accepted_if_and_only_if_it_is_valid(plan: list[Step]) -> None:
    try:
        graph.validated(steps=plan, kinds=KINDS, outward=("publish",))
        accepted = True
    except BadPlan:
        accepted = False
    assert accepted == _is_valid(plan)


def _is_valid(plan: list[Step]) -> bool:
    """The same, thought of another way: take away what waits for nothing until nothing is left."""
    left = {step.key: set(step.needs) for step in plan}
    if not plan or len(left) < len(plan) or any(step.kind == "odd" for step in plan):
        return False
    out = {step.key for step in plan if step.kind == "publish"}
    if not out or any(len(set(step.needs)) < len(step.needs) or set(step.needs) & out for step in plan):
        return False
    if any(need not in left for needs in left.values() for need in needs):
        return False
    while left:
        free = [key for key, needs in left.items() if not needs & left.keys()]
        if not free:
            return False
        for key in free:
            del left[key]
    return True


def test_the_recipes_are_plans_and_know_goal_and_persona() -> None:
    for cause in ("trend:x:agent:1", "campaign:1:agent:1:2026-11-29:1", "mention:4:agent:1", "dictated:k:agent:1"):
        ordered, estimate = checking.checked(steps=recipes.of(goal={"cause": cause, "wish": "x"}, soul=SOUL))
        assert ordered and estimate > 0
    (short, *_) = recipes.of(goal={"cause": "trend:x:agent:1"}, soul={"voice": {"traits": ["dry", "terse and exact"]}})
    assert short.params == {"facts_max": 4}
    (usual, draft, *_) = recipes.of(goal={"cause": "operator:k:agent:1", "wish": "The depot."}, soul=SOUL)
    assert (usual.params, draft.params) == ({}, {"note": "The depot."})


# At the moment of beginning


def proposed(world: World) -> int:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        return people.goal(agent=agent).pk


def failed(goal_id: int) -> str:
    """Why a goal was not begun; nothing of its plan is there."""
    with looking():
        goal = Goal.objects.get(pk=goal_id)
        assert goal.status == "FAILED"
        assert not Plan.objects.filter(goal=goal).exists()
        assert [task.status for task in Task.objects.filter(goal=goal)] == ["DONE"], "the planning itself is done"
        assert selectors.run(goal_id=goal_id).note == goal.note
    return goal.note


@pytest.mark.spec("GEN-7", "GOV-1")
def test_a_plan_that_costs_more_than_is_left_is_not_begun_and_its_goal_says_why(world: World) -> None:
    goal = proposed(world)
    with desk(world):
        BudgetLimit.objects.filter(scope__startswith="agent:").update(limit_usd_micros=100)
    drain()
    assert failed(goal).startswith("The plan would cost about $0.015; agent:")


@pytest.mark.spec("GOV-1")
@pytest.mark.parametrize("days", [0, 1])
def test_what_a_further_day_brings_before_the_goal_is_over_counts(world: World, days: int) -> None:
    goal = proposed(world)
    with desk(world):
        scope = Goal.objects.get().agent.scope
        BudgetLimit.objects.filter(scope=scope).update(limit_usd_micros=15_000)
        today = clock.now().replace(hour=23, minute=59, second=59)
        Goal.objects.update(deadline=today + timedelta(days=days))
        Trend.objects.update(expires_at=today + timedelta(days=days))
    spent_all(world, scope)
    drain()
    if days:
        with looking():
            assert Goal.objects.get(pk=goal).status in ("ACTIVE", "DONE")
    else:
        assert failed(goal) == f"The plan would cost about $0.015; {scope} has $0.00 left today."


def spent_all(world: World, scope: str) -> None:
    with world.superuser() as everything:
        everything.execute(
            "INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros, reserved_usd_micros,"
            " settled_usd_micros) VALUES (%s, %s, (chimera_now() AT TIME ZONE 'UTC')::date, 15000, 0, 15000)",
            [ALPHA, scope],
        )


@pytest.mark.spec("TRD-2")
def test_a_plan_that_outlasts_its_trend_is_not_begun(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    goal = proposed(world)
    with desk(world):
        Trend.objects.update(expires_at=clock.now() + timedelta(seconds=60))
    monkeypatch.setattr(type(checking.known()["draft"]), "lasts_s", 120)
    drain()
    assert "s, and its trend is over before that (" in failed(goal)


def test_a_plan_whose_goal_is_over_when_it_would_begin_is_refused(world: World) -> None:
    goal = proposed(world)
    with desk(world):
        row = Task.objects.get(kind="plan")
        layout = services.Layout(planning=row, steps=recipes.post(), estimate_usd_micros=0)
        Goal.objects.update(deadline=clock.now() - timedelta(seconds=1))
        (refused,) = services.refusals(plans=[layout], kinds=checking.laid())
    assert refused.sentence.startswith(f"The time of goal {goal} is over, with its goal (")


@pytest.mark.spec("GOV-2")
def test_a_campaigns_end_and_its_money_in_all_bind_its_plans(world: World) -> None:
    goal = proposed(world)
    with desk(world):
        now = clock.now()
        campaign = Campaign.objects.create(
            brand_id=ALPHA, status="DRAFT", name="Repair week", brief="It lasts a week.", starts_at=now,
            ends_at=now + timedelta(days=7), day_usd_micros=1_000_000, total_usd_micros=1_000_000,
        )  # fmt: skip
        BudgetLimit.objects.create(brand_id=ALPHA, scope=campaign.scope, window="total", limit_usd_micros=10)
        Goal.objects.update(campaign=campaign, campaign_version=1)
        row = Task.objects.get(kind="plan")
        row.scopes = [*row.scopes, campaign.scope]
        layout = services.Layout(planning=row, steps=recipes.post(), estimate_usd_micros=15_000)
        (poor,) = services.refusals(plans=[layout], kinds=checking.laid())
        Campaign.objects.update(starts_at=now - timedelta(days=1), ends_at=now + timedelta(seconds=1))
        (late,) = services.refusals(plans=[layout], kinds=checking.laid())
    assert poor.sentence == f"The plan would cost about $0.015; {campaign.scope} has $0.00001 left in all."
    assert poor.goal_id == goal
    assert "and its campaign is over before that" in late.sentence


STEP_TIMES = [
    (timedelta(seconds=-1), "Step draft would be too late at once: its deadline"),
    (timedelta(seconds=3), "Step draft would be done in about 4 s at the earliest; its deadline"),
    (timedelta(days=9), "Step draft: the deadline"),
]


@pytest.mark.parametrize(("after", "said"), STEP_TIMES)
def test_a_steps_own_deadline_is_held_against_the_moment_of_beginning(
    world: World, after: timedelta, said: str
) -> None:
    proposed(world)
    with desk(world):
        late = steps(draft={"deadline": clock.now() + after})
        layout = services.Layout(planning=Task.objects.get(kind="plan"), steps=late, estimate_usd_micros=0)
        (refused,) = services.refusals(plans=[layout], kinds=checking.laid())
    assert refused.sentence.startswith(said)


@pytest.mark.spec("PLN-2")
def test_of_a_set_of_plans_those_that_may_begin_do_and_the_others_leave_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(world, monkeypatch)
    line.propose("one", "two", "three")
    with desk(world):
        Goal.objects.filter(wish="two").update(deadline=clock.now() + timedelta(seconds=1))
    monkeypatch.setattr(type(line.outward), "lasts_s", 60)
    monkeypatch.setattr(recipes, "of", lambda **_: list(ONE))
    assert pipeline.drain(queue="think", stages=["plan"], seconds=60) == 3
    with looking():
        assert dict(Goal.objects.values_list("wish", "status")) == {"one": "ACTIVE", "two": "FAILED", "three": "ACTIVE"}
        assert set(Plan.objects.values_list("goal__wish", flat=True)) == {"one", "three"}
        assert Task.objects.filter(goal__wish="two").count() == 1


def test_a_recipe_that_may_not_run_begins_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    goal = proposed(world)
    monkeypatch.setattr(recipes, "of", lambda **_: [Step(key="a", kind="research")])
    drain()
    assert failed(goal) == "The plan reaches nothing outside; it needs at least one outward step."


@pytest.mark.spec("PLN-4")
def test_a_plan_that_was_written_past_the_desk_is_checked_again_when_it_is_started(world: World, settings: Any) -> None:
    from agents.models import Blueprint

    settings.PLANS_WAIT = ["fleet"]
    proposed(world)
    drain()
    with desk(world):
        held = Blueprint.objects.get()
        odd = [{**step, "colour": "red"} for step in held.steps]
        Blueprint.objects.filter(pk=held.pk).update(steps=odd, state_version=held.state_version + 1, reason="by hand")
    with desk(world), pytest.raises(BadPlan, match="the field 'colour' is unknown"):
        editing.start(blueprint=Blueprint.objects.get())
    with looking():
        assert not Plan.objects.exists() and Blueprint.objects.get().status == "HELD"


def test_looking_whether_a_plan_may_begin_changes_nothing(world: World) -> None:
    proposed(world)
    taken = take_one(stage="plan")
    with looking():
        layout = services.Layout(planning=taken, steps=recipes.post(), estimate_usd_micros=15_000)
        assert services.refusals(plans=[layout], kinds=checking.laid()) == []
        assert not Plan.objects.exists() and Goal.objects.get().status == "PROPOSED"


@pytest.mark.spec("PLN-2")
def test_the_check_costs_no_statement_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(world, monkeypatch)
    line.propose("one", "two")
    monkeypatch.setattr(recipes, "of", lambda **_: list(ONE))
    with CaptureQueriesContext(connection) as asked:
        pipeline.drain(queue="think", stages=["plan"], seconds=60)
    about = [query["sql"] for query in asked if "agents_plan" in query["sql"] or "budget" in query["sql"]]
    assert len(about) == 1 and "agents_plan_lay_out" in about[0], about
