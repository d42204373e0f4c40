"""The Plaza connector: real MCP over HTTP to the real simulator on loopback, with a gate that is played. PUB-1..4."""

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from chimera.core import canonical
from chimera.core.errors import Denied, Stopped, Unavailable
from governance.controls.looking import LOOK_LASTS_S
from publishing.connectors.base import Connector, NotSent, Receipt, Rejected, Unknown
from publishing.connectors.plaza import server as plaza_server
from publishing.connectors.plaza.client import PlazaConnector
from publishing.simulators.plaza import app as plaza_app
from publishing.simulators.plaza import forms as plaza_forms
from publishing.simulators.plaza.store import Draft, Store
from tests.serving import Served

SERVICE_TOKEN, PLATFORM_TOKEN = "service-token", "platform-token"
PNG = b"\x89PNG\r\n\x1a\n" + b"poster"
PNG_HASH = hashlib.sha256(PNG).hexdigest()


def chosen(platform_url: str) -> dict[str, str]:
    """What the settings say of the connector."""
    return {"platform_url": platform_url, "platform_token": PLATFORM_TOKEN, "service_token": SERVICE_TOKEN}


class FakeGate:
    """Grants as values in a dict: genuine when known, for one payload and audience, used once."""

    def __init__(self, audience: str = "plaza") -> None:
        self.audience = audience
        self.grants: dict[str, tuple[str, SimpleNamespace]] = {}
        self.used: set[str] = set()
        self.broken = False
        self.stop = ""
        self.takes_s = 0.0
        self.kept: list[tuple[str, str]] = []

    def grant(self, payload: dict[str, Any], *, key: str, account: str = "nova", action: str = "publish") -> str:
        jti = f"grant-{len(self.grants)}"
        claims = SimpleNamespace(
            jti=jti,
            subject="publishing.post:1",
            brand_id="b",
            fence=1,
            account_handle=account,
            effect_key=key,
            action=action,
        )
        claims.action = action
        self.grants[jti] = (canonical.digest(payload), claims)
        return jti

    def check(self, *, grant: str, payload: dict[str, Any], audience: str, action: str = "publish") -> Any:
        if self.broken:
            raise RuntimeError("the database is away: secret detail")
        digest, claims = self.grants.get(grant, ("", None))
        if digest != canonical.digest(payload) or audience != self.audience:
            raise Denied("The grant is not for this payload.")
        return claims

    def consume(self, *, claims: Any) -> None:
        if self.stop:
            raise Stopped(self.stop)
        time.sleep(self.takes_s)
        if claims.jti in self.used:
            raise Denied("The grant was used before.")
        self.used.add(claims.jti)

    def ended(self, *, claims: Any, outcome: str, told: dict[str, Any]) -> None:
        assert claims.jti in self.used
        self.kept.append((outcome, told.get("platform_id") or told["code"]))


class World:
    """A platform, its connector process and a worker's connector."""

    def __init__(self, path: Path) -> None:
        self.faults: list[str] = []
        self.images = {PNG_HASH: PNG}
        self.gate = FakeGate()
        self.store = Store(path, posts_per_window_max=5)
        self.platform = Served(plaza_app.build(store=self.store, token=PLATFORM_TOKEN, faults=self.faults, late_s=2.0))
        self.server = Served(self.build(self.platform.url))
        self.connector = PlazaConnector(url=f"{self.server.url}/mcp", service_token=SERVICE_TOKEN)

    def build(self, platform_url: str) -> Any:
        return plaza_server.build(
            gate=self.gate,
            chosen=chosen(platform_url),
            media=self.images.__getitem__,
        )

    def publish(self, *, key: str = "effect-1", timeout_s: float = 10, grant: str = "", **fields: Any) -> Receipt:
        sent = payload(**fields)
        return self.connector.publish(
            payload=sent, grant=grant or self.gate.grant(sent, key=key), idempotency_key=key, timeout_s=timeout_s
        )

    def close(self) -> None:
        self.connector.close()
        self.server.stop()
        self.platform.stop()


def payload(**fields: Any) -> dict[str, Any]:
    return {"account_handle": "nova", "text": "Low tide at five.", "ai_generated": True, **fields}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(plaza_server, "PLATFORM_TIMEOUT_S", 1.2)
    made = World(tmp_path / "plaza.sqlite")
    yield made
    made.close()


@pytest.mark.spec("PUB-1", "PUB-2", "MCP-1")
def test_a_granted_post_is_published_with_its_image_and_label_and_comes_back_as_a_receipt(world: World) -> None:
    receipt = world.publish(media=[{"sha256": PNG_HASH, "alt": "A poster"}])
    post = world.store.post(post_id=receipt.platform_id)
    assert post is not None
    assert (post["text"], post["account"], post["ai_generated"]) == ("Low tide at five.", "nova", True)
    assert post["media"] == [{"id": PNG_HASH, "alt": "A poster", "type": "image/png"}]
    assert receipt == Receipt(
        platform_id=post["id"], url=f"{world.platform.url}/p/{post['id']}", raw_status="published"
    )


