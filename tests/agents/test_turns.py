"""Brands take turns at the line: what a flood of one costs the others. PLN-9."""

from collections.abc import Mapping
from typing import Any

import pytest

from agents import pipeline
from agents.personas.models import Agent
from agents.worker.base import Work
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from tests import people
from tests.agents.arranged import Arranged
from tests.agents.fakes import FakeKind, desk, on_switchboard
from tests.conftest import ALPHA, BETA, World

FLOOD = 200


def research(world: World, *, brand_id: int, soul_file: str, count: int) -> None:
    """This many due tasks of one agent of a brand."""
    with desk(world, brand_id=brand_id):
        agent: Agent = people.agent(brand_id=brand_id, soul_file=soul_file)
    line = Arranged(world, brand_id=brand_id)
    ids = {"agent_id": agent.pk, "soul_id": agent.soul_id}
    goal = line.goal(cause=f"test:{brand_id}", **ids)
    first = line.task(goal=goal, status="READY", kind="research", due_at="chimera_now()", **ids)
    line.copies(task=first, count=count - 1)


@pytest.mark.spec("PLN-9")
def test_at_the_line_a_flood_of_one_brand_makes_another_wait_for_one_batch_at_most(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    order: list[int] = []

    def propose(work: Work, allowance: Allowance, recorder: Recorder) -> Mapping[str, Any]:
        order.append(work.brand_id)
        return {"facts": [], "sources": []}

    on_switchboard(monkeypatch, KINDS__research=FakeKind(propose))
    research(world, brand_id=ALPHA, soul_file="bea_unscrews", count=FLOOD)
    research(world, brand_id=BETA, soul_file="iven_at_lowtide", count=1)
    pipeline._turns.clear()
    pipeline.drain(queue="think", stages=["work"], seconds=60)
    assert (order.count(ALPHA), order.count(BETA)) == (FLOOD, 1)
    assert order.index(BETA) == settings.CLAIM_COUNT_MAX
