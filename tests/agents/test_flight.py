"""Three hundred calls that wait in one worker, and what they cost the database while they do."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from agents import pipeline
from agents.goals.models import Goal, Plan
from agents.tasks import services as tasks
from agents.tasks.models import Artifact, Task
from agents.worker import flight
from agents.worker import services as worker
from agents.worker.base import Kind
from chimera.core import clock, registry, wake
from chimera.core.calls.models import CallRecord
from chimera.core.clock import Now
from chimera.embedded import fleet_programs
from chimera.embedded.supervisor import Program
from governance.models import Attempt, Budget, Hold
from tests import people, servers
from tests.agents.fakes import desk, looking
from tests.conftest import ALPHA, World
from tests.servers import CHECKOUT

WAITING, CONNECTIONS_MAX = 300, 16
ACTUAL = 2_000  # what tests.agents.patient_worker pays


def programs() -> dict[str, Program]:
    """The workers as `manage.py up` starts them."""
    ports = fleet_programs.Ports(web=1, connector=2, simulator=3)
    return {program.name: program for program in fleet_programs.workers(servers._endpoints(), ports)}


def research(world: World, count: int) -> None:
    """A plan of so many independent tasks, all due."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        goal = people.goal(agent=agent)
        tasks.cancel(goal_id=goal.pk, note="another plan takes its place")
        goal = Goal.objects.create(
            brand_id=ALPHA,
            agent=agent,
            soul=agent.soul,
            cause="test:many",
            wish="many",
            deadline=goal.deadline,
            status="PROPOSED",
        )
        plan = Plan.objects.create(brand_id=ALPHA, goal=goal, steps=[], estimate_usd_micros=0)
        Task.objects.bulk_create(
            Task(
                brand_id=ALPHA,
                goal=goal,
                plan=plan,
                agent=agent,
                soul=agent.soul,
                kind="research",
                outward=False,
                status="READY",
                queue="think",
                scopes=agent.scopes,
                due_at=Now(),
                deadline=goal.deadline,
            )
            for _ in range(count)
        )


class Counting:
    """The connections of the application to one database, sampled all the time."""

    def __init__(self, world: World) -> None:
        self.world, self.most, self.samples, self.over = world, 0, 0, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with servers.admin() as watcher:
            while not self.over.wait(0.02):
                found = watcher.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = 'chimera_app'",
                    [self.world.name],
                ).fetchone()
                assert found is not None
                self.most, self.samples = max(self.most, found[0]), self.samples + 1

    def __enter__(self) -> "Counting":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


@pytest.fixture
def patient(world: World, tmp_path: Path) -> Iterator[Path]:
    """The work worker of this machine, whose research waits; the folder that it speaks through."""
    with running(world, tmp_path):
        yield tmp_path


