"""When a post goes out: silences, best hours, spread over a fleet, never after its trend. PUB-6, PLN-6."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.policies.hours import Blackout, Quiet
from publishing.timing import moments
from publishing.timing.moments import Best, Wanted

pytestmark = pytest.mark.spec("PUB-6")
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENING = Best(begin=time(18), end=time(20), zone="UTC")
NIGHT = Quiet(begin=time(22), end=time(6), zone="UTC", whose="the persona")
moments_of_a_year = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def dark(begin: datetime, end: datetime) -> Blackout:
    return Blackout(begin=begin, end=end, words="the blackout of the fleet (a test)")


def test_without_best_hours_a_post_goes_out_at_once() -> None:
    found = moments.moment(ready=NOON, silences=[NIGHT], wanted=Wanted(account=1))
    assert (found.at, found.why) == (NOON, "")


def test_a_routine_post_waits_for_the_next_best_hour_and_an_answer_does_not() -> None:
    wanted = Wanted(account=1, best=[EVENING])
    found = moments.moment(ready=NOON, silences=[], wanted=wanted)
    assert NOON + 6 * HOUR <= found.at < NOON + 8 * HOUR and "a best hour (18:00 to 20:00, UTC)" in found.why
    answer = moments.moment(ready=NOON, silences=[], wanted=Wanted(account=1, best=[EVENING], waits=False))
    assert answer.at == NOON
    now = moments.moment(ready=NOON + 7 * HOUR, silences=[], wanted=wanted)
    assert (now.at, now.why) == (NOON + 7 * HOUR, ""), "it is one now"


def test_a_best_hour_that_comes_too_late_for_the_trend_is_left_out() -> None:
    for left, moved in ((timedelta(hours=9), True), (timedelta(hours=6), False)):
        wanted = Wanted(account=1, best=[EVENING], expires_at=NOON + left, margin_s=1800)
        assert (moments.moment(ready=NOON, silences=[], wanted=wanted).at > NOON) is moved


def test_a_best_hour_that_is_blacked_out_is_the_one_of_the_next_day() -> None:
    silence = dark(NOON + 5 * HOUR, NOON + 9 * HOUR)
    found = moments.moment(ready=NOON, silences=[silence, NIGHT], wanted=Wanted(account=1, best=[EVENING]))
    assert NOON + 30 * HOUR <= found.at < NOON + 32 * HOUR


def test_hours_are_on_the_clock_of_the_persona_also_on_days_that_have_23_hours() -> None:
    own = [{"begin": "01:30", "end": "04:00", "zone": "Europe/Prague"}]
    best = moments.best_of(own=own, hours_of_platform=[("08:00", "09:00")], zone="UTC")
    found = moments.moment(
        ready=datetime(2027, 3, 28, 0, 0, tzinfo=UTC), silences=[], wanted=Wanted(account=1, best=best)
    )
    assert datetime(2027, 3, 28, 0, 30, tzinfo=UTC) <= found.at < datetime(2027, 3, 28, 2, 0, tzinfo=UTC)
    assert moments.best_of(own=[], hours_of_platform=[("08:00", "09:00")], zone="Asia/Tokyo")[0].zone == "Asia/Tokyo"


@given(
    ready=moments_of_a_year,
    life_h=st.integers(0, 72),
    begin=st.times(),
    length_h=st.integers(1, 20),
    silent=st.tuples(moments_of_a_year, st.integers(1, 100)),
    account=st.integers(1, 10**9),
)
def test_nothing_is_moved_into_a_silence_back_in_time_or_beyond_its_trend(
    ready: datetime, life_h: int, begin: time, length_h: int, silent: tuple[datetime, int], account: int
) -> None:
    end = (datetime.combine(date(2027, 1, 1), begin) + timedelta(hours=length_h)).time()
    silences = [NIGHT, dark(silent[0], silent[0] + timedelta(hours=silent[1]))]
    expires_at = ready + timedelta(hours=life_h)
    best = [Best(begin=begin, end=end, zone="America/New_York")]
    wanted = Wanted(account=account, best=best, expires_at=expires_at, margin_s=600, spread_s=3600)
    found = moments.moment(ready=ready, silences=silences, wanted=wanted)
    least = moments.moment(ready=ready, silences=silences, wanted=Wanted(account=account, waits=False))
    assert found.at >= least.at >= ready
    assert all(silence.ends_after(found.at) is None for silence in silences)
    assert found.at == least.at or found.at <= expires_at - timedelta(seconds=600)
    assert (found.at == ready) == (found.why == "")
    assert found == moments.moment(ready=ready, silences=silences, wanted=wanted), "the same whoever asks"


@settings(max_examples=8)
@given(first=st.integers(1, 10**9), step=st.integers(1, 997), day=st.dates(date(2027, 1, 1), date(2030, 1, 1)))
def test_a_thousand_agents_do_not_post_in_one_minute(first: int, step: int, day: date) -> None:
    """An hour that begins, or a blackout that ends, for all of them at once: at most 60 in any minute."""
    morning = datetime.combine(day, time(8), tzinfo=UTC)
    fleet = [first + step * number for number in range(1000)]
    begins = Best(begin=time(8), end=time(9), zone="UTC")
    waited = dark(morning - 24 * HOUR, morning)
    for silences, best in (([], [begins]), ([waited], [])):
        minutes: Counter[datetime] = Counter()
        for account in fleet:
            wanted = Wanted(account=account, best=best, spread_s=3600)
            found = moments.moment(ready=morning - HOUR, silences=silences, wanted=wanted)
            assert morning <= found.at < morning + HOUR
            minutes[found.at.replace(second=0, microsecond=0)] += 1
        assert max(minutes.values()) <= 60 and len(minutes) == 60


def test_an_account_has_another_place_every_day() -> None:
    days = [date(2027, 1, 1) + timedelta(days=number) for number in range(30)]
    assert len({moments.offset(account=7, day=day, within_s=3600) for day in days}) == 30
    assert moments.offset(account=7, day=days[0], within_s=0) == timedelta(0)
