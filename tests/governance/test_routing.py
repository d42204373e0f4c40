"""Where a verdict and a ruling send a task: the limits to the last basis point, and every cell. JDG-2, JDG-3."""

import itertools

import pytest

from governance.governor import Ruling
from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.policies.engine import Verdict, judge
from governance.routing import RETRIES_MAX, TABLE, Class, Route, Thresholds, classify, doubts, route

A, H, R, X = Route.ACCEPT, Route.HUMAN, Route.RETRY, Route.REJECT
WAYS = {
    Class.ACT: {Ruling.ALLOW: A, Ruling.HOLD: H, Ruling.DENY: X},
    Class.DOUBT: {Ruling.ALLOW: H, Ruling.HOLD: H, Ruling.DENY: X},
    Class.FAIL: {Ruling.ALLOW: R, Ruling.HOLD: R, Ruling.DENY: X},
}
CELLS = list(itertools.product(Class, Ruling))


def verdict(composite_bp: int | None, outcome: Outcome = Outcome.PASS) -> Verdict:
    finding = Finding(policy="test", outcome=outcome, reason="So it is.", score_bp=composite_bp)
    return Verdict(findings=(finding,), outcome=outcome, composite_bp=composite_bp)


OF_CLASS = {Class.ACT: verdict(9500), Class.DOUBT: verdict(8000), Class.FAIL: verdict(5000)}


@pytest.mark.parametrize(
    ("composite_bp", "expected"),
    [
        (0, Class.FAIL),
        (6999, Class.FAIL),
        (7000, Class.DOUBT),
        (7001, Class.DOUBT),
        (8999, Class.DOUBT),
        (9000, Class.DOUBT),
        (9001, Class.ACT),
        (10_000, Class.ACT),
    ],
)
@pytest.mark.spec("JDG-2")
def test_strictly_above_acts_strictly_below_fails_and_both_ends_are_doubt(composite_bp: int, expected: Class) -> None:
    assert classify(verdict=verdict(composite_bp), thresholds=Thresholds()) == expected


@pytest.mark.spec("JDG-3")
def test_no_score_is_a_humans_business() -> None:
    assert classify(verdict=verdict(None), thresholds=Thresholds()) == Class.DOUBT


@pytest.mark.spec("JDG-2")
@pytest.mark.parametrize("composite_bp", [None, 0, 10_000])
def test_a_hard_rule_outweighs_any_score(composite_bp: int | None) -> None:
    assert classify(verdict=verdict(composite_bp, Outcome.BLOCK), thresholds=Thresholds()) == Class.FAIL
    assert classify(verdict=verdict(composite_bp, Outcome.ESCALATE), thresholds=Thresholds()) == Class.DOUBT


@pytest.mark.parametrize(("found", "ruling"), CELLS)
@pytest.mark.spec("JDG-2")
def test_every_cell_of_the_table_is_as_it_is_written(found: Class, ruling: Ruling) -> None:
    assert TABLE[(found, ruling)] == WAYS[found][ruling]
    way = route(verdict=OF_CLASS[found], ruling=ruling, thresholds=Thresholds(), retries=0)
    assert way == WAYS[found][ruling]


def test_the_table_has_every_cell_and_no_other() -> None:
    assert set(TABLE) == set(CELLS)


@pytest.mark.spec("JDG-2")
def test_what_fails_is_tried_again_twice_and_then_a_human_gets_it() -> None:
    assert RETRIES_MAX == 2
    ways = [
        route(verdict=verdict(100), ruling=Ruling.ALLOW, thresholds=Thresholds(), retries=retries)
        for retries in range(4)
    ]
    assert ways == [R, R, H, H]


def test_used_up_retries_change_no_other_way() -> None:
    for found, ruling in CELLS:
        before, after = (
            route(verdict=OF_CLASS[found], ruling=ruling, thresholds=Thresholds(), retries=retries)
            for retries in (0, RETRIES_MAX)
        )
        assert after == (H if before == R else before)


