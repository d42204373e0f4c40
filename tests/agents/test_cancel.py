"""Cancelling work: what is open ends, what somebody is at comes to nothing, what is out stays out and is said."""

import getpass
import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agents import pipeline
from agents.goals.models import Goal
from agents.personas.states import TrustRung
from agents.tasks import services as tasks
from agents.tasks.models import Artifact, Task
from agents.worker import services as worker
from agents.worker.base import Work
from chimera.core import tenancy
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.clock import Now
from chimera.core.money import Allowance
from governance.effects import services as effects
from governance.models import AuditEvent, Budget, Effect, Hold, ReviewItem
from governance.reviews import services as reviews
from publishing.models import Post
from tests import people
from tests.agents.fakes import FakeKind, desk, drain, looking, on_switchboard, pay, take_one
from tests.conftest import ALPHA, World
from tests.governance import rows

WORST, ACTUAL = 50_000, 20_000
CLI = f"cli:{getpass.getuser()}"


def run(world: World, *arguments: str) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("cancel", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def run_json(world: World, what: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(world, what, "--reason", "a drill", "--json"))
    return found


def planned(world: World, *, rung: TrustRung = TrustRung.AUTONOMOUS) -> int:
    """An agent with one goal whose research is due; returns the goal's id."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=rung)
        people.trend(brand_id=ALPHA)
        goal = people.goal(agent=agent)
    assert pipeline.drain(queue="think", stages=["plan"], seconds=30) == 1
    return goal.pk


def statuses() -> dict[str, str]:
    with looking():
        return dict(Task.objects.values_list("kind", "status"))


def post() -> Post:
    with looking():
        return Post.objects.get()


@pytest.mark.spec("PLN-6", "AUD-1")
@pytest.mark.parametrize("by", ["goal", "record", "task", "agent"])
def test_cancelling_ends_everything_of_the_goal_that_is_open_and_is_on_the_record(world: World, by: str) -> None:
    goal_id = planned(world)
    with looking():
        task = Task.objects.get(kind="draft")
    what = {
        "goal": f"goal:{goal_id}",
        "record": f"agents.goal:{goal_id}",
        "task": f"task:{task.pk}",
        "agent": "@bea_unscrews",
    }[by]
    assert run_json(world, what) == {
        "what": what,
        "reason": "a drill",
        "goals": [f"goal:{goal_id}"],
        "tasks": 4,
        "cards": 0,
        "posts": 0,
        "out": [],
        "may_still_land": [],
    }
    assert statuses() == {"plan": "DONE", **dict.fromkeys(("research", "draft", "image", "publish"), "CANCELLED")}
    with looking():
        assert Goal.objects.get().status == "CANCELLED"
        assert set(Task.objects.filter(status="CANCELLED").values_list("note", flat=True)) == {"Cancelled: a drill"}
        ends = AuditEvent.objects.filter(to_status="CANCELLED").values_list("actor", flat=True)
        assert (set(ends), len(ends)) == ({CLI}, 5)
    assert pipeline.drain(queue="think", seconds=30) == 0
    assert f"Nothing of {what} was open" in run(world, what, "--reason", "again") or by == "agent"


@pytest.mark.spec("PLN-6")
def test_cancelling_withdraws_the_card_that_waits_for_a_human(world: World) -> None:
    goal_id = planned(world, rung=TrustRung.PROBATION)
    drain()
    assert statuses()["publish"] == "HELD"
    said = run(world, f"goal:{goal_id}", "--reason", "the festival was called off")
    assert "open tasks 1, cards withdrawn 1, posts taken back 0. Reason: the festival was called off" in said
    with looking():
        assert ReviewItem.objects.get().status == "WITHDRAWN"


@pytest.mark.spec("PLN-6", "GOV-1")
def test_an_unsent_post_is_taken_back_with_its_effect_and_its_money(world: World) -> None:
    goal_id = planned(world)
    drain()
    assert post().status == "SCHEDULED"
    with looking():
        assert Goal.objects.get().status == "DONE"
        effect = rows.effect(row=post())
        assert Hold.objects.get().status == "HELD"
    found = run_json(world, "@bea_unscrews")  # its work is done, its post is not
    assert (found["goals"], found["tasks"], found["posts"]) == ([f"goal:{goal_id}"], 0, 1)
    assert post().status == "CANCELLED"
    with looking():
        assert Effect.objects.get(pk=effect.pk).status == "REFUTED"
        assert Hold.objects.get().status == "VOID"
        assert set(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros")) == {(0, 0)}
    assert run_json(world, "@bea_unscrews")["goals"] == []


@pytest.mark.spec("PLN-6")
def test_a_post_that_waits_for_a_human_is_taken_back_with_its_card(world: World) -> None:
    goal_id = planned(world)
    drain()
    with looking():
        held = post()
        reviews.ask(
            brand_id=ALPHA,
            about=held.subject,
            task=held.task,
            kind="exhausted",
            snapshot={"payload": held.payload},
            why="Tried 8 times to publish.",
            deadline=held.made_at,
        )
        Post.objects.filter(pk=held.pk).update(status="HELD", state_version=2, due_at=None)
    found = run_json(world, f"goal:{goal_id}")
    assert (found["posts"], found["cards"]) == (1, 1)
    with looking():
        assert ReviewItem.objects.get().status == "WITHDRAWN"


@pytest.mark.spec("PLN-6", "PUB-4")
def test_what_was_sent_is_left_alone_and_said(world: World) -> None:
    goal_id = planned(world)
    drain()
    with looking():
        row = post()
        until = Now() + timedelta(minutes=1)
        Post.objects.filter(pk=row.pk).update(fence=1, lease_until=until, due_at=until)
        row.refresh_from_db()
        effect = rows.sent(row=row)
    assert run_json(world, f"goal:{goal_id}")["may_still_land"] == [row.subject]
    assert f"{row.subject} had been sent before and may still land" in run(world, f"goal:{goal_id}", "--reason", "x")
    assert post().status == "SCHEDULED"
    with looking():
        assert Effect.objects.get().status == "SENT"
        assert Hold.objects.get().status == "HELD"
        effects.confirm(effect=effect, platform_id="plaza-7", receipt={}, cost_usd_micros=rows.FEE)
        Post.objects.filter(pk=row.pk).update(
            status="PUBLISHED", state_version=2, platform_id="plaza-7", url="http://127.0.0.1/p/7", due_at=None
        )
    found = run_json(world, f"goal:{goal_id}")
    assert (found["out"], found["may_still_land"]) == ([f"{row.subject} http://127.0.0.1/p/7"], [])
    said = run(world, f"goal:{goal_id}", "--reason", "x")
    assert "is out already; cancelling does not take it down" in said


@pytest.mark.spec("PLN-5", "PLN-6", "GOV-1")
def test_a_worker_in_the_middle_of_a_cancelled_task_keeps_nothing_and_settles_what_it_spent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal_id = planned(world)

    def cancelled_meanwhile(work: Work, allowance: Allowance, recorder: Recorder) -> Mapping[str, Any]:
        pay(recorder, ACTUAL)
        assert run_json(world, f"goal:{goal_id}")["tasks"] == 4
        return {"facts": [], "sources": []}

    on_switchboard(monkeypatch, KINDS__research=FakeKind(cancelled_meanwhile, worst_case_usd_micros=WORST))
    assert worker.work(taken=[take_one()]) == []
    assert statuses()["research"] == "CANCELLED"
    with looking():
        assert Artifact.objects.exclude(task__kind="plan").count() == 0
        assert (Hold.objects.get().status, Hold.objects.get().settled_usd_micros) == ("SETTLED", ACTUAL)
        assert set(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros")) == {(0, ACTUAL)}
        assert CallRecord.objects.get().cost_usd_micros == ACTUAL


@pytest.mark.spec("PLN-6")
def test_a_plan_that_is_laid_out_while_its_goal_is_cancelled_is_cancelled_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        goal = people.goal(agent=agent)
    laid_out, lay_out = threading.Event(), tasks.lay_out
    failed: list[BaseException] = []

    def cancel() -> None:
        try:
            assert laid_out.wait(20)
            with tenancy.brand(ALPHA, actor="test:cancel"):
                tasks.cancel(goal_id=goal.pk, note="Cancelled: a drill")
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            failed.append(error)
        finally:
            connection.close()

    def slowly(**given: Any) -> Any:
        laid = lay_out(**given)
        laid_out.set()
        watcher = world.superuser()
        for _ in range(200):  # until the cancelling waits for the row that this transaction has
            if watcher.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone() == (1,):
                break
            threading.Event().wait(0.05)
        return laid

    monkeypatch.setattr(tasks, "lay_out", slowly)
    thread = threading.Thread(target=cancel)
    thread.start()
    pipeline.drain(queue="think", stages=["plan"], seconds=30)
    thread.join(30)
    assert failed == []
    with looking():
        assert Goal.objects.get().status == "CANCELLED"
    assert statuses() == {"plan": "DONE", **dict.fromkeys(("research", "draft", "image", "publish"), "CANCELLED")}


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("12", "12 may be a goal or a task; write goal:12 or task:12."),
        ("goal:0", "There is no goal:0; the desk lists goals and tasks with their ids."),
        ("task:999", "There is no task:999; the desk lists goals and tasks with their ids."),
        ("everything", "'everything' names no work; write goal:12, task:40 or @handle."),
        ("goal:-1", "'goal:-1' names no work; write goal:12, task:40 or @handle."),
        ("@nobody", "No agent is called '@nobody'. Known: none yet; launch one with launch_agent."),
    ],
)
def test_a_name_that_means_no_work_is_one_sentence(world: World, what: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(world, what, "--reason", "a drill")
    assert str(refused.value) == sentence


def test_a_reason_is_words(world: World) -> None:
    with pytest.raises(CommandError, match="Give a reason in words"):
        run(world, "goal:1", "--reason", "  ")
    with pytest.raises(CommandError, match="--reason"):
        run(world, "goal:1")
