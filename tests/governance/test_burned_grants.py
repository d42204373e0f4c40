"""A grant is used or burned and never both; a burned one proves that nothing was sent. PUB-3, PUB-4, PLN-5."""

import threading
import time
from functools import partial
from typing import Any

import psycopg
import pytest

from chimera.core import tenancy
from governance.effects import services as effects
from governance.grants import services as grants
from governance.grants import story
from governance.grants.models import GrantEnded, GrantUsed, Outcome
from governance.grants.services import Claims, Refused
from governance.grants.story import Story
from governance.models import Effect
from publishing.connectors.gate import Gate
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

pytestmark = pytest.mark.spec("PUB-3", "PUB-4", "PLN-5")
ROUNDS, THREADS = 50, 20
BURN = "SELECT governance_burn_grant(%s, %s, %s)"
OPEN = "status = 'INTENDED', state_version = state_version + 1, reopened_by = 'grant burned'"
TOLD = {"platform_id": "p-1", "url": "http://plaza/p/1", "status": "published"}


def begun(*, platform_class: str = "C", jti: str = "jti-1") -> Claims:
    """The claims of a grant for an effect that is SENT."""
    with tenancy.brand(ALPHA, actor="worker:1"):
        effect = rows.sent(row=rows.claimed(), platform_class=platform_class, jti=jti)
    return claims_of(effect, jti)


def claims_of(effect: Effect, jti: str) -> Claims:
    return Claims(
        jti=jti,
        subject=effect.about,
        task=effect.task,
        brand_id=effect.brand_id,
        fence=effect.sent_fence,
        account_handle="bea",
        effect_key=effect.key,
        payload_hash=effect.payload_hash,
        approval="judge",
        is_ad=False,
        rests_on=("0" * 16,),
    )


def asked(claims: Claims, **other: Any) -> Story:
    """What a worker that takes over asks, in a transaction of its own."""
    with tenancy.brand(ALPHA, actor="worker:2"):
        asks = {"brand_id": ALPHA, "effect_key": claims.effect_key, "jti": claims.jti, **other}
        return story.find_out(**asks)


def used(world: World) -> list[tuple[str, bool]]:
    return world.superuser().execute("SELECT jti, burned FROM governance_grantused").fetchall()


def uses(connection: psycopg.Connection, claims: Claims) -> bool:
    """What `grants.consume` does, on a connection of one's own."""
    try:
        with connection.transaction():
            connection.execute(
                "INSERT INTO governance_grantused (jti, effect_key) VALUES (%s, %s)", [claims.jti, claims.effect_key]
            )
            stands = "SELECT governance_grant_stands(%s, %s, %s, %s, %s)"
            said = [claims.brand_id, claims.effect_key, claims.jti, claims.fence, claims.payload_hash]
            assert connection.execute(stands, said).fetchone() == (True,)
        return True
    except psycopg.errors.UniqueViolation:
        return False


def burns(connection: psycopg.Connection, claims: Claims) -> bool:
    """The same for the other side."""
    return connection.execute(BURN, [claims.brand_id, claims.effect_key, claims.jti]).fetchone() == (True,)