@pytest.mark.spec("JDG-2")
def test_thresholds_are_tightened_and_never_loosened() -> None:
    usual = Thresholds()
    tight = usual.tightened(act_above_bp=9700)
    assert (tight.act_above_bp, tight.retry_below_bp) == (9700, 7000)
    assert tight.tightened(act_above_bp=9100) == tight
    assert usual.tightened(act_above_bp=100) == usual
    assert classify(verdict=verdict(9700), thresholds=tight) == Class.DOUBT
    assert classify(verdict=verdict(9701), thresholds=tight) == Class.ACT
    assert usual.tightened(retry_below_bp=7500) == Thresholds(act_above_bp=9000, retry_below_bp=7500)
    assert usual.tightened(retry_below_bp=10) == usual


@pytest.mark.spec("JDG-2")
@pytest.mark.parametrize(
    ("parts", "composite_bp", "expected"),
    [
        ((6999, 6999), 6999, Route.RETRY),
        ((6999, 7000), 6999, Route.RETRY),  # 0.69995 is quantised down
        ((7000, 7000), 7000, Route.HUMAN),
        ((9000, 9001), 9000, Route.HUMAN),  # 0.90005 is not above 0.90
        ((9001, 9001), 9001, Route.ACCEPT),
    ],
)
def test_a_composite_between_two_steps_is_the_lower_one_and_goes_its_way(
    parts: tuple[int, ...], composite_bp: int, expected: Route
) -> None:
    class Part(Policy):
        scored = True

        def __init__(self, number: int, score_bp: int) -> None:
            self.name = f"part {number}"  # type: ignore[misc]
            self._score_bp = score_bp

        def check(self, *, snapshot: Snapshot) -> Finding:
            return self.score(score_bp=self._score_bp, reason="Measured.")

    said = judge(snapshot={}, policies=[Part(number, score) for number, score in enumerate(parts)])
    assert said.composite_bp == composite_bp
    assert route(verdict=said, ruling=Ruling.ALLOW, thresholds=Thresholds(), retries=0) == expected


@pytest.mark.spec("JDG-4")
@pytest.mark.parametrize(
    ("worker_bp", "composite_bp", "expected"),
    [
        (None, 9500, Class.ACT),
        (9500, 9500, Class.ACT),
        (7001, 9500, Class.ACT),  # 0.2499
        (7000, 9500, Class.DOUBT),  # 0.2500
        (0, 9500, Class.DOUBT),
        (7499, 5000, Class.FAIL),
        (7500, 5000, Class.DOUBT),
        (10_000, 5000, Class.DOUBT),
    ],
)
def test_a_worker_and_a_judge_who_differ_by_a_quarter_ask_a_human(
    worker_bp: int | None, composite_bp: int, expected: Class
) -> None:
    said = verdict(composite_bp)
    assert classify(verdict=said, thresholds=Thresholds(), worker_bp=worker_bp) == expected
    assert (doubts(verdict=said, worker_bp=worker_bp) == ()) == (expected != Class.DOUBT)
    way = route(verdict=said, ruling=Ruling.ALLOW, thresholds=Thresholds(), retries=0, worker_bp=worker_bp)
    assert (way == Route.HUMAN) == (expected == Class.DOUBT)


@pytest.mark.spec("JDG-4")
def test_a_disagreement_names_both_sides() -> None:
    assert doubts(verdict=verdict(9500), worker_bp=7000) == (
        "The worker was 0.7000 sure and the judge 0.9500: they differ by 0.25 or more.",
    )
    assert doubts(verdict=verdict(None), worker_bp=7000) == ("No rule gave a score.",)


@pytest.mark.spec("JDG-2", "JDG-4")
def test_a_hard_rule_outweighs_a_disagreement() -> None:
    assert classify(verdict=verdict(9500, Outcome.BLOCK), thresholds=Thresholds(), worker_bp=0) == Class.FAIL


@pytest.mark.spec("JDG-3")
@pytest.mark.parametrize("composite_bp", [-1, 10_001])
def test_a_score_that_is_none_is_a_humans_business(composite_bp: int) -> None:
    assert classify(verdict=verdict(composite_bp), thresholds=Thresholds()) == Class.DOUBT
    assert "which is none" in doubts(verdict=verdict(composite_bp), worker_bp=None)[0]


@pytest.mark.spec("JDG-3")
@pytest.mark.parametrize(("composite_bp", "expected"), [(0, Class.FAIL), (10_000, Class.ACT)])
def test_the_least_and_the_greatest_score_are_scores(composite_bp: int, expected: Class) -> None:
    assert classify(verdict=verdict(composite_bp), thresholds=Thresholds()) == expected
