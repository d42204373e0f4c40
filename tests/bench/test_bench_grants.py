"""`bench grants` times the real gate over the connector's login, and shows every grant twice. PUB-3."""

from typing import Any

import pytest

from chimera.bench import granting
from chimera.bench import grants as bench
from chimera.bench.ground import NotMeasured
from governance.grants.models import GrantUsed
from tests.conftest import World

WARM, COUNT = 4, 8


@pytest.mark.spec("PUB-3")
def test_grants_that_were_issued_are_used_once_each_and_their_replays_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(granting, "WARM", WARM)
    with world.superuser() as owner:
        bench.arrange(owner, count=COUNT)
    given = granting.issue(count=COUNT)
    with world.role("connector"):
        found = granting.use(given=given)
        assert GrantUsed.objects.count() == COUNT
    assert (found["replays"], found["replays_refused"]) == (WARM, WARM)
    assert len(found["checks_s"]) == len(found["uses_s"]) == COUNT - WARM
    assert min(*found["checks_s"], *found["uses_s"]) > 0


def test_what_was_timed_is_told_in_milliseconds_and_a_replay_that_went_through_takes_the_figure_away() -> None:
    found: dict[str, Any] = {
        "checks_s": [0.001] * 19 + [0.003],
        "uses_s": [0.002] * 20,
        "replays": 3,
        "replays_refused": 3,
    }
    told = bench.judged(found)
    assert told["check"] == {"p50_ms": 1.0, "p95_ms": 1.0, "p99_ms": 3.0}
    assert told["both"] == {"p50_ms": 3.0, "p95_ms": 3.0, "p99_ms": 5.0}
    with pytest.raises(NotMeasured, match="Of 3 replays only 2 were refused"):
        bench.judged({**found, "replays_refused": 2})


@pytest.mark.parametrize("count", [0, 99, 5_001])
def test_a_number_of_grants_that_makes_no_run_is_refused(count: int) -> None:
    with pytest.raises(bench.BadCount, match=f"--count is {count}; it must be from 100 to 5,000"):
        bench.Order(count=count)
