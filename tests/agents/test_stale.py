"""Results made with a version that counts no longer: thrown away with the reason, planned anew, never used. PLN-4."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
import pytest

from agents import pipeline, sweeper
from agents.goals.models import Goal
from agents.personas import services as personas
from agents.personas import soul
from agents.personas.models import Agent
from agents.tasks import replanning
from agents.tasks.models import Artifact, Replan, Task, Verdict
from agents.tasks.taking import Taken
from agents.worker.base import Work
from chimera.core import registry, tenancy
from governance.models import Attempt, Budget, Hold, ReviewItem
from governance.policies import services as policies
from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.reviews import services as reviews
from tests import people
from tests.agents.arranged import HELD, Arranged
from tests.agents.fakes import desk, looking
from tests.agents.sets import ACTUAL, Line
from tests.conftest import ALPHA, World

STAGES = ("work", "judge", "commit")
SOURCE = (people.SOULS / "bea_unscrews.md").read_bytes()


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(world, monkeypatch)


def upgrade(world: World, number: int = 1) -> None:
    """The agent's soul gets its next version; nothing else is told."""
    edited = soul.parse(SOURCE + b"\nShe has a new workbench.\n" * number, origin="edited")
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        personas.write_soul(agent=Agent.objects.get(), soul=edited)


def drain(*stages: str) -> None:
    for _ in range(4):
        pipeline.drain(queue="think", stages=stages or ("plan", *STAGES), seconds=60)


def goals() -> dict[str, tuple[str, int]]:
    """Status and soul version by cause."""
    with looking():
        found = Goal.objects.select_related("soul").order_by("id")
        return {goal.cause: (goal.status, goal.soul.version) for goal in found}


def replans() -> list[tuple[str, int, int, int, bool]]:
    with looking():
        found = Replan.objects.order_by("id").values_list("stale_of", "was", "is_now", "number", "asked")
        return list(found)


class Doubts(Policy):
    """A policy that is not sure."""

    name = "doubts"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        return Finding(policy=self.name, outcome=Outcome.PASS, reason="Hm.", score_bp=8_000)


def doubted(line: Line) -> ReviewItem:
    """A goal whose result waits for a human; its card."""
    every = registry.every
    line.monkeypatch.setattr(
        registry, "every", lambda name, kind: [Doubts()] if name == "POLICIES" else every(name, kind)
    )
    line.plan("one")
    drain(*STAGES)
    assert line.statuses("publish") == {"one": "HELD"}
    with looking():
        return ReviewItem.objects.get()


@pytest.mark.spec("PLN-4")
@pytest.mark.parametrize("before", ["judge", "commit"])
def test_a_soul_that_changes_between_two_stages_throws_the_result_away_and_the_goal_is_planned_anew(
    line: Line, before: str
) -> None:
    line.plan("one")
    stage = pipeline.STAGES[before]
    committed: list[str] = []
    line.outward.committing = lambda accepted: committed.extend(one.task.cause for one in accepted)

    def changed(*, taken: Sequence[Taken], carry: bool = False) -> list[Taken]:
        upgrade(line.world)
        return stage(taken=taken, carry=carry)

    line.monkeypatch.setitem(pipeline.STAGES, before, changed)
    pipeline.drain(queue="think", stages=STAGES, seconds=60)
    assert goals() == {"test:one": ("CANCELLED", 1), "test:one:again:2": ("PROPOSED", 2)}
    assert replans() == [("persona", 1, 2, 1, False)]
    with looking():
        task = Task.objects.get(kind="publish")
        assert task.status == "CANCELLED"
        assert task.note == ("Thrown away: It was made with version 1 of the soul; now it is 2. It is planned again.")
        assert Attempt.objects.filter(subject=task.subject, outcome__startswith="thrown away: It was made").exists()
        assert Verdict.objects.count() == (0 if before == "judge" else 1)
        follower = Goal.objects.get(cause="test:one:again:2")
        assert Replan.objects.get().follower == follower.pk
        assert (follower.trend_id, follower.deadline) == (task.goal.trend_id, task.goal.deadline)
    line.monkeypatch.setitem(pipeline.STAGES, before, stage)
    drain()
    assert goals()["test:one:again:2"] == ("DONE", 2)
    assert committed == ["test:one:again:2"], "nothing of the older version went on"


