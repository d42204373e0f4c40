"""What the database promises about stops: spending, grants, and who may start again. OPS-4, GOV-1, PUB-3."""

import threading
from typing import Any

import psycopg
import pytest
from django.db import connection

from chimera.core import tenancy
from chimera.core.errors import Stopped
from governance.budgets import services as budgets
from governance.budgets.services import Want
from governance.controls import looking, services
from governance.controls.models import Control, ControlKind
from governance.controls.services import NoReason
from governance.effects import services as effects
from governance.grants import services as grants
from governance.grants.models import GrantUsed
from governance.grants.services import Claims, Refused
from governance.models import AuditEvent, Effect, Hold
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

SCOPES = (f"brand:{ALPHA}",)


def impose(world: World, scope: str, *, by: str = "user:ada", incident: bool = False) -> Control:
    with world.role("operator"), tenancy.acting(by):
        kind = ControlKind.STOP if incident else ControlKind.PAUSE
        return services.impose(scope=scope, kind=kind, reason="Fire.", incident=incident)


def lift(world: World, scope: str, *, by: str = "user:ada", reason: str = "It is out.") -> services.Resumed:
    with world.role("operator"), tenancy.acting(by):
        return services.lift(scope=scope, reason=reason)


def reserve(key: str, amount: int) -> None:
    budgets.reserve(key=key, about="agents.task:1", scopes=SCOPES, amount_usd_micros=amount, lasts_s=60)


def reserve_set(*amounts: int) -> None:
    wants = [
        Want(key=f"set:{n}", about="agents.task:1", scopes=SCOPES, amount_usd_micros=amount)
        for n, amount in enumerate(amounts)
    ]
    budgets.reserve_set(brand_id=ALPHA, actor="worker:1", wants=wants, lasts_s=60)


@pytest.mark.spec("OPS-4", "GOV-1")
def test_while_spending_is_stopped_no_money_is_set_aside_and_what_is_free_goes_on(world: World) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        reserve("before", 100)
    impose(world, "spending")
    with tenancy.brand(ALPHA, actor="worker:1"):
        with pytest.raises(Stopped, match=r"A pause on spending is in force since \d\d:\d\d UTC: Fire\.") as caught:
            reserve("after", 100)
        assert caught.value.scope == "spending"
        reserve("free", 0)
        reserve("before", 100)  # asked for again, held once
        assert budgets.settle(key="before", amount_usd_micros=90)  # what was set aside can be ended
        assert set(Hold.objects.values_list("key", flat=True)) == {"before", "free"}
    with pytest.raises(Stopped, match="A pause on spending"):
        reserve_set(0, 100)
    reserve_set(0, 0)
    lift(world, "spending")
    with tenancy.brand(ALPHA, actor="worker:1"):
        reserve("after", 100)


@pytest.mark.spec("OPS-4", "GOV-1")
def test_no_hold_is_begun_after_a_stop_on_spending_is_committed(world: World) -> None:
    ended = threading.Event()

    def spend(name: int) -> int:
        made = 0
        while not ended.wait(0.001):
            try:
                with tenancy.brand(ALPHA, actor=f"worker:{name}"):
                    reserve(f"{name}:{made}", 1)
                made += 1
            except Stopped:
                continue
        return made

    def stop() -> int:
        with world.superuser() as owner:
            for _ in range(500):  # until money is being spent
                if owner.execute("SELECT 1 FROM governance_hold OFFSET 5").fetchone():
                    break
                ended.wait(0.02)
            owner.execute("SELECT set_config('app.actor', 'user:ada', false)")
            owner.execute(
                "INSERT INTO governance_control (scope, kind, reason, status, state_version)"
                " VALUES ('spending', 'pause', 'Fire.', 'IN_FORCE', 1)"
            )
            since: Any = owner.execute("SELECT chimera_now()").fetchone()
            ended.wait(0.3)
            ended.set()
            late: Any = owner.execute("SELECT count(*) FROM governance_hold WHERE made_at > %s", since).fetchone()
            return int(late[0])

    found = rows.together([stop, *[lambda n=n: spend(n) for n in range(3)]])  # type: ignore[misc]
    assert rows.failures(found) == []
    assert found[0] == 0
    assert sum(int(made) for made in found[1:]) > 5, found  # there was something to stop


