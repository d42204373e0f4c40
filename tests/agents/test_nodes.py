"""Workers say that they are there; what a silent one held is free at once, and a living one keeps what it has."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client

from agents import pipeline, sweeper
from agents.nodes import services as nodes
from agents.nodes.models import Node
from agents.tasks.models import Task
from chimera.core import clock, tenancy
from chimera.core.circuits import services as circuits
from governance.leases import services as leases
from governance.models import AuditEvent
from publishing.posts.models import Post
from tests import people
from tests.agents.fakes import desk, looking, take_one
from tests.conftest import ALPHA, World
from tests.publishing.test_posts import schedule
from tests.servers import CHECKOUT

pytestmark = pytest.mark.spec("PLN-10")

LOST_S = 3.0
HINT = "import django; django.setup(); from chimera.core import wake; wake.hint(queue='think')"


@pytest.fixture
def due(world: World, settings, monkeypatch: pytest.MonkeyPatch) -> World:
    """A planning task that is due, and nodes that may be silent for three seconds."""
    settings.NODE_LOST_S = LOST_S
    monkeypatch.setenv("CHIMERA_NODE", "here-1")
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    return world


def until(true: Callable[[], Any], *, seconds: float = 30.0) -> Any:
    ends = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < ends, f"not within {seconds} s: {list(Node.objects.values())}"
        time.sleep(0.05)
    return found


@contextmanager
def lone_worker(world: World, how: str, seconds: float = 60) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    variables = {**world.variables("app"), "LEASE_S": "60"}
    command = [sys.executable, "-m", "tests.agents.lone_worker", how, str(seconds)]
    with subprocess.Popen(command, cwd=CHECKOUT, env=variables, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def described(name: str = "here-1") -> nodes.Description:
    return nodes.Description(
        name=name,
        queues=("think",),
        capabilities={"cpu": 2, "pool": "threads", "concurrency": 8, "ffmpeg": False, "python": "3.11"},
    )


def task() -> Task:
    with looking():
        return Task.objects.get(kind="plan")


def events(world: World, node: Node) -> list[tuple[str, str]]:
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        found = AuditEvent.objects.filter(subject=node.subject).order_by("id")
        return list(found.values_list("from_status", "to_status"))


def test_a_killed_process_is_declared_lost_and_its_rows_are_free_before_their_leases_end(due: World) -> None:
    with lone_worker(due, "claim") as (process, said):
        assert said["claims"] == 1
        held = task()
        assert held.lease_until is not None
        assert held.lease_owner.startswith(f"worker:{said['node']}.{process.pid}.")
        process.kill()
        process.wait()
        died_s = time.monotonic()
        until(lambda: sweeper.sweep(queues=[]) or Node.objects.get(name=said["node"]).status == "LOST", seconds=60)
        assert time.monotonic() - died_s < LOST_S + 20 and clock.now() < held.lease_until
        claim = take_one(stage="plan")
        assert claim.fence == held.fence + 1
        with looking():
            assert clock.now() < held.lease_until - timedelta(seconds=30)
        pipeline.step(taken=[replace(claim, fence=held.fence)], stages=["plan"])
        assert task().status == "READY", "the late owner changes nothing"
        pipeline.step(taken=[claim], stages=["plan"])
    assert task().status == "DONE"
    assert events(due, Node.objects.get()) == [("", "ALIVE"), ("ALIVE", "LOST")]


def test_a_busy_node_is_not_lost_while_its_heart_beats(due: World) -> None:
    with lone_worker(due, "busy") as (_, said):
        ends, heard = time.monotonic() + 3 * LOST_S, set[datetime]()
        while time.monotonic() < ends:
            assert nodes.declare_lost() == []
            heard.add(Node.objects.get(name=said["node"]).heartbeat_at)
            time.sleep(0.2)
    assert len(heard) >= 3
    assert Node.objects.get().status == "ALIVE"


def test_a_frozen_node_is_lost_and_comes_back_as_the_next_incarnation_without_its_leases(due: World) -> None:
    with lone_worker(due, "claim") as (process, said):
        held = task()
        process.send_signal(signal.SIGSTOP)
        until(nodes.declare_lost, seconds=60)
        assert (task().lease_until, task().lease_owner) == (None, "")
        claim = take_one(stage="plan")
        process.send_signal(signal.SIGCONT)
        back = until(lambda: Node.objects.filter(status="ALIVE", name=said["node"]).first())
        assert back.incarnation == 2
        assert task().fence == claim.fence == held.fence + 1
        assert task().lease_owner == leases.owner()  # coming back took nothing from who has it now
    assert events(due, back) == [("", "ALIVE"), ("ALIVE", "LOST"), ("LOST", "ALIVE")]


def test_two_sweepers_declare_one_loss(due: World) -> None:
    for number in range(5):
        nodes.register(description=described(f"silent-{number}"), starting=True)
    due.shift_clock("1 minute")
    start, declared = threading.Barrier(4), []

    def declare() -> None:
        start.wait()
        declared.extend(nodes.declare_lost())
        connection.close()

    threads = [threading.Thread(target=declare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: nodes.declare_lost() == [])
    assert sorted(declared) == [f"silent-{number}" for number in range(5)]
    for node in Node.objects.all():
        assert events(due, node) == [("", "ALIVE"), ("ALIVE", "LOST")]


def test_a_clean_end_releases_nothing_that_is_still_worked_on(due: World, monkeypatch: pytest.MonkeyPatch) -> None:
    heart = nodes.join(queues=["think"], pool="threads", concurrency=8)
    monkeypatch.setenv("CHIMERA_NODE", heart.description.name)
    claim = take_one(stage="plan")
    heart.stop()
    node = Node.objects.get()
    assert (node.status, node.name) == ("GONE", heart.description.name)
    due.shift_clock("5 seconds")  # silent for longer than allowed, and within the lease
    assert nodes.declare_lost() == []
    held = task()
    assert (held.fence, held.lease_owner) == (claim.fence, leases.owner())
    assert held.lease_until is not None
    assert pipeline.step(taken=[claim], stages=["plan"]) == 1
    assert task().status == "DONE"


def test_only_the_lost_nodes_rows_are_released(due: World, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes.register(description=described("here-1"), starting=True)
    monkeypatch.setenv("CHIMERA_NODE", "here-12")
    claim = take_one(stage="plan")
    due.shift_clock("4 seconds")
    assert nodes.declare_lost() == ["here-1"]
    assert task().lease_owner == leases.owner()
    for prefix in ("", "worker:", "worker:.", "worker:here-12", "worker:%.", "worker:here_12."):
        assert due.connect().execute("SELECT agents_task_release_of(%s, '10 s')", [prefix]).fetchall() == []
    assert task().fence == claim.fence
    assert due.connect().execute("SELECT agents_task_release_of('worker:here-12.', '10 s')").fetchall() == [("think",)]


def test_a_post_whose_call_may_be_under_way_keeps_the_time_that_a_call_may_take(due: World) -> None:
    with desk(due):
        schedule()
    nodes.register(description=described(), starting=True)
    (claim,) = leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)
    with looking():
        post = Post.objects.get(pk=claim.id)
        before = clock.now()
        leases.extend(row=post, seconds=20)
        after = clock.now()
    due.shift_clock("4 seconds")
    assert nodes.declare_lost() == ["here-1"]
    with looking():
        post.refresh_from_db()
        assert post.due_at is not None
        assert before <= post.due_at - timedelta(seconds=10) <= after + timedelta(milliseconds=50)
    assert leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1) == []
    due.shift_clock("12 seconds")
    assert len(leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)) == 1


def test_a_row_that_a_frozen_transaction_holds_keeps_nobody_waiting(due: World) -> None:
    nodes.register(description=described(), starting=True)
    take_one(stage="plan")
    with due.connect(brand=ALPHA) as frozen, frozen.transaction():
        frozen.execute("SELECT id FROM agents_task FOR UPDATE")
        due.shift_clock("4 seconds")
        assert nodes.declare_lost() == ["here-1"]
    assert task().lease_until is not None  # until its lease ends


def test_a_worker_that_was_killed_and_starts_again_under_its_name_frees_what_it_held(due: World) -> None:
    nodes.register(description=described(), starting=True)
    take_one(stage="plan")
    assert nodes.register(description=described(), starting=True) == 2
    assert task().lease_until is None
    take_one(stage="plan")
    assert nodes.beat(name="here-1", incarnation=2)
    assert not nodes.beat(name="here-1", incarnation=1)


def test_after_a_restart_of_the_database_nobody_is_lost_before_it_could_be_heard(due: World, settings) -> None:
    nodes.register(description=described(), starting=True)
    owner = due.superuser()
    up_s = owner.execute("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float").fetchone()
    settings.NODE_LOST_S = up_s[0] + 60
    owner.execute("SET app.actor = 'test:owner'")
    owner.execute("UPDATE agents_node SET heartbeat_at = '2020-01-01'")
    assert nodes.declare_lost() == []
    due.shift_clock("5 minutes")
    assert nodes.declare_lost() == ["here-1"]


def test_a_name_with_a_dot_is_refused_because_the_owner_of_a_lease_could_not_be_told_apart(due: World) -> None:
    with pytest.raises(Exception, match="node_name_ends_at_the_first_dot"):
        nodes.register(description=described("here.example-1"), starting=True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        due.connect().execute("DELETE FROM agents_node")


def test_the_command_shows_what_each_node_can_do_and_does(due: World, capsys: pytest.CaptureFixture[str]) -> None:
    nodes.register(description=described(), starting=True)
    take_one(stage="plan")
    with due.role("operator"):
        call_command("nodes", "--json")
        (line,) = json.loads(capsys.readouterr().out)["nodes"]
        assert (line["name"], line["status"]) == ("here-1", "ALIVE")
        assert (line["leases_held"], line["ended_last_minute"]) == (1, 0)
        assert line["capabilities"]["concurrency"] == 8
    due.shift_clock("1 minute")
    pipeline.drain(queue="think", stages=["plan"], seconds=30)
    with due.role("operator"):
        call_command("nodes", "--json")
        (line,) = json.loads(capsys.readouterr().out)["nodes"]
        assert (line["leases_held"], line["ended_last_minute"]) == (0, 1)
        call_command("nodes")
    assert "8 x threads" in capsys.readouterr().out


def test_a_celery_worker_registers_drains_and_ends_as_one_node_with_its_pool(due: World, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "celery", "-A", "celery_worker", "worker", "-n", "test@%h", "-Q", "render,think"]
    command += ["--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    variables = {**due.variables("app"), "CHIMERA_QUEUES": "render,think"}
    with (tmp_path / "worker.log").open("wb") as out:
        process = subprocess.Popen(command, cwd=CHECKOUT, env=variables, stdout=out, stderr=out)
    try:
        node = until(lambda: Node.objects.filter(pid=process.pid).first(), seconds=60)
        assert (node.status, sorted(node.queues)) == ("ALIVE", ["render", "think"])
        can = node.capabilities
        assert (can["pool"], can["concurrency"], can["render"]) == ("prefork", 2, True)
        subprocess.run([sys.executable, "-c", HINT], cwd=CHECKOUT, env=variables, check=True, timeout=60)
        owner = until(lambda: plan_owner(due), seconds=60)
        assert owner.startswith(f"worker:{node.name}.")  # the node's name, another process's number
        assert not owner.startswith(f"worker:{node.name}.{process.pid}.")
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    assert Node.objects.get().status == "GONE", (tmp_path / "worker.log").read_text()[-3000:]


def plan_owner(world: World) -> str:
    row = world.superuser().execute("SELECT owner FROM governance_attempt LIMIT 1").fetchone()
    return row[0] if row else ""


def test_the_desk_lists_nodes_and_circuits(due: World) -> None:
    nodes.register(description=described(), starting=True)
    for _ in range(5):
        circuits.report(provider="plaza", failed=True, note="<b>No answer.</b>")
    circuits.forget()
    with due.role("operator"):
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password="a long enough password")
        client = Client()
        client.login(username="ada", password="a long enough password")
        assert "here-1" in client.get("/admin/agents/node/").content.decode()
        page = client.get("/admin/core/circuit/").content.decode()
    assert "&lt;b&gt;No answer.&lt;/b&gt;" in page
