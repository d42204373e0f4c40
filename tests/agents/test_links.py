"""The links of a hint's chain: each does its stage and those after it, and ends the chain where nothing is left."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from agents import celery_tasks, pipeline
from chimera.core import lanes
from chimera.core.wake import CHAINS
from tests.conftest import World

REST = [{"task": name} for name in reversed(CHAINS["think"][1:])]


@contextmanager
def request(task: object) -> Iterator[object]:
    """The task as a worker calls it, with the rest of the chain behind it."""
    task.push_request(chain=list(REST))
    try:
        yield task.request
    finally:
        task.pop_request()


@pytest.mark.spec("PLN-2")
@pytest.mark.parametrize("link", ["plan", "work", "judge_due", "commit"])
def test_a_link_that_left_nothing_due_ends_the_chain(world: World, link: str) -> None:
    task = getattr(celery_tasks, link)
    with request(task) as made:
        task.run(queue="think", tomorrow="argument")
        assert made.chain is None


@pytest.mark.spec("PLN-2")
def test_after_a_drain_whose_time_was_up_the_next_link_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DRAIN_S", 0.0)
    with request(celery_tasks.plan) as made:
        celery_tasks.plan.run(queue="think")
        assert made.chain == REST


def test_where_the_lanes_are_full_the_links_after_look_no_more_and_whoever_leaves_hints(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "drain", lambda **_: pytest.fail("it had no lane"))
    with lanes.lane(queue="think", count_max=1), request(celery_tasks.work) as made:
        monkeypatch.setattr(settings, "DRAINS_MAX", 1)
        hinted: list[str] = []
        monkeypatch.setattr(lanes.wake, "hint", lambda *, queue: hinted.append(queue))
        celery_tasks.work.run(queue="think")
        assert made.chain is None and hinted == []
    assert hinted == ["think"]