@contextmanager
def running(world: World, folder: Path) -> Iterator[None]:
    """The work worker as `manage.py up` starts it, with its research replaced."""
    program = programs()["worker"]
    argv = [word.replace("celery_worker", "tests.agents.patient_worker") for word in program.argv]
    argv[0] = sys.executable
    kept = {name: program.env[name] for name in ("DATABASE_POOL_MAX", "CHIMERA_QUEUES", "MALLOC_ARENA_MAX")}
    variables = {**world.variables("app"), **kept, "PATIENCE": str(folder), "PYTHONPATH": str(CHECKOUT)}
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(argv, cwd=CHECKOUT, env=variables, stdout=log, stderr=log)
    try:
        yield
    finally:
        (folder / "go").touch()
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(folder: Path, true: Callable[[], bool], *, within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends, (folder / "worker.log").read_text()[-3000:]
        time.sleep(0.1)


def waiting(folder: Path) -> int:
    note = folder / "waiting"
    return int(note.read_text()) if note.exists() else 0


@pytest.mark.spec("PLN-9", "PLN-5", "GOV-1")
@pytest.mark.timeout(300)
def test_three_hundred_calls_wait_in_one_worker_with_at_most_sixteen_connections(
    world: World, patient: Path, settings: object
) -> None:
    research(world, WAITING)
    with Counting(world) as connections:
        until(patient, lambda: waiting(patient) == WAITING, within_s=120)
        time.sleep(settings.LEASE_S + 2)  # type: ignore[attr-defined]
        assert waiting(patient) == WAITING
        with looking():
            leased = Task.objects.filter(kind="research", status="READY", lease_until__gt=clock.now())
            assert leased.count() == WAITING, "renewed: they have waited for longer than a lease"
            assert set(Task.objects.filter(kind="research").values_list("fence", flat=True)) == {1}
            assert Hold.objects.filter(status="HELD").count() == WAITING
        (patient / "go").touch()
        until(patient, lambda: waiting(patient) == 0, within_s=120)
    assert connections.samples > 50
    assert 1 < connections.most <= CONNECTIONS_MAX
    with looking():
        done = Task.objects.filter(kind="research")
        assert set(done.values_list("status", "fence", "attempts")) == {("DONE", 1, 0)}
        assert Artifact.objects.count() == WAITING == CallRecord.objects.count()
        assert set(Attempt.objects.filter(stage="work").values_list("fence", "outcome")) == {(1, "proposed")}
        assert set(Hold.objects.values_list("status", "settled_usd_micros")) == {("SETTLED", ACTUAL)}
        money = set(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros"))
        assert money == {(0, WAITING * ACTUAL)}


@pytest.mark.spec("PLN-9")
def test_drawing_runs_in_processes_and_what_waits_in_threads() -> None:
    workers = programs()
    draws = {name for name in registry.names("KINDS") if registry.get("KINDS", name, Kind).queue == "render"}
    assert draws == {"image", "film", "scenes"}
    render, work = workers["render"].argv, workers["worker"].argv
    assert render[render.index("-Q") + 1] == "render"
    assert render[render.index("--pool") + 1] == "prefork"
    assert "render" not in work[work.index("-Q") + 1].split(",")
    assert work[work.index("--pool") + 1] == "threads"
    assert int(workers["worker"].env["DATABASE_POOL_MAX"]) == CONNECTIONS_MAX


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What this process drained and hinted, in its order."""
    found: dict[str, list[str]] = {"drained": [], "hinted": []}
    monkeypatch.setattr(pipeline, "drain", lambda *, queue, seconds: found["drained"].append(queue))
    monkeypatch.setattr(wake, "hint", lambda *, queue: found["hinted"].append(queue))
    return found


@pytest.mark.spec("PLN-3", "PLN-9")
def test_what_has_landed_is_gone_on_with_here_replies_first_and_hinted_where_somebody_else_drains(
    heard: dict[str, list[str]],
) -> None:
    for queue in ("reply", "think"):
        pipeline.serves(queue)
    landed = flight.Flight()
    landed.due |= {"think", "reply", "render"}
    landed._look()
    assert heard == {"drained": ["reply", "think"], "hinted": ["render"]} and not landed.due
    pipeline.serves_nothing()  # told to end
    landed.due.add("reply")
    landed._look()
    assert heard == {"drained": ["reply", "think"], "hinted": ["render", "reply"]}


@pytest.mark.spec("PLN-9")
def test_a_flood_keeps_the_one_thread_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    monkeypatch.setattr(pipeline, "drain", lambda *, queue, seconds: asked.append(seconds))
    pipeline.serves("think")
    pipeline.go_on("think", asked.append)
    assert asked == [pipeline.GO_ON_S] and pipeline.GO_ON_S <= 0.5


@pytest.mark.spec("PLN-3", "PLN-9")
def test_a_body_that_comes_back_is_kept_and_what_is_due_by_it_looked_at(
    heard: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    monkeypatch.setattr(pipeline, "drain", lambda *, queue, seconds: (heard["drained"].append(queue), done.set()))
    monkeypatch.setattr(worker, "propose", lambda *, job: None)
    monkeypatch.setattr(worker, "keep", lambda *, jobs, tell: tell("reply"))
    monkeypatch.setattr(flight.leases, "keeper", MagicMock())
    pipeline.serves("reply")
    flown = flight.Flight()
    flown.launch(MagicMock())
    assert done.wait(10) and heard["drained"] == ["reply"]
    flown.looker.shutdown()  # as when the process ends
    flown.launch(MagicMock())
    flown.threads.shutdown(wait=True)
    assert heard == {"drained": ["reply"], "hinted": ["reply"]} and flown.count == 0


def test_what_came_back_takes_no_room_and_a_queue_that_was_left_without_is_gone_on_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flight.settings, "BODIES_MAX", 2)
    here, back = flight.Flight(), MagicMock()
    here.out = 2
    assert here.room("reply") == 0 and here.left == {"reply"} and here.due == set()
    here._came_back(back)
    assert here.room("think") == 1 and here.due == {"reply"} and here.left == set()
    here._came_back(back)
    assert here.room("think") == 0, "as much lies there as may be out"
    assert here.left == {"think"}