def test_a_reply_is_published_under_the_post_it_answers(world: World) -> None:
    first = world.publish()
    reply = world.publish(key="effect-2", text="Bring boots.", reply_to=first.platform_id)
    found = world.store.post(post_id=reply.platform_id)
    assert found is not None
    assert found["reply_to"] == first.platform_id


@pytest.mark.spec("PUB-3")
def test_a_used_grant_is_refused(world: World) -> None:
    grant = world.gate.grant(payload(), key="effect-1")
    world.publish(grant=grant)
    with pytest.raises(Rejected, match="used before") as refused:
        world.publish(grant=grant)
    assert refused.value.code == "grant_refused"
    assert len(world.store.posts()) == 1


@pytest.mark.spec("PUB-3")
def test_a_grant_covers_one_payload_one_account_and_one_effect(world: World) -> None:
    other_text = world.gate.grant(payload(text="Other"), key="effect-1")
    other_account = world.gate.grant(payload(), key="effect-1", account="mara")
    no_account = world.gate.grant(payload(), key="effect-1", account="")
    other_key = world.gate.grant(payload(), key="effect-2")
    for grant, code in (
        ("invented", "grant_refused"),
        (other_text, "grant_refused"),
        (other_account, "account_mismatch"),
        (no_account, "account_mismatch"),
        (other_key, "key_mismatch"),
    ):
        with pytest.raises(Rejected) as refused:
            world.publish(grant=grant)
        assert refused.value.code == code
    assert world.store.posts() == []
    assert world.gate.used == set()


@pytest.mark.spec("PUB-4")
def test_the_same_key_twice_is_one_post(world: World) -> None:
    assert world.publish() == world.publish()
    assert len(world.store.posts()) == 1
    assert len(world.gate.used) == 2


@pytest.mark.spec("PUB-2")
def test_without_the_label_nothing_is_published(world: World) -> None:
    for label in ({"ai_generated": False}, {"ai_generated": None}, {"ai_generated": "true"}, {"ai_generated": 1}):
        with pytest.raises(Rejected) as refused:
            world.publish(**label)
        assert refused.value.code == "no_label"


@pytest.mark.spec("PUB-2")
def test_the_server_refuses_a_missing_label_whatever_the_client_thinks(world: World) -> None:
    sent = payload(ai_generated=False)
    arguments = {"payload": sent, "grant": world.gate.grant(sent, key="k"), "idempotency_key": "k"}
    with pytest.raises(Denied, match="no_label"):
        world.connector._client.call(tool="publish_post", arguments=arguments, timeout_s=10)
    assert world.store.posts() == []
    assert world.gate.used == set()


@pytest.mark.spec("PUB-1")
def test_the_platforms_own_refusals_come_through_with_code_and_sentence(world: World) -> None:
    with pytest.raises(Rejected, match="281 characters") as refused:
        world.publish(text="x" * 281)
    assert refused.value.code == "text_too_long"
    world.store.suspend(handle="nova")
    with pytest.raises(Rejected, match="suspended") as refused:
        world.publish()
    assert refused.value.code == "account_suspended"


@pytest.mark.spec("PUB-4")
def test_every_definite_answer_is_written_down_before_the_worker_hears_it_and_no_other(world: World) -> None:
    receipt = world.publish(key="k1")
    with pytest.raises(Rejected):
        world.publish(key="k2", text="x" * 281)
    count = len(world.gate.kept)
    world.faults.append("error_500_after_accept")
    with pytest.raises(Unknown):
        world.publish(key="k3")
    assert len(world.gate.kept) == count
    for number in range(3):
        world.publish(key=f"more-{number}")
    with pytest.raises(NotSent):
        world.publish(key="k4")
    kept = [world.gate.kept[0], world.gate.kept[1], world.gate.kept[-1]]
    assert kept == [("published", receipt.platform_id), ("rejected", "text_too_long"), ("not_sent", "rate_limited")]


@pytest.mark.spec("PUB-4")
def test_an_answer_that_cannot_be_written_down_is_heard_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.gate, "kept", None)  # there is nothing to write on
    assert world.publish(key="k1").raw_status == "published"
    with pytest.raises(Rejected):
        world.publish(key="k2", text="x" * 281)