@pytest.mark.spec("PLN-4", "GOV-1")
def test_what_a_body_made_while_its_soul_changed_is_not_kept_and_its_spend_is_settled(line: Line) -> None:
    line.plan("one", "two")
    changed: list[str] = []

    def body(work: Work) -> Mapping[str, Any]:
        if not changed:
            changed.append(work.goal["wish"])
            upgrade(line.world)
        return {"of": work.goal["wish"]}

    line.inward.body = body
    pipeline.drain(queue="think", stages=["work"], seconds=60)
    assert {cause: status for cause, (status, _) in goals().items()} == {
        "test:one": "CANCELLED",
        "test:two": "CANCELLED",
        "test:one:again:2": "PROPOSED",
        "test:two:again:2": "PROPOSED",
    }
    with looking():
        assert Artifact.objects.exclude(task__kind="plan").count() == 0
        assert set(Hold.objects.values_list("status", "settled_usd_micros")) == {("SETTLED", ACTUAL)}
        assert set(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros")) == {(0, 2 * ACTUAL)}


@pytest.mark.spec("PLN-4")
def test_work_that_is_out_of_date_is_not_even_begun(line: Line) -> None:
    line.plan("one")
    upgrade(line.world)
    drain()
    assert line.inward.bodies == ["one"], "only the goal that follows was worked on"
    assert goals() == {"test:one": ("CANCELLED", 1), "test:one:again:2": ("DONE", 2)}


@pytest.mark.spec("PLN-4", "REV-4")
def test_a_card_made_with_an_older_version_is_withdrawn_with_the_reason(line: Line) -> None:
    card = doubted(line)
    upgrade(line.world)
    sweeper.sweep(queues=[])
    with looking():
        card.refresh_from_db()
        assert (card.status, card.decided_by) == ("WITHDRAWN", "")
        assert "It was made with version 1 of the soul; now it is 2." in card.reason
    assert goals() == {"test:one": ("CANCELLED", 1), "test:one:again:2": ("PROPOSED", 2)}


@pytest.mark.spec("PLN-4", "REV-4")
def test_an_approval_of_what_was_made_with_an_older_version_is_not_used(line: Line) -> None:
    card = doubted(line)
    committed: list[str] = []
    line.outward.committing = lambda accepted: committed.extend(one.task.cause for one in accepted)
    upgrade(line.world)
    with desk(line.world, actor="user:ada"):
        reviews.approve(item=ReviewItem.objects.get(pk=card.pk))
    line.monkeypatch.setattr(replanning, "replan_stale", lambda: 0)  # nobody looked in between
    sweeper.sweep(queues=[])
    drain(*STAGES)
    assert committed == []
    assert goals() == {"test:one": ("CANCELLED", 1), "test:one:again:2": ("PROPOSED", 2)}
    with looking():
        assert Task.objects.get(kind="publish").status == "CANCELLED"


@pytest.mark.spec("PLN-4")
def test_what_is_out_stays_out(line: Line) -> None:
    line.plan("one")
    drain(*STAGES)
    upgrade(line.world)
    assert replanning.replan_stale() == 0
    assert goals() == {"test:one": ("DONE", 1)}


def changing_for_ever(line: Line) -> None:
    """Every goal finds another soul before it is worked on, as often as goals may be planned anew by themselves."""
    line.plan("one")
    for number in range(1, 5):
        upgrade(line.world, number)
        drain("work")
        drain("plan")


@pytest.mark.spec("PLN-4", "PLN-6")
@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_after_three_times_a_human_is_asked(line: Line, answer: str) -> None:
    changing_for_ever(line)
    assert replans() == [*(("persona", n, n + 1, n, False) for n in (1, 2, 3)), ("persona", 4, 5, 4, True)]
    assert list(goals()) == ["test:one", *(f"test:one:again:{n}" for n in (2, 3, 4))]
    assert replanning.replan_stale() == 0, "the human has it before him"
    with desk(line.world, actor="user:ada"):
        card = ReviewItem.objects.get(status="PENDING")
        assert card.kind == "exhausted"
        assert card.why.startswith("Planned 4 times, and each time what it is made with changed")
        if answer == "approve":
            reviews.approve(item=card)
        else:
            reviews.reject(item=card, code="unwanted", reason="no")
    sweeper.sweep(queues=[])
    drain()
    found = goals()
    if answer == "approve":
        assert found["test:one:again:5"] == ("DONE", 5)
        assert replans()[-1] == ("persona", 4, 5, 4, False)
    else:
        assert len(found) == 4
    assert found["test:one:again:4"] == ("CANCELLED", 4)


@pytest.mark.spec("PLN-4")
def test_of_many_who_plan_one_goal_anew_at_once_one_begins_the_next(line: Line) -> None:
    line.plan("one")
    upgrade(line.world)
    with looking():
        goal_id = Goal.objects.get().pk
    start, told = threading.Barrier(6), []

    def again() -> None:
        from django.db import connection

        try:
            connection.ensure_connection()
            start.wait(20)
            with looking():
                told.append(replanning.replan(goal_id=goal_id) is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=again) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == [False] * 5 + [True]
    assert list(goals()) == ["test:one", "test:one:again:2"]


@pytest.mark.spec("PLN-4")
def test_new_policies_of_a_brand_make_what_was_made_before_them_stale(line: Line) -> None:
    line.plan("one")
    rules = policies.Rules(forbidden_topics=["sponsored gadgets"])
    with line.world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        policies.set_rules(brand_id=ALPHA, rules=rules, expected_version=0)
    drain()
    assert replans() == [("policy", 0, 1, 1, False)]
    assert {cause: status for cause, (status, _) in goals().items()} == {
        "test:one": "CANCELLED",
        "test:one:again:2": "DONE",
    }


def committing(world: World) -> tuple[int, int, Callable[[psycopg.Connection], list[Any]]]:
    """An accepted task of a real agent: its id, the id of the agent's next soul, and the statement that commits it."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        first = agent.soul_id
        later = personas.write_soul(agent=agent, soul=soul.parse(SOURCE + b"\nA new bench.\n", origin="x"))
        Agent.objects.filter(pk=agent.pk).update(soul=first)
    line = Arranged(world)
    goal = line.goal(agent_id=agent.pk, soul_id=first)
    task = line.task(goal=goal, status="ACCEPTED", agent_id=agent.pk, soul_id=first, **HELD)

    def commit(connection: psycopg.Connection) -> list[Any]:
        rows = f'[{{"id": {task}, "fence": 1}}]'
        found = connection.execute("SELECT id FROM agents_task_committed(%s, 'worker:2', %s)", [ALPHA, rows])
        return found.fetchall()

    return task, later.pk, commit


CHANGE = "UPDATE agents_agent SET soul_id = %s"


@pytest.mark.spec("PLN-4")
def test_a_commit_that_meets_a_soul_being_changed_waits_and_keeps_nothing(world: World) -> None:
    _, later, commit = committing(world)
    changing, worker = world.connect("operator", brand=ALPHA), world.connect(brand=ALPHA)
    changing.execute("BEGIN")
    changing.execute(CHANGE, [later])
    told: list[list[Any]] = []
    thread = threading.Thread(target=lambda: told.append(commit(worker)))
    thread.start()
    until_somebody_waits(world)
    assert told == [], "the commit waits for the change"
    changing.execute("COMMIT")
    thread.join(100)
    assert told == [[]]


@pytest.mark.spec("PLN-4")
def test_a_change_of_a_soul_that_meets_a_commit_comes_wholly_after_it(world: World) -> None:
    task, later, commit = committing(world)
    changing, worker = world.connect("operator", brand=ALPHA), world.connect(brand=ALPHA)
    worker.execute("BEGIN")
    assert commit(worker) == [(task,)]
    done = threading.Event()

    def change() -> None:
        changing.execute(CHANGE, [later])
        done.set()

    thread = threading.Thread(target=change)
    thread.start()
    until_somebody_waits(world)
    assert not done.is_set(), "the change waits for the commit"
    worker.execute("COMMIT")
    thread.join(100)
    assert done.is_set()


def until_somebody_waits(world: World) -> None:
    watcher = world.superuser()
    for _ in range(3000):
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if watcher.execute(waiting).fetchone() != (0,):
            return
        threading.Event().wait(0.02)


@pytest.mark.spec("PLN-4", "AUD-1")
def test_nobody_rewrites_what_was_thrown_away_and_why(world: World) -> None:
    app = world.connect(brand=ALPHA)
    app.execute(
        "INSERT INTO agents_replan (brand_id, discarded, stale_of, was, is_now, number, asked)"
        " VALUES (%s, 1, 'persona', 1, 2, 1, false)",
        [ALPHA],
    )
    for change in ("UPDATE agents_replan SET was = 5", "DELETE FROM agents_replan"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(change)
        with pytest.raises(psycopg.DatabaseError, match="append-only"):
            world.superuser().execute(change)
    with pytest.raises(psycopg.errors.UniqueViolation, match="replan_once_per_goal"):
        app.execute(
            "INSERT INTO agents_replan (brand_id, discarded, stale_of, was, is_now, number, asked)"
            " VALUES (%s, 1, 'policy', 1, 2, 1, false)",
            [ALPHA],
        )


@pytest.mark.spec("PLN-4", "PLN-7")
def test_work_for_which_an_older_version_was_asked_for_is_left_alone(line: Line) -> None:
    line.plan("one")
    with looking():
        Goal.objects.update(keeps_versions=True)
        Task.objects.update(keeps_versions=True)
    upgrade(line.world)
    assert replanning.replan_stale() == 0
    drain(*STAGES)
    assert goals() == {"test:one": ("DONE", 1)}
