"""The door for what platforms deliver: opened by their signature alone, kept once, and by one function of the database.

The literal signatures were made with `openssl dgst -sha256 -hmac`.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx2
import psycopg
import pytest
from django.db import OperationalError

from chimera.core import tls
from publishing.connectors import ringing
from publishing.connectors.x import server as x_server
from publishing.deliveries import signatures
from publishing.simulators.courier import Courier
from publishing.simulators.instagram import webhooks as instagram_side
from publishing.simulators.x import webhooks as x_side
from tests.conftest import ALPHA, World
from tests.publishing import instagram_world, x_world
from tests.publishing.instagram_world import SECRET, Instagram
from tests.publishing.x_world import X
from tests.serving import Served

pytestmark = pytest.mark.spec("ENG-1", "SAF-1")
CONSUMER = "consumer-secret"
EMPTY = b'{"object":"instagram","entry":[]}'
OF_EMPTY = "sha256=dddc1eaadb280d04eff79dd6f8d6ed46fa7d4e0e6dfb7331abe64cad5a3490f2"
OF_USER = "sha256=Hlco0COzwYOsSzVcCoqAGpNZdK3BYQku/gWz9SSGVjA="
TOKEN, OF_TOKEN = "9b4507b3-9040-4669-9ca3-6b94edb50553", "sha256=NhN+8FRk3FiSPXyqxXmpVRtiLiWoawvOgUBuXwGUTL4="
Rows = Callable[[str], list[Any]]


ANSWERED_WITHIN_S = ringing.KEEP_S_MAX


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests is not a database that is away."""
    monkeypatch.setattr(ringing, "KEEP_S_MAX", 30.0)


@pytest.fixture
def rows(world: World) -> Rows:
    """What the database holds, as its superuser."""
    owner = world.superuser()
    return lambda query: owner.execute(query).fetchall()


@pytest.fixture
def meta(world: World, tmp_path: Path) -> Iterator[Instagram]:
    """Instagram's connector, with a door, and nova connected."""
    instagram_world.register()
    with world.role("connector"):
        made = Instagram(tmp_path / "i.sqlite", processing_s=0)
        made.connect()
        yield made
        made.close()


@pytest.fixture
def x(world: World, tmp_path: Path) -> Iterator[X]:
    """X's connector, with a door, and nova connected."""
    x_world.register()
    with world.role("connector"):
        made = X(tmp_path / "x.sqlite")
        made.connect()
        yield made
        made.close()


def post(url: str, body: bytes, **headers: str) -> httpx2.Response:
    with httpx2.Client(trust_env=False, timeout=10, verify=tls.context()) as client:
        return client.post(f"{url}/webhooks", content=body, headers=headers)


def get(url: str, **query: str) -> httpx2.Response:
    with httpx2.Client(trust_env=False, timeout=10, verify=tls.context()) as client:
        return client.get(f"{url}/webhooks", params=query)


def by_meta(there: Instagram, told: Any) -> httpx2.Response:
    body = json.dumps(told).encode()
    return post(there.server.url, body, **{"X-Hub-Signature-256": signatures.meta(secret=SECRET, body=body)})


def comments(user: str, *names: str, author: str = "77", **more: Any) -> dict[str, Any]:
    values = [{"id": name, "from": {"id": author, "username": "ada"}, "text": "secret words", **more} for name in names]
    return {
        "object": "instagram",
        "entry": [{"id": user, "time": 1, "changes": [{"field": "comments", "value": one} for one in values]}],
    }


COUNTS = "SELECT platform, kept, repeated, strange, refused FROM publishing_deliverycount ORDER BY 1"
KEPT = "SELECT brand_id, platform, kind, platform_id FROM publishing_delivery ORDER BY kind DESC, platform_id"


def test_signatures_are_those_that_an_independent_tool_makes() -> None:
    assert signatures.meta(secret="the-secret", body=EMPTY) == OF_EMPTY
    assert signatures.x(secret=CONSUMER, body=b'{"for_user_id":"1"}') == OF_USER
    assert signatures.x(secret=CONSUMER, body=TOKEN.encode()) == OF_TOKEN
    assert signatures.is_same(OF_USER, OF_USER) and not signatures.is_same("", "")
    assert instagram_side.signing("the-secret")(EMPTY) == ("X-Hub-Signature-256", OF_EMPTY)
    assert x_side.signing(CONSUMER)(TOKEN.encode())[1] == OF_TOKEN


