"""What people are told: once, at least once, in one letter in a storm, never in their quiet hours. OPS-8."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from chimera.core import clock, tenancy
from chimera.core.clock import Now
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.notices import news, sending, services
from governance.notices.models import Letter, Notice, NoticeKind, Subscription
from governance.notices.states import LetterStatus
from governance.reviews import services as reviews
from tests.conftest import ALPHA, World
from tests.governance import rows

LIMIT = """
INSERT INTO governance_budgetlimit (brand_id, scope, "window", limit_usd_micros) VALUES (1, 'agent:77', 'day', 1000000)
"""
SPENT = """
INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros, reserved_usd_micros, settled_usd_micros)
VALUES (1, 'agent:77', (chimera_now() AT TIME ZONE 'UTC')::date, 1000000, 100000, 750000)
"""
DOWN = """
INSERT INTO core_circuit (provider, status, state_version, since, failed_at, opens, wait_until, probe_by, note) VALUES
('plaza', 'OPEN', 18, chimera_now(), '{}', 9, chimera_now(), '', 'HTTP 500 <b>https://evil.example</b>')
"""
ADA = {"name": "Ada", "channel": "mail", "address": "ada@example.org"}


def subscribed(world: World, **more: Any) -> Subscription:
    """As the operator."""
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        return services.subscribe(**{**ADA, **more})


def noted(key: str, *, kind: str = NoticeKind.STOP, scope: str = "fleet", sentence: str = "It stands still.") -> bool:
    """As a worker."""
    with tenancy.acting("worker:test"):
        return services.note(kind=kind, scope=scope, sentence=sentence, key=key)


def letters(world: World) -> list[Letter]:
    """As the operator sees them."""
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        return list(Letter.objects.order_by("id"))


@pytest.mark.spec("OPS-8")
def test_one_thing_is_told_once_whoever_notes_it(world: World) -> None:
    subscribed(world)
    told = rows.together([lambda: noted("stop:1")] * 4)
    assert sorted(told) == [False, False, False, True]
    assert [(one.kind, one.count, one.status) for one in letters(world)] == [("stop", 1, LetterStatus.PENDING)]


@pytest.mark.spec("OPS-8")
def test_a_storm_becomes_one_letter_and_the_next_one_waits(world: World) -> None:
    subscribed(world)
    rows.together([lambda n=n: noted(f"stop:{n}", sentence=f"Stop {n}.") for n in range(8)])
    for n in range(8, 42):
        noted(f"stop:{n}")
    assert [one.count for one in letters(world)] == [42]
    letter = sending.take()
    assert letter is not None and (letter.count, letter.more, len(letter.shown)) == (42, 37, 5)
    noted("stop:late")
    assert sending.take() is None  # the first is carried, the next one waits until the storm is over
    one, other = letters(world)
    assert (one.count, other.count) == (42, 1)
    assert timedelta(seconds=200) < other.due_at - clock.now() <= timedelta(seconds=300)


def test_who_subscribed_to_some_kinds_and_brands_hears_of_those_alone(world: World) -> None:
    subscribed(world, name="one", kinds=["cap"], brands=[ALPHA])
    subscribed(world, name="two", kinds=["stop"])
    subscribed(world, name="three", digest_only=True, digest_hour=7)
    for key, kind, scope in (
        ("a", "cap", "brand:1"),
        ("b", "cap", "brand:2"),
        ("c", "cap", "fleet"),
        ("d", "stop", "fleet"),
    ):
        noted(key, kind=kind, scope=scope)
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        found = Letter.objects.order_by("id").values_list("subscription__name", "kind", "count")
        assert list(found) == [("one", "cap", 1), ("two", "stop", 1)]


@pytest.mark.parametrize(
    ("at", "zone", "quiet", "until"),
    [
        ("2026-07-01 23:30+02", "Europe/Berlin", (22, 7), "2026-07-02 07:00+02"),
        ("2026-07-02 05:00+02", "Europe/Berlin", (22, 7), "2026-07-02 07:00+02"),
        ("2026-07-02 07:00+02", "Europe/Berlin", (22, 7), "2026-07-02 07:00+02"),
        ("2026-07-02 12:00+02", "Europe/Berlin", (12, 14), "2026-07-02 14:00+02"),
        ("2026-03-29 01:30+01", "Europe/Berlin", (22, 7), "2026-03-29 07:00+02"),  # the clock is put forward that night
        ("2026-07-02 03:00+00", "UTC", None, "2026-07-02 03:00+00"),
    ],
)
def test_quiet_hours_end_at_their_hour_of_the_place(db: None, at: str, zone: str, quiet: Any, until: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT governance_after_quiet(%s::timestamptz, %s, %s::int, %s::int) = %s::timestamptz",
            [at, zone, *(quiet or (None, None)), until],
        )
        assert cursor.fetchone()[0]


@pytest.mark.spec("OPS-8")
def test_a_letter_is_carried_by_one_and_again_when_they_die_under_the_same_name(world: World) -> None:
    subscribed(world)
    noted("stop:1")
    taken = [one for one in rows.together([sending.take] * 4) if one is not None]
    assert len(taken) == 1
    world.shift_clock("2 minutes")
    again = sending.take()
    assert again is not None and (again.message_id, again.fence) == (taken[0].message_id, taken[0].fence + 1)
    assert not sending.land(letter=taken[0], outcome=sending.Outcome(sent=True))  # who lost it ends nothing
    assert sending.land(letter=again, outcome=sending.Outcome(sent=True))
    assert [one.status for one in letters(world)] == [LetterStatus.SENT]


def test_what_fails_is_tried_again_later_and_given_up_in_the_end(world: World, settings: Any) -> None:
    settings.LETTER_RETRY_S = (5, 60)
    subscribed(world)
    noted("stop:1")
    for _ in range(3):
        letter = sending.take()
        assert letter is not None
        sending.land(letter=letter, outcome=sending.Outcome(sent=False, note="Nobody answered."))
        assert sending.take() is None
        world.later("2 minutes")
    (given_up,) = letters(world)
    assert (given_up.status, given_up.attempts, given_up.note) == (LetterStatus.GIVEN_UP, 3, "Nobody answered.")
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        services.retry(letter=given_up)
        with pytest.raises(services.CannotRetry, match="only what was given up"):
            services.retry(letter=given_up)
    again = sending.take()
    assert again is not None and again.message_id == str(given_up.message_id)


def test_the_database_keeps_letters_as_they_were_said(world: World) -> None:
    one = subscribed(world)
    noted("stop:1")
    assert sending.take() is not None
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        with pytest.raises(IntegrityError, match="letter_says_one_thing"):
            Letter.objects.update(count=2)
    root = world.superuser()
    root.execute("SELECT set_config('app.actor', 'test', false)")
    put = "SELECT governance_digest_put(%s, '2026-07-01', '{}')"
    assert root.execute(put, [one.pk]).fetchone() == (True,)
    assert root.execute(put, [one.pk]).fetchone() == (False,)  # letter_digest_once_a_day


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"address": "ada"}, "mail address"),
    ({"address": "a@example.org\nBcc: b@example.org"}, "mail address"),
    ({"kinds": ["weather"]}, "Choose kinds"),
    ({"time_zone": "Mars/Olympus"}, "time zone"),
    ({"quiet_from": 3}, "Quiet hours"),
    ({"digest_hour": 24}, "hour of the digest"),
    ({"digest_only": True}, "needs an hour"),
    ({"channel": "webhook", "address": "http://example.org/x"}, "https://"),
    ({"channel": "webhook", "address": "https://u:p@example.org/x"}, "password"),
    ({"channel": "pigeon"}, "by mail or by webhook"),
    ({"name": " "}, "Give it a name"),
]


def test_a_bad_subscription_is_refused_with_a_sentence(world: World) -> None:
    for more, says in WRONG:
        with pytest.raises(services.BadSubscription, match=says):
            subscribed(world, **more)


def test_an_application_sees_what_is_told_of_its_own_brand_and_writes_nothing(world: World) -> None:
    noted("a", scope="brand:1")
    noted("b", scope="brand:2")
    noted("c")
    with tenancy.brand(ALPHA, actor="test:a"):
        assert [one.key for one in Notice.objects.all()] == ["a"]
    app = world.connect("app", brand=ALPHA)
    for statement in (
        "DELETE FROM governance_notice",
        "UPDATE governance_letter SET note = ''",
        "SELECT * FROM governance_subscription",
    ):
        with pytest.raises(Exception, match="permission denied"):
            app.execute(statement)


@pytest.mark.spec("OPS-8")
def test_governance_tells_of_deadlines_stops_doubts_and_caps(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:a"):
        near = rows.card(about="agents.task:1")
        late = rows.card(about="agents.task:2", late=True)
        rows.card(about="agents.task:3")
        type(near).objects.filter(pk=near.pk).update(deadline=Now() + timedelta(minutes=10))
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        controls.impose(scope="brand:1", kind=ControlKind.STOP, reason="a\nrumour", incident=True)
    root = world.superuser()
    root.execute("SELECT set_config('app.actor', 'test', false)")
    root.execute(LIMIT)
    root.execute(SPENT)
    root.execute("SET session_replication_role = replica")  # a circuit is born closed
    root.execute(DOWN)
    reviews.expire_late()
    with tenancy.acting("worker:test"):
        assert news.look() == 5
        assert news.look() == 0  # all of it was told
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        said = dict(Notice.objects.values_list("kind", "sentence"))
        scopes = dict(Notice.objects.values_list("kind", "scope"))
        controls.lift(scope="brand:1", reason="over")
    assert f"Review {near.pk}" in said["deadline"] and f"Review {late.pk}" in said["expired"]
    assert said["stop"].startswith("An emergency stop on brand:1") and said["stop"].endswith("by user:ada: a rumour")
    assert "$0.85 of its $1.00 today spent or set aside (85%)" in said["cap"]
    assert "(outside text) “HTTP 500 <b>https:// evil.example</b>”" in said["circuit"]
    assert (scopes["cap"], scopes["stop"], scopes["circuit"]) == ("brand:1", "brand:1", "fleet")
