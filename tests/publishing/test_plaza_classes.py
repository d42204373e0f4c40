"""Plaza as platforms of other classes, its new faults, and reading what an account has posted. PUB-1, PUB-4."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from chimera.core.errors import Unavailable
from publishing.connectors import speaking
from publishing.connectors.base import Absent, CannotRead, Found, NoSuchPlace, Place, Receipt, Unknown
from publishing.connectors.plaza import server as plaza_server
from publishing.connectors.plaza.client import PlazaConnector
from publishing.connectors.plaza.variants import BlindPlaza, LookedUpPlaza
from publishing.simulators.plaza import app as plaza
from publishing.simulators.plaza.store import Draft, Store
from tests.publishing.test_plaza_connector import PLATFORM_TOKEN, PNG, PNG_HASH, SERVICE_TOKEN, FakeGate, chosen
from tests.serving import Served

pytestmark = pytest.mark.spec("PUB-1", "PUB-4")
CONNECTORS = {"A": PlazaConnector, "B": LookedUpPlaza, "C": BlindPlaza}


class Gate(FakeGate):
    """As the other one, for any audience: which one is asked for is kept."""

    asked_for = ""

    def check(self, *, grant: str, payload: dict[str, Any], audience: str, action: str = "publish") -> Any:
        self.asked_for = audience
        return super().check(grant=grant, payload=payload, audience="plaza", action=action)


class Platform:
    """One platform of a class with its connector process and a worker's connector."""

    def __init__(self, path: Path, platform_class: str, lag_s: float = 0.0) -> None:
        self.faults: list[str] = []
        self.gate = Gate()
        self.store = Store(path)
        app = plaza.build(
            store=self.store, token=PLATFORM_TOKEN, faults=self.faults, platform_class=platform_class, lag_s=lag_s
        )
        self.platform = Served(app)
        kind = CONNECTORS[platform_class]
        self.server = Served(
            plaza_server.build(
                gate=self.gate,
                chosen=chosen(self.platform.url),
                media={PNG_HASH: PNG}.__getitem__,
                audience=kind.platform,
            )
        )
        self.connector = kind(url=f"{self.server.url}/mcp", service_token=SERVICE_TOKEN)

    def publish(self, **fields: Any) -> Receipt:
        sent = payload(**fields)
        grant = self.gate.grant(sent, key="effect-1")
        return self.connector.publish(payload=sent, grant=grant, idempotency_key="effect-1", timeout_s=10)

    def look(self, *, but: tuple[str, ...] = (), since: datetime | None = None, **fields: Any) -> Found | Absent:
        return self.connector.look_up(
            payload=payload(**fields),
            idempotency_key="effect-1",
            stage_ids={},
            since=since or datetime.now(UTC),
            but=but,
            timeout_s=10,
        )

    def close(self) -> None:
        self.connector.close()
        self.server.stop()
        self.platform.stop()


def payload(**fields: Any) -> dict[str, Any]:
    return {"account_handle": "nova", "text": "Low tide at five.", "ai_generated": True, **fields}


@pytest.fixture
def there(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Platform]:
    made = Platform(tmp_path / "plaza.sqlite", request.param)
    yield made
    made.close()


def draft(text: str = "Low tide at five.") -> Draft:
    return Draft(handle="nova", text=text, media=(), ai_generated=True, reply_to=None)


@pytest.mark.parametrize(("there", "posts"), [("A", 1), ("B", 2), ("C", 2)], indirect=["there"])
def test_only_a_platform_of_class_a_knows_that_it_was_asked_before(there: Platform, posts: int) -> None:
    first, second = there.publish(), there.publish()
    assert len(there.store.posts()) == posts
    assert (first.platform_id == second.platform_id) == (posts == 1)
    assert there.gate.asked_for == there.connector.platform, "a grant for one platform opens no other"


@pytest.mark.parametrize("there", ["B"], indirect=True)
def test_a_post_is_found_by_what_it_says_shows_and_answers_to(there: Platform) -> None:
    assert there.look() == Absent()
    plain = there.publish()
    image = there.publish(media=[{"sha256": PNG_HASH, "alt": "A poster"}])
    reply = there.publish(reply_to=plain.platform_id)
    for fields, receipt in (
        ({}, plain),
        ({"media": [{"sha256": PNG_HASH, "alt": ""}]}, image),
        ({"reply_to": plain.platform_id}, reply),
    ):
        found = there.look(**fields)
        assert isinstance(found, Found)
        assert (found.receipt.platform_id, found.receipt.url) == (receipt.platform_id, receipt.url)
    assert there.look(but=(plain.platform_id,)) == Absent()
    assert there.look(text="Low tide at six.") == Absent()
    assert there.look(account_handle="nobody") == Absent()
    assert there.look(since=datetime.now(UTC) + timedelta(days=2)) == Absent(), "it was there before this one was sent"