@pytest.mark.spec("OPS-4")
@pytest.mark.parametrize("again", ["user:ada", "cli:ada", "cli:Ada"])
def test_who_called_an_incident_cannot_call_it_off(world: World, settings: Any, again: str) -> None:
    settings.RESUME_NEEDS_SECOND_PERSON = True
    made = impose(world, "fleet", by="user:ada", incident=True)
    assert (made.incident, made.needs_second, made.imposed_by) == (True, True, "user:ada")
    settings.RESUME_NEEDS_SECOND_PERSON = False  # too late: an incident keeps the rule that it was imposed under
    done = lift(world, "fleet", by=again, reason="I was wrong.")
    assert (done.lifted, done.waiting) == ([], [made])
    made.refresh_from_db()
    assert (made.status, made.resume_asked_by, made.resume_asked_why) == ("IN_FORCE", again, "I was wrong.")
    psql = world.connect("operator", actor=again)
    with pytest.raises(psycopg.errors.CheckViolation, match="control_incident_needs_a_second_person"):
        psql.execute(
            "UPDATE governance_control SET status = 'LIFTED', state_version = state_version + 1,"
            " lifted_at = chimera_now(), lift_reason = 'By hand.', lifted_by = 'user:bob'"
        )
    assert lift(world, "fleet", by="cli:bob").lifted == [made]
    made.refresh_from_db()
    assert (made.status, made.lifted_by, made.lift_reason) == ("LIFTED", "cli:bob", "It is out.")
    with world.role("operator"), tenancy.all_brands(actor="user:eve"):
        told = AuditEvent.objects.filter(subject=made.subject).order_by("id")
        assert [(event.actor, event.to_status) for event in told] == [
            ("user:ada", "IN_FORCE"),
            (again, "IN_FORCE"),
            ("cli:bob", "LIFTED"),
        ]


@pytest.mark.spec("OPS-4")
def test_a_pause_and_the_incident_of_one_person_are_lifted_by_whoever_imposed_them(world: World, settings: Any) -> None:
    settings.RESUME_NEEDS_SECOND_PERSON = False
    both = {impose(world, "fleet").pk, impose(world, "fleet", incident=True).pk}
    done = lift(world, "fleet")
    assert {control.pk for control in done.lifted} == both
    assert done.waiting == []


@pytest.mark.spec("OPS-4")
def test_resuming_without_a_reason_lifts_nothing(world: World) -> None:
    impose(world, "fleet")
    with pytest.raises(NoReason, match=r"Say why fleet is resumed; the reason is kept with the stop\."):
        lift(world, "fleet", reason="  ")
    psql = world.connect("operator", actor="user:bob")
    with pytest.raises(psycopg.errors.CheckViolation, match="control_lifted_has_a_reason"):
        psql.execute("UPDATE governance_control SET status = 'LIFTED', state_version = 2, lifted_at = chimera_now()")


@pytest.mark.spec("OPS-4", "AUD-1")
def test_who_imposed_a_stop_and_on_what_cannot_be_forged(world: World) -> None:
    psql = world.connect("operator", actor="user:ada")
    psql.execute(
        "INSERT INTO governance_control"
        " (scope, kind, reason, status, state_version, imposed_by, incident, needs_second)"
        " VALUES ('fleet', 'stop', 'Fire.', 'IN_FORCE', 1, 'user:eve', true, true)"
    )
    assert Control.objects.get().imposed_by == "user:ada"
    for change in ("imposed_by = 'user:eve'", "needs_second = false", "scope = 'agent:9'", "incident = false"):
        with pytest.raises(psycopg.errors.CheckViolation, match="control_stays_what_it_is"):
            psql.execute(f"UPDATE governance_control SET {change}")
    with pytest.raises(psycopg.errors.CheckViolation, match="control_only_an_incident_needs_two"):
        psql.execute(
            "INSERT INTO governance_control (scope, kind, reason, status, state_version, needs_second)"
            " VALUES ('agent:9', 'stop', 'Fire.', 'IN_FORCE', 1, true)"
        )


