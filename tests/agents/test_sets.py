"""Finishing as a set, statement by statement: late writers, two who finish at the same moment, what is left behind."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

from tests.agents.arranged import HELD, Arranged, accepted, as_json, proposed
from tests.conftest import ALPHA, World

PROPOSED = "SELECT id FROM agents_task_proposed(%s, 'worker:2', false, %s)"
ACCEPTED = "SELECT id FROM agents_task_accepted(%s, 'worker:2', false, %s)"
COMMITTED = "SELECT id FROM agents_task_committed(%s, 'worker:2', %s)"
# statement, the state it begins in, and the one it leads to
STAGES = {
    "proposed": (PROPOSED, "READY", "JUDGING"),
    "accepted": (ACCEPTED, "JUDGING", "ACCEPTED"),
    "committed": (COMMITTED, "ACCEPTED", "DONE"),
}
Call = Callable[[psycopg.Connection, int], list[Any]]


def finish(line: Arranged, *, stage: str, task: int) -> Call:
    """A worker that finishes this task under a fencing number."""
    statement = STAGES[stage][0]
    artifact = line.artifact(task=task) if stage == "accepted" else 0

    def call(connection: psycopg.Connection, fence: int) -> list[Any]:
        row: dict[str, Any] = {"id": task, "fence": fence}
        if stage == "proposed":
            row = proposed(task=task, fence=fence)
        elif stage == "accepted":
            row = accepted(task=task, fence=fence, artifact=artifact)
        return connection.execute(statement, [ALPHA, as_json(row)]).fetchall()

    return call


@pytest.mark.spec("PLN-5")
@pytest.mark.parametrize("stage", STAGES)
def test_a_row_that_was_taken_over_is_finished_by_its_new_owner_alone(world: World, stage: str) -> None:
    line = Arranged(world)
    goal = line.goal()
    _, before, after = STAGES[stage]
    task = line.task(goal=goal, status=before, **{**HELD, "fence": "2"})
    call, worker = finish(line, stage=stage, task=task), world.connect("app", actor="")
    made = line.count("agents_artifact") + line.count("agents_verdict")
    assert call(worker, 1) == [], "the late writer is told that nothing was finished"
    assert line.seen("status, state_version", of="agents_task", row=task) == (before, 2)
    assert line.count("agents_artifact") + line.count("agents_verdict") == made
    assert line.seen("status", of="agents_goal", row=goal) == ("ACTIVE",)
    assert call(worker, 2) == [(task,)]
    assert line.seen("status, state_version", of="agents_task", row=task) == (after, 3)


@pytest.mark.spec("TEN-1", "AUD-1")
@pytest.mark.parametrize("stage", [*STAGES, "claim", "take"])
def test_brand_and_actor_of_a_statement_end_with_it(world: World, stage: str) -> None:
    """Connections are used again, by whoever comes next and for any brand."""
    line, worker = Arranged(world), world.connect("app", actor="")
    goal = line.goal()
    if stage in STAGES:
        task = line.task(goal=goal, status=STAGES[stage][1], **HELD)
        assert finish(line, stage=stage, task=task)(worker, 1) == [(task,)]
    else:
        line.task(goal=goal, status="READY", due_at="chimera_now()")
        queue = "'think'" if stage == "take" else "'{think}'"
        statement = f"SELECT * FROM agents_task_{stage}({queue}, '{{work}}', 8, 'worker:2', interval '8 seconds', 0)"
        worker.execute(statement)
        assert line.count("governance_attempt") == 1, "a row was claimed"
    left = worker.execute("SELECT current_setting('app.brand', true), current_setting('app.actor', true)").fetchone()
    assert left == ("", "")
    assert worker.execute("SELECT count(*) FROM agents_task").fetchone() == (0,), "the next one sees no brand's rows"


def side_by_side(world: World, calls: Sequence[Callable[[psycopg.Connection], list[Any]]]) -> list[list[Any]]:
    """Two statements whose transactions overlap: the second runs before the first has committed."""
    first, second = (world.connect("app", actor="") for _ in range(2))
    told: list[list[Any]] = []
    looking = world.superuser()
    with first.transaction():
        told.append(calls[0](first))
        thread = threading.Thread(target=lambda: told.append(calls[1](second)))
        thread.start()
        ends = time.monotonic() + 20
        waits = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        while thread.is_alive() and not looking.execute(waits, [second.info.backend_pid]).fetchone():
            assert time.monotonic() < ends
            time.sleep(0.01)
    thread.join(20)
    assert not thread.is_alive()
    return told


@pytest.mark.spec("PLN-4", "PLN-5")
def test_of_two_last_tasks_that_end_at_the_same_moment_one_ends_the_goal(world: World) -> None:
    line = Arranged(world)
    goal = line.goal()
    tasks = [line.task(goal=goal, status="ACCEPTED", **HELD) for _ in range(2)]
    calls = [finish(line, stage="committed", task=task) for task in tasks]
    told = side_by_side(world, [lambda worker, call=call: call(worker, 1) for call in calls])
    assert told == [[(task,)] for task in tasks]
    assert line.seen("status, state_version", of="agents_goal", row=goal) == ("DONE", 3)


@pytest.mark.spec("PLN-2", "PLN-5")
def test_what_hangs_on_two_tasks_that_end_at_the_same_moment_is_due(world: World) -> None:
    line = Arranged(world)
    goal = line.goal()
    above = [line.task(goal=goal, status="READY", kind="research", **HELD) for _ in range(2)]
    below = line.task(goal=goal, status="BLOCKED", unmet="2")
    line.needs(successor=below, predecessors=above)
    calls = [finish(line, stage="proposed", task=task) for task in above]
    told = side_by_side(world, [lambda worker, call=call: call(worker, 1) for call in calls])
    assert told == [[(task,)] for task in above]
    assert line.seen("status, unmet, due_at IS NULL", of="agents_task", row=below) == ("READY", 0, False)


@pytest.mark.spec("AUD-1", "PLN-4")
def test_a_task_is_moved_on_the_record_or_not_at_all(world: World) -> None:
    line = Arranged(world)
    goal = line.goal()
    moved, kept = (line.task(goal=goal, status="READY") for _ in range(2))
    move = "UPDATE agents_task SET status = 'CANCELLED', state_version = state_version + 1 WHERE id = %s"
    world.connect("app", brand=ALPHA, actor="cli:ada").execute(move, [moved])
    told = world.superuser().execute(
        "SELECT actor, from_status, to_status, state_version FROM governance_auditevent WHERE subject = %s",
        [f"agents.task:{moved}"],
    )
    assert told.fetchall() == [("cli:ada", "READY", "CANCELLED", 3)]
    with pytest.raises(psycopg.DatabaseError, match="a change of agents_task without an actor is refused") as refused:
        world.connect("app", brand=ALPHA, actor="").execute(move, [kept])
    assert refused.value.sqlstate == "CH004"
    assert line.seen("status", of="agents_task", row=kept) == ("READY",)
