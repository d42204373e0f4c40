"""Finished work is put away whole, stays readable, and nobody but the archivist can delete any of it."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from agents import celery_tasks, pipeline, summary
from agents.archive import selectors
from agents.archive import services as archive
from agents.goals.models import Goal
from agents.models import ArchivedGoal
from agents.personas.models import Agent
from agents.planner import services as planner
from agents.tasks.models import Task
from chimera.core import machines, tenancy
from tests import people
from tests.agents import finished
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, BETA, World
from tests.servers import CHECKOUT

pytestmark = pytest.mark.timeout(180)
MOVED = sum(finished.PER_GOAL.values())


@pytest.fixture
def eyes(world: World) -> Iterator[psycopg.Connection]:
    """An agent in alpha, and a look at everything."""
    with desk(world):
        people.agent(brand_id=ALPHA)
    yield world.superuser()


def months(eyes: psycopg.Connection, count: int, **how: object) -> list[int]:
    agent, soul = eyes.execute("SELECT id, soul_id FROM agents_agent").fetchone()
    return finished.make(eyes, brand=ALPHA, agent=agent, soul=soul, count=count, **how)


def put_away(count: int = 1000) -> int:
    with tenancy.brand(ALPHA, actor="test:archive"):
        return archive.archive(count_max=count)[0]


@pytest.mark.spec("PLN-3", "AUD-1")
def test_a_thousand_finished_goals_move_whole_and_a_second_run_finds_nothing(eyes: psycopg.Connection) -> None:
    goals = months(eyes, 1000)
    young = months(eyes, 3, first=500_000, age="29 days")
    before = finished.counts(eyes, *finished.PER_GOAL)
    assert before == {table: 1003 * count for table, count in finished.PER_GOAL.items()}
    with looking():
        told = summary.count()
    assert (told.goals, told.tasks_done, told.cost_usd_micros) == (1003, 5015, 1003 * 15_700)
    report = archive.run(batch=200)
    with looking():
        assert summary.count() == told
    assert (report.goals, report.moved_rows, report.batches) == (1000, 1000 * MOVED, 5)
    after = finished.counts(eyes, *finished.PER_GOAL)
    assert after == {table: 3 * count for table, count in finished.PER_GOAL.items()}
    # Counted from the bodies themselves, not from what the mover said.
    kept = eyes.execute(
        "SELECT k.key, sum(jsonb_array_length(k.value)) FROM agents_archivedgoal a,"
        " jsonb_each(convert_from(a.body, 'UTF8')::jsonb - 'trend') k GROUP BY 1"
    ).fetchall()
    assert {table: before[table] - count for table, count in kept} == after
    assert finished.counts(eyes, "agents_archivedtask") == {"agents_archivedtask": 5000}
    assert finished.counts(eyes, *finished.STAYS) == {table: 1003 * count for table, count in finished.STAYS.items()}
    assert [row[0] for row in eyes.execute("SELECT id FROM agents_archivedgoal ORDER BY 1")] == goals
    assert [row[0] for row in eyes.execute("SELECT id FROM agents_goal ORDER BY 1")] == young
    again = archive.run(batch=200)
    assert (again.goals, again.moved_rows, again.more) == (0, 0, False)


@pytest.mark.spec("PLN-7")
def test_what_was_put_away_reads_as_it_was_by_goal_and_by_task(eyes: psycopg.Connection, world: World) -> None:
    with desk(world):
        people.trend(brand_id=ALPHA)
        goal = people.goal(agent=Agent.objects.get())
    drain()
    tables = {"tasks": "agents_task", "artifacts": "agents_artifact", "verdicts": "agents_verdict"}
    tables |= {"dependencies": "agents_dependency", "attempts": "governance_attempt", "calls": "core_callrecord"}
    eyes.execute("SET timezone = 'UTC'")
    rows = {
        name: eyes.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY id").fetchall()
        for name, table in tables.items()
    }
    eyes.execute("SET app.actor = 'test:eyes'")
    eyes.execute("UPDATE publishing_post SET status = 'CANCELLED', state_version = 2")
    world.shift_clock("40 days")
    assert put_away() == 1
    with looking():
        assert not Goal.objects.exists() and not Task.objects.exists()
        story = selectors.of_goal(goal_id=goal.pk)
        assert story is not None and story.goal["cause"] == goal.cause and story.goal["batch"] == goal.batch
        assert story.plan is not None and story.trend is not None and story.trend["title"] == people.STORY[0]
        assert {name: [(row,) for row in getattr(story, name)] for name in tables} == rows
        draft = next(task for task in story.tasks if task["kind"] == "draft")
        of_task = selectors.of_task(task_id=draft["id"])
        assert of_task is not None
        assert [row["task_id"] for row in of_task.artifacts] == [draft["id"]]
        assert "1,000th" in of_task.artifacts[0]["payload"]["text"]
        assert selectors.of_goal(goal_id=goal.pk + 1) is None and selectors.of_task(task_id=10**9) is None
    with tenancy.brand(BETA, actor="test:look"):
        assert selectors.of_goal(goal_id=goal.pk) is None


@pytest.mark.spec("AUD-1", "AUD-2")
def test_the_record_keeps_its_events_and_the_hash_of_what_was_put_away(eyes: psycopg.Connection) -> None:
    (goal,) = months(eyes, 1)
    events = eyes.execute("SELECT count(*) FROM governance_auditevent").fetchone()[0]
    put_away()
    (body,) = eyes.execute(
        "SELECT body FROM governance_auditevent WHERE subject = %s AND action = 'insert'",
        [f"agents.archivedgoal:{goal}"],
    ).fetchone()
    with looking():
        archived = ArchivedGoal.objects.get(pk=goal)
    assert json.loads(body)["content_hash"] == archived.content_hash
    gone = eyes.execute("SELECT actor FROM governance_auditevent WHERE action = 'delete'").fetchall()
    assert len(gone) == 1 + 1 + 5 + 2 and set(gone) == {("test:archive",)}  # goal, plan, tasks, holds
    assert eyes.execute("SELECT count(*) FROM governance_auditevent").fetchone()[0] == events + len(gone) + 1
    eyes.execute("ALTER TABLE agents_archivedgoal DISABLE TRIGGER keep_agents_archivedgoal")
    eyes.execute("ALTER TABLE agents_archivedgoal ALTER content_hash DROP EXPRESSION")
    eyes.execute("UPDATE agents_archivedgoal SET body = body || ' '::bytea")
    with looking(), pytest.raises(selectors.Tampered, match=f"agents.goal:{goal} does not match"):
        selectors.of_goal(goal_id=goal)


OPEN = {
    "agents_task": ("agents.task", "id = {publish}"),
    "publishing_post": ("publishing.post", "id = {goal}"),
    "governance_effect": ("governance.effect", "id = {goal}"),
    "governance_hold": ("governance.hold", "about IN ('agents.task:{draft}', 'publishing.post:{goal}')"),
    "agents_goal": ("agents.goal", "id = {goal}"),
}
STATES = [
    (table, state)
    for table, (name, _) in OPEN.items()
    for machine in machines.discover()
    if machine.name == name
    for state in machine.labels
]


@pytest.mark.parametrize(("table", "state"), STATES)
def test_a_goal_with_anything_open_stays(eyes: psycopg.Connection, table: str, state: str) -> None:
    """Whether a state is an end is read from the machines, so a new open state cannot be put away by mistake."""
    goal, _ = months(eyes, 2)
    machine = next(machine for machine in machines.discover() if machine.name == OPEN[table][0])
    # Tasks end as done too, though a retry may open a done inward one again: never of a goal that has ended.
    # A post that is out may still be taken down, which asks nothing of the goal that made it.
    ends = {*machine.terminal, *{"agents_task": ["DONE"], "publishing_post": ["PUBLISHED"]}.get(table, [])}
    place = OPEN[table][1].format(
        goal=goal, publish=finished.task_of(goal, "publish"), draft=finished.task_of(goal, "draft")
    )
    with eyes.transaction():
        eyes.execute("SET LOCAL session_replication_role = replica")
        eyes.execute(
            f"UPDATE {table} SET status = %s, {'outward = true, ' if table == 'agents_task' else ''}"
            f"state_version = state_version + 1 WHERE {place}",
            [state],
        )
    assert put_away() == (2 if state in ends else 1)


@pytest.mark.parametrize(
    "hindrance",
    [
        "UPDATE governance_reviewitem SET status = 'PENDING', consumed_at = NULL, final_at = NULL, approved_hash = ''"
        " WHERE id = {goal}",
        "UPDATE governance_reviewitem SET consumed_at = NULL WHERE id = {goal}",
        "UPDATE agents_task SET lease_until = chimera_now() WHERE goal_id = {goal}",
        "UPDATE agents_task SET ended_at = chimera_now() - interval '29 days' WHERE goal_id = {goal}",
        "UPDATE publishing_post SET published_at = chimera_now() - interval '29 days' WHERE id = {goal}",
    ],
)
def test_an_unused_answer_a_lease_or_a_late_end_keeps_a_goal(eyes: psycopg.Connection, hindrance: str) -> None:
    goal, _ = months(eyes, 2)
    with eyes.transaction():
        eyes.execute("SET LOCAL session_replication_role = replica")
        eyes.execute(hindrance.format(goal=goal))
    assert put_away() == 1


def test_a_goal_stays_while_its_trend_lives_and_its_cause_is_not_taken_up_again(
    eyes: psycopg.Connection, world: World
) -> None:
    with desk(world):
        trend = people.trend(brand_id=ALPHA)
        goal = people.goal(agent=Agent.objects.get())
    months(eyes, 1)
    with eyes.transaction():
        eyes.execute("SET LOCAL session_replication_role = replica")
        eyes.execute("UPDATE agents_goal SET trend_id = %s, cause = %s WHERE id = 100000", [trend.pk, goal.cause + "x"])
    assert put_away() == 0
    with eyes.transaction():
        eyes.execute("SET LOCAL session_replication_role = replica")
        eyes.execute("DELETE FROM agents_task WHERE goal_id = %s", [goal.pk])
        eyes.execute("DELETE FROM agents_goal WHERE id = %s", [goal.pk])
        eyes.execute("UPDATE agents_goal SET trend_id = NULL, cause = %s", [goal.cause])
    assert put_away() == 1
    with desk(world):
        assert planner.set_goals(agent_id=Agent.objects.get().pk) == []


def test_the_database_archives_nothing_of_the_last_day_and_forgets_nothing_of_the_last_month(
    eyes: psycopg.Connection, world: World
) -> None:
    months(eyes, 1, first=1_000, age="23 hours")
    months(eyes, 1, first=2_000, age="25 hours")
    app = world.connect(brand=ALPHA)
    assert app.execute("SELECT goals FROM agents_archive('-1 day', 10)").fetchone() == (1,)
    assert app.execute("SELECT agents_forget_archived('0 days', 10)").fetchone() == (0,)
    world.shift_clock("30 days")
    assert app.execute("SELECT agents_forget_archived('0 days', 10)").fetchone() == (1,)
    assert finished.counts(eyes, "agents_archivedgoal", "agents_archivedtask") == {
        "agents_archivedgoal": 0,
        "agents_archivedtask": 0,
    }


@pytest.mark.spec("TEN-1", "AUD-2")
@pytest.mark.parametrize("table", [*finished.PER_GOAL, "agents_archivedgoal", "agents_archivedtask", "agents_soul"])
def test_nobody_but_the_archivist_deletes(eyes: psycopg.Connection, world: World, table: str) -> None:
    months(eyes, 2)
    with tenancy.brand(ALPHA, actor="test:archive"):
        archive.archive(count_max=1)

    def _refused(connection: psycopg.Connection, *statements: str) -> str:
        try:
            with connection.transaction(force_rollback=True):
                for statement in statements:
                    cursor = connection.execute(statement)
                return f"{cursor.rowcount} rows"
        except psycopg.Error as error:
            return error.sqlstate or ""

    statement = f"DELETE FROM {table}"
    for role in ("app", "operator", "connector"):
        assert _refused(world.connect(role, brand=ALPHA), statement) == "42501", role
    own = f"SELECT set_config('app.brand', '{ALPHA}', true), set_config('app.actor', 'test:owner', true)"
    as_owner = ("SET LOCAL ROLE chimera_owner", own)
    assert _refused(eyes, *as_owner, statement) == "0 rows"  # its policies show it nothing
    appended = {"agents_dependency", "agents_artifact", "agents_verdict", "core_callrecord", "agents_soul"}
    if table in appended or table.startswith("agents_archived"):
        unforced = f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        assert _refused(eyes, unforced, *as_owner, statement) == "CH003"
        assert _refused(eyes, statement) == "CH003"  # nor a superuser
    as_archivist = ("SET LOCAL ROLE chimera_archivist", own)
    assert _refused(eyes, *as_archivist, f"UPDATE {table} SET brand_id = brand_id") in {"42501", "0 rows", "CH003"}
    if table == "agents_soul":
        assert _refused(eyes, *as_archivist, statement) == "42501"
        # Retention deletes events, and no act names one here.
        assert _refused(eyes, *as_archivist, "DELETE FROM governance_auditevent") == "0 rows"


def test_every_table_that_points_at_archived_work_goes_along(eyes: psycopg.Connection) -> None:
    moved = [*finished.PER_GOAL, "agents_archivedgoal", "agents_archivedtask"]
    pointing = eyes.execute(
        "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        " AND confrelid::regclass::text = ANY(%s)",
        [moved],
    ).fetchall()
    strangers = sorted({name for (name,) in pointing} - set(moved))
    assert not strangers, f"agents/archive/sql/archive.sql does not move {strangers}, and the key would stop it"


@pytest.mark.spec("PLN-5")
def test_a_row_that_somebody_holds_is_left_and_nobody_is_waited_for(eyes: psycopg.Connection, world: World) -> None:
    goals = months(eyes, 5)
    other = world.connect(brand=ALPHA)
    with other.transaction():
        other.execute("SELECT 1 FROM agents_goal WHERE id = %s FOR UPDATE", [goals[0]])
        began = time.monotonic()
        assert put_away() == 4
        assert time.monotonic() - began < 20
    with other.transaction():
        other.execute("SELECT 1 FROM agents_task WHERE goal_id = %s FOR UPDATE", [goals[0]])
        report = archive.run(batch=10)
        assert (report.goals, report.busy) == (0, 1)
    assert put_away() == 1


@pytest.mark.spec("PLN-2", "PLN-5")
def test_workers_go_on_while_a_batch_is_being_moved(eyes: psycopg.Connection, world: World) -> None:
    months(eyes, 50)
    with desk(world):
        people.trend(brand_id=ALPHA)
        people.goal(agent=Agent.objects.get())
    mover = world.connect(brand=ALPHA)
    with mover.transaction():
        assert mover.execute("SELECT goals FROM agents_archive('30 days', 50)").fetchone() == (50,)
        done = threading.Event()

        def _work() -> None:
            from django.db import connection

            pipeline.drain(queue="think", seconds=30)
            connection.close()
            done.set()

        threading.Thread(target=_work, daemon=True).start()
        assert done.wait(60), "the drain waits for the archive"
        (task,) = eyes.execute("SELECT status FROM agents_task WHERE kind = 'draft' AND goal_id < 100000").fetchone()
        assert task == "DONE"


def test_two_at_once_move_every_goal_once(eyes: psycopg.Connection, world: World) -> None:
    months(eyes, 60)
    first, second = world.connect(brand=ALPHA), world.connect(brand=ALPHA)
    with first.transaction(), second.transaction():
        assert first.execute("SELECT goals FROM agents_archive('30 days', 40)").fetchone() == (40,)
        assert second.execute("SELECT goals FROM agents_archive('30 days', 40)").fetchone() == (20,)
    assert finished.counts(eyes, "agents_archivedgoal") == {"agents_archivedgoal": 60}


@pytest.mark.spec("PLN-2")
def test_killed_in_the_middle_every_goal_is_whole_here_or_whole_there(eyes: psycopg.Connection, world: World) -> None:
    goals = months(eyes, 300)
    command = [sys.executable, "manage.py", "archive", "--batch", "1"]
    running = subprocess.Popen(
        command, cwd=CHECKOUT, env=world.variables("operator"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        ends = time.monotonic() + 60
        while not finished.counts(eyes, "agents_archivedgoal")["agents_archivedgoal"] and time.monotonic() < ends:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
    finally:
        running.kill()
        running.wait(10)
    mover = world.connect(brand=ALPHA)  # and one whose connection ends inside of its transaction
    with pytest.raises(psycopg.OperationalError), mover.transaction():
        mover.execute("SELECT goals FROM agents_archive('30 days', 10)")
        eyes.execute("SELECT pg_terminate_backend(%s)", [mover.info.backend_pid])
        mover.execute("SELECT 1")
    there = {row[0] for row in eyes.execute("SELECT id FROM agents_archivedgoal")}
    here = {row[0] for row in eyes.execute("SELECT id FROM agents_goal")}
    assert 0 < len(there) < 300 and not here & there and here | there == set(goals)
    expected = {table: len(here) * count for table, count in finished.PER_GOAL.items()}
    assert finished.counts(eyes, *finished.PER_GOAL) == expected
    assert put_away() == len(here)


def test_the_command_counts_and_moves_and_the_schedule_moves_once_an_hour(
    eyes: psycopg.Connection, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    months(eyes, 7)
    with world.role("operator"):
        call_command("archive", "--dry-run", "--json")
        assert json.loads(capsys.readouterr().out) == {"due": 7, "archive_after_days": 30}
        call_command("archive", "--batch", "3", "--once", "--json")
        report = json.loads(capsys.readouterr().out)
        assert (report["goals"], report["moved_rows"], report["more"]) == (3, 3 * MOVED, True)
    celery_tasks.archive_finished(tomorrow="argument")
    assert finished.counts(eyes, "agents_goal") == {"agents_goal": 0}
    months(eyes, 1, first=900_000)
    celery_tasks.archive_finished()
    assert finished.counts(eyes, "agents_goal") == {"agents_goal": 1}
    scheduled = "SELECT count(*) FROM django_celery_beat_periodictask WHERE task = 'agents.archive' AND queue = 'sweep'"
    assert eyes.execute(scheduled).fetchone() == (1,)


@pytest.mark.spec("AUD-2")
def test_the_desk_finds_archived_work_by_its_goal_and_by_its_task(eyes: psycopg.Connection, world: World) -> None:
    goal, other = months(eyes, 2)
    put_away()
    with world.role("operator"), tenancy.acting("test:desk"):
        User.objects.create_superuser("ada", "ada@example.org", "long enough to pass")
        client = Client()
        client.force_login(User.objects.get(username="ada"))
    with world.role("operator"):
        task = finished.task_of(goal, "draft")
        for words in (str(task), f"agents.task:{task}", str(goal), f"agents.goal:{goal}"):
            page = client.get(
                "/admin/agents/archivedgoal/", {"q": words}, headers={"host": "localhost"}
            ).content.decode()
            assert f"wish {goal}" in page and f"wish {other}" not in page, words
        page = client.get("/admin/agents/archivedgoal/", {"q": "nonsense"}, headers={"host": "localhost"})
        assert "wish" not in page.content.decode().split("result_list")[-1]
        page = client.get(f"/admin/agents/archivedgoal/{goal}/change/", headers={"host": "localhost"}).content.decode()
        assert "what draft made" in page and f"wish {goal}" in page
