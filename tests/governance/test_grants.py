"""Grants: for one act, one connector, one account, one minute, one use; else refused with a sentence. PUB-3, PUB-4."""

import time
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection
from forgeries import ALTERED_PAYLOADS, CLAIMS, FORGERIES, PAYLOAD, UNKNOWN, Keys, genuine, pair, parts

from chimera.core import tenancy
from chimera.core.errors import Denied
from chimera.core.taint import Tainted
from governance import transitions
from governance.effects import services as effects
from governance.grants import services as grants
from governance.grants.models import GrantUsed
from governance.grants.services import Claims, Refused
from governance.models import Effect
from governance.reviews import services as reviews
from tests import servers
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows


@pytest.fixture
def keys(settings: Any, db: None) -> Keys:
    """A root that signs itself: there is no ring."""
    settings.GRANT_PRIVATE_KEY, settings.GRANT_PUBLIC_KEY = made = pair()
    return made


def checked(grant: str, *, connector: str = "plaza", **changes: Any) -> Claims:
    return grants.check(grant=Tainted(grant, "test"), payload={**PAYLOAD, **changes}, connector=connector)


@pytest.mark.spec("PUB-3")
def test_a_grant_says_what_was_granted_and_for_how_long(keys: Keys) -> None:
    grant = genuine()
    kid = grants.key_id(keys[1])
    assert checked(grant) == Claims(**{**vars(CLAIMS), "rests_on": (kid,)})
    head, body = parts(grant)
    assert head == {"alg": "EdDSA", "typ": "publish-grant+jwt", "kid": kid}
    assert body["exp"] - body["iat"] == body["exp"] - body["nbf"] == 60
    assert abs(body["iat"] - time.time()) < 10
    assert (body["aud"], body["action"], body["approval"]) == ("mcp:plaza:bea", "publish", "judge")
    assert body["disclosure"] == {"ai": True, "ad": False}


@pytest.mark.spec("PUB-3")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_grant_that_is_not_exactly_ours_is_refused_with_a_sentence(keys: Keys, forgery: str) -> None:
    make, sentence = FORGERIES[forgery]
    grant = make(keys)
    with pytest.raises(Refused, match=sentence) as refused:
        checked(grant)
    assert isinstance(refused.value, Denied)
    told = f"{refused.value} {refused.value.__cause__}"
    assert str(refused.value).endswith(".") and "somebody_else" not in told and "harbour" not in told
    for secret in (*(part for part in grant.split(".") if len(part) > 12), *keys[0].splitlines()[1:-1]):
        assert secret not in told, "a refusal repeats nothing of the token and nothing of a key"


@pytest.mark.spec("PUB-3")
@pytest.mark.parametrize("part", ALTERED_PAYLOADS)
def test_a_grant_is_for_one_content(keys: Keys, part: str) -> None:
    with pytest.raises(Refused, match="for other content than the one that was sent; nothing was published"):
        checked(genuine(), **ALTERED_PAYLOADS[part])


@pytest.mark.spec("PUB-3")
def test_a_grant_is_for_one_connector_and_one_account(keys: Keys) -> None:
    for elsewhere in ({"connector": "plaza-b"}, {"connector": "mcp:plaza"}, {"account_handle": "eve"}):
        with pytest.raises(Refused, match="for another connector or another account"):
            checked(genuine(), **elsewhere)
    without = {name: value for name, value in PAYLOAD.items() if name != "account_handle"}
    with pytest.raises(Refused, match="for another connector or another account"):
        grants.check(grant=Tainted(genuine(), "test"), payload=without, connector="plaza")


@pytest.mark.spec("PUB-3")
def test_a_connector_with_another_public_key_knows_no_grant_of_ours(keys: Keys, settings: Any) -> None:
    grant = genuine()
    settings.GRANT_PUBLIC_KEY = pair()[1]
    with pytest.raises(Refused, match=UNKNOWN):
        checked(grant)


@pytest.mark.spec("PUB-3")
def test_a_process_without_the_key_cannot_issue(settings: Any) -> None:
    settings.GRANT_PRIVATE_KEY, settings.GRANT_KEY_RING = "", ""
    assert not grants.may_issue()
    with pytest.raises(Refused, match="This process holds no signing key"):
        genuine()
    without = servers.variables("chimera_app", "any", with_grant_key=False)
    assert without["GRANT_PUBLIC_KEY"]
    assert "GRANT_PRIVATE_KEY" not in without, "a worker that does not publish is not given the key"


