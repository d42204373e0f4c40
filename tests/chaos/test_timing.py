"""What a run says about time is computed from claims and events, and leaves out what is another figure."""

from datetime import UTC, datetime, timedelta

from chimera.chaos import timing
from chimera.chaos.crew import Blow
from chimera.chaos.probe import Answer, slowest_s
from chimera.chaos.stage import Window
from chimera.chaos.timing import Attempt, Event

BEGUN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def claim(fence: int, pid: int, start: float, end: float | None = None, subject: str = "agents.task:1") -> Attempt:
    return Attempt(
        subject=subject, fence=fence, owner=f"worker:host.{pid}.7", claimed_at=at(start),
        ended_at=None if end is None else at(end),
    )  # fmt: skip


def blow(pid: int, seconds: float) -> Blow:
    return Blow(at=at(seconds).timestamp(), name="worker", pids=frozenset({pid}), deadly=True)


def test_recovery_runs_from_the_blow_to_the_next_claim() -> None:
    attempts = [claim(1, 100, 0.0), claim(2, 200, 9.5, 10.0)]
    assert timing.recoveries_s(blows=[blow(100, 1.0)], attempts=attempts, sent={}) == [8.5]


def test_who_had_nothing_in_hand_recovers_nothing() -> None:
    attempts = [claim(1, 100, 0.0, 0.5), claim(2, 200, 9.5, 10.0)]
    assert timing.recoveries_s(blows=[blow(100, 1.0)], attempts=attempts, sent={}) == []
    assert timing.recoveries_s(blows=[blow(300, 1.0)], attempts=attempts, sent={}) == []


def test_a_post_that_was_sent_counts_as_doubt_and_not_as_recovery() -> None:
    post = "publishing.post:1"
    attempts = [claim(1, 100, 0.0, subject=post), claim(2, 200, 21.0, 22.0, subject=post)]
    sent: timing.Stretches = {post: [(at(0.5), at(22.0))]}
    assert timing.recoveries_s(blows=[blow(100, 1.0)], attempts=attempts, sent=sent) == []
    assert timing.doubts_s(attempts=attempts, sent=sent) == [21.5]
    assert timing.doubts_s(attempts=attempts[:1], sent=sent) == []


def test_an_effect_is_sent_until_it_is_known() -> None:
    def event(start: str, end: str, seconds: float) -> Event:
        return Event(
            subject="governance.effect:1", actor="a", action="update", from_status=start, to_status=end,
            state_version=2, at=at(seconds),
        )  # fmt: skip

    events = [event("INTENDED", "SENT", 1), event("SENT", "SENT", 5), event("SENT", "IN_DOUBT", 9)]
    assert timing.sent_times(events) == {"governance.effect:1": [(at(1), at(9))]}


def test_what_waits_to_be_sent_once_more_is_known_not_to_be_live_and_in_no_doubt() -> None:
    def event(start: str, end: str, seconds: float) -> Event:
        return Event(
            subject="governance.effect:1", actor="a", action="update", from_status=start, to_status=end,
            state_version=2, at=at(seconds),
        )  # fmt: skip

    moves = [("INTENDED", "SENT", 1), ("SENT", "INTENDED", 9), ("INTENDED", "SENT", 400), ("SENT", "CONFIRMED", 403)]
    sent = timing.sent_times([event(*one) for one in moves])
    assert sent == {"governance.effect:1": [(at(1), at(9)), (at(400), at(403))]}
    attempts = [claim(number, 100, second, subject="governance.effect:1") for number, second in enumerate((0, 8, 402))]
    assert timing.doubts_s(attempts=attempts, sent=sent) == [8.0, 3.0]
    waits = [claim(7, 300, 200.0, subject="governance.effect:1"), claim(8, 300, 205.0, subject="governance.effect:1")]
    assert timing.recoveries_s(blows=[blow(300, 201.0)], attempts=waits, sent=sent) == [4.0]


def test_only_what_became_due_without_the_broker_counts_as_delayed() -> None:
    def due(seconds: float) -> Event:
        return Event(
            subject="agents.task:1", actor="a", action="update", from_status="BLOCKED", to_status="READY",
            state_version=2, at=at(seconds),
        )  # fmt: skip

    attempts = [claim(1, 100, 12.0), claim(2, 100, 40.0)]
    away = [Window(at(9).timestamp(), at(11).timestamp())]
    delays = timing.start_delays_s(events=[due(10.0), due(30.0)], attempts=attempts, during=away, but_not=[])
    assert delays == [2.0]
    assert timing.start_delays_s(events=[due(10.0)], attempts=attempts, during=away, but_not=away) == []


def test_the_slowest_answer_is_one_asked_for_while_the_broker_was_gone() -> None:
    answers = [Answer(at=5.0, path="/", seconds=9.0), Answer(at=10.0, path="/", seconds=0.5)]
    assert slowest_s(answers, during=[Window(9.0, 11.0)], but_not=[]) == 0.5
    assert slowest_s(answers, during=[Window(9.0, 11.0)], but_not=[Window(12.0, 13.0)]) is None


def test_a_percentile_is_one_of_the_values() -> None:
    assert timing.percentile([], 0.95) is None
    assert timing.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert timing.percentile([float(n) for n in range(1, 101)], 0.95) == 96.0
