"""Secrets stay where they belong: after real work none of them is in Valkey, in the database or in a log. PUB-3."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from searching import database, forms, found_in, logs, spread, valkey

from agents.personas.states import TrustRung
from chimera.core import tenancy
from governance.grants import services as grants
from governance.grants import trust
from governance.models import GrantKey, GrantUsed
from publishing.models import Post
from tests import people, servers
from tests.conftest import ALPHA, World
from tests.faults import stage as stages
from tests.faults.stage import Stage
from tests.governance.forgeries import pair

pytestmark = [pytest.mark.spec("PUB-3"), pytest.mark.timeout(600)]
PLATFORM_TOKEN = "planted-platform-token-4b1f9c"


@pytest.fixture
def client() -> Iterator["redis.Redis"]:
    """Valkey, whole."""
    with redis.Redis.from_url(servers._endpoints().valkey.url()) as found:
        yield found


def secrets_of(ring: Path) -> dict[str, set[str]]:
    """By name, in all the forms that they might be written in."""
    kept = servers._endpoints().home.secrets()
    named = {
        "the root of grants": kept.grant_private_key,
        "the service token": kept.service_token,
        "the platform's token": PLATFORM_TOKEN,
        "Django's key": kept.django_secret_key,
        "Valkey's password": kept.valkey_password,
        "the superuser's password": kept.postgres_password,
        **{f"the password of {role}": password for role, password in kept.roles.items()},
        **{f"grant key {path.stem}": path.read_text() for path in ring.glob("*.pem")},
    }
    # A grant itself: who finds one within its minute may try it. Its type, as it reads inside of a token.
    return {name: forms(secret) for name, secret in named.items()} | {"a grant": spread(b'"publish-grant+jwt"')}


def test_after_real_work_no_secret_is_in_valkey_the_database_or_a_log(
    world: World, client: "redis.Redis", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = tmp_path / "ring"
    monkeypatch.setattr(stages, "TOKEN", PLATFORM_TOKEN)
    for name, value in {"PLAZA_TOKEN": PLATFORM_TOKEN, "GRANT_KEY_RING": str(ring), "LOG_LEVEL": "DEBUG"}.items():
        monkeypatch.setenv(name, value)
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.AUTONOMOUS)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    there = Stage(world, tmp_path)
    try:
        there.start_connector()
        there.worker(seconds=90).wait(150)
        with tenancy.brand(ALPHA, actor="test:look"):
            assert [post.status for post in Post.objects.all()] == ["PUBLISHED"], there.log()
        with world.role("operator"):
            assert GrantUsed.objects.count() == 1
        assert GrantKey.objects.count() == 2, "the worker made the keys, and used one"
    finally:
        there.close()
    planted = secrets_of(ring)
    assert len(planted) >= 13 and all(planted.values())
    owner = world.superuser()
    assert found_in(valkey(client), planted) == []
    assert found_in(database(owner), planted) == []
    assert found_in(logs(tmp_path, servers._endpoints().home.logs), planted) == []


def test_the_search_finds_what_is_planted_in_every_place_and_in_every_form(
    world: World, client: "redis.Redis", tmp_path: Path
) -> None:
    private, _ = pair()
    token = "planted: tokens of 24 signs"
    planted = {"a key": forms(private), "a token": forms(token)}
    line = private.splitlines()[1]
    body = json.dumps({"args": [private]})
    written = [token, private, line, body, token.encode().hex(), *spread(b"," + token.encode()), *_wrapped(token, line)]
    owner = world.superuser()
    for number, text in enumerate(written):
        key = f"planted:{world.name}:{number}"
        puts: list[Any] = [
            lambda key=key, text=text: client.set(key, text),
            lambda key=key, text=text: client.hset(key, "field", text),
            lambda key=key, text=text: client.lpush(key, "first", text),
            lambda key=key, text=text: client.sadd(key, text),
            lambda key=key, text=text: client.zadd(key, {text: 1.0}),
            lambda key=key, text=text: client.set(f"{key}:{text}", "in the key"),
        ]
        for put in puts if number < 3 else puts[:1]:
            put()
            assert found_in(valkey(client), planted), text
            for left in client.scan_iter(f"{key}*"):
                client.delete(left)
        (tmp_path / "worker.log").write_text(f"before {text} after")
        assert found_in(logs(tmp_path), planted), text
    assert found_in(valkey(client), planted) == []
    owner.execute("CREATE TABLE planted (words text)")
    for text in written:
        owner.execute("TRUNCATE planted")
        owner.execute("INSERT INTO planted VALUES (%s)", [text])
        assert found_in(database(owner), planted)[0].endswith(" in table planted"), text
    owner.execute("TRUNCATE planted")
    assert found_in(database(owner), planted) == []


def _wrapped(token: str, line: str) -> list[str]:
    """In base64 of something longer, as brokers write bodies."""
    return [next(iter(spread(b'{"a": "' + piece.encode() + b'"}'))) for piece in (token, line)]


def test_a_grant_is_known_inside_of_a_token() -> None:
    signer = trust.Signer(kid="0" * 16, private=Ed25519PrivateKey.generate())
    claims = grants.Claims(
        jti="j", subject="s", task="t", brand_id=1, fence=1, account_handle="a", effect_key="e", payload_hash="p",
        approval="judge", is_ad=False,
    )  # fmt: skip
    token = grants.issue(claims=claims, connector="plaza", by=signer)
    known = {"a grant": spread(b'"publish-grant+jwt"')}
    assert jwt.get_unverified_header(token)["typ"] == "publish-grant+jwt"
    assert found_in(iter([("here", f"sent {token}")]), known) == ["a grant in here"]
