"""What X documents, as examples, held against both sides: the connector that asks and the simulator that answers.

Each example is X's own (docs.x.com, `xdevplatform/docs` at 28713281), cut to what is used. So the two sides do not
merely agree with each other: what the connector sends must be in X's schema, what X documents as an answer must be
understood, and what the simulator answers must have the documented form. Rows are those of docs/platforms/x.md. PUB-1.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from publishing.connectors.x import errors, oauth, videos
from publishing.simulators.x import app as simulator
from publishing.simulators.x.store import Store
from tests.publishing.x_world import CLIENT, SECRET
from tests.serving import Served

pytestmark = pytest.mark.spec("PUB-1")

# the schema CreatePostsRequest of X's openapi.json, additionalProperties false.
CREATE = frozenset({
    "card_uri", "community_id", "direct_message_deep_link", "edit_options", "for_super_followers_only", "geo",
    "made_with_ai", "media", "nullcast", "paid_partnership", "poll", "quote_tweet_id", "reply", "reply_settings",
    "share_with_followers", "text",
})  # fmt: skip
CREATE_MEDIA = frozenset({"media_ids", "tagged_user_ids"})
CREATE_REPLY = frozenset({"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"})
CREATED = {"data": {"id": "1445880548472328192", "text": "Are you excited for the weekend?"}}

# status, answer of X as documented -> our code and what it means for a post.
REFUSALS: list[tuple[int, dict[str, Any], str, str]] = [
    (
        400,
        {
            "errors": [
                {"parameters": {"tweet.fields": ["x"]}, "message": "The `tweet.fields` query parameter is invalid"}
            ],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": "https://api.twitter.com/2/problems/invalid-request",
        },
        "validation",
        "rejected",
    ),
    (
        401,
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
        "unauthorized",
        "rejected",
    ),
    (
        402,
        {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": "https://api.twitter.com/2/problems/usage-capped",
        },
        "billing",
        "not_sent",
    ),
    (
        403,
        {
            "detail": "You are not allowed to create a Tweet with duplicate content.",
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
        },
        "duplicate",
        "unknown",
    ),
    (
        403,
        {
            "client_id": "1",
            "detail": "You must use keys and tokens from a developer App that is attached to a Project.",
            "reason": "client-not-enrolled",
            "title": "Client Forbidden",
            "type": "https://api.twitter.com/2/problems/client-forbidden",
        },
        "forbidden",
        "rejected",
    ),
    (
        403,
        {
            "title": "Forbidden",
            "detail": "Not authorized for this resource",
            "type": "https://api.twitter.com/2/problems/not-authorized-for-resource",
        },
        "forbidden",
        "rejected",
    ),
    (
        429,
        {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429},
        "rate_limited",
        "not_sent",
    ),
    (
        429,
        {
            "title": "Rate Limit Exceeded",
            "detail": "Rate limit exceeded",
            "type": "https://api.twitter.com/2/problems/rate-limit-exceeded",
        },
        "rate_limited",
        "not_sent",
    ),
    (500, {}, "provider", "unknown"),
    (503, {"title": "Service Unavailable", "status": 503, "type": "about:blank"}, "provider", "unknown"),
]


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[tuple[Store, httpx2.Client]]:
    store = Store(tmp_path / "x.sqlite")
    store.add_account("nova", "Nova")
    served = Served(simulator.build(store=store, client_id=CLIENT, client_secret=SECRET))
    signed = {"Authorization": f"Bearer {store.tokens_for('nova')['access_token']}"}
    with httpx2.Client(base_url=served.url, headers=signed, timeout=10, trust_env=False) as http:
        yield store, http
    served.stop()


@pytest.mark.spec("PUB-6")
@pytest.mark.parametrize(("status", "body", "code", "means"), REFUSALS, ids=[f"{r[0]}-{r[2]}" for r in REFUSALS])
def test_every_documented_refusal_is_one_class_with_what_to_do(
    status: int, body: dict[str, Any], code: str, means: str
) -> None:
    found = errors.said(status=status, body=body)
    assert (found.code, found.means) == (code, means) and found.do
    assert "\n" not in errors.sentence(status=status, body=body, found=found)


def test_a_refusal_in_words_of_no_form_is_still_one_of_the_classes() -> None:
    for body in ({}, {"errors": "?"}, {"errors": [1]}, {"type": 3, "detail": None}):
        for status in (400, 404, 418, 451, 499):
            assert errors.said(status=status, body=body).means == "rejected"
        assert errors.said(status=408, body=body).means == errors.said(status=520, body=body).means == "unknown"
    assert errors.resets_at({"x-rate-limit-reset": "soon"}) is None
    assert errors.resets_at({"x-rate-limit-reset": "1796000000"}) is not None


def test_the_simulator_answers_a_documented_post_in_the_documented_form(platform: tuple[Store, httpx2.Client]) -> None:
    _, http = platform
    answer = http.post("/2/tweets", json={"text": CREATED["data"]["text"], "made_with_ai": True})
    told = answer.json()["data"]
    assert answer.status_code == 201 and told["text"] == CREATED["data"]["text"] and told["id"].isdigit()
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(answer.headers)
    assert http.post("/2/tweets", json={"text": "x", "labelled": True}).status_code == 400, (
        "additionalProperties: false"
    )


def test_the_simulator_refuses_as_documented_and_the_connector_understands_it(
    platform: tuple[Store, httpx2.Client],
) -> None:
    store, http = platform

    def said(answer: httpx2.Response) -> str:
        assert answer.headers["content-type"].startswith(("application/problem+json", "application/json"))
        assert {"title", "detail"} <= set(answer.json()), answer.text
        return errors.said(status=answer.status_code, body=answer.json()).code

    http.post("/2/tweets", json={"text": "once"})
    assert said(http.post("/2/tweets", json={"text": "once"})) == "duplicate"
    assert said(http.post("/2/tweets", json={"text": "once", "colour": "red"})) == "validation"
    assert said(http.post("/2/tweets", json={"text": "a", "quote_tweet_id": "1445880548472328192"})) == "forbidden"
    assert said(http.post("/2/tweets", json={"text": "a"}, headers={"Authorization": "Bearer no"})) == "unauthorized"
    store.suspend("nova")
    assert said(http.post("/2/tweets", json={"text": "more"})) == "account_suspended"


def _asked(answer: Callable[[httpx2.Request], httpx2.Response]) -> tuple[httpx2.Client, list[httpx2.Request]]:
    seen: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        request.read()
        seen.append(request)
        return answer(request)

    return httpx2.Client(base_url="https://api.x.com", transport=httpx2.MockTransport(take)), seen


def test_tokens_are_asked_for_as_documented() -> None:
    documented = {
        "token_type": "bearer",
        "expires_in": 7200,
        "access_token": "Q0Mzb0VhZ0V5dmNXSTEyNER2MFNfVW50RzdXdTN6STFxQlVkTGhTc1lCdlBiOjE2MjIxNDc3NDM5MTQ6MToxOmF0OjE",
        "scope": "tweet.read users.read offline.access",
        "refresh_token": "bWRWa3gzdnk3WHRGU1o0bmRRcTJ5VGd4M2ZCRVNBVnlGdjFHY0FOSU9jR3d0OjE2MjIxNDc3NDM5MTQ6MTowOnJ0OjE",
    }
    http, seen = _asked(lambda _: httpx2.Response(200, json=documented))
    app = oauth.App(client_id=CLIENT, client_secret=SECRET, api="https://api.x.com", site="https://x.com")
    tokens = oauth.refreshed(app=app, http=http, refresh="old")
    assert (tokens.lasts_s, tokens.scopes) == (7_200, ("tweet.read", "users.read", "offline.access"))
    form = {key: values[0] for key, values in parse_qs(seen[0].content.decode()).items()}
    assert form == {"grant_type": "refresh_token", "refresh_token": "old", "client_id": CLIENT}
    assert seen[0].url.path == "/2/oauth2/token" and seen[0].headers["authorization"].startswith("Basic ")
    assert seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
    asked = oauth.asking(app=app, redirect_uri="http://127.0.0.1:8765/connected")
    query = {key: values[0] for key, values in parse_qs(asked.url.partition("?")[2]).items()}
    assert asked.url.startswith("https://x.com/i/oauth2/authorize?") and query["code_challenge_method"] == "S256"
    assert {"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge"} < set(query)
    assert SECRET not in asked.url + repr(app) + repr(tokens) and asked.verifier not in asked.url


def test_what_the_connector_sends_is_in_the_documented_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    from publishing.connectors.x import calling, server
    from publishing.credentials.services import SignIn
    from tests.publishing.test_plaza_connector import FakeGate
    from tests.publishing.x_world import payload

    monkeypatch.setattr(calling.credentials, "sign_in", lambda **_: SignIn(user_id="7", access="token"))
    http, seen = _asked(lambda _: httpx2.Response(201, json=CREATED))
    app = oauth.App(client_id=CLIENT, client_secret=SECRET, api="https://api.x.com", site="https://x.com")
    gate = FakeGate("x")
    caller = calling.Caller(http=http, app=app)
    bringer = videos.Bringer(caller=caller, key=b"k", made={})
    desk = server.Desk(gate=gate, caller=caller, bringer=bringer, media=lambda _: b"", audience="x")
    sent = payload(text="#ad Hello", sponsorship="paid", paid_partnership=True, reply_to="1346889436626259968")
    receipt = desk.publish(payload=sent, grant=gate.grant(sent, key="k"), idempotency_key="k")
    body = json.loads(seen[-1].content)
    assert set(body) <= CREATE and set(body["reply"]) <= CREATE_REPLY and set(body.get("media", {})) <= CREATE_MEDIA
    assert body["made_with_ai"] is True and body["paid_partnership"] is True
    assert receipt == {
        "platform_id": CREATED["data"]["id"],
        "url": f"https://x.com/nova/status/{CREATED['data']['id']}",
        "status": "published",
    }


def test_hiding_a_reply_is_asked_for_and_understood_as_documented(
    platform: tuple[Store, httpx2.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from publishing.connectors.x import calling, hiding
    from publishing.credentials.services import SignIn

    documented = {"data": {"hidden": True}}
    scopes: list[str] = []

    def signed(**asked: Any) -> SignIn:
        scopes.append(asked["scope"])
        return SignIn(user_id="7", access="token")

    monkeypatch.setattr(calling.credentials, "sign_in", signed)
    http, seen = _asked(lambda _: httpx2.Response(200, json=documented))
    app = oauth.App(client_id=CLIENT, client_secret=SECRET, api="https://api.x.com", site="https://x.com")
    caller = calling.Caller(http=http, app=app)
    wanted = {"action": "hide", "comment": "1232720193182412800"}
    request = hiding.request(caller, payload=wanted, handle="nova")
    assert hiding.hidden(http.send(request))["platform_id"] == "1232720193182412800"
    assert (seen[0].method, seen[0].url.path) == ("PUT", "/2/tweets/1232720193182412800/hidden")
    assert json.loads(seen[0].content) == {"hidden": True} and scopes == ["tweet.moderate.write"]
    assert "tweet.moderate.write" in oauth.asking(app=app, redirect_uri="http://127.0.0.1:8765/connected").url

    store, there = platform
    own = there.post("/2/tweets", json={"text": "Low tide at five."}).json()["data"]["id"]
    reply, _ = store.add_persons_post(handle="eve", text="Buy this!", reply_to=int(own))
    for _ in range(2):
        answer = there.put(f"/2/tweets/{reply}/hidden", json={"hidden": True})
        assert (answer.status_code, answer.json()) == (200, documented), "again is a successful call too"
    assert answer.headers["x-rate-limit-limit"] == "50"
