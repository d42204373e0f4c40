"""Two workers whose rows meet: at a successor that both release, at a goal that both close, at a plan laid out late.

One transaction is held open until the other waits for it: the interleaving that would go wrong if anything could.
"""

import threading
from collections.abc import Callable, Sequence

import pytest

from agents import pipeline
from agents.goals.models import Goal, Plan
from agents.tasks import services as tasks
from agents.tasks.graph import Step
from agents.tasks.models import Dependency, Task
from agents.tasks.taking import Taken
from agents.worker import committing
from agents.worker import services as worker
from agents.worker.base import Accepted, Landed
from chimera.core import tenancy
from governance.models import AuditEvent, Budget
from tests.agents.fakes import looking
from tests.agents.sets import ACTUAL, Line
from tests.conftest import ALPHA, World
from tests.governance import rows

FORK = (
    Step(key="a", kind="research"),
    Step(key="b", kind="research"),
    Step(key="c", kind="research"),
    Step(key="publish", kind="publish", needs=("a", "b", "c")),
)
TWO_WAYS = (Step(key="a", kind="publish"), Step(key="b", kind="publish"))


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(world, monkeypatch)


class OneWaits:
    """The first transaction that comes here stays open until another connection waits for a lock."""

    def __init__(self, line: Line) -> None:
        self.line, self.lock, self.first, self.second = line, threading.Lock(), True, threading.Event()

    def __call__(self, rows: Sequence[Landed] | Sequence[Accepted]) -> None:
        with self.lock:
            mine, self.first = self.first, False
        if mine:
            self.line.until_somebody_waits()


def at_once(stage: Callable[..., list[Taken]], *sets: Sequence[Taken]) -> None:
    found = rows.together([lambda mine=mine: stage(taken=mine) for mine in sets])
    assert rows.failures(found) == []


def moves(subject: str) -> list[tuple[str, str]]:
    with looking():
        found = AuditEvent.objects.filter(subject=subject).order_by("id").values_list("from_status", "to_status")
        return [move for move in found if move[0] != move[1]]


@pytest.mark.spec("PLN-1", "PLN-2")
def test_the_last_two_predecessors_that_end_at_once_make_their_successor_ready_exactly_once(line: Line) -> None:
    line.plan("one", steps=FORK)
    first, second, third = (line.take(count_max=1) for _ in range(3))
    worker.work(taken=first)
    line.inward.landing = OneWaits(line)
    at_once(worker.work, second, third)
    with looking():
        successor = Task.objects.get(kind="publish")
        assert (successor.status, successor.unmet, successor.state_version) == ("READY", 0, 2)
        assert successor.due_at is not None
        assert set(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros")) == {(0, 3 * ACTUAL)}
    assert moves(successor.subject) == [("", "BLOCKED"), ("BLOCKED", "READY")]


@pytest.mark.spec("PLN-1", "PLN-2")
def test_two_of_three_predecessors_that_end_at_once_leave_the_successor_waiting_for_the_third(line: Line) -> None:
    line.plan("one", steps=FORK)
    first, second, third = (line.take(count_max=1) for _ in range(3))
    line.inward.landing = OneWaits(line)
    at_once(worker.work, first, second)
    with looking():
        assert set(Task.objects.filter(kind="publish").values_list("status", "unmet")) == {("BLOCKED", 1)}
    worker.work(taken=third)
    assert line.statuses("publish") == {"one": "READY"}


@pytest.mark.spec("PLN-1")
def test_the_last_two_outward_tasks_that_end_at_once_close_their_goal_exactly_once(line: Line) -> None:
    line.plan("one", steps=TWO_WAYS)
    pipeline.drain(queue="think", stages=["work", "judge"], seconds=60)
    first, second = (line.take(stage="commit", count_max=1) for _ in range(2))
    line.outward.committing = OneWaits(line)
    at_once(committing.commit, first, second)
    with looking():
        goal = Goal.objects.get()
        assert (goal.status, goal.state_version) == ("DONE", 3)
        assert set(Task.objects.values_list("status", flat=True)) == {"DONE"}
    assert moves(goal.subject) == [("", "PROPOSED"), ("PROPOSED", "ACTIVE"), ("ACTIVE", "DONE")]


@pytest.mark.spec("PLN-1")
def test_many_workers_at_many_forks_lose_and_double_nothing(line: Line) -> None:
    line.plan(*(str(number) for number in range(8)), steps=FORK)

    def work() -> int:
        done = 0
        while taken := line.take(count_max=2):
            worker.work(taken=taken)
            done += len(taken)
        return done

    found = rows.together([work for _ in range(4)])
    assert rows.failures(found) == []
    assert sum(found) >= 24  # type: ignore[arg-type]
    with looking():
        assert set(Task.objects.filter(kind="research").values_list("status", "fence")) == {("DONE", 1)}
        successors = Task.objects.filter(kind="publish", unmet=0).exclude(status="BLOCKED")
        assert successors.count() == 8
        ready = AuditEvent.objects.filter(from_status="BLOCKED", to_status="READY")
        assert ready.count() == len(set(ready.values_list("subject", flat=True))) == 8
        assert set(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros")) == {(0, 24 * ACTUAL)}


@pytest.mark.spec("PLN-1", "PLN-6")
def test_a_plan_for_a_goal_that_is_no_longer_proposed_is_not_laid_out_and_leaves_nothing(line: Line) -> None:
    line.propose("one", "two")
    mine = line.take(stage="plan")
    with tenancy.brand(ALPHA, actor="test:fixture"):
        goal = Goal.objects.get(wish="two")
        Goal.objects.filter(pk=goal.pk).update(status="FAILED", state_version=2)  # by whatever did not end its task
    pipeline.step(taken=mine, stages=["plan"])
    with looking():
        assert dict(Goal.objects.values_list("wish", "status")) == {"one": "ACTIVE", "two": "FAILED"}
        assert list(Plan.objects.values_list("goal__wish", flat=True)) == ["one"]
        assert set(Task.objects.filter(goal=goal).values_list("kind", "status")) == {("plan", "READY")}
        assert not Dependency.objects.filter(successor__goal=goal).exists()
        planning = Task.objects.get(goal=goal)
        assert (planning.lease_until, planning.attempts) == (None, 1)
        assert "no longer proposed" in planning.note
    with tenancy.brand(ALPHA, actor="test:fixture"):
        assert tasks.cancel(goal_id=goal.pk, note="over") == 1
