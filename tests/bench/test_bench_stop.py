"""`bench stop` counts what arrives after a stop has returned, and gives no figure without load. OPS-4."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from chimera.bench import stop
from chimera.bench.ground import NotMeasured
from chimera.bench.stop import Call


def a_stop(at: float, *, listed: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "asked": at,
        "returned": at + 0.5,
        "resuming": at + 1.0,
        "revoked": 1,
        "in_flight": list(listed),
        "may_still_land": [],
    }


def busy(*moments: float) -> list[Call]:
    return [Call(at=at, kind=kind, name=f"{kind}-{at}") for at in moments for kind in ("publish", "think")]


def test_a_call_after_the_stop_counts_unless_it_was_listed() -> None:
    late = [Call(at=10.6, kind="publish", name="key-1"), Call(at=10.7, kind="think", name="agents.task:2")]
    during = [Call(at=10.4, kind="think", name="agents.task:3"), Call(at=11.1, kind="publish", name="key-4")]
    calls = [*busy(9.5, 11.5), *late, *during]
    stops = [a_stop(10.0, listed=("publishing.post:1",)), a_stop(12.0)]
    found = stop.judged(stops, calls, {"key-1": "publishing.post:1"})
    assert (found["stops"], found["p50_ms"], found["p99_ms"]) == (2, 500.0, 500.0)
    assert (found["calls_after_stop"], found["listed_and_arrived_after"]) == (1, 1)
    assert [(one["stop"], one["kind"]) for one in found["after"]] == [(0, "think")]
    assert (found["in_flight_listed"], found["grants_revoked"]) == (1, 2)
    assert found["calls"] == {"publish": 4, "think": 4}


def test_a_stop_of_an_idle_fleet_is_no_measurement() -> None:
    with pytest.raises(NotMeasured, match=r"Only 0 of 2 stops came under load"):
        stop.judged([a_stop(10.0), a_stop(12.0)], busy(13.0), {})
    with pytest.raises(NotMeasured):
        stop.judged([], [], {})


def test_a_stop_without_load_is_left_out_but_not_what_came_after_it() -> None:
    calls = [*busy(9.5), Call(at=12.7, kind="publish", name="key-9")]
    found = stop.judged([a_stop(10.0), a_stop(12.0)], calls, {})
    assert (found["stops"], found["stops_without_load"], found["calls_after_stop"]) == (1, 1, 1)


def test_the_number_of_stops_is_bounded_in_a_sentence() -> None:
    with pytest.raises(CommandError, match=r"0 stops cannot be measured; ask for 1 to 10,000\."):
        call_command("bench", "stop", "--stops", "0", stdout=StringIO(), stderr=StringIO())