def test_grant_ids_are_fresh_and_keys_are_told_apart() -> None:
    assert len({grants.new_jti() for _ in range(100)}) == 100
    assert len({grants.key_id(pair()[1]) for _ in range(3)}) == 3


# Using it up: what a connector does right before it calls the platform.


def begun() -> Claims:
    """The claims of a grant for an effect that is SENT."""
    with tenancy.brand(ALPHA, actor="worker:1"):
        post = rows.claimed()
        effect = rows.sent(row=post, jti="jti-1")
        return claims_of(effect)


def claims_of(effect: Effect, **changes: Any) -> Claims:
    said = {
        "jti": "jti-1",
        "subject": effect.about,
        "task": effect.task,
        "brand_id": effect.brand_id,
        "fence": effect.sent_fence,
        "account_handle": "bea",
        "effect_key": effect.key,
        "payload_hash": effect.payload_hash,
        "approval": "judge",
        "is_ad": False,
        "rests_on": ("0" * 16,),
    }
    return Claims(**{**said, **changes})


@pytest.mark.spec("PUB-3")
def test_a_grant_is_used_once(world: World) -> None:
    claims = begun()
    with world.role("connector"):
        grants.consume(claims=claims)
        used = GrantUsed.objects.get()
        assert (str(used), used.effect_key) == ("jti-1", claims.effect_key)
        with pytest.raises(Refused, match=r"for publishing\.post:\d+ was used before, or burned; nothing was"):
            grants.consume(claims=claims)
        assert GrantUsed.objects.count() == 1


@pytest.mark.spec("PUB-3")
def test_of_a_hundred_replays_at_one_moment_exactly_one_publishes(world: World) -> None:
    claims = begun()
    with world.role("connector"):
        results = rows.together([lambda: grants.consume(claims=claims)] * 100)
        assert results.count(None) == 1
        refused = rows.failures(results)
        assert [type(error) for error in refused] == [Refused] * 99
        assert {str(error) for error in refused} == {
            f"The grant for {claims.subject} was used before, or burned; nothing was published."
        }
        assert GrantUsed.objects.count() == 1


@pytest.mark.spec("PUB-3", "REV-4")
def test_a_human_yes_counts_only_for_the_content_that_was_approved(world: World) -> None:
    claims = begun()
    with world.role("operator"):
        with tenancy.brand(BETA, actor="user:ada"):
            other = rows.card(brand_id=BETA, text="Toaster number 1 works again.", labelled=True)
            reviews.approve(item=other)
        with tenancy.brand(ALPHA, actor="user:ada"):
            pending = rows.card(text="Toaster number 1 works again.", about="agents.task:1", labelled=True)
            unlike = rows.card(text="Toaster number 2 works again.", about="agents.task:2", labelled=True)
            reviews.approve(item=unlike)
    no_yes = ["", "judged", "governance.reviewitem:", "governance.reviewitem:99", f"governance.reviewitem:{9**30}"]
    with world.role("connector"):
        for approval in (*no_yes, other.subject, pending.subject, unlike.subject):
            with pytest.raises(Refused, match=r"No yes covers what the grant .* allows; nothing was published"):
                grants.consume(claims=Claims(**{**vars(claims), "approval": approval}))
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        assert pending.content_hash == claims.payload_hash
        reviews.approve(item=pending)
    with world.role("connector"):
        assert GrantUsed.objects.count() == 0
        grants.consume(claims=Claims(**{**vars(claims), "approval": pending.subject}))


@pytest.mark.spec("PUB-3", "REV-4")
def test_what_a_human_edited_goes_out_under_the_hash_of_the_edited_content(world: World) -> None:
    claims = begun()
    payload = {"text": "Toaster number 1 works again.", "ai_generated": True}
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        edited = rows.card(text="Toaster number 1 is broken again.", about="agents.task:1")
        made = {"payload": payload, "content_hash": claims.payload_hash, "words": [], "by": "user:ada"}
        reviews.approve(item=edited, edited=made)
        away = rows.card(text=str(payload["text"]), about="agents.task:2", labelled=True)
        assert away.content_hash == claims.payload_hash
        reviews.approve(item=away, edited={**made, "payload": {"text": "Other."}, "content_hash": "0" * 64})
    with world.role("connector"):
        with pytest.raises(Refused, match="No yes covers"):
            grants.consume(claims=Claims(**{**vars(claims), "approval": away.subject}))
        grants.consume(claims=Claims(**{**vars(claims), "approval": edited.subject}))


