"""Stand-ins for what the switchboard names, and the two ways in which tests of this floor enter the database."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from pydantic import ConfigDict

from agents import pipeline
from agents.tasks import taking
from agents.tasks.taking import Taken
from agents.worker.base import Kind, Params, Proposal, Work
from chimera.core import registry, tenancy
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from tests.conftest import ALPHA, World

Propose = Callable[[Work, Allowance, Recorder], Mapping[str, Any]]


@contextmanager
def desk(world: World, *, brand_id: int = ALPHA, actor: str = "test:operator") -> Iterator[None]:
    """Inside a brand as the operator; commits."""
    with world.role("operator"), tenancy.brand(brand_id, actor=actor):
        yield


@contextmanager
def looking(brand_id: int = ALPHA) -> Iterator[None]:
    """Inside a brand as the application, to look."""
    with tenancy.brand(brand_id, actor="test:look"):
        yield


def on_switchboard(monkeypatch: pytest.MonkeyPatch, **parts: object) -> None:
    """Put parts before the switchboard's own: `KINDS__research=Fake()`."""
    made = registry._made

    def _made(section: str, name: str) -> Any:
        return parts.get(f"{section}__{name}") or made(section, name)

    monkeypatch.setattr(registry, "_made", _made)


class AnyParams(Params):
    """Takes what a plan sets for whichever kind is stood in for."""

    model_config = ConfigDict(extra="allow")


class FakeKind(Kind):
    """An inward kind that does what a test says and costs what a test says."""

    name = "research"
    params: ClassVar[type[Params]] = AnyParams

    def __init__(self, propose: Propose, *, worst_case_usd_micros: int = 0) -> None:
        self._propose = propose
        self._worst = worst_case_usd_micros
        self.calls = 0

    def worst_case_usd_micros(self, *, work: Work) -> int:
        return self._worst

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        self.calls += 1
        return Proposal(payload=self._propose(work, allowance, recorder))


def pay(recorder: Recorder, amount_usd_micros: int) -> None:
    """Note a call that cost this much, as a paid model would."""
    recorder.calls.append(
        CallRecord(
            seat="research",
            provider="fake",
            model="fake-1",
            prompt_hash="0" * 64,
            request={},
            answer={},
            cost_usd_micros=amount_usd_micros,
        )
    )


def take_one(*, stage: str = "work", queue: str = "think") -> Taken:
    """The one row that is due for a stage, taken."""
    (taken,) = taking.take(queue=queue, stages=[stage], count_max=1)
    return taken


def drain() -> None:
    """Do what is due until nothing is, as workers would."""
    for _ in range(30):
        if not sum(pipeline.drain(queue=queue, seconds=30) for queue in ("think", "render")):
            return