def test_too_many_posts_are_not_a_verdict_but_a_later(world: World) -> None:
    for number in range(5):
        world.publish(key=f"k{number}")
    with pytest.raises(NotSent, match="wait"):
        world.publish(key="one more")


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize("fault", ["accept_then_drop", "error_500_after_accept", "late"])
def test_a_lost_answer_is_unknown_and_the_same_key_again_finds_the_same_post(world: World, fault: str) -> None:
    world.faults.append(fault)
    with pytest.raises(Unknown) as lost:
        world.publish()
    assert isinstance(lost.value, Unavailable)
    receipt = world.publish()
    time.sleep(1.4 if fault == "late" else 0)
    assert [post["id"] for post in world.store.posts()] == [receipt.platform_id]


@pytest.mark.spec("PUB-4")
def test_a_lost_question_is_unknown_too_because_nobody_can_tell(world: World) -> None:
    world.faults.append("drop_before_accept")
    with pytest.raises(Unknown):
        world.publish()
    assert world.store.posts() == []
    assert world.publish().platform_id == world.store.posts()[0]["id"]


@pytest.mark.spec("PUB-4")
def test_a_connector_that_answers_too_late_leaves_the_outcome_unknown(world: World) -> None:
    world.publish(key="warm")
    world.faults.append("late")
    with pytest.raises(Unknown, match="may be live"):
        world.publish(timeout_s=0.6)


def test_an_unreachable_platform_or_connector_is_surely_not_sent(world: World) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{closed.getsockname()[1]}"
        server = Served(world.build(away))
        stranded = PlazaConnector(url=f"{server.url}/mcp", service_token=SERVICE_TOKEN)
        for sent in (payload(), payload(media=[{"sha256": PNG_HASH, "alt": ""}])):
            with pytest.raises(NotSent):
                stranded.publish(payload=sent, grant=world.gate.grant(sent, key="k"), idempotency_key="k", timeout_s=10)
        stranded.close()
        server.stop()
        gone = PlazaConnector(url=f"{away}/mcp", service_token=SERVICE_TOKEN)
        with pytest.raises(NotSent):
            gone.publish(payload=payload(), grant="g", idempotency_key="k", timeout_s=5)


@pytest.mark.spec("OPS-4", "PUB-3")
def test_a_stop_keeps_the_post_back_with_its_sentence_and_the_grant_unused(world: World) -> None:
    world.gate.stop = "A stop on fleet is in force since 14:03 UTC: Smoke."
    with pytest.raises(Stopped, match="A stop on fleet is in force since 14:03 UTC: Smoke"):
        world.publish()
    assert (world.gate.used, world.gate.kept, world.store.posts()) == (set(), [], [])


@pytest.mark.spec("OPS-4", "PUB-4")
def test_who_took_too_long_after_looking_at_the_stops_does_not_call_and_writes_that_down(world: World) -> None:
    world.gate.takes_s = LOOK_LASTS_S + 0.05  # as a process that stood still would
    with pytest.raises(NotSent, match="took too long between using the grant and the call; nothing was sent"):
        world.publish()
    assert (world.gate.kept, world.store.posts()) == ([("not_sent", "too_late")], [])


def test_what_fails_before_the_post_is_begun_is_not_sent_and_keeps_its_secrets(world: World) -> None:
    grant = world.gate.grant(payload(media=[{"sha256": "0" * 64, "alt": ""}]), key="effect-1")
    with pytest.raises(NotSent):
        world.publish(grant=grant, media=[{"sha256": "0" * 64, "alt": ""}])
    world.gate.broken = True
    with pytest.raises(NotSent) as failed:
        world.publish()
    assert "secret detail" not in str(failed.value)
    assert world.gate.used == set()


def test_an_image_that_is_not_the_approved_one_stops_the_post(world: World) -> None:
    world.images[PNG_HASH] = PNG + b"changed"
    with pytest.raises(Rejected) as refused:
        world.publish(media=[{"sha256": PNG_HASH, "alt": ""}])
    assert refused.value.code == "media_mismatch"
    assert world.gate.used == set()


def test_a_wrong_service_token_is_turned_away_before_anything_is_looked_at(world: World) -> None:
    for path, headers in (
        ("/mcp", {}),
        ("/mcp", {"Authorization": "Bearer wrong"}),
        ("/mcp", {"Authorization": SERVICE_TOKEN}),
        ("/other", {"Authorization": "Bearer wrong"}),
    ):
        assert httpx2.post(world.server.url + path, json={}, headers=headers, trust_env=False).status_code == 401
    assert httpx2.get(f"{world.server.url}/health", trust_env=False).json() == {"ok": True}
    stranger = PlazaConnector(url=f"{world.server.url}/mcp", service_token="wrong")
    with pytest.raises(NotSent, match="service token") as refused:
        stranger.publish(payload=payload(), grant="g", idempotency_key="k", timeout_s=10)
    assert "wrong" not in str(refused.value)
    stranger.close()