def test_only_our_own_word_is_answered_with_metas_challenge(meta: Instagram, rows: Rows) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "our-word", "hub.challenge": "1158201444"}
    answer = get(meta.server.url, **asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in (
        {"hub.verify_token": "another"},
        {"hub.mode": "?"},
        {"hub.challenge": "<script>"},
        {"hub.challenge": ""},
    ):
        refused = get(meta.server.url, **{**asked, **wrong})
        assert refused.status_code == 403 and "script" not in refused.text
    with httpx2.Client(trust_env=False, verify=tls.context()) as client:
        assert client.post(f"{meta.server.url}/webhooks/x", content=EMPTY).status_code == 401, "that door alone is open"


def test_x_gets_its_token_signed_and_nobody_gets_a_delivery_signed_as_a_token(x: X) -> None:
    assert get(x.server.url, crc_token=TOKEN).json() == {"response_token": OF_TOKEN}
    for wrong in ('{"for_user_id":"1"}', "", "a" * 401, "a b"):
        assert get(x.server.url, crc_token=wrong).status_code == 403, wrong
    assert get(x.server.url).status_code == 403


def test_a_delivery_with_a_wrong_signature_is_refused_and_counted_and_changes_nothing(
    meta: Instagram, rows: Rows
) -> None:
    body = json.dumps(comments(meta.user_id, "17900000000000005")).encode()
    good = signatures.meta(secret=SECRET, body=body)
    for wrong in (
        "",
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good.removeprefix("sha256="),
        good.upper(),
        OF_EMPTY,
    ):
        sent = {"X-Hub-Signature-256": wrong} if wrong else {}
        refused = post(meta.server.url, body, **sent)
        assert (refused.status_code, refused.text) == (403, "the signature is not the platform's")
    assert post(meta.server.url, body + b" ", **{"X-Hub-Signature-256": good}).status_code == 403
    assert rows(KEPT) == []
    time.sleep(ringing.COUNT_EVERY_S)
    assert post(meta.server.url, body).status_code == 403
    assert rows(COUNTS) == [("instagram", 0, 0, 0, 7)]


def test_what_is_delivered_again_changes_nothing_and_no_word_of_it_is_kept(meta: Instagram, rows: Rows) -> None:
    told = comments(meta.user_id, "17900000000000005", "17900000000000006")
    assert [by_meta(meta, told).json() for _ in range(3)] == [{"kept": 2}, {"kept": 0}, {"kept": 0}]
    assert by_meta(meta, comments(meta.user_id, "17900000000000005", verb="remove")).json() == {"kept": 1}
    own = comments(meta.user_id, "17900000000000009", author=meta.user_id)
    assert by_meta(meta, own).json() == {"kept": 0}, "what the account said itself is no news"
    mention = {"field": "mentions", "value": {"media_id": "5", "comment_id": "17900000000000007"}}
    assert by_meta(meta, {"object": "instagram", "entry": [{"id": meta.user_id, "changes": [mention]}]}).json() == {
        "kept": 1
    }
    assert by_meta(meta, comments("404", "17900000000000008")).json() == {"kept": 0}
    assert by_meta(meta, comments(meta.user_id, "'; DROP TABLE x")).json() == {"kept": 0}
    assert rows(KEPT) == [
        (ALPHA, "instagram", "said", "17900000000000005"),
        (ALPHA, "instagram", "said", "17900000000000006"),
        (ALPHA, "instagram", "said", "17900000000000007"),
        (ALPHA, "instagram", "deleted", "17900000000000005"),
    ]
    assert rows(COUNTS) == [("instagram", 4, 4, 2, 0)]
    assert not rows("SELECT 1 FROM publishing_delivery d WHERE d::text LIKE '%secret%'")


@pytest.mark.spec("ENG-2")
def test_a_whole_batch_is_kept_by_one_call_and_what_is_too_large_or_odd_is_refused(
    meta: Instagram, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = mock.Mock(wraps=ringing.deliveries.keep)
    monkeypatch.setattr(ringing.deliveries, "keep", calls)
    told = comments(meta.user_id, *(str(17_900_000_000_000_000 + number) for number in range(1_000)))
    assert by_meta(meta, told).json() == {"kept": 1_000}
    assert calls.call_count == 1
    assert by_meta(meta, told).json() == {"kept": 0}
    for odd in ([], {"object": "page", "entry": []}, {"object": "instagram"}, {"object": "instagram", "entry": [1]}):
        assert by_meta(meta, odd).status_code == 400, odd
    assert by_meta(meta, comments(meta.user_id, *map(str, range(1_001)))).status_code == 400
    large = b" " * (ringing.BODY_BYTES_MAX + 1)
    signed = {"X-Hub-Signature-256": signatures.meta(secret=SECRET, body=large)}
    assert post(meta.server.url, large, **signed).status_code == 413


def test_without_a_secret_nothing_is_taken_in(meta: Instagram) -> None:
    chosen = {**meta.chosen, "webhook_secret": ""}
    served = Served(x_server.build(gate=meta.gate, chosen=chosen, media=meta.images.__getitem__))
    body = b'{"for_user_id":"1"}'
    signed = {"x-twitter-webhooks-signature": signatures.x(secret="", body=body)}
    assert post(served.url, body, **signed).status_code == 403
    assert get(served.url, crc_token=TOKEN).status_code == 403
    served.stop()


def test_a_database_that_is_away_makes_the_platform_deliver_again(
    meta: Instagram, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: Any) -> int:
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        patched.setattr(ringing.deliveries, "keep", away)
        answer = by_meta(meta, comments(meta.user_id, "17900000000000005"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        over = threading.Event()
        patched.setattr(ringing.deliveries, "keep", lambda **_: over.wait(60) and 0)
        assert ANSWERED_WITHIN_S < 1, "platforms deliver again after a second"
        patched.setattr(ringing, "KEEP_S_MAX", ANSWERED_WITHIN_S)
        assert by_meta(meta, comments(meta.user_id, "17900000000000005")).status_code == 503  # its client waits 10 s
        over.set()
    assert by_meta(meta, comments(meta.user_id, "17900000000000005")).json() == {"kept": 1}


def test_what_the_simulators_deliver_arrives_whatever_becomes_of_it_on_its_way(
    meta: Instagram, rows: Rows, tmp_path: Path
) -> None:
    meta.publish()
    courier = Courier(url=f"{meta.server.url}/webhooks", sign=instagram_side.signing(SECRET), late_s=0.2)
    courier.faults += ["repeat", "wrong_signature", "out_of_order", "late", "lost"]
    (own,) = meta.posts()
    names = [meta.store.add_comment("ada", own.id, f"Comment {number}") for number in range(5)]
    for name in names:
        for told in instagram_side.of_comment(meta.store, name):
            courier.deliver(told)
    courier.settled()
    assert courier.answers == [200, 200, 403, 200, 200]
    assert [row[3] for row in rows(KEPT)] == [names[0], names[2], names[3]]


def test_x_delivers_posts_to_whom_they_name_and_takes_them_back(x: X, rows: Rows) -> None:
    courier = Courier(url=f"{x.server.url}/webhooks", sign=x_side.signing(CONSUMER))
    said, _ = x.store.add_persons_post(handle="ada", text="@nova when is low tide?", reply_to=None)
    for told in x_side.of_post(x.store, said) + x_side.of_post(x.store, said, is_deleted=True):
        courier.deliver(told)
    courier.settled()
    assert courier.answers == [200, 200]
    assert rows(KEPT) == [(ALPHA, "x", "said", said), (ALPHA, "x", "deleted", said)]
    assert post(x.server.url, b"{}", **{"x-twitter-webhooks-signature": "sha256=x"}).status_code == 403


@pytest.mark.spec("TEN-1", "SAF-1")
def test_the_connectors_login_may_add_deliveries_by_the_function_and_nothing_else(
    meta: Instagram, world: World
) -> None:
    connector, app = world.connect("connector"), world.connect("app")
    told = ["instagram", [meta.user_id], ["said"], ["17900000000000005"], 0]
    assert connector.execute("SELECT publishing_deliver(%s, %s, %s, %s, %s)", told).fetchone() == (1,)
    for refused in (
        "SELECT * FROM publishing_delivery",
        "INSERT INTO publishing_delivery (brand_id, account_id, platform, kind, platform_id)"
        " VALUES (1, 1, 'x', 'said', '1')",
        "UPDATE publishing_deliverycount SET refused = 0",
        "SELECT publishing_delivery_count('x', 1, 1, 1, 1)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connector.execute(refused)
    with pytest.raises(psycopg.errors.CheckViolation, match="delivery_kind_is_known"):
        connector.execute("SELECT publishing_deliver(%s, %s, %s, %s, %s)", [*told[:2], ["seen"], ["7"], 0])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT publishing_deliver(%s, %s, %s, %s, %s)", told)
    app.execute("SELECT set_config('app.brand', %s, false), set_config('app.actor', 'test', false)", [str(ALPHA)])
    with pytest.raises(psycopg.DatabaseError, match="stays as it is"):
        app.execute("UPDATE publishing_delivery SET platform_id = '18'")
    app.execute("UPDATE publishing_delivery SET due_at = NULL")
    with pytest.raises(psycopg.DatabaseError, match="stays as it is"):
        app.execute("UPDATE publishing_delivery SET due_at = now()")
    app.execute("SELECT set_config('app.brand', %s, false)", [str(ALPHA + 1)])
    assert app.execute("SELECT count(*) FROM publishing_delivery").fetchone() == (0,)