@pytest.mark.spec("PUB-3")
def test_claims_that_no_key_stands_for_use_nothing(world: World) -> None:
    claims = Claims(**{**vars(begun()), "rests_on": ()})
    with world.role("connector"), pytest.raises(Refused, match="is revoked; nothing was published"):
        grants.consume(claims=claims)


@pytest.mark.spec("PUB-3", "PLN-5")
def test_a_grant_that_was_replaced_is_refused_and_not_used_up(world: World) -> None:
    claims = begun()
    stands = {name: getattr(claims, name) for name in Claims.__dataclass_fields__}
    with world.role("connector"):
        for change in (
            {"jti": "jti-0"},
            {"fence": claims.fence - 1},
            {"effect_key": "another"},
            {"payload_hash": "0" * 64},
            {"brand_id": 2},
        ):
            with pytest.raises(Refused, match=r"was replaced by a later one; nothing was published"):
                grants.consume(claims=Claims(**{**stands, **change}))
        assert GrantUsed.objects.count() == 0
        grants.consume(claims=claims)


@pytest.mark.spec("PUB-3", "PLN-5")
def test_a_worker_that_was_frozen_cannot_publish_after_the_takeover(world: World) -> None:
    old = begun()
    with tenancy.brand(ALPHA, actor="worker:2"):
        post = rows.Post.objects.get()
        rows.taken_over(post)
        post.refresh_from_db()
        effect = effects.send(effect=Effect.objects.get(), row=post, jti="jti-2", call_timeout_s=10)
        effect.refresh_from_db()
        new = claims_of(effect, jti="jti-2")
    with world.role("connector"):
        with pytest.raises(Refused, match="was replaced by a later one"):
            grants.consume(claims=old)
        grants.consume(claims=new)


@pytest.mark.spec("PUB-3", "PUB-4")
def test_a_grant_counts_only_while_its_effect_is_sent(world: World) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        intended = rows.effect(row=rows.claimed(key="1"))
        confirmed = rows.sent(row=rows.claimed(key="2"), jti="jti-2")
        effects.confirm(effect=confirmed, platform_id="p1", receipt={}, cost_usd_micros=1)
        doubted = rows.sent(row=rows.claimed(key="3"), jti="jti-3")
        transitions.move(row=doubted, to="IN_DOUBT")
        wrong = [
            claims_of(intended, jti=""),
            claims_of(confirmed, jti="jti-2"),
            claims_of(doubted, jti="jti-3"),
        ]
    with world.role("connector"):
        for claims in wrong:
            with pytest.raises(Refused, match="was replaced by a later one"):
                grants.consume(claims=claims)
        assert GrantUsed.objects.count() == 0


@pytest.mark.spec("PUB-3")
def test_only_a_connector_uses_grants_and_nobody_takes_a_use_back(world: World) -> None:
    claims = begun()
    with pytest.raises(ProgrammingError, match="permission denied"):
        grants.consume(claims=claims)
    with pytest.raises(ProgrammingError, match="permission denied for function"), connection.cursor() as cursor:
        cursor.execute("SELECT governance_grant_stands(1, 'key', 'jti', 1, 'hash')")
    with world.role("connector"):
        grants.consume(claims=claims)
    take_back = ("DELETE FROM governance_grantused", "UPDATE governance_grantused SET jti = 'other'")
    for statement in (*take_back, "TRUNCATE governance_grantused CASCADE"):
        for role in ("app", "operator", "connector"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                world.connect(role).execute(statement)
        owner = world.superuser()
        owner.execute("SET ROLE chimera_owner")
        with pytest.raises(psycopg.DatabaseError, match="append-only") as refused:
            owner.execute(statement)
        assert refused.value.sqlstate == "CH003"
    assert world.superuser().execute("SELECT jti FROM governance_grantused").fetchall() == [("jti-1",)]
