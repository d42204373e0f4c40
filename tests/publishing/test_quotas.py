"""No account, app or fleet sends more than its platform takes, whatever the program does. PUB-6."""

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings as conf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chimera.core import clock, tenancy
from publishing.accounts import services as accounts
from publishing.quotas import selectors
from publishing.quotas import services as quotas
from publishing.quotas.services import Full
from tests.conftest import ALPHA, BETA, World
from tests.governance.rows import failures, together

pytestmark = pytest.mark.spec("PUB-6")


def account(*, brand: int = ALPHA, platform: str = "x", number: int = 1) -> int:
    with tenancy.brand(brand, actor="test"):
        made = accounts.register(
            brand_id=brand,
            belongs_to=f"agents.agent:{number}",
            platform=platform,
            handle=f"nova{number}_{brand}",
            display_name="Nova",
        )
    return int(made.pk)


def limit(world: World, scope: str, span_s: int, count: int, *, platform: str = "x") -> None:
    """As the operator enters what a platform takes from today on."""
    world.connect("operator").execute(
        "INSERT INTO publishing_quota (platform, scope, span_s, count_max, told_max, since, source)"
        " VALUES (%s, %s, %s, %s, %s, current_date, 'a test')",
        [platform, scope, span_s, count, count],
    )


def take(account_id: int, jti: str, *, brand: int = ALPHA, platform: str = "x") -> None:
    with tenancy.brand(brand, actor="test"):
        quotas.take(account_id=account_id, platform=platform, jti=jti)


def left(account_id: int, *, platform: str = "x", brand: int = ALPHA) -> dict[tuple[str, int], tuple[int, int]]:
    with tenancy.brand(brand, actor="test"):
        found = selectors.left(accounts=[(account_id, platform)])[account_id]
    return {(one.scope, one.span_s): (one.used, one.count_max) for one in found}


def test_what_platforms_take_is_known_with_a_day_and_a_source(world: World) -> None:
    rows = world.connect("app").execute("SELECT platform, scope, span_s, count_max, source FROM publishing_quota")
    known = {row[:4] for row in rows.fetchall()}
    assert {("x", "account", 900, 100), ("x", "app", 86_400, 10_000), ("instagram", "account", 86_400, 50)} == known
    assert left(account())[("fleet", 60)] == (0, 60), "and what we let out ourselves"
    with pytest.raises(psycopg.DatabaseError, match="append-only"):
        world.superuser().execute("UPDATE publishing_quota SET count_max = 5000, told_max = 5000")


def test_eight_connections_at_once_take_exactly_as_many_slots_as_there_are(world: World) -> None:
    limit(world, "account", 900, 20)
    nova = account()
    results = together([lambda n=n: [tried(nova, f"{n}-{i}") for i in range(6)] for n in range(8)])
    assert not failures(results)
    assert sum(sum(found) for found in results) == 20
    assert left(nova)[("account", 900)] == (20, 20)


def test_the_app_is_one_for_all_brands_and_accounts(world: World) -> None:
    limit(world, "app", 86_400, 10)
    novas = [account(number=1), account(number=2), account(brand=BETA, number=3)]
    brands = [ALPHA, ALPHA, BETA]
    results = together(
        [lambda n=n: [tried(novas[n % 3], f"{n}-{i}", brands[n % 3]) for i in range(3)] for n in range(8)]
    )
    assert not failures(results) and sum(sum(found) for found in results) == 10


def tried(account_id: int, jti: str, brand: int = ALPHA) -> bool:
    try:
        take(account_id, jti, brand=brand)
    except Full:
        return False
    return True


def test_a_full_window_says_until_when_and_opens_by_itself(world: World) -> None:
    limit(world, "account", 900, 2)
    nova = account()
    take(nova, "a")
    world.shift_clock("5 minutes")
    take(nova, "b")
    with pytest.raises(Full, match=r"X takes 2 posts in 15 minutes from an account; the next slot is free at .* UTC"):
        take(nova, "c")
    with tenancy.brand(ALPHA, actor="test"):
        with pytest.raises(Full) as said:
            quotas.take(account_id=nova, platform="x", jti="c")
        wait = said.value.free_at - clock.now()
    assert timedelta(minutes=10) <= wait <= timedelta(minutes=11)
    world.shift_clock("14 minutes")
    assert not tried(nova, "c")
    world.shift_clock("17 minutes")
    assert tried(nova, "c") and not tried(nova, "d")


def test_the_same_send_counts_once_and_is_given_back_once(world: World) -> None:
    nova, other = account(), account(number=2)
    for _ in range(3):
        take(nova, "a")
    assert left(nova)[("account", 900)] == (1, 100)
    take(nova, "b")
    take(other, "c")
    with tenancy.brand(ALPHA, actor="test"):
        assert [quotas.give_back(jti="a"), quotas.give_back(jti="a"), quotas.give_back(jti="z")] == [True, False, False]
    with tenancy.brand(BETA, actor="test"):
        assert not quotas.give_back(jti="b"), "another brand's"
    assert left(nova)[("account", 900)] == (1, 100) and left(nova)[("app", 86_400)] == (2, 10_000)


def test_a_send_that_is_undone_takes_nothing(world: World) -> None:
    nova = account()

    class Undone(Exception):
        pass

    with pytest.raises(Undone), tenancy.brand(ALPHA, actor="test"):
        quotas.take(account_id=nova, platform="x", jti="a")
        raise Undone
    assert left(nova)[("account", 900)] == (0, 100)