def sent(world: World, key: str, *, brand_id: int = ALPHA, scopes: tuple[str, ...] = ()) -> Claims:
    """What a grant for a post that was just sent says."""
    with world.role("operator"), tenancy.brand(brand_id, actor="user:ada"):
        budgets.set_limit(brand_id=brand_id, scope=f"agent:{key}", limit_usd_micros=10**6)
    with tenancy.brand(brand_id, actor="worker:1"):
        usual = ("fleet", f"brand:{brand_id}", f"agent:{key}", "platform:plaza")
        post = rows.claimed(brand_id=brand_id, key=key, scopes=scopes or usual)
        effect = rows.sent(row=post, jti=f"jti-{key}")
    return Claims(
        jti=f"jti-{key}",
        subject=post.subject,
        task=post.task,
        brand_id=brand_id,
        fence=post.fence,
        account_handle="bea",
        effect_key=effect.key,
        payload_hash=post.content_hash,
        approval="judge",
        is_ad=False,
        rests_on=("0" * 16,),
    )


def used() -> dict[str, bool]:
    """Every grant that counts no more, and whether it was burned."""
    return dict(GrantUsed.objects.values_list("jti", "burned"))


@pytest.mark.spec("OPS-4", "PUB-3")
@pytest.mark.parametrize("scope", ["fleet", f"brand:{ALPHA}", "agent:1", "platform:plaza", "spending", "effects"])
def test_a_connector_lets_no_grant_be_used_under_a_stop(world: World, scope: str) -> None:
    claims = sent(world, "1")
    impose(world, scope)
    with world.role("connector"):
        with pytest.raises(Stopped, match=f"A pause on {scope} is in force .* Nothing was published"):
            grants.consume(claims=claims)
    with world.role("operator"):
        assert used() == {}
    lift(world, scope)
    with world.role("connector"):
        grants.consume(claims=claims)
    with world.role("operator"):
        assert used() == {"jti-1": False}


@pytest.mark.spec("OPS-4", "PUB-3")
def test_a_stop_of_something_else_lets_a_grant_be_used(world: World) -> None:
    claims = sent(world, "1")
    for scope in (f"brand:{BETA}", "agent:10", "platform:harbour"):
        impose(world, scope)
    with world.role("connector"):
        grants.consume(claims=claims)


@pytest.mark.spec("OPS-4", "PUB-3")
def test_a_stop_burns_the_grants_of_its_scope_that_nobody_used_and_no_others(world: World) -> None:
    first, second, third = sent(world, "1"), sent(world, "2"), sent(world, "3", brand_id=BETA)
    with world.role("connector"):
        grants.consume(claims=second)
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        assert grants.revoke(scope=f"brand:{ALPHA}") == 0, "nothing is stopped"
    impose(world, f"brand:{ALPHA}")
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        assert grants.revoke(scope=f"brand:{ALPHA}") == 1
        assert used() == {"jti-1": True, "jti-2": False}
        assert grants.revoke(scope=f"brand:{ALPHA}") == 0
    with world.role("connector"):
        with pytest.raises(Stopped, match=f"A pause on brand:{ALPHA} is in force"):
            grants.consume(claims=first)
        grants.consume(claims=third)
    lift(world, f"brand:{ALPHA}")
    with world.role("connector"), pytest.raises(Refused, match="used before, or burned"):
        grants.consume(claims=first)
    with tenancy.brand(ALPHA, actor="worker:2"):  # burned, so it was surely not sent: a proof to send it again
        effect = Effect.objects.get(grant_jti="jti-1")
        assert effects.reopen(effect=effect, by="grant burned").status == "INTENDED"


