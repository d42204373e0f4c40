"""Where a verdict and a ruling send a task: the limits to the last basis point, and every cell. JDG-2, JDG-3."""

import itertools

import pytest

from governance.governor import Ruling
from governance.policies.base import Finding, Outcome
from governance.policies.engine import Verdict
from governance.routing import RETRIES_MAX, TABLE, Class, Route, Thresholds, classify, route

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
