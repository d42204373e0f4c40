"""The count of a chaos run can fail: each thing that must not happen is put in by hand and must be found."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chimera.chaos import tally
from chimera.chaos.tally import Budget, Goal, Hold, Post
from chimera.chaos.timing import Event

pytestmark = pytest.mark.spec("PLN-5", "PUB-4")

POST = Post(
    subject="publishing.post:1", status="PUBLISHED", platform="plaza", text="Note on chaos:1.", effect="CONFIRMED",
    effect_class="A",
)  # fmt: skip
GOAL = Goal(cause="chaos:1", status="DONE", posts=(POST,))
LIVE = {"plaza": Counter([POST.text])}
HOLD = Hold(
    key="publishing.post:1:publish", status="SETTLED", scopes=("agent:1", "brand:1"), day="2026-11-23", amount=15_000,
    settled=15_000, wanted="SETTLED",
)  # fmt: skip
BUDGETS = [
    Budget(scope=scope, day="2026-11-23", limit=100_000, reserved=0, settled=15_000) for scope in ("agent:1", "brand:1")
]


def event(version: int, start: str, end: str, *, action: str = "update", actor: str = "worker:a.1.1") -> Event:
    return Event(
        subject="agents.task:1", actor=actor, action=action, from_status=start, to_status=end, state_version=version,
        at=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip


CHAIN = [event(1, "", "READY", action="insert"), event(2, "READY", "JUDGING"), event(3, "JUDGING", "ACCEPTED")]
ROW = {"agents.task:1": ("ACCEPTED", 3)}


def counted(**changes: object) -> tally.Count:
    """The count of a run in which everything went well, with these changes."""
    well: dict[str, object] = {
        "goals": [GOAL], "handed_over": ["chaos:1"], "live": LIVE, "budgets": BUDGETS, "holds": [HOLD],
        "events": CHAIN, "rows": ROW,
    }  # fmt: skip
    return tally.count(**{**well, **changes})  # type: ignore[arg-type]


def test_a_run_in_which_all_went_well_counts_nothing() -> None:
    found = counted()
    assert found.outcomes["published"] == 1
    assert found.outcomes["lost"] == 0
    assert not (found.lost or found.twice or found.unasked or found.money or found.broken_records)


def test_a_post_that_stands_twice_on_the_platform_is_published_twice() -> None:
    found = counted(live={"plaza": Counter([POST.text, POST.text])})
    assert len(found.twice) == 1


def test_a_post_that_stands_on_two_platforms_is_published_twice() -> None:
    found = counted(live={"plaza": Counter([POST.text]), "plaza-b": Counter([POST.text])})
    assert len(found.twice) == 1


@pytest.mark.parametrize(
    "goal",
    [
        replace(GOAL, status="ACTIVE", open_tasks=("note 1 READY",), posts=()),
        replace(GOAL, status="PROPOSED", posts=()),
        replace(GOAL, posts=()),
        replace(GOAL, status="FAILED", posts=()),
        replace(GOAL, posts=(replace(POST, status="SCHEDULED", effect="SENT"),)),
        replace(GOAL, posts=(replace(POST, status="FAILED", effect="REFUTED"),)),
    ],
)
def test_a_goal_that_did_not_end_well_and_waits_for_nobody_is_lost(goal: Goal) -> None:
    found = counted(goals=[goal])
    assert found.outcomes["lost"] == 1
    assert found.lost[0].startswith("chaos:1")


def test_a_post_that_is_called_published_and_is_not_on_the_platform_is_lost() -> None:
    assert counted(live={"plaza": Counter()}).outcomes["lost"] == 1


def test_a_platform_that_was_told_to_lie_is_not_the_fault_of_the_house() -> None:
    goals = [GOAL, replace(GOAL, cause="chaos:2")]
    found = counted(goals=goals, live={"plaza": Counter()}, lies=1)
    assert (found.outcomes["lied_to"], found.outcomes["lost"]) == (1, 1)


def test_a_goal_that_was_confirmed_and_forgotten_is_lost() -> None:
    found = counted(handed_over=["chaos:1", "chaos:2"])
    assert found.lost == ["chaos:2 was confirmed and is not in the database"]


def test_what_waits_for_a_human_or_was_cancelled_is_not_lost() -> None:
    asked = replace(GOAL, posts=(replace(POST, status="HELD", effect="IN_DOUBT", waits_for_human=True),))
    found = counted(goals=[asked, Goal(cause="chaos:2", status="CANCELLED")])
    assert (found.outcomes["with_human"], found.outcomes["cancelled"], found.outcomes["lost"]) == (1, 1, 0)


def test_a_post_that_nobody_scheduled_or_that_was_refuted_is_unasked() -> None:
    assert len(counted(live={"plaza": Counter([POST.text, "forged"])}).unasked) == 1
    refuted = replace(GOAL, posts=(replace(POST, effect="REFUTED"),))
    assert len(counted(goals=[refuted]).unasked) == 1


@pytest.mark.parametrize(
    ("budgets", "hold"),
    [
        ([replace(BUDGETS[0], limit=10_000), BUDGETS[1]], HOLD),
        ([replace(BUDGETS[0], settled=30_000), BUDGETS[1]], HOLD),
        ([replace(BUDGETS[0], reserved=1), BUDGETS[1]], HOLD),
        (BUDGETS, replace(HOLD, wanted="VOID")),
        (BUDGETS, replace(HOLD, amount=10_000)),
        ([replace(one, reserved=15_000, settled=0) for one in BUDGETS], replace(HOLD, status="HELD", settled=0)),
    ],
)
@pytest.mark.spec("GOV-1")
def test_money_that_does_not_agree_is_found(budgets: list[Budget], hold: Hold) -> None:
    assert counted(budgets=budgets, holds=[hold]).money


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        ([], ROW),
        (CHAIN[1:], ROW),
        ([CHAIN[0], CHAIN[2]], ROW),
        (CHAIN[:2], ROW),
        (CHAIN, {"agents.task:1": ("DONE", 4)}),
        ([CHAIN[0], event(2, "READY", "JUDGING", actor=""), CHAIN[2]], ROW),
        ([CHAIN[0], event(1, "READY", "JUDGING"), event(2, "JUDGING", "ACCEPTED")], {"agents.task:1": ("ACCEPTED", 2)}),
        (CHAIN, {}),
    ],
)
@pytest.mark.spec("AUD-1")
def test_a_record_with_a_gap_is_found(events: list[Event], rows: dict[str, tuple[str, int]]) -> None:
    assert counted(events=events, rows=rows).broken_records


def test_a_change_of_a_column_without_a_move_keeps_the_chain_unbroken() -> None:
    assert not counted(events=[*CHAIN, event(3, "ACCEPTED", "ACCEPTED")]).broken_records


def test_doubts_are_counted_by_class_and_only_where_something_was_sent() -> None:
    blind = replace(POST, effect_class="C")
    posts = [
        POST,
        replace(POST, effect="INTENDED"),
        replace(blind, effect="IN_DOUBT", waits_for_human=True),
        blind,
        replace(POST, effect_class="B", effect="SENT", waits_for_human=True),
    ]
    found = tally.to_humans(posts=posts, unclear={"C": 1})
    figures = ("sent", "to_human", "share", "unclear_answers_ordered", "share_beyond")
    assert [found["A"][name] for name in figures] == [1, 0, 0.0, 0, 0.0]
    assert [found["B"][name] for name in figures] == [1, 1, 1.0, 0, 1.0]
    assert [found["C"][name] for name in figures] == [2, 1, 0.5, 1, 0.0]


@pytest.mark.spec("PUB-2")
def test_what_is_live_without_its_label_is_counted() -> None:
    assert counted(unlabelled=["'Note' is on x without its label"]).unlabelled == ["'Note' is on x without its label"]
    assert counted().unlabelled == []
