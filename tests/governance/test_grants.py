"""Grants: for one act, one connector, one minute, one use; everything else is refused with a sentence. PUB-3."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.db import ProgrammingError, connection

from chimera.core import canonical, tenancy
from chimera.core.errors import Denied
from governance import transitions
from governance.effects import services as effects
from governance.grants import services as grants
from governance.grants.models import GrantUsed
from governance.grants.services import Claims, Refused
from governance.models import Effect
from tests import servers
from tests.conftest import ALPHA, World
from tests.governance import rows

PAYLOAD = {"text": "Toaster number 1 works again."}
CLAIMS = Claims(
    jti="jti-1",
    subject="publishing.post:42",
    task="agents.task:1",
    brand_id=ALPHA,
    fence=3,
    account_handle="bea",
    effect_key="key",
    payload_hash=canonical.digest(PAYLOAD),
)
Body = dict[str, Any]


def pair() -> tuple[str, str]:
    """A fresh private and public key, as PEM."""
    private = Ed25519PrivateKey.generate()
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


@pytest.fixture
def keys(settings: Any) -> tuple[str, str]:
    settings.GRANT_PRIVATE_KEY, settings.GRANT_PUBLIC_KEY = made = pair()
    return made


def parts(grant: str) -> tuple[Body, Body]:
    """Header and body of a genuine grant."""
    return jwt.get_unverified_header(grant), jwt.decode(grant, options={"verify_signature": False})


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(keys: tuple[str, str], *, headers: Body | None = None, without: str = "", **body: Any) -> str:
    """A grant as `issue` would make it, with other headers or another body, signed by the genuine key."""
    head, claims = parts(grants.issue(claims=CLAIMS, audience="plaza"))
    claims = {name: value for name, value in {**claims, **body}.items() if name != without}
    head = {name: value for name, value in {**head, **(headers or {})}.items() if value is not None}
    return jwt.encode(claims, keys[0], algorithm="EdDSA", headers=head)


def unsigned(keys: tuple[str, str]) -> str:
    head, body = parts(grants.issue(claims=CLAIMS, audience="plaza"))
    return ".".join([b64(json.dumps({**head, "alg": "none"}).encode()), b64(json.dumps(body).encode()), ""])


def signed_with_the_public_key(keys: tuple[str, str]) -> str:
    head, body = parts(grants.issue(claims=CLAIMS, audience="plaza"))
    text = b64(json.dumps({**head, "alg": "HS256"}).encode()) + "." + b64(json.dumps(body).encode())
    return text + "." + b64(hmac.new(keys[1].encode(), text.encode(), hashlib.sha256).digest())


def signed_by_a_stranger(keys: tuple[str, str]) -> str:
    head, body = parts(grants.issue(claims=CLAIMS, audience="plaza"))
    return jwt.encode(body, pair()[0], algorithm="EdDSA", headers=head)


def with_another_body(keys: tuple[str, str]) -> str:
    head, _, signature = grants.issue(claims=CLAIMS, audience="plaza").split(".")
    _, body = parts(grants.issue(claims=CLAIMS, audience="plaza"))
    return ".".join([head, b64(json.dumps({**body, "account": "somebody_else"}).encode()), signature])


NOT_VALID = r"The grant is not valid for plaza: .+\. Ask for a new one\."
UNKNOWN = r"not a publish grant of a known key; ask for a new one"
FORGERIES: dict[str, tuple[Callable[[tuple[str, str]], str], str]] = {
    "alg none": (unsigned, NOT_VALID),
    "HS256 with the public key": (signed_with_the_public_key, NOT_VALID),
    "a stranger's key under our name": (signed_by_a_stranger, NOT_VALID),
    "another body under the old signature": (with_another_body, NOT_VALID),
    "no token at all": (lambda _: "nonsense", NOT_VALID),
    "empty": (lambda _: "", NOT_VALID),
    "another connector": (lambda keys: signed(keys, aud="harbour"), "Audience doesn't match"),
    "another issuer": (lambda keys: signed(keys, iss="somebody"), "Invalid issuer"),
    "expired": (lambda keys: signed(keys, exp=int(time.time()) - grants.LEEWAY_S - 1), "has expired"),
    "not yet": (lambda keys: signed(keys, nbf=int(time.time()) + grants.LEEWAY_S + 5), "not yet valid"),
    "unknown kid": (lambda keys: signed(keys, headers={"kid": "0" * 16}), UNKNOWN),
    "no kid": (lambda keys: signed(keys, headers={"kid": None}), UNKNOWN),
    "another type of token": (lambda keys: signed(keys, headers={"typ": "JWT"}), UNKNOWN),
    **{
        f"without {name}": (lambda keys, name=name: signed(keys, without=name), f"{name}")
        for name in ("exp", "nbf", "iat", "jti", "sub", "aud", "iss", "task", "brand", "fence", "account", "effect")
    },
}


@pytest.mark.spec("PUB-3")
def test_a_grant_says_what_was_granted_and_for_how_long(keys: tuple[str, str]) -> None:
    grant = grants.issue(claims=CLAIMS, audience="plaza")
    assert grants.check(grant=grant, payload=PAYLOAD, audience="plaza") == CLAIMS
    head, body = parts(grant)
    assert head == {"alg": "EdDSA", "typ": "publish-grant+jwt", "kid": grants.key_id(keys[1])}
    assert body["exp"] - body["iat"] == body["exp"] - body["nbf"] == 60
    assert abs(body["iat"] - time.time()) < 10


@pytest.mark.spec("PUB-3")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_grant_that_is_not_exactly_ours_is_refused_with_a_sentence(keys: tuple[str, str], forgery: str) -> None:
    make, sentence = FORGERIES[forgery]
    with pytest.raises(Refused, match=sentence) as refused:
        grants.check(grant=make(keys), payload=PAYLOAD, audience="plaza")
    assert isinstance(refused.value, Denied)


@pytest.mark.spec("PUB-3")
def test_a_grant_is_for_one_content(keys: tuple[str, str]) -> None:
    grant = grants.issue(claims=CLAIMS, audience="plaza")
    for other in ({"text": "Toaster number 2 works again."}, {**PAYLOAD, "ai_generated": False}, {}):
        with pytest.raises(Refused, match="for other content than the one that was sent; nothing was published"):
            grants.check(grant=grant, payload=other, audience="plaza")


@pytest.mark.spec("PUB-3")
def test_a_connector_with_another_public_key_knows_no_grant_of_ours(keys: tuple[str, str], settings: Any) -> None:
    grant = grants.issue(claims=CLAIMS, audience="plaza")
    settings.GRANT_PUBLIC_KEY = pair()[1]
    with pytest.raises(Refused, match=UNKNOWN):
        grants.check(grant=grant, payload=PAYLOAD, audience="plaza")


@pytest.mark.spec("PUB-3")
def test_a_process_without_the_key_cannot_issue(settings: Any) -> None:
    settings.GRANT_PRIVATE_KEY = ""
    with pytest.raises(Refused, match="This process holds no signing key"):
        grants.issue(claims=CLAIMS, audience="plaza")
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
def test_of_eight_connectors_with_one_grant_exactly_one_publishes(world: World) -> None:
    claims = begun()
    with world.role("connector"):
        results = rows.together([lambda: grants.consume(claims=claims)] * 8)
        assert results.count(None) == 1
        assert [type(error) for error in rows.failures(results)] == [Refused] * 7
        assert GrantUsed.objects.count() == 1


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
