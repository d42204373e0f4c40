"""A judge who is late, down or stuck: a human decides, soon, and the cases behind it are heard."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from agents import pipeline
from agents.judge import hearing
from agents.tasks.models import Task, Verdict
from agents.worker.base import Kind, Proposal, Work
from chimera.core import registry
from governance.models import ReviewItem
from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.thresholds import services as thresholds
from tests.agents.fakes import desk, looking, on_switchboard
from tests.agents.sets import Line, Outward
from tests.conftest import ALPHA, World


class Waits(Policy):
    """Says yes, but to some texts only when it is let go."""

    name = "waits"
    scored = True

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def check(self, *, snapshot: Snapshot) -> Finding:
        if "slow" in str(snapshot["payload"]):
            self.let_go.wait(30)
        if "broken" in str(snapshot["payload"]):
            raise SystemExit  # what not even the engine catches
        return Finding(policy=self.name, outcome=Outcome.PASS, reason="Well.", score_bp=9_800)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Waits]:
    settings.JUDGE_TIMEOUT_S = 1.0
    policy = Waits()
    yield policy
    policy.let_go.set()
    for thread in hearing._stuck:
        thread.join(10)


def judged_by(monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    every = registry.every
    monkeypatch.setattr(registry, "every", lambda name, kind: [policy] if name == "POLICIES" else every(name, kind))


def lined_up(
    world: World, monkeypatch: pytest.MonkeyPatch, policy: Policy, *wishes: str, kind: Kind | None = None
) -> Line:
    """As many tasks as wishes, worked and not judged."""
    line = Line(world, monkeypatch)
    judged_by(monkeypatch, policy)
    if kind is not None:
        on_switchboard(monkeypatch, KINDS__publish=kind)
    line.plan(*wishes)
    pipeline.drain(queue="think", stages=["work"], seconds=60)
    return line


def judge() -> None:
    pipeline.drain(queue="think", stages=["judge"], seconds=60)


def reasons() -> dict[str, str]:
    with looking():
        return {v.task.goal.wish: v.findings[0]["reason"] for v in Verdict.objects.select_related("task__goal")}


@pytest.mark.spec("JDG-3", "PLN-11")
def test_a_case_that_takes_too_long_goes_to_a_human_and_those_behind_it_are_heard(
    world: World, monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    line = lined_up(world, monkeypatch, waits, "first", "slow", "third")
    judge()
    assert line.statuses("publish") == {"first": "ACCEPTED", "slow": "HELD", "third": "ACCEPTED"}
    assert reasons()["slow"] == "The judge took longer than 1 s; a human should look."
    with looking():
        assert Task.objects.get(status="HELD").attempts <= 1  # not a try that failed: it is decided


@pytest.mark.spec("JDG-3")
def test_a_judge_that_ends_without_a_word_is_a_card_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    line = lined_up(world, monkeypatch, waits, "broken", "second")
    judge()
    assert line.statuses("publish") == {"broken": "HELD", "second": "ACCEPTED"}
    assert reasons()["broken"] == "The judge ended without a word; a human should look."


@pytest.mark.spec("JDG-3")
def test_when_too_many_are_stuck_nobody_is_asked_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    monkeypatch.setattr(hearing, "STUCK_MAX", 1)
    line = lined_up(world, monkeypatch, waits, "slow", "second")
    judge()
    assert line.statuses("publish") == {"slow": "HELD", "second": "HELD"}
    assert "has not come back" in reasons()["second"]
    waits.let_go.set()
    for thread in list(hearing._stuck):
        thread.join(10)
    assert hearing._stuck_now() == 0


class Unmeasured(Outward):
    def measured(self, *, snapshot: dict[str, Any]) -> dict[str, Any]:
        raise ConnectionError("the model is out")


@pytest.mark.spec("JDG-3")
def test_a_judge_that_cannot_be_asked_is_a_card_after_one_try(
    world: World, monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    line = lined_up(world, monkeypatch, waits, "one")
    on_switchboard(monkeypatch, KINDS__publish=Unmeasured())
    judge()
    assert line.statuses("publish") == {"one": "HELD"}
    assert reasons()["one"] == "The judge could not be asked (ConnectionError); a human should look."


class Unsure(Outward):
    """A worker that says how sure it was."""

    def __init__(self, confidence_bp: int) -> None:
        super().__init__()
        self._confidence_bp = confidence_bp

    def propose(self, *, work: Work, allowance: Any, recorder: Any) -> Proposal:
        return Proposal(payload={"text": work.goal["wish"]}, confidence_bp=self._confidence_bp)


@pytest.mark.spec("JDG-4")
@pytest.mark.parametrize(("confidence_bp", "status"), [(7_301, "ACCEPTED"), (7_300, "HELD")])
def test_a_worker_less_sure_than_the_judge_by_a_quarter_is_read_by_a_human(
    world: World, monkeypatch: pytest.MonkeyPatch, waits: Waits, confidence_bp: int, status: str
) -> None:
    line = lined_up(world, monkeypatch, waits, "one", kind=Unsure(confidence_bp))
    judge()
    assert line.statuses("publish") == {"one": status}
    with looking():
        routing = Verdict.objects.get().snapshot["routing"]
        assert (routing["worker_bp"], routing["retries"]) == (confidence_bp, 0)


@pytest.mark.spec("JDG-2")
def test_a_threshold_of_a_brand_a_persona_or_a_kind_counts_from_the_next_claim_on(
    world: World, monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    line = lined_up(world, monkeypatch, waits, "one", "two")
    with desk(world):
        agent = Task.objects.values_list("agent_id", flat=True)[0]
        # 0.98 is not above 0.98; the first three are about somebody or something else.
        for scope, kind in ((f"agent:{agent + 1}", ""), (f"agent:{agent}", "reply"), (f"brand:{ALPHA}", "reply")):
            thresholds.tighten(brand_id=ALPHA, scope=scope, kind=kind, act_above_bp=9_800, reason="care")
    pipeline.step(taken=line.take(stage="judge", count_max=1), stages=["judge"])
    assert sorted(line.statuses("publish").values()) == ["ACCEPTED", "JUDGING"]
    with desk(world):
        thresholds.tighten(
            brand_id=ALPHA, scope=f"agent:{agent}", kind="publish", act_above_bp=9_800, retry_below_bp=7_400, reason="x"
        )
    judge()
    assert sorted(line.statuses("publish").values()) == ["ACCEPTED", "HELD"]
    with looking():
        routing = Verdict.objects.get(route="HUMAN").snapshot["routing"]
        assert (routing["act_above_bp"], routing["retry_below_bp"]) == (9_800, 7_400)
        assert "is not above 0.98" in ReviewItem.objects.get().why
