"""Work whose provider is away waits, loses no attempt, and goes on by itself when the provider is back."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from agents import pipeline
from agents.planner import services as planner
from agents.tasks.models import Task
from agents.worker.base import Work
from chimera.core import clock
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.circuits.models import Circuit
from chimera.core.errors import Unavailable
from chimera.core.llm.base import Answer, Provider, Request
from chimera.core.money import Allowance
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.models import Attempt, Effect
from publishing.connectors.base import NotSent, Unknown
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.agents.fakes import FakeKind, desk, looking, on_switchboard
from tests.conftest import ALPHA, World
from tests.publishing.test_posts import LIVE, FakePlaza, schedule

pytestmark = pytest.mark.spec("PLN-8")

FACTS = {"facts": [], "sources": []}


class Line(BaseModel, extra="forbid"):
    text: str


class Lighthouse(Provider):
    """A model whose API a test switches off and on."""

    name = "lighthouse"

    def __init__(self) -> None:
        self.away, self.asked = True, 0

    def worst_case_usd_micros(self, *, request: Request) -> int:
        return 0

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        self.asked += 1
        if self.away:
            raise Unavailable("Lighthouse answered 503.")
        return Answer(value=Line(text="Light."), failure=None, provider=self.name, model="l-1", offline=False)


@pytest.fixture(autouse=True)
def fresh(settings) -> Iterator[None]:
    settings.CIRCUIT_SEEN_S = 0
    circuits.forget()
    yield
    circuits.forget()


@pytest.fixture
def lighthouse(world: World, monkeypatch: pytest.MonkeyPatch) -> Lighthouse:
    """Research asks Lighthouse; an agent has three such tasks."""
    provider = Lighthouse()
    request = Request(
        purpose="research", tier="read", prompt="?", prompt_hash="a" * 64, variables={"seed": 1}, schema=Line
    )

    def ask(work: Work, allowance: Allowance, recorder: Recorder) -> Mapping[str, Any]:
        recorder.ask(provider=provider, request=request, allowance=allowance)
        return FACTS

    on_switchboard(monkeypatch, KINDS__research=FakeKind(ask))
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        for number in range(3):
            people.trend(brand_id=ALPHA, key=f"story-{number}")
        assert len(planner.set_goals(agent_id=agent.pk)) == 3
    pipeline.drain(queue="think", stages=["plan"], seconds=30)
    return provider


def research() -> list[Task]:
    with looking():
        return list(Task.objects.filter(kind="research").order_by("id"))


def work() -> int:
    return pipeline.drain(queue="think", stages=["work"], seconds=30)


def test_tasks_of_a_broken_provider_wait_without_losing_attempts_and_resume_by_themselves(
    world: World, lighthouse: Lighthouse
) -> None:
    tasks = research()
    assert tasks
    minutes = 0
    while Circuit.objects.filter(status="OPEN").count() == 0:
        work()
        minutes += 1
        assert minutes < 30, [(task.attempts, task.note) for task in research()]
        world.shift_clock(f"{2 * minutes} seconds")
    before = [task.attempts for task in research()]
    asked = lighthouse.asked
    assert asked == 5
    assert sum(before) == 3  # the failures of the set that opened the circuit are no attempts any more
    for hour in range(1, 9):
        world.shift_clock(f"{hour} hours")
        work()
        waiting = research()
        assert [task.status for task in waiting] == ["READY"] * len(tasks)
        assert [task.attempts for task in waiting] == before
        with looking():
            assert all(task.due_at is not None and task.due_at > clock.now() for task in waiting)
    assert lighthouse.asked == asked + 8  # one probe each time, whoever made it
    assert {"left alone" in task.note or "503" in task.note for task in waiting} == {True}
    lighthouse.away = False
    world.shift_clock("9 hours")
    work()
    world.shift_clock("9 hours 3 seconds")  # who came while the probe was out comes back
    work()
    assert [task.status for task in research()] == ["DONE"] * len(tasks)
    assert Circuit.objects.get().status == "CLOSED"
    with looking():
        assert Attempt.objects.filter(subject=tasks[0].subject).count() > tasks[0].attempts_max


def test_a_failure_without_an_outage_is_an_attempt_as_before(world: World, lighthouse: Lighthouse) -> None:
    assert work() >= 1
    task = research()[0]
    assert (task.status, task.attempts, task.note) == ("READY", 1, "Lighthouse answered 503.")


@pytest.fixture
def plaza(world: World, monkeypatch: pytest.MonkeyPatch) -> FakePlaza:
    """A platform, and a post that is due on it."""
    fake = FakePlaza()
    on_switchboard(monkeypatch, CONNECTORS__plaza=fake)
    with desk(world):
        people.agent(brand_id=ALPHA)
        schedule()
    return fake


def post() -> Post:
    with looking():
        return Post.objects.get()


def test_a_post_waits_for_its_platform_is_not_marked_as_sent_and_goes_out_by_itself(
    world: World, plaza: FakePlaza
) -> None:
    for number in range(5):
        circuits.report(provider="plaza", failed=True, note=f"Refused ({number}).")
    posts.drain(seconds=30)
    waiting = post()
    assert (waiting.status, waiting.attempts, plaza.keys) == ("SCHEDULED", 0, [])
    with looking():
        assert Effect.objects.get().status == "INTENDED"
        assert waiting.due_at is not None
        assert waiting.due_at > clock.now()
    assert "plaza has failed too often" in waiting.note
    world.shift_clock("11 seconds")
    posts.drain(seconds=30)
    assert post().status == "PUBLISHED"
    assert Circuit.objects.get().status == "CLOSED"


def test_a_long_outage_of_the_platform_exhausts_no_post(world: World, plaza: FakePlaza) -> None:
    plaza.answers = [NotSent("Plaza is closed.")]
    for hour in range(1, 20):
        posts.drain(seconds=30)
        if hour > 1:
            world.shift_clock(f"{10 * hour} minutes")
        else:
            for _ in range(4):
                circuits.report(provider="plaza", failed=True, note="Plaza is closed.")
    waiting = post()
    assert (waiting.status, waiting.attempts) == ("SCHEDULED", 1)  # the one from before the circuit opened
    assert len(plaza.keys) >= 15
    plaza.answers = [LIVE]
    world.shift_clock("4 hours")
    posts.drain(seconds=30)
    assert post().status == "PUBLISHED"


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize(("effect_class", "looks"), [("B", 1), ("C", 0)])
def test_a_doubt_does_not_wait_for_the_platform_to_take_posts_again(
    world: World, plaza: FakePlaza, settings: Any, effect_class: str, looks: int
) -> None:
    settings.CIRCUIT_OPEN_S = 280.0
    plaza.is_of_class(effect_class)
    plaza.answers = [Unknown("No answer.")]
    for _ in range(4):
        circuits.report(provider="plaza", failed=True, note="No answer.")
    posts.drain(seconds=30)
    assert Circuit.objects.get().status == "OPEN"
    world.shift_clock("30 seconds")  # the call is over
    posts.drain(seconds=30)
    with looking():
        effect = Effect.objects.get()
    assert (effect.status, effect.absences) == ("IN_DOUBT" if effect_class == "C" else "SENT", looks)
    assert len(plaza.keys) == 1


def test_a_stop_between_the_probe_and_the_call_leaves_the_probe_to_the_next(world: World, plaza: FakePlaza) -> None:
    for _ in range(5):
        circuits.report(provider="plaza", failed=True, note="Refused.")
    world.shift_clock("11 seconds")
    (claim,) = posts.leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)
    with desk(world):
        controls.impose(scope="fleet", kind=ControlKind.STOP, reason="a look around")
    posts.publish(claim=claim)
    circuit = Circuit.objects.get()
    assert (circuit.status, plaza.keys) == ("HALF_OPEN", [])
    assert circuit.wait_until is not None
    assert circuit.wait_until <= clock.now()