def test_of_connectors_and_takeovers_that_race_for_one_grant_exactly_one_side_wins(world: World) -> None:
    claims = begun(jti="jti-0")
    connectors = [world.connect("connector") for _ in range(THREADS // 2)]
    workers = [world.connect("app", brand=ALPHA) for _ in range(THREADS // 2)]
    owner = world.superuser()
    owner.execute("SET session_replication_role = replica")  # the same effect, with the grant of the next round
    for number in range(ROUNDS):
        owner.execute("UPDATE governance_effect SET grant_jti = %s", [f"jti-{number}"])
        claims = Claims(**{**vars(claims), "jti": f"jti-{number}"})
        consuming = [partial(uses, one, claims) for one in connectors]
        burning = [partial(burns, one, claims) for one in workers]
        jobs = [*consuming, *burning] if number % 2 else [*burning, *consuming]
        results = rows.together(jobs)
        assert not rows.failures(results), results
        wins = [job.func.__name__ for job, won in zip(jobs, results, strict=True) if won]
        assert wins in (["uses"], ["burns"] * len(workers)), "who burns again hears the same"
    assert len(used(world)) == ROUNDS


def test_a_burned_grant_is_never_used_and_a_used_one_never_burned(world: World) -> None:
    claims = begun()
    assert asked(claims) == asked(claims) == Story(is_burned=True)
    with world.role("connector"):
        with pytest.raises(Refused, match="was used before, or burned; nothing was published"):
            grants.consume(claims=claims)
        assert GrantUsed.objects.get().burned
    second = begun_again(claims)
    with world.role("connector"):
        grants.consume(claims=second)
    assert asked(second) == Story()
    assert used(world) == [("jti-1", True), ("jti-2", False)]


def begun_again(claims: Claims) -> Claims:
    """Opened by the burned grant and sent once more."""
    with tenancy.brand(ALPHA, actor="worker:2"):
        effect = effects.reopen(effect=Effect.objects.get(), by=story.BURNED)
        assert effect.status == "INTENDED"
        effects.send(effect=effect, row=rows.Post.objects.get(), jti="jti-2", call_timeout_s=10)
        return claims_of(effect, "jti-2")


def test_a_burn_that_is_rolled_back_leaves_the_grant_as_it_was(world: World) -> None:
    claims = begun()
    with pytest.raises(ZeroDivisionError), tenancy.brand(ALPHA, actor="worker:2"):
        assert story.find_out(brand_id=ALPHA, effect_key=claims.effect_key, jti=claims.jti).is_burned
        raise ZeroDivisionError
    with world.role("connector"):
        grants.consume(claims=claims)


@pytest.mark.parametrize("ends", ["commits", "rolls back", "hangs"])
def test_a_use_that_is_not_committed_yet_is_waited_for_shortly(world: World, ends: str) -> None:
    claims = begun()
    connector = world.connect("connector")
    connector.execute("BEGIN")
    connector.execute(
        "INSERT INTO governance_grantused (jti, effect_key) VALUES (%s, %s)", [claims.jti, claims.effect_key]
    )
    act = {"commits": "COMMIT", "rolls back": "ROLLBACK", "hangs": "SELECT 1"}[ends]
    later = threading.Timer(0.5, lambda: connector.execute(act))
    begun_at = time.monotonic()
    later.start()
    assert asked(claims).is_burned is (ends == "rolls back")
    assert time.monotonic() - begun_at < 30
    later.join()


def test_only_the_grant_that_stands_on_ones_own_sent_effect_can_be_burned(world: World) -> None:
    claims = begun()
    for other in ({"brand_id": BETA}, {"jti": "jti-0"}, {"effect_key": "another"}):
        assert asked(claims, **other) == Story()
    stranger = world.connect("app", brand=BETA)
    for brand in (ALPHA, BETA):
        assert stranger.execute(BURN, [brand, claims.effect_key, claims.jti]).fetchone() == (False,)
    assert world.connect("app").execute(BURN, [ALPHA, claims.effect_key, claims.jti]).fetchone() == (False,)
    with tenancy.brand(ALPHA, actor="worker:1"):
        effects.doubt(effect=Effect.objects.get(), receipt={})
    assert asked(claims) == Story(), "the effect is no longer SENT"
    assert used(world) == []


@pytest.mark.spec("OPS-9")
def test_a_grant_from_before_a_restore_is_not_burned_because_its_use_may_be_forgotten(world: World) -> None:
    claims = begun()
    with world.role("operator"), tenancy.all_brands(actor="cli:ada"):
        effects.quarantine(reason="restored")
    assert asked(claims) == Story()
    assert used(world) == []


@pytest.mark.parametrize("platform_class", ["A", "B", "C"])
def test_without_a_burned_grant_of_the_last_send_nothing_is_opened_again(world: World, platform_class: str) -> None:
    claims = begun(platform_class=platform_class)
    app = world.connect("app", brand=ALPHA)

    def refuses(change: str) -> None:
        with pytest.raises(psycopg.errors.CheckViolation, match="effect_reopens_with_a_proof"):
            app.execute(f"UPDATE governance_effect SET {change}")  # type: ignore[call-overload]

    refuses(OPEN)
    with world.role("connector"):
        grants.consume(claims=claims)
    refuses(OPEN)  # used is not burned
    owner = world.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("DELETE FROM governance_grantused")
    assert asked(claims).is_burned
    refuses(OPEN.replace("grant burned", "look-up"))
    app.execute(f"UPDATE governance_effect SET {OPEN}")  # type: ignore[call-overload]
    app.execute(
        "UPDATE governance_effect SET status = 'SENT', sends = sends + 1, grant_jti = 'jti-2',"
        " state_version = state_version + 1"
    )
    refuses(OPEN)  # the grant of the send before is no proof about this one


def test_on_class_a_a_burned_second_grant_says_nothing_of_the_first_send(world: World) -> None:
    first = begun(platform_class="A")
    with world.role("connector"):
        grants.consume(claims=first)
    with tenancy.brand(ALPHA, actor="worker:2"):
        effect = Effect.objects.get()
        assert effects.is_only_send(effect=effect)
        effects.send(effect=effect, row=rows.Post.objects.get(), jti="jti-2", call_timeout_s=10)
    second = Claims(**{**vars(first), "jti": "jti-2"})
    assert asked(second).is_burned
    with tenancy.brand(ALPHA):
        assert not effects.is_only_send(effect=Effect.objects.get())
    with pytest.raises(psycopg.errors.CheckViolation, match="effect_reopens_with_a_proof"):
        world.connect("app", brand=ALPHA).execute(f"UPDATE governance_effect SET {OPEN}")  # type: ignore[call-overload]


def test_what_a_platform_said_is_read_by_the_brand_that_asked_it_and_only_of_the_last_send(world: World) -> None:
    claims = begun()
    with world.role("connector"):
        gate = Gate()
        gate.consume(claims=claims)
        gate.ended(claims=claims, outcome="published", told=TOLD)
    assert asked(claims) == Story(outcome=Outcome.PUBLISHED, told=TOLD)
    assert asked(claims, jti="jti-0") == asked(claims, brand_id=BETA) == Story()
    stranger = world.connect("app", brand=BETA)
    answer = "SELECT * FROM governance_grant_answer(%s, %s, %s)"
    assert stranger.execute(answer, [ALPHA, claims.effect_key, claims.jti]).fetchall() == []
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        assert str(GrantEnded.objects.get()) == "jti-1: published"


def test_nobody_writes_the_story_of_a_grant_but_its_function_and_the_connector(world: World) -> None:
    claims = begun()
    put = "INSERT INTO governance_grantused (jti, effect_key, burned) VALUES ('jti-1', 'k', true)"
    end = "INSERT INTO governance_grantended (jti, outcome, told) VALUES ('jti-1', '{}', '{}')"
    for role, statement in (
        ("app", put),
        ("operator", put),
        ("app", end.format("rejected", "{}")),
        ("operator", end.format("rejected", "{}")),
        ("app", "SELECT * FROM governance_grantended"),
        ("app", "SELECT * FROM governance_grantused"),
        ("connector", "SELECT * FROM governance_grantended"),
        ("connector", "SELECT governance_burn_grant(1, 'k', 'jti-1')"),
        ("operator", "SELECT governance_burn_grant(1, 'k', 'jti-1')"),
        ("connector", "UPDATE governance_grantused SET burned = true"),
        ("connector", "DELETE FROM governance_grantended"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.connect(role).execute(statement)  # type: ignore[call-overload]
    connector = world.connect("connector")
    with pytest.raises(psycopg.errors.CheckViolation, match="grant_is_burned_by_its_function"):
        connector.execute(put)  # type: ignore[call-overload]
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as unused:
        connector.execute(end.format("rejected", "{}"))  # type: ignore[call-overload]
    assert unused.value.diag.constraint_name == "grant_ended_is_of_a_used_grant"
    with world.role("connector"):
        grants.consume(claims=claims)
    for outcome, told, promise in (
        ("unknown", "{}", "grant_ended_is_definite"),
        ("published", "{}", "grant_ended_published_has_an_id"),
        ("published", '{"platform_id": ""}', "grant_ended_published_has_an_id"),
    ):
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            connector.execute(end.format(outcome, told))  # type: ignore[call-overload]
        assert refused.value.diag.constraint_name == promise
    connector.execute(end.format("rejected", "{}"))  # type: ignore[call-overload]
    with pytest.raises(psycopg.errors.UniqueViolation):
        connector.execute(end.format("not_sent", "{}"))  # type: ignore[call-overload]
    owner = world.superuser()
    owner.execute("SET ROLE chimera_owner")
    with pytest.raises(psycopg.DatabaseError, match="append-only"):
        owner.execute("UPDATE governance_grantended SET outcome = 'published'")
