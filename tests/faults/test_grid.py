"""The grid: every named fault point x {raise, kill -9, freeze past the lease} ends right. Enumerated, not random.

One stage for the whole module: a platform, its connector and a database in which each case has a goal of its own.
"""

import itertools
import signal
import uuid
from collections.abc import Iterator

import pytest

from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.tasks import services as tasks
from agents.tasks.models import Task
from chimera.core import faults, tenancy
from governance.models import AuditEvent, Budget, Effect, Hold
from publishing.models import Post
from tests import people
from tests.conftest import ALPHA, World, own_world
from tests.faults.stage import Stage

pytestmark = [pytest.mark.timeout(180), pytest.mark.spec("PLN-2", "PLN-3", "PLN-5", "PUB-4")]
ACTS = ("raise", "kill", "freeze")
LENIENT = "tests.faults.lenient"  # many posts of one persona are alike: the judge has no part in this


@pytest.fixture(scope="module")
def grid(django_db_blocker: object, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with own_world(django_db_blocker) as world:
        made = Stage(world, tmp_path_factory.mktemp("grid"))
        made.start_connector()
        yield made
        made.close()


def wish(world: World) -> int:
    """A goal for one post, begun, on news of its own."""
    key = uuid.uuid4().hex
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        agent = Agent.objects.first() or people.agent(brand_id=ALPHA, rung=TrustRung.AUTONOMOUS)
        place = f"{key[0].upper()}{key[1:7].translate(str.maketrans('0123456789', 'aeiouaeiou'))}"
        title, summary = (text.replace("Orlowe", place).replace("toaster", f"{place} kettle") for text in people.STORY)
        trend = people.trend(brand_id=ALPHA, key=key, story=(title, summary))
        goal = Goal.objects.create(
            brand_id=ALPHA,
            agent=agent,
            soul=agent.soul,
            trend=trend,
            cause=f"test:{key}",
            wish=trend.title,
            relevance_bp=9900,
            similarity_bp=4000,
            deadline=trend.expires_at,
            status="PROPOSED",
        )
        tasks.begin(goal=goal, scopes=agent.scopes)
        return goal.pk


def end_of(stage: Stage, goal_id: int) -> tuple[str, ...]:
    """What became of a goal: statuses of goal, tasks, posts and effects, or what waits for a human."""
    with tenancy.brand(ALPHA, actor="test:look"):
        subjects = [task.subject for task in Task.objects.filter(goal_id=goal_id)]
        posts = list(Post.objects.filter(task__in=subjects))
        return (
            Goal.objects.get(pk=goal_id).status,
            *sorted(set(Task.objects.filter(goal_id=goal_id).values_list("status", flat=True))),
            *(post.status for post in posts),
            *Effect.objects.filter(about__in=[post.subject for post in posts]).values_list("status", flat=True),
        )


def assert_right(stage: Stage, goal_id: int) -> None:
    """Published once, known to be, paid once, nothing held, and a record without a gap."""
    assert end_of(stage, goal_id) == ("DONE", "DONE", "PUBLISHED", "CONFIRMED"), stage.log()
    with tenancy.brand(ALPHA, actor="test:look"):
        subjects = [task.subject for task in Task.objects.filter(goal_id=goal_id)]
        post = Post.objects.get(task__in=subjects)
        hold = Hold.objects.get(about=post.subject)
        assert (hold.status, hold.settled_usd_micros) == ("SETTLED", 15_000)
        assert set(Budget.objects.values_list("reserved_usd_micros", flat=True)) == {0}
        for subject in (*subjects, post.subject):
            events = AuditEvent.objects.filter(subject=subject).order_by("id")
            versions = [event.state_version for event in events]
            assert versions == sorted(set(versions)) == list(range(1, len(versions) + 1)), (subject, versions)
            states = [(event.from_status, event.to_status) for event in events]
            assert all(before[1] == after[0] for before, after in itertools.pairwise(states)), states
    assert stage.posts().count(post.payload["text"]) == 1, stage.log()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("point", [point for point in faults.POINTS if point not in faults.SEALING])
def test_a_fault_at_a_named_point_loses_nothing_and_doubles_nothing(grid: Stage, point: str, act: str) -> None:
    goal_id = wish(grid.world)
    before = len(grid.posts())
    first = grid.worker(fault=f"{point}:{act}", switchboard=LENIENT)
    if act == "freeze":
        assert grid.frozen(first), grid.log()
    else:
        assert first.wait(60) == (-signal.SIGKILL if act == "kill" else 0), grid.log()
        assert act == "kill" or f"fault point {point}" in (grid.folder / "worker.log").read_text(), grid.log()
    assert len(grid.posts()) <= before + 1
    grid.world.later("1 minute")  # past every lease
    assert grid.worker(switchboard=LENIENT).wait(60) == 0, grid.log()
    if act == "freeze":
        first.send_signal(signal.SIGCONT)  # it wakes, believes that it holds the row, and goes on
        assert first.wait(60) == 0, grid.log()
        grid.world.later("1 minute")
        assert grid.worker(switchboard=LENIENT).wait(60) == 0, grid.log()
    assert_right(grid, goal_id)
