"""The reliability curve: it never falls, keeps the mean, is the nearest of all, and says when too little is known."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calibration import curve, moving, picture
from agents.calibration.curve import Pair

WEIGHTED = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=12)


def squares(fitted: list[float], values: list[float], weights: list[int]) -> float:
    return sum(w * (f - v) ** 2 for f, v, w in zip(fitted, values, weights, strict=True))


@pytest.mark.spec("JDG-5")
@given(WEIGHTED)
def test_the_fitted_values_never_fall_keep_the_mean_and_are_a_fixed_point(rows: list[tuple[float, int]]) -> None:
    values, weights = [v for v, _ in rows], [w for _, w in rows]
    fitted = curve.isotonic(values, weights)
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(fitted))
    total = sum(w * v for v, w in rows)
    assert sum(w * f for f, w in zip(fitted, weights, strict=True)) == pytest.approx(total)
    assert curve.isotonic(fitted, weights) == pytest.approx(fitted)


@pytest.mark.spec("JDG-5")
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=4))
def test_no_other_rising_values_are_nearer(rows: list[tuple[int, int]]) -> None:
    values, weights = [v / 4 for v, _ in rows], [w for _, w in rows]
    best = squares(curve.isotonic(values, weights), values, weights)
    grid = [step / 8 for step in range(9)]
    for other in itertools.combinations_with_replacement(grid, len(values)):
        assert best <= squares(list(other), values, weights) + 1e-9


@pytest.mark.parametrize(("hits", "count"), [(0, 1), (1, 1), (3, 10), (50, 50), (499, 500)])
def test_an_interval_holds_its_share_and_narrows_with_more_decisions(hits: int, count: int) -> None:
    few, many = curve.wilson(hits=hits, count=count), curve.wilson(hits=hits * 10, count=count * 10)
    assert 0 <= few.low <= few.share <= few.high <= 1
    assert many.high - many.low < few.high - few.low


def test_an_interval_is_wilsons() -> None:
    found = curve.wilson(hits=9, count=10)  # Newcombe 1998 gives 0.5958 to 0.9821
    assert (round(found.low, 4), round(found.high, 4)) == (0.5958, 0.9821)
    nothing = curve.wilson(hits=0, count=0)
    assert (nothing.low, nothing.high) == (0.0, 1.0)


@pytest.mark.spec("JDG-5")
def test_below_so_many_decisions_there_is_no_curve() -> None:
    pairs = [Pair(composite_bp=9_000, is_kept=True)] * 9
    assert curve.fit(pairs=pairs, count_min=10) is None
    assert curve.fit(pairs=[], count_min=0) is None
    fitted = curve.fit(pairs=[*pairs, Pair(composite_bp=10_000, is_kept=False)], count_min=10)
    assert fitted is not None
    assert [(b.from_bp, b.kept.count) for b in fitted.bins] == [(9_000, 9), (9_500, 1)]


def known(*groups: tuple[int, int, int]) -> list[Pair]:
    """(composite, kept, changed) as decisions."""
    return [
        Pair(composite_bp=bp, is_kept=is_kept)
        for bp, kept, changed in groups
        for is_kept in (*[True] * kept, *[False] * changed)
    ]


def steps(pairs: list[Pair], composites: list[int]) -> list[moving.Moved]:
    fitted = curve.fit(pairs=pairs, count_min=1)
    return [
        moving.moved(act_above_bp=bp, composites_bp=composites, pairs=pairs, curve=fitted, takes_s=30)
        for bp in moving.STEPS_BP
    ]


@pytest.mark.spec("JDG-5")
def test_moving_the_threshold_says_what_acts_what_is_wrong_and_what_it_costs_a_human() -> None:
    found = steps(known((9_100, 70, 30), (9_500, 99, 1)), [9_100, 9_100, 9_500, 8_000])
    first = found[0]
    assert (first.act_above_bp, first.acts) == (9_000, 0.75)
    assert first.changed == pytest.approx((0.3 + 0.3 + 0.01) / 3)
    assert (first.seen.count, first.seen.share) == (200, 31 / 200)
    assert first.human_minutes == pytest.approx(12.5)  # a quarter of a hundred, half a minute each
    beyond = found[2]
    assert (beyond.act_above_bp, beyond.acts) == (9_200, 0.25)
    assert beyond.changed == pytest.approx(0.01)
    assert (found[-1].act_above_bp, found[-1].acts, found[-1].changed) == (10_000, 0.0, None)
    assert moving.moved(act_above_bp=9_000, composites_bp=[], pairs=[], curve=None, takes_s=30).acts == 0


@pytest.mark.spec("JDG-5", "JDG-2")
def test_advice_tightens_to_the_lowest_calm_threshold_and_loosens_only_when_sure() -> None:
    wild = steps(known((9_100, 70, 30), (9_500, 99, 1)), [9_100] * 5 + [9_500] * 5)
    tighter = moving.wanted(now_bp=9_000, steps=wild, changed_max=0.05)
    assert tighter is not None and tighter.act_above_bp == 9_100  # what scored 0.91 does not act any more
    assert moving.wanted(now_bp=9_300, steps=wild, changed_max=0.05) is None
    hopeless = steps(known((9_500, 10, 90)), [9_500] * 5)
    nothing = moving.wanted(now_bp=9_000, steps=hopeless, changed_max=0.05)
    assert nothing is not None and nothing.act_above_bp == 10_000
    calm = steps(known((9_100, 500, 1), (9_500, 500, 0)), [9_100, 9_500])
    looser = moving.wanted(now_bp=9_300, steps=calm, changed_max=0.05)
    assert looser is not None and looser.act_above_bp == 9_000  # never below the fleet's
    assert moving.wanted(now_bp=9_000, steps=calm, changed_max=0.05) is None
    few = steps(known((9_100, 20, 0), (9_500, 20, 0)), [9_100, 9_500])
    assert moving.wanted(now_bp=9_300, steps=few, changed_max=0.05) is None  # twenty prove nothing
    assert moving.wanted(now_bp=9_000, steps=[], changed_max=0.05) is None


def test_the_picture_places_better_scores_to_the_right_and_better_shares_higher() -> None:
    fitted = curve.fit(pairs=known((7_000, 5, 5), (9_500, 10, 0)), count_min=1)
    assert fitted is not None
    drawn = picture.drawn(curve=fitted)
    (x1, y1), (x2, y2) = (map(int, point.split(",")) for point in drawn.line.split())
    assert x1 < x2 and y1 > y2
    assert [dot.label for dot in drawn.dots] == ["0.70 to 0.75", "0.95 to 1.00"]
    assert drawn.dots[0].high < drawn.dots[0].y < drawn.dots[0].low
    empty = picture.row(moving.moved(act_above_bp=9_000, composites_bp=[], pairs=[], curve=None, takes_s=30))
    assert (empty["changed"], empty["interval"]) == ("not known", "not known")
