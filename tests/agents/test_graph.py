"""A plan is checked before anything of it runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.planner import recipes
from agents.tasks import graph
from agents.tasks.graph import BadPlan, Step

KINDS = ("research", "draft", "publish")
OUTWARD = ("publish",)


def validated(*steps: Step) -> list[Step]:
    return graph.validated(steps=steps, kinds=KINDS, outward=OUTWARD)


def step(key: str, kind: str = "draft", *needs: str) -> Step:
    return Step(key=key, kind=kind, needs=needs)


def refusal(*steps: Step) -> str:
    with pytest.raises(BadPlan) as caught:
        validated(*steps)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.spec("PLN-1")
def test_a_circle_is_named_step_by_step() -> None:
    said = refusal(step("a", "draft", "c"), step("b", "draft", "a"), step("c", "draft", "b"), step("out", "publish"))
    assert "runs in a circle" in said
    circle = said.partition(": ")[2].rstrip(".").split(" -> ")
    assert circle[0] == circle[-1]
    assert set(circle) == {"a", "b", "c"}


@pytest.mark.spec("PLN-1")
def test_a_step_that_needs_itself_is_a_circle() -> None:
    assert "a -> a" in refusal(step("a", "draft", "a"), step("out", "publish"))


@pytest.mark.spec("PLN-1")
def test_an_unknown_kind_is_named_with_those_that_are_known() -> None:
    said = refusal(step("a", "hack"), step("out", "publish"))
    assert "Step a is of the unknown kind 'hack'" in said
    assert "research, draft, publish" in said


@pytest.mark.spec("PLN-1")
@pytest.mark.parametrize("count", [0, graph.STEPS_MAX + 1, 1_000])
def test_a_plan_has_a_bounded_number_of_steps(count: int) -> None:
    assert refusal(*(step(f"s{i}", "publish") for i in range(count))) == f"A plan has 1 to 30 steps, not {count}."


def test_a_plan_of_exactly_the_most_steps_is_accepted() -> None:
    assert len(validated(*(step(f"s{i}", "publish") for i in range(graph.STEPS_MAX)))) == graph.STEPS_MAX


def test_a_need_that_is_not_in_the_plan_is_named() -> None:
    assert refusal(step("out", "publish", "ghost")) == "Step out needs 'ghost', which is not in the plan."


def test_nothing_hangs_on_what_has_gone_out() -> None:
    said = refusal(step("out", "publish"), step("after", "draft", "out"))
    assert said == "Step after hangs on 'out', which reaches the outside; nothing may."


def test_a_plan_that_reaches_nothing_outside_is_pointless() -> None:
    assert "at least one outward step" in refusal(step("a", "research"), step("b", "draft", "a"))


def test_two_steps_with_one_key_are_refused() -> None:
    assert "the same key" in refusal(step("a"), step("a", "publish"))


@pytest.mark.spec("PLN-1")
def test_the_recipe_of_a_post_is_a_plan_whatever_order_it_is_written_in() -> None:
    kinds = ("research", "draft", "image", "publish")
    for steps in (recipes.post(), recipes.post()[::-1]):
        found = graph.validated(steps=steps, kinds=kinds, outward=OUTWARD)
        assert [one.key for one in found] == ["research", "draft", "image", "publish"]


def test_a_step_is_stored_and_read_back_as_it_was() -> None:
    assert graph.from_json([one.as_json() for one in recipes.post()]) == recipes.post()


KEYS = st.sampled_from("abcdefgh")
STEPS = st.lists(
    st.builds(step, KEYS, st.sampled_from((*KINDS, "unknown")) | st.just("draft"), KEYS, KEYS)
    | st.builds(step, KEYS, st.sampled_from(KINDS), KEYS)
    | st.builds(step, KEYS, st.sampled_from(KINDS)),
    max_size=8,
    unique_by=lambda one: one.key,
)


@pytest.mark.spec("PLN-1")
@given(STEPS)
def test_whatever_is_accepted_is_whole_and_in_an_order_in_which_it_can_be_made(steps: list[Step]) -> None:
    try:
        order = validated(*steps)
    except BadPlan:
        return
    assert sorted(one.key for one in order) == sorted(one.key for one in steps)
    place = {one.key: number for number, one in enumerate(order)}
    for one in order:
        assert all(place[need] < place[one.key] for need in one.needs)
        assert all(order[place[need]].kind not in OUTWARD for need in one.needs)
    assert any(one.kind in OUTWARD for one in order)


@given(st.permutations(range(7)), st.data())
def test_every_graph_without_a_circle_is_accepted(names: list[int], data: st.DataObject) -> None:
    steps = [
        step(f"s{name}", "draft", *(f"s{before}" for before in names[:place] if data.draw(st.booleans())))
        for place, name in enumerate(names)
    ]
    out = step("out", "publish", *(one.key for one in steps))
    assert len(validated(out, *steps[::-1])) == 8
