"""Rows that are done as a set: one that goes wrong spoils no other, and nothing is done or paid twice."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.db import connection

from agents import pipeline, stopping
from agents.goals.models import Goal
from agents.judge import services as judge
from agents.tasks.models import Artifact, Task, Verdict
from agents.tasks.taking import Taken
from agents.worker import services as worker
from agents.worker.base import Accepted, Landed, Proposal, Work
from chimera.core import tenancy
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from governance.controls.models import ControlKind
from governance.models import Attempt, Budget, BudgetLimit, Hold, ReviewItem
from tests.agents.fakes import desk, looking, pay
from tests.agents.sets import ACTUAL, WORST, Line
from tests.conftest import World

WISHES = ("one", "two", "three", "four")
GOOD = ("one", "three", "four")


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(world, monkeypatch)


def money() -> set[tuple[int, int]]:
    with looking():
        return set(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros"))


def artifacts(kind: str) -> dict[str, int]:
    """How many each goal has."""
    with looking():
        found = list(Artifact.objects.filter(task__kind=kind).values_list("task__goal__wish", flat=True))
    return {wish: found.count(wish) for wish in found}


def spoil(wishes: Sequence[str]) -> None:
    if "two" in wishes:
        raise RuntimeError("the second is spoilt")


def broken_body(line: Line) -> None:
    def body(work: Work) -> Mapping[str, Any]:
        spoil([work.goal["wish"]])
        return {"of": work.goal["wish"]}

    line.inward.body = body


def broken_landing(line: Line) -> None:
    def landing(landed: Sequence[Landed]) -> None:
        spoil([one.task.wish for one in landed])

    line.inward.landing = landing


def not_for_the_database(line: Line) -> None:
    line.inward.body = lambda work: {"of": "a\0b" if work.goal["wish"] == "two" else "a"}


@pytest.mark.spec("PLN-2", "PLN-6", "GOV-1")
@pytest.mark.parametrize("spoilt", [broken_body, broken_landing, not_for_the_database])
def test_one_row_that_fails_or_cannot_be_kept_spoils_no_other(line: Line, spoilt: Callable[[Line], None]) -> None:
    line.plan(*WISHES)
    spoilt(line)
    assert pipeline.drain(queue="think", stages=["work"], seconds=60) >= 4
    assert line.statuses("research") == {**dict.fromkeys(GOOD, "DONE"), "two": "READY"}
    assert artifacts("research") == dict.fromkeys(GOOD, 1)
    assert sorted(line.inward.bodies) == sorted(WISHES)  # each once
    assert money() == {(0, 4 * ACTUAL)}
    with looking():
        assert CallRecord.objects.count() == 4
        assert set(Hold.objects.values_list("status", "settled_usd_micros")) == {("SETTLED", ACTUAL)}
        assert set(Task.objects.filter(kind="publish", unmet=0).values_list("goal__wish", flat=True)) == set(GOOD)
        second = Task.objects.get(kind="research", goal__wish="two")
        assert (second.lease_until, second.attempts) == (None, 1)
        assert Attempt.objects.get(subject=second.subject).outcome == second.note != ""


@pytest.mark.spec("PLN-5", "GOV-1")
def test_a_row_that_was_taken_over_drops_out_of_its_set_and_its_spend_is_settled(line: Line) -> None:
    line.plan(*WISHES)
    mine = line.take()
    second = next(one for one in mine if one.wish == "two")
    theirs: list[Taken] = []

    def overtaken(work: Work) -> Mapping[str, Any]:
        if work.goal["wish"] == "two" and not theirs:
            with line.world.superuser() as owner:
                owner.execute("UPDATE agents_task SET due_at = now(), lease_until = now() WHERE id = %s", [second.id])
            theirs.extend(line.take())
        return {"of": f"{work.goal['wish']} {work.fence}"}

    line.inward.body = overtaken
    assert worker.work(taken=mine) == []
    assert [(one.id, one.fence) for one in theirs] == [(second.id, second.fence + 1)]
    assert line.statuses("research") == {**dict.fromkeys(GOOD, "DONE"), "two": "READY"}
    assert artifacts("research") == dict.fromkeys(GOOD, 1)
    assert money() == {(0, 4 * ACTUAL)}
    worker.work(taken=theirs)
    assert artifacts("research") == dict.fromkeys(WISHES, 1)
    with looking():
        assert Artifact.objects.get(task=second.id).payload == {"of": "two 2"}
        assert "orphaned spend" in Attempt.objects.get(subject=second.subject, fence=1).outcome
    assert money() == {(0, 5 * ACTUAL)}


@pytest.mark.spec("PLN-6")
@pytest.mark.parametrize("hook", ["load", "evidence"])
@pytest.mark.parametrize("how", ["code", "database"])
def test_a_row_that_cannot_be_read_spoils_no_other(line: Line, hook: str, how: str) -> None:
    line.plan(*WISHES)

    def read(*, task: Task, **_: Any) -> dict[str, Any]:
        if task.goal.wish == "two":
            if how == "database":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
            spoil(["two"])
        return {}

    line.monkeypatch.setattr(line.inward if hook == "load" else line.outward, hook, read)
    for _ in range(2):
        pipeline.drain(queue="think", stages=["work", "judge", "commit"], seconds=60)
    assert line.statuses("publish") == {
        **dict.fromkeys(GOOD, "DONE"),
        "two": "BLOCKED" if hook == "load" else "JUDGING",
    }
    with looking():
        stuck = Task.objects.get(kind="research" if hook == "load" else "publish", goal__wish="two")
        assert (stuck.lease_until, stuck.attempts) == (None, 1)
        assert stuck.note


@pytest.mark.spec("PLN-6", "GOV-1")
def test_a_row_whose_price_cannot_be_told_spoils_no_other(line: Line) -> None:
    line.plan(*WISHES)

    def price(*, work: Work) -> int:
        spoil([work.goal["wish"]])
        return WORST

    line.monkeypatch.setattr(line.inward, "worst_case_usd_micros", price)
    pipeline.drain(queue="think", stages=["work"], seconds=60)
    assert line.statuses("research") == {**dict.fromkeys(GOOD, "DONE"), "two": "READY"}
    with looking():
        assert Task.objects.get(kind="research", goal__wish="two").note == "the second is spoilt"
    assert money() == {(0, 3 * ACTUAL)}


@pytest.mark.spec("GOV-1", "GOV-3")
def test_of_a_set_that_the_budget_refuses_the_rows_that_fit_go_on(line: Line) -> None:
    line.plan(*WISHES)
    with desk(line.world):
        BudgetLimit.objects.filter(scope__startswith="agent:").update(limit_usd_micros=2 * WORST + ACTUAL)
    pipeline.drain(queue="think", stages=["work"], seconds=60)
    with looking():
        done = Task.objects.filter(kind="research", status="DONE").count()
        waiting = list(Task.objects.filter(kind="research", status="READY"))
        assert (done, len(waiting)) == (2, 2)
        assert all((task.attempts, task.lease_until) == (0, None) for task in waiting), "waiting is no failure"
        assert all("The budget of agent:" in task.note for task in waiting)
    assert money() == {(0, 2 * ACTUAL)}


@pytest.mark.spec("GOV-1")
@pytest.mark.parametrize("ends", ["well", "badly"])
def test_a_row_that_cost_more_than_was_set_aside_spoils_no_other_and_counts_as_spent(line: Line, ends: str) -> None:
    line.plan(*WISHES)

    def propose(*, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        pay(recorder, WORST + 1 if work.goal["wish"] == "two" else ACTUAL)
        if ends == "badly":
            spoil([work.goal["wish"]])
        return Proposal(payload={"of": work.goal["wish"]})

    line.monkeypatch.setattr(line.inward, "propose", propose)
    pipeline.drain(queue="think", stages=["work"], seconds=60)
    assert line.statuses("research") == {**dict.fromkeys(GOOD, "DONE"), "two": "READY"}
    assert artifacts("research") == dict.fromkeys(GOOD, 1)
    assert money() == {(0, 3 * ACTUAL + WORST)}
    with looking():
        assert CallRecord.objects.count() == 4
        second = Task.objects.get(kind="research", goal__wish="two")
        assert (second.lease_until, second.attempts) == (None, 1)


@pytest.mark.spec("PLN-6")
def test_a_verdict_that_cannot_be_written_spoils_no_other(line: Line) -> None:
    line.plan(*WISHES)

    def evidence(*, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"source": "a\0b" if task.goal.wish == "two" else "a"}

    line.monkeypatch.setattr(line.outward, "evidence", evidence)
    for _ in range(2):
        pipeline.drain(queue="think", stages=["work", "judge", "commit"], seconds=60)
    assert line.statuses("publish") == {**dict.fromkeys(GOOD, "DONE"), "two": "JUDGING"}
    with looking():
        assert Verdict.objects.count() == 3
        stuck = Task.objects.get(kind="publish", goal__wish="two")
        assert (stuck.lease_until, stuck.attempts) == (None, 1)


@pytest.mark.spec("PLN-6")
def test_a_payload_that_cannot_be_committed_spoils_no_other_and_goes_out_nowhere(line: Line) -> None:
    line.plan(*WISHES)
    out: list[str] = []

    def committing(accepted: Sequence[Accepted]) -> None:
        out.extend(one.task.wish for one in accepted)
        spoil([one.task.wish for one in accepted])

    line.outward.committing = committing
    for _ in range(2):
        pipeline.drain(queue="think", stages=["work", "judge", "commit"], seconds=60)
    assert line.statuses("publish") == {**dict.fromkeys(GOOD, "DONE"), "two": "ACCEPTED"}
    with looking():
        assert set(Goal.objects.values_list("wish", "status")) == {
            *((wish, "DONE") for wish in GOOD),
            ("two", "ACTIVE"),
        }
        stuck = Task.objects.get(kind="publish", goal__wish="two")
        assert (stuck.lease_until, stuck.note) == (None, "the second is spoilt")
    assert out.count("one") == 2, "once in the set that was rolled back, once alone"


def moves(line: Line) -> list[tuple[str, str, int]]:
    """The status moves of outward tasks with the transaction that made each."""
    with line.world.superuser() as owner:
        return owner.execute(
            "SELECT e.from_status, e.to_status, e.xid::text::bigint FROM governance_auditevent e"
            " JOIN agents_task t ON e.subject = 'agents.task:' || t.id AND t.outward"
            " WHERE e.from_status <> e.to_status AND e.from_status NOT IN ('', 'BLOCKED') ORDER BY e.id"
        ).fetchall()


@pytest.mark.spec("PLN-1", "PLN-3", "AUD-1")
def test_a_delivery_that_goes_on_commits_every_stage_by_itself_under_one_claim(line: Line) -> None:
    line.plan("one")
    assert pipeline.drain(queue="think", stages=["work", "judge", "commit"], seconds=60) == 4  # research, then three
    found = moves(line)
    assert [move[:2] for move in found] == [("READY", "JUDGING"), ("JUDGING", "ACCEPTED"), ("ACCEPTED", "DONE")]
    assert len({xid for _, _, xid in found}) == 3
    with looking():
        task = Task.objects.get(kind="publish")
        attempt = Attempt.objects.get(subject=task.subject)
        assert (attempt.stage, attempt.outcome, task.fence) == ("work", "committed", 1)


@pytest.mark.spec("PLN-3", "PLN-5")
@pytest.mark.parametrize(("dies_in", "left"), [("judge", "JUDGING"), ("commit", "ACCEPTED")])
def test_a_worker_that_dies_between_two_stages_leaves_the_row_for_the_next_claim(
    line: Line, dies_in: str, left: str
) -> None:
    line.plan("one")
    stages = dict(pipeline.STAGES)

    def die(**_: Any) -> list[Taken]:
        raise SystemExit(9)

    line.monkeypatch.setitem(pipeline.STAGES, dies_in, die)
    with pytest.raises(SystemExit):
        pipeline.drain(queue="think", stages=["work", "judge", "commit"], seconds=60)
    assert line.statuses("publish") == {"one": left}
    line.monkeypatch.setitem(pipeline.STAGES, dies_in, stages[dies_in])
    assert pipeline.drain(queue="think", seconds=5) == 0, "still leased by the dead"
    line.world.shift_clock("1 minute")
    pipeline.drain(queue="think", seconds=60)
    assert line.statuses("publish") == {"one": "DONE"}
    assert artifacts("publish") == {"one": 1}
    assert [move[:2] for move in moves(line)] == [
        ("READY", "JUDGING"),
        ("JUDGING", "ACCEPTED"),
        ("ACCEPTED", "DONE"),
    ]
    with looking():
        assert Verdict.objects.count() == 1
        outward = Task.objects.get(kind="publish")
        stages_claimed = Attempt.objects.filter(subject=outward.subject).order_by("fence")
        assert [attempt.stage for attempt in stages_claimed][-1] == dies_in


@pytest.mark.spec("OPS-4", "PLN-6")
def test_a_stop_that_comes_between_work_and_judge_keeps_what_was_proposed_from_being_accepted(line: Line) -> None:
    line.plan("one", "two")

    come: list[str] = []

    def stopped(*, taken: Sequence[Taken], carry: bool = False) -> list[Taken]:
        if come:
            return judge.judge(taken=taken, carry=carry)
        come.append(f"agent:{taken[0].agent_id}")
        with line.world.role("operator"), tenancy.all_brands(actor="user:ada"):
            stopping.impose(scope=f"agent:{taken[0].agent_id}", kind=ControlKind.PAUSE, reason="a drill")
        return judge.judge(taken=taken, carry=carry)

    line.monkeypatch.setitem(pipeline.STAGES, "judge", stopped)
    pipeline.drain(queue="think", stages=["work", "judge", "commit"], seconds=60)
    assert line.statuses("publish") == {"one": "JUDGING", "two": "JUDGING"}
    with looking():
        assert not Verdict.objects.exists()
        assert not ReviewItem.objects.exists()  # a stop asks nobody; it waits
        waiting = list(Task.objects.filter(kind="publish"))
        assert {(task.lease_until, task.attempts) for task in waiting} == {(None, 0)}
        assert all("A pause on agent:" in task.note and "a drill" in task.note for task in waiting)
        assert set(Goal.objects.values_list("status", flat=True)) == {"ACTIVE"}
    with line.world.role("operator"):
        stopping.resume(scope=come[0], reason="the drill is over", actor="user:ada")
    line.world.later("2 seconds")
    pipeline.drain(queue="think", stages=["work", "judge", "commit"], seconds=60)
    assert line.statuses("publish") == {"one": "DONE", "two": "DONE"}
