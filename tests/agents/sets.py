"""Stand-ins for tests of the engine: plans of a test's own shape, kinds that do what it says, a judge that agrees."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from agents import pipeline
from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.planner import recipes
from agents.tasks import services as tasks
from agents.tasks import taking
from agents.tasks.graph import Step
from agents.tasks.models import Task
from agents.tasks.taking import Taken
from agents.worker.base import Accepted, Kind, Landed, Proposal, Work
from agents.worker.kinds.research import ResearchParams
from chimera.core import registry
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from governance.policies.base import Finding, Outcome, Policy, Snapshot
from tests import people, servers
from tests.agents.fakes import desk, looking, on_switchboard, pay
from tests.conftest import ALPHA, World

WORST, ACTUAL = 5_000, 2_000
ONE = (Step(key="research", kind="research"), Step(key="publish", kind="publish", needs=("research",)))


class Inward(Kind):
    """Research that costs ACTUAL of WORST; `body` and `landing` may do or raise what a test wants."""

    name = "research"
    params = ResearchParams

    def __init__(self) -> None:
        self.body: Callable[[Work], Mapping[str, Any]] = lambda work: {"of": work.goal["wish"]}
        self.landing: Callable[[Sequence[Landed]], None] = lambda landed: None
        self.bodies: list[str] = []

    def worst_case_usd_micros(self, *, work: Work) -> int:
        return WORST

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        self.bodies.append(work.goal["wish"])
        pay(recorder, ACTUAL)
        return Proposal(payload=self.body(work))

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        self.landing(landed)
        return []


class Outward(Kind):
    """Publishing that goes nowhere: `committing` sees what would."""

    name = "publish"
    outward = True

    def __init__(self) -> None:
        self.committing: Callable[[Sequence[Accepted]], None] = lambda accepted: None

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        return Proposal(payload={"text": work.goal["wish"]})

    def commit(self, *, accepted: Sequence[Accepted]) -> None:
        self.committing(accepted)


class Agrees(Policy):
    """A policy that likes everything."""

    name = "agrees"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        return Finding(policy=self.name, outcome=Outcome.PASS, reason="Well.", score_bp=10_000)


class Line:
    """A world whose plans, kinds and policies are the test's."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.monkeypatch = world, monkeypatch
        self.inward, self.outward = Inward(), Outward()
        on_switchboard(monkeypatch, KINDS__research=self.inward, KINDS__publish=self.outward)
        every = registry.every
        monkeypatch.setattr(
            registry, "every", lambda name, kind: [Agrees()] if name == "POLICIES" else every(name, kind)
        )

    def plan(self, *wishes: str, steps: Sequence[Step] = ONE) -> None:
        """A goal for each wish, planned with these steps."""
        self.propose(*wishes)
        self.monkeypatch.setattr(recipes, "of", lambda **_: list(steps))
        assert pipeline.drain(queue="think", stages=["plan"], seconds=60) == len(wishes)

    def propose(self, *wishes: str) -> None:
        """A goal for each wish, with its planning task."""
        with desk(self.world):
            agent = Agent.objects.first() or people.agent(brand_id=ALPHA, rung=TrustRung.AUTONOMOUS)
            trend = people.trend(brand_id=ALPHA, key=wishes[0])
            for wish in wishes:
                goal = Goal.objects.create(
                    brand_id=ALPHA,
                    agent=agent,
                    soul=agent.soul,
                    trend=trend,
                    cause=f"test:{wish}",
                    wish=wish,
                    deadline=trend.expires_at,
                    status="PROPOSED",
                )
                tasks.begin(goal=goal, scopes=agent.scopes)

    def take(self, *, stage: str = "work", count_max: int = 8) -> list[Taken]:
        """What is due for a stage, under a claim."""
        return taking.take(queue="think", stages=[stage], count_max=count_max)

    def statuses(self, kind: str) -> dict[str, str]:
        """By the wish of the goal."""
        with looking():
            return dict(Task.objects.filter(kind=kind).values_list("goal__wish", "status"))

    def until_somebody_waits(self) -> None:
        """Until another connection waits for a lock (or a minute is over: the test will see)."""
        with servers.admin(self.world.name) as watcher:
            ends = time.monotonic() + 60
            while time.monotonic() < ends:
                waiting = watcher.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND wait_event_type = 'Lock'"
                ).fetchone()
                if waiting != (0,):
                    return
                time.sleep(0.02)