@pytest.mark.spec("OPS-4", "PUB-3")
def test_of_a_stop_and_many_uses_at_one_moment_each_use_was_before_the_stop_or_is_none(world: World) -> None:
    claims = [sent(world, str(n)) for n in range(1, 13)]

    def use(one: Claims) -> str:
        with world.connect("connector") as c:
            c.execute("BEGIN")
            c.execute("INSERT INTO governance_grantused (jti, effect_key) VALUES (%s, %s)", [one.jti, one.effect_key])
            row: Any = c.execute("SELECT governance_grant_stop(%s, %s)", [one.brand_id, one.effect_key]).fetchone()
            c.execute("SELECT pg_sleep(0.05)")  # between being let through and the commit
            c.execute("ROLLBACK" if row[0] else "COMMIT")
            return "stopped" if row[0] else "used"

    def used_or_burned(one: Claims) -> str:
        try:
            return use(one)
        except psycopg.errors.UniqueViolation:
            return "burned"

    def stop() -> str:
        with world.connect("operator", actor="user:ada") as c:
            c.execute(
                "INSERT INTO governance_control (scope, kind, reason, status, state_version)"
                " VALUES ('fleet', 'pause', 'Fire.', 'IN_FORCE', 1)"
            )
            c.execute("SELECT governance_revoke_grants('fleet')")
            seen = c.execute("SELECT jti FROM governance_grantused WHERE NOT burned ORDER BY jti").fetchall()
            return ",".join(row[0] for row in seen)

    found = rows.together([stop, *[lambda one=one: used_or_burned(one) for one in claims]])  # type: ignore[misc]
    assert rows.failures(found) == []
    listed = set(str(found[0]).split(",")) - {""}
    went = {one.jti for one, how in zip(claims, found[1:], strict=True) if how == "used"}
    assert went == listed, "every use that went through was there to be listed when the stop had been seen through"
    with world.role("operator"):
        assert {jti for jti, burned in used().items() if not burned} == listed, "and none came later"


@pytest.mark.spec("OPS-4")
def test_a_stop_does_not_wait_for_a_connector_that_stands_still_in_its_use(world: World) -> None:
    claims = sent(world, "1")
    frozen = world.connect("connector")
    frozen.execute("BEGIN")
    frozen.execute("INSERT INTO governance_grantused (jti, effect_key) VALUES (%s, 'k')", [claims.jti])
    impose(world, "fleet")
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        assert grants.revoke(scope="fleet") == 0
    frozen.execute("ROLLBACK")
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        assert grants.revoke(scope="fleet") == 1


@pytest.mark.spec("OPS-4", "PLN-9")
def test_a_look_is_shared_and_taken_again_when_it_is_old(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at = [100.0]
    monkeypatch.setattr(looking.time, "monotonic", lambda: at[0])
    asked: list[str] = []
    connection.execute_wrappers.append(lambda do, sql, *rest: asked.append(sql) or do(sql, *rest))
    try:
        for _ in range(50):
            looking.require_open(scopes=["fleet"])
        assert len(asked) == 1
        psql = world.connect("operator", actor="user:ada")
        psql.execute(
            "INSERT INTO governance_control (scope, kind, reason, status, state_version)"
            " VALUES ('agent:7', 'pause', 'Fire.', 'IN_FORCE', 1)"
        )
        at[0] += looking.LOOK_LASTS_S - 0.01
        looking.require_open(scopes=["agent:7"])  # a stop returns later than this, see agents.stopping
        at[0] += 0.02
        with pytest.raises(Stopped, match="A pause on agent:7") as caught:
            looking.require_open(scopes=["fleet", "agent:7"])
        assert caught.value.scope == "agent:7"
        looking.require_open(scopes=["fleet", "agent:70"])
        assert len(asked) == 2
        psql.execute(
            "UPDATE governance_control SET status = 'LIFTED', state_version = 2, lifted_at = chimera_now(),"
            " lift_reason = 'Out.'"
        )
        at[0] += looking.BAD_NEWS_LASTS_S - 0.01
        with pytest.raises(Stopped):
            looking.require_open(scopes=["agent:7"])
        at[0] += 0.02
        looking.require_open(scopes=["agent:7"])  # who was told no asks again before it believes it
        assert len(asked) == 3
    finally:
        connection.execute_wrappers.pop()


def test_a_thread_that_looks_and_had_no_connection_keeps_none(world: World) -> None:
    held: list[bool] = []

    def look() -> None:
        looking.require_open(scopes=["fleet"])
        held.append(connection.connection is not None)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(10)
    assert held == [False]