@pytest.mark.spec("MCP-1")
def test_a_connector_that_is_not_on_the_list_is_not_called(world: World) -> None:
    unlisted = PlazaConnector(url=f"{world.server.url}/mcp", service_token=SERVICE_TOKEN, is_allowed=lambda url: False)
    with pytest.raises(Rejected, match="not on the list") as refused:
        unlisted.publish(payload=payload(), grant="g", idempotency_key="k", timeout_s=10)
    assert refused.value.code == "not_allowed"


def test_a_failure_in_foreign_words_is_unknown_and_a_foreign_link_is_dropped() -> None:
    class Answers:
        def __init__(self, answer: dict[str, Any]) -> None:
            self.answer = answer

        def call(self, **_: Any) -> dict[str, Any]:
            return self.answer

    connector = PlazaConnector(url="http://127.0.0.1:1/mcp", service_token="t")
    connector._client = Answers({"platform_id": "1", "url": "javascript:alert(1)", "status": "published"})  # type: ignore
    given = {"payload": payload(), "grant": "g", "idempotency_key": "k", "timeout_s": 1.0}
    assert connector.publish(**given).url == ""
    connector._client = Answers({})  # type: ignore
    with pytest.raises(Unknown):
        connector.publish(**given)

    from publishing.connectors.answers import as_error

    for text in ("Error executing tool publish_post", "{", '{"code": 1}', "[1] {}", json.dumps({"class": "?"})):
        assert isinstance(as_error(text, "Plaza"), Unknown)


def test_the_connector_fits_the_socket_and_says_its_limits() -> None:
    assert issubclass(PlazaConnector, Connector)
    assert (PlazaConnector.effect_class, PlazaConnector.label_field) == ("A", "ai_generated")
    assert PlazaConnector.limits.text_max == plaza_forms.TEXT_MAX
    assert PlazaConnector.limits.images_max == plaza_forms.IMAGES_MAX
    assert PlazaConnector.limits.image_bytes_max == plaza_app.IMAGE_BYTES_MAX


def test_address_and_token_come_from_the_settings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"plaza": {"url": f"{world.server.url}/mcp", "service_token": SERVICE_TOKEN}}
    monkeypatch.setattr("django.conf.settings", SimpleNamespace(CONNECTORS=chosen))
    world.connector = PlazaConnector.from_settings(is_allowed=lambda url: url == chosen["plaza"]["url"])
    assert world.publish().raw_status == "published"


def test_a_connector_process_without_its_tokens_does_not_start() -> None:
    with pytest.raises(ValueError, match="needs a service token"):
        plaza_server.build(gate=FakeGate(), chosen=chosen("http://x") | {"service_token": ""}, media=lambda _: b"")
    with pytest.raises(ValueError, match="needs a platform token"):
        plaza_server.build(gate=FakeGate(), chosen=chosen("http://x") | {"platform_token": ""}, media=lambda _: b"")


@pytest.mark.spec("ENG-1", "MCP-1")
def test_what_people_say_to_accounts_is_heard_page_by_page_and_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = world.publish().platform_id

    def said(text: str, *, by: str = "Ada", reply_to: str | None = None, machine: bool = False) -> str:
        draft = Draft(handle=by, text=text, media=(), ai_generated=machine, reply_to=reply_to)
        answer, _ = world.store.add_post(draft=draft, key=f"{by}:{text}", body_hash=text, base_url="")
        return str(answer["id"])

    named = said("hello @Nova. Is it cold?")
    said("nova is a nice word, and so is mail@nova")
    answer = said("boots are packed", by="bob", reply_to=post)
    below = said("@ida and @nova too", by="robot", reply_to=answer, machine=True)
    said("@nova to myself", by="nova")
    whole = world.connector.hear(account_handles=["nova", "ida"], after="", timeout_s=10)
    assert [one.platform_id for one in whole.mentions] == [named, answer, below]
    assert [one.accounts for one in whole.mentions] == [("nova",), ("nova",), ("ida", "nova")]
    assert [one.conversation for one in whole.mentions] == [named, post, post]
    assert [one.author_id for one in whole.mentions] == ["ada", "bob", "robot"]
    assert [one.is_machine for one in whole.mentions] == [False, False, True]
    assert whole.mentions[0].text.text == "hello @Nova. Is it cold?" and whole.is_whole
    again = world.connector.hear(account_handles=["nova", "ida"], after=whole.position, timeout_s=10)
    assert (again.mentions, again.position) == ((), whole.position)
    monkeypatch.setattr(plaza_app, "HEARD_MAX", 2)
    first = world.connector.hear(account_handles=["nova"], after="", timeout_s=10)
    rest = world.connector.hear(account_handles=["nova"], after=first.position, timeout_s=10)
    assert [one.platform_id for one in first.mentions + rest.mentions] == [named, answer]
    assert not first.is_whole
    world.platform.stop()
    with pytest.raises(Unavailable, match="mentions on Plaza could not be read"):
        world.connector.hear(account_handles=["nova"], after="", timeout_s=2)
