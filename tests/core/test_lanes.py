"""Lanes: a queue has two threads of a worker at most, and whoever is sent away is made up for."""

from typing import Any

import pytest

from chimera.core import lanes, wake

pytestmark = pytest.mark.spec("PLN-9")


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(wake, "hint", lambda *, queue: found.append(queue))
    return found


def test_a_flood_on_one_queue_has_so_many_threads_and_the_others_have_theirs(settings: Any, hints: list[str]) -> None:
    settings.DRAINS_MAX = 2
    with lanes.lane(queue="think") as first, lanes.lane(queue="think") as second:
        with lanes.lane(queue="think") as third, lanes.lane(queue="reply") as other:
            assert (first, second, third, other) == (True, True, False, True)
    with lanes.lane(queue="think") as again:
        assert again


def test_who_leaves_looks_after_who_was_sent_away_once(settings: Any, hints: list[str]) -> None:
    settings.DRAINS_MAX = 1
    with lanes.lane(queue="think"):
        with lanes.lane(queue="think") as free:
            assert not free
        with lanes.lane(queue="think") as free:
            assert not free
        assert hints == []
    assert hints == ["think"]
    with lanes.lane(queue="think"):
        pass
    assert hints == ["think"], "nobody was sent away"


def test_a_drain_that_fails_gives_its_lane_back(settings: Any, hints: list[str]) -> None:
    settings.DRAINS_MAX = 1
    with pytest.raises(RuntimeError), lanes.lane(queue="think"):
        raise RuntimeError("the well is dry")
    with lanes.lane(queue="think") as free:
        assert free


def test_all_floods_together_leave_a_worker_threads_for_a_reply(settings: Any) -> None:
    from chimera.embedded import fleet_programs

    others = [queue for queue in fleet_programs.WORK_QUEUES.split(",") if queue in ("think", "publish", "pay")]
    assert settings.DRAINS_MAX * len(others) < fleet_programs.THREADS


def test_who_leaves_may_look_again_itself_instead_of_hinting(settings: Any, hints: list[str]) -> None:
    settings.DRAINS_MAX = 1
    told: list[str] = []
    with lanes.lane(queue="think", tell=told.append), lanes.lane(queue="think") as free:
        assert not free
    assert (told, hints) == (["think"], [])