@pytest.mark.parametrize("there", ["B"], indirect=True)
def test_an_account_with_many_posts_is_read_page_by_page_and_never_said_to_lack_what_was_not_read(
    there: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.store.add_post(draft=draft(), key="first", body_hash="x", base_url="http://plaza")
    for number in range(250):
        there.store.add_post(draft=draft(f"{number}"), key=f"{number}", body_hash="x", base_url="http://plaza")
    listing = there.connector.list_posts(account_handle="nova", count_max=1_000, timeout_s=10)
    assert (len(listing.posts), listing.is_whole) == (251, True)
    assert listing.posts[0].text == "249"
    assert isinstance(there.look(), Found)
    monkeypatch.setattr(speaking, "LOOK_BACK_POSTS_MAX", 200)
    with pytest.raises(Unavailable, match="too many posts on Plaza to be sure"):
        there.look()
    assert there.look(since=datetime.now(UTC) + timedelta(days=2)) == Absent(), "what was read reaches back far enough"


def test_a_listing_may_lag_behind_what_is_there(tmp_path: Path) -> None:
    late = Platform(tmp_path / "plaza.sqlite", "B", lag_s=3600)
    try:
        late.publish()
        assert late.look() == Absent()
        assert len(late.store.posts()) == 1
    finally:
        late.close()


@pytest.mark.parametrize("there", ["C"], indirect=True)
def test_a_blind_platform_shows_nothing(there: Platform) -> None:
    there.publish()
    with pytest.raises(CannotRead, match="plaza-c cannot be looked up"):
        there.look()
    with pytest.raises(CannotRead):
        there.connector.list_posts(account_handle="nova", count_max=1, timeout_s=1)
    seen = PlazaConnector(url=f"{there.server.url}/mcp", service_token=SERVICE_TOKEN)
    with pytest.raises(Unavailable, match="could not be read"):
        seen.list_posts(account_handle="nova", count_max=1, timeout_s=10)
    assert not there.connector.can_look_up


@pytest.mark.parametrize("there", ["A", "B"], indirect=True)
def test_a_platform_that_says_it_had_the_post_already_may_have_this_one(there: Platform) -> None:
    there.faults.append("duplicate_answer")
    with pytest.raises(Unknown, match="may have the post"):
        there.publish()
    assert isinstance(there.look(), Found)


@pytest.mark.parametrize("there", ["B"], indirect=True)
def test_a_platform_may_lie(there: Platform) -> None:
    there.faults.append("lie_ok")
    receipt = there.publish()
    assert receipt.platform_id
    assert there.look() == Absent()


def test_what_cannot_be_read_is_unavailable_and_never_absent() -> None:
    nowhere = LookedUpPlaza(url="http://127.0.0.1:9/mcp", service_token="x")
    with pytest.raises(Unavailable, match="could not be read"):
        nowhere.list_posts(account_handle="nova", count_max=1, timeout_s=5)


def test_an_id_is_taken_from_what_a_human_gives() -> None:
    found = PlazaConnector(url="http://127.0.0.1:9/mcp", service_token="x").id_of
    assert found(evidence="https://plaza/p/abc/") == "abc"
    assert found(evidence="abc") == "abc"
    assert found(evidence="https://plaza") == "https://plaza"


HOME = "http://127.0.0.1:8802"
POST = "0123456789abcdef"


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize(
    ("evidence", "place"),
    [
        (POST, Place(platform_id=POST, url="")),
        (f" {HOME}/p/{POST} ", Place(platform_id=POST, url=f"{HOME}/p/{POST}")),
        (
            f"http://localhost:8802/p/{POST}/?from=x",
            Place(platform_id=POST, url=f"http://localhost:8802/p/{POST}/?from=x"),
        ),
        ("abc", "“abc” is no id of a post on plaza"),
        (f"https://other.example/p/{POST}", "is not on plaza, which is at 127.0.0.1:8802"),
        (f"{HOME}/@bea", "is no page of a single post on plaza"),
        (f"{HOME}/p/{POST}/more", "is no page of a single post"),
        ("http://[", "is no web address"),
        (f"{HOME}9999/p/{POST}", "is no web address"),
        ("javascript:alert(1)", "is no id of a post"),
    ],
)
def test_what_a_human_gives_is_a_post_of_the_platform_or_one_sentence(evidence: str, place: Place | str) -> None:
    plaza = PlazaConnector(url="http://127.0.0.1:9/mcp", service_token="x", home=HOME)
    if isinstance(place, Place):
        assert plaza.place_of(evidence=evidence) == place
        return
    with pytest.raises(NoSuchPlace, match=re.escape(place)):
        plaza.place_of(evidence=evidence)


@pytest.mark.spec("PUB-4")
def test_where_nobody_knows_the_platforms_host_any_address_of_a_post_will_do() -> None:
    plaza = PlazaConnector(url="http://127.0.0.1:9/mcp", service_token="x")
    assert plaza.account_page(account_handle="bea") == ""
    assert plaza.place_of(evidence=f"https://anywhere.example/p/{POST}").platform_id == POST
    assert (
        PlazaConnector(url="x", service_token="x", home=HOME).account_page(account_handle="b ea") == f"{HOME}/@b%20ea"
    )


# Faults over HTTP.


def ordered(store: Store, *, here: str = "127.0.0.1", token: str = "t", body: bytes = b"", **given: Any) -> Any:
    app = plaza.build(store=store, token="t", **given)
    http = TestClient(app, client=(here, 50_000))
    return http.post("/_faults", content=body, headers={"Authorization": f"Bearer {token}"})


def test_faults_are_ordered_over_http_by_who_is_on_this_machine_and_has_the_token(tmp_path: Path) -> None:
    store, queue = Store(tmp_path / "plaza.sqlite"), ["late"]
    answer = ordered(store, body=b'{"faults": ["lie_ok", "", "accept_then_drop"]}', faults=queue)
    assert (answer.status_code, answer.json()) == (200, {"waiting": 4})
    assert queue == ["late", "lie_ok", "", "accept_then_drop"]
    for given, status in (
        ({"here": "10.0.0.7", "body": b'{"faults": []}'}, 404),
        ({"here": "testclient", "body": b'{"faults": []}'}, 404),
        ({"token": "other", "body": b'{"faults": []}'}, 401),
        ({"body": b"no"}, 400),
        ({"body": b"[]"}, 400),
        ({"body": b'{"faults": "late"}'}, 422),
        ({"body": b'{"faults": ["fire"]}'}, 422),
    ):
        assert ordered(store, faults=queue, **given).status_code == status, given  # type: ignore[arg-type]
    assert len(queue) == 4