def test_nobody_writes_the_windows_and_the_constraint_holds_even_for_a_superuser(world: World) -> None:
    limit(world, "account", 900, 1)
    nova = account()
    take(nova, "a")
    for role in ("app", "operator", "connector"):
        for statement in (
            "UPDATE publishing_window SET counts = '{}', buckets = '{}'",
            "DELETE FROM publishing_slot",
            "INSERT INTO publishing_slot VALUES ('x', 1, now(), '{}', NULL)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                world.connect(role, brand=ALPHA).execute(statement)
    mighty = world.superuser()
    with pytest.raises(psycopg.errors.CheckViolation) as said:
        mighty.execute("UPDATE publishing_window SET counts = '{2}' WHERE scope = 'account'")
    assert said.value.diag.constraint_name == "window_is_not_exceeded"
    with pytest.raises(psycopg.errors.CheckViolation) as said:
        mighty.execute("UPDATE publishing_window SET counts = '{-1}' WHERE scope = 'account'")
    assert said.value.diag.constraint_name == "window_counts_from_nothing"


def test_nobody_takes_or_sees_the_slots_of_another_brand(world: World) -> None:
    nova = account()
    with pytest.raises(Exception, match="slot_is_of_an_own_account"):
        take(nova, "a", brand=BETA)
    assert left(nova, brand=BETA) == {}
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        assert selectors.left(accounts=[(nova, "x")])[nova]


def test_our_own_limits_are_narrower_and_never_wider(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    nova = account()
    monkeypatch.setattr(conf, "ACCOUNT_POSTS_PER_DAY", {"x": 2})
    monkeypatch.setattr(conf, "FLEET_POSTS_PER_DAY", {"x": 50_000_000})
    take(nova, "a")
    take(nova, "b")
    with pytest.raises(Full, match=r"We let 2 posts of an account out on X in 24 hours"):
        take(nova, "c")
    monkeypatch.setattr(conf, "ACCOUNT_POSTS_PER_DAY", {})
    limit(world, "account", 900, 2)
    with pytest.raises(Full, match="X takes 2 posts in 15 minutes"):
        take(nova, "c")


def test_what_the_platform_says_closes_a_window_and_widens_it_within_its_bound(world: World) -> None:
    nova, other = account(), account(number=2)
    with tenancy.brand(ALPHA, actor="test"):
        quotas.close(account_id=nova, scope="account", until=clock.now() + timedelta(minutes=7))
    with pytest.raises(Full, match="X takes nothing more of an account for now"):
        take(nova, "a")
    take(other, "b")
    with tenancy.brand(ALPHA, actor="test"):
        quotas.close(account_id=nova, scope="app", until=clock.now() + timedelta(days=400))
    with pytest.raises(Full, match="of the app"):
        take(other, "c")
    world.shift_clock("25 hours")
    take(other, "c")
    gram = account(platform="instagram", number=3)
    take(gram, "d", platform="instagram")
    for said, holds in ((80, 80), (500, 100)):
        with tenancy.brand(ALPHA, actor="test"):
            quotas.told(account_id=gram, span_s=86_400, count_max=said)
        assert left(gram, platform="instagram")[("account", 86_400)] == (1, holds)
    world.later("25 hours")
    assert left(gram, platform="instagram")[("account", 86_400)] == (0, 50), "a day later it is asked anew"


def test_a_platform_without_limits_keeps_nothing(world: World) -> None:
    plaza = account(platform="plaza")
    take(plaza, "a", platform="plaza")
    assert world.superuser().execute("SELECT count(*) FROM publishing_slot").fetchone() == (0,)
    assert left(plaza, platform="plaza") == {}


@pytest.fixture
def hands(world: World) -> tuple[psycopg.Connection, psycopg.Connection]:
    """Who moves the clock, and who takes."""
    return world.superuser(), world.connect("app", brand=ALPHA)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pauses=st.lists(st.integers(0, 150), min_size=4, max_size=25), count=st.integers(1, 4))
def test_no_span_of_time_ever_holds_more_than_the_limit(
    hands: tuple[psycopg.Connection, psycopg.Connection], pauses: list[int], count: int
) -> None:
    """Whatever the pauses between sends are: the window rolls, and there is never more in it."""
    (owner, app), span = hands, 300
    owner.execute("SELECT set_config('app.actor', 'test', false)")
    owner.execute("UPDATE core_clock SET shift = '0'")
    made = owner.execute(
        "INSERT INTO publishing_account (brand_id, platform, handle, display_name, belongs_to)"
        " SELECT 1, 'plaza', 'p' || n, 'P', 'agents.agent:' || n FROM (SELECT 1000 + count(*) AS n"
        " FROM publishing_account) x RETURNING id"
    ).fetchone()
    own = f'[{{"scope": "account", "span_s": {span}, "count_max": {count}}}]'
    sent = []
    for number, pause in enumerate(pauses):
        owner.execute("UPDATE core_clock SET shift = shift + %s * interval '1 second'", [pause])
        full = app.execute(
            "SELECT * FROM publishing_quota_take(%s, %s, %s)", [made[0], f"{made[0]}-{number}", own]
        ).fetchall()
        now = app.execute("SELECT chimera_now()").fetchone()[0]
        if full:
            assert now < full[0][4] <= now + timedelta(seconds=span + 37), "it says when, and keeps to a window"
        else:
            sent.append(now)
    assert sent[0], "the first one always goes"
    for moment in sent:
        assert sum(moment <= other < moment + timedelta(seconds=span) for other in sent) <= count
