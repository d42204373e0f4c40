"""What Meta documents of Instagram, as examples, held against both sides: connector and simulator, one by one.

The forms are those of developers.facebook.com (changelog of 22 June 2026), the codes those of Meta's table of errors,
cut to what is used. So the two sides do not merely agree with each other. Rows: docs/platforms/instagram.md. PUB-1.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from chimera.core.errors import Unavailable
from publishing.connectors.instagram import calling, containers, errors, oauth, pictures, reading, server
from publishing.credentials.services import RefreshRefused, SignIn
from publishing.simulators.instagram import app as simulator
from publishing.simulators.instagram.store import Store
from tests.publishing.instagram_world import CLIENT, POSTER, POSTER_HASH, SECRET, payload
from tests.publishing.test_plaza_connector import FakeGate
from tests.serving import Served

pytestmark = pytest.mark.spec("PUB-1")

# I-1, I-2, I-6: parameters of POST /{ig-id}/media that Meta documents.
CONTAINER = frozenset({
    "access_token", "alt_text", "audio_name", "caption", "children", "collaborators", "cover_url", "image_url",
    "is_ai_generated", "is_carousel_item", "location_id", "media_type", "product_tags", "share_to_feed", "thumb_offset",
    "trial_params", "upload_type", "user_tags", "video_url",
})  # fmt: skip
STATES = frozenset({"EXPIRED", "ERROR", "FINISHED", "IN_PROGRESS", "PUBLISHED"})
MEDIA_ID, CONTAINER_ID = "17918195224117851", "17889455560051444"
PERMALINK = "https://www.instagram.com/p/C8abcDEfgHi/"
COMMENT = {"id": "17873440459141021", "text": "This is awesome!", "timestamp": "2026-05-19T23:27:28+0000"}


def error(code: int, subcode: int | None = None, **more: Any) -> dict[str, Any]:
    """An error as the Graph API words it."""
    found = {"message": "An example.", "type": "OAuthException", "code": code, "fbtrace_id": "EJplcsCHuLu", **more}
    return {"error": found | ({"error_subcode": subcode} if subcode else {})}


# code, subcode -> our code, and what it means for a post. I-12.
REFUSALS: list[tuple[int, int | None, str, str]] = [
    (-2, 2207003, "not_fetched", "not_sent"),
    (-2, 2207020, "container_gone", "not_sent"),
    (-1, 2207001, "provider", "unknown"),
    (-1, 2207032, "provider", "not_sent"),
    (-1, 2207053, "provider", "not_sent"),
    (1, 2207057, "media_refused", "rejected"),
    (36000, 2207004, "media_refused", "rejected"),
    (36001, 2207005, "media_refused", "rejected"),
    (36003, 2207009, "media_refused", "rejected"),
    (9, 2207042, "daily_limit", "not_sent"),
    (4, 2207051, "blocked", "unknown"),
    (24, 2207008, "container_gone", "not_sent"),
    (352, 2207026, "media_refused", "rejected"),
    (9007, 2207027, "processing", "not_sent"),
    (25, 2207050, "account_suspended", "rejected"),
    (9004, 2207052, "not_fetched", "not_sent"),
    (100, 33, "not_shown", "unknown"),
    (100, None, "validation", "rejected"),
    (10, None, "forbidden", "rejected"),
    (190, 463, "unauthorized", "rejected"),
    *[(code, None, "rate_limited", "not_sent") for code in (4, 17, 32, 80002)],
]


@pytest.mark.spec("PUB-6")
@pytest.mark.parametrize(("code", "subcode", "ours", "means"), REFUSALS, ids=[f"{r[0]}-{r[1]}" for r in REFUSALS])
def test_every_documented_refusal_is_one_class_with_what_to_do(
    code: int, subcode: int | None, ours: str, means: str
) -> None:
    body = error(code, subcode)
    found = errors.said(status=400, body=body)
    assert (found.code, found.means) == (ours, means) and found.do
    said = errors.sentence(status=400, body=body, found=found)
    assert "\n" not in said and said.startswith("Instagram said: An example.")


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("Error: Media upload has failed with error code 2207026", "rejected"),
        ("Error: Media upload has failed with error code 2207052. The media could not be fetched.", "not_sent"),
        ("Error: Media upload has failed with error code 2207053", "not_sent"),
        ("Error: it does not say", "rejected"),
    ],
)
def test_a_container_that_failed_says_by_its_code_whether_another_may_do(status: str, means: str) -> None:
    assert errors.of_container(status).means == means


def test_a_refusal_in_words_of_no_form_is_still_one_of_the_classes() -> None:
    for body in ({}, {"error": "?"}, {"error": [1]}, {"error": {"code": "190", "error_subcode": None}}):
        assert errors.said(status=400, body=body).means == "rejected"
        assert errors.said(status=503, body=body).means == "unknown"


# The connector, against the documented answers.


class Meta:
    """Answers as documented, and keeps what it was asked."""

    def __init__(self, answers: Callable[[httpx2.Request], dict[str, Any]]) -> None:
        self.seen: list[httpx2.Request] = []
        self._answers = answers
        transport = httpx2.MockTransport(self._take)
        self.http = httpx2.Client(base_url="https://graph.instagram.com", transport=transport)

    def _take(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.seen.append(request)
        body = self._answers(request)
        return httpx2.Response(400 if "error" in body else 200, json=body)


def documented(request: httpx2.Request) -> dict[str, Any]:
    """I-1 to I-5, I-15: one post from container to permalink."""
    path, verb = request.url.path, request.method
    if verb == "POST":
        return {"id": MEDIA_ID if path.endswith("/media_publish") else CONTAINER_ID}
    if path.endswith("/media"):
        shown = {"id": MEDIA_ID, "caption": "Low tide at five.", "permalink": PERMALINK, "media_type": "IMAGE"}
        return {"data": [{**shown, "timestamp": "2026-05-19T23:27:28+0000", "is_ai_generated": True}], "paging": {}}
    if path == f"/{CONTAINER_ID}":
        status = "Finished: Media has been uploaded and it is ready to be published."
        return {"id": CONTAINER_ID, "status_code": "FINISHED", "status": status}
    return {"id": MEDIA_ID, "permalink": PERMALINK, "is_ai_generated": True}


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling.credentials, "sign_in", lambda **_: SignIn(user_id="178414", access="token"))


def caller(meta: Meta) -> calling.Caller:
    app = oauth.App(
        client_id=CLIENT, client_secret=SECRET, api="https://graph.instagram.com", site="https://www.instagram.com",
        token_url="https://api.instagram.com/oauth/access_token",
    )  # fmt: skip
    return calling.Caller(http=meta.http, app=app)


@pytest.mark.usefixtures("signed")
@pytest.mark.spec("PUB-2")
def test_what_the_connector_sends_is_documented_and_what_is_documented_is_understood() -> None:
    meta, gate = Meta(documented), FakeGate("instagram")
    shelf = pictures.Shelf(base="https://media.example", key=b"k", media=lambda _: POSTER)
    maker = containers.Maker(caller=caller(meta), shelf=shelf, key=b"k", made={})
    desk = server.Desk(gate=gate, caller=caller(meta), maker=maker, media=lambda _: POSTER, audience="instagram")
    sent = payload(media=[{"sha256": POSTER_HASH, "alt": "A poster"}])
    grant = gate.grant(sent, key="k")
    stage = desk.prepare(payload=sent, grant=grant, idempotency_key="k", stage="")["stage"]
    receipt = desk.publish(payload=sent, grant=grant, idempotency_key="k", stage=stage)
    assert receipt == {"platform_id": MEDIA_ID, "url": PERMALINK, "status": "published"}
    made, polled, published, shown = meta.seen
    form = {key: values[0] for key, values in parse_qs(made.content.decode()).items()}
    assert (made.method, made.url.path) == ("POST", "/178414/media") and set(form) <= CONTAINER
    assert form["is_ai_generated"] == "true" and form["image_url"].startswith("https://media.example/media/")
    assert "status_code" in polled.url.params["fields"] and polled.url.path == f"/{CONTAINER_ID}"
    assert parse_qs(published.content.decode()) == {"creation_id": [CONTAINER_ID]}
    assert published.url.path == "/178414/media_publish" and "permalink" in shown.url.params["fields"]
    assert all(one.headers["authorization"] == "Bearer token" for one in meta.seen)


@pytest.mark.usefixtures("signed")
def test_a_documented_list_is_read_with_its_label() -> None:
    (post,) = reading.listed(caller(Meta(documented)), account="nova", before=0)["posts"]
    assert (post["platform_id"], post["url"], post["labelled"]) == (MEDIA_ID, PERMALINK, True)
    assert datetime.fromisoformat(post["made_at"]).tzinfo is not None


def test_tokens_are_renewed_as_documented() -> None:
    meta = Meta(lambda _: {"access_token": "new", "token_type": "bearer", "expires_in": 5_183_944})
    tokens = oauth.refreshed(http=meta.http, token="old")
    assert (tokens.access, tokens.refresh, tokens.lasts_s) == ("new", "new", 5_183_944)
    assert meta.seen[0].url.path == "/refresh_access_token"
    assert dict(meta.seen[0].url.params) == {"grant_type": "ig_refresh_token", "access_token": "old"}
    with pytest.raises(RefreshRefused, match="An example"):
        oauth.refreshed(http=Meta(lambda _: error(190, 463)).http, token="old")
    away = httpx2.MockTransport(lambda _: httpx2.Response(503, json={}))
    with pytest.raises(Unavailable):
        oauth.refreshed(http=httpx2.Client(base_url="https://graph.instagram.com", transport=away), token="old")


# The simulator, against the documented questions.


class Asked:
    """A client of Instagram's documentation before the simulator."""

    def __init__(self, store: Store, url: str, http: httpx2.Client) -> None:
        self.store, self.url, self.http = store, url, http
        self.user = self.get("/me", fields="user_id,username")["user_id"]

    def get(self, path: str, **params: str) -> dict[str, Any]:
        return dict(self.http.get(path, params=params).json())

    def post(self, path: str, **form: str) -> dict[str, Any]:
        return dict(self.http.post(path, data=form).json())

    def container(self, **more: str) -> str:
        """A container that has ended, well or not."""
        form = {"image_url": f"{self.url}/picture.jpg", "caption": "Low tide.", "is_ai_generated": "true", **more}
        made = str(self.post(f"/{self.user}/media", **form)["id"])
        ends = time.monotonic() + 15
        while self.get(f"/{made}", fields="status_code")["status_code"] == "IN_PROGRESS" and time.monotonic() < ends:
            time.sleep(0.05)
        return made


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Asked]:
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    jpeg = pictures.as_jpeg(POSTER)
    shows = Served(Starlette(routes=[Route("/picture.jpg", lambda _: Response(jpeg, media_type="image/jpeg"))]))
    store = Store(tmp_path / "i.sqlite", processing_s=0)
    store.add_account("nova", "Nova")
    served = Served(simulator.build(store=store, client_id=CLIENT, client_secret=SECRET))
    headers = {"Authorization": f"Bearer {store.tokens_for('nova')['access_token']}"}
    with httpx2.Client(base_url=served.url, headers=headers, timeout=10, trust_env=False) as http:
        yield Asked(store, shows.url, http)
    served.stop()
    shows.stop()


@pytest.mark.spec("PUB-2")
def test_the_simulator_goes_the_documented_way_from_container_to_permalink(platform: Asked) -> None:
    made = platform.container()
    told = platform.get(f"/{made}", fields="status_code,status")
    assert told["status_code"] == "FINISHED" and told["status_code"] in STATES and told["status"]
    quota = platform.get(f"/{platform.user}/content_publishing_limit", fields="quota_usage,config")["data"][0]
    assert quota["quota_usage"] == 0 and {"quota_total", "quota_duration"} <= set(quota["config"])
    media = platform.post(f"/{platform.user}/media_publish", creation_id=made)
    assert set(media) == {"id"} and media["id"].isdigit()
    shown = platform.get(f"/{media['id']}", fields="permalink,is_ai_generated")
    assert shown["permalink"].rstrip("/").rpartition("/p/")[2] and shown["is_ai_generated"] is True
    assert platform.get(f"/{made}", fields="status_code")["status_code"] == "PUBLISHED"
    quota = platform.get(f"/{platform.user}/content_publishing_limit", fields="quota_usage,config")["data"][0]
    assert quota["quota_usage"] == 1
    (listed,) = platform.get(f"/{platform.user}/media", fields="id,caption,timestamp,is_ai_generated")["data"]
    assert listed["id"] == media["id"] and listed["timestamp"].endswith("+0000")


def test_the_simulator_takes_and_hides_comments_in_the_documented_form(platform: Asked) -> None:
    media = platform.post(f"/{platform.user}/media_publish", creation_id=platform.container())["id"]
    told = {"author": "ada", "text": COMMENT["text"], "media_id": media}
    said = platform.http.post("/_people/comments", json=told, headers={"Authorization": ""})
    assert said.status_code < 300, said.text
    (comment,) = platform.get(f"/{media}/comments", fields="id,text,timestamp")["data"]
    assert set(comment) == set(COMMENT) and comment["text"] == COMMENT["text"]
    reply = platform.post(f"/{comment['id']}/replies", message="Thank you!")
    assert set(reply) == {"id"}
    assert platform.post(f"/{comment['id']}", hide="true") == {"success": True}
    assert platform.http.delete(f"/{reply['id']}").json() == {"success": True}


def test_the_simulator_refuses_as_documented_and_the_connector_understands_it(platform: Asked) -> None:
    def said(answer: httpx2.Response) -> str:
        told = answer.json()["error"]
        assert {"message", "type", "code", "fbtrace_id"} <= set(told) and answer.status_code == 400, told
        return errors.said(status=answer.status_code, body=answer.json()).code

    http, user = platform.http, platform.user
    assert said(http.post(f"/{user}/media_publish", data={"creation_id": "17900000009999999"})) == "container_gone"
    assert said(http.post(f"/{user}/media", data={"image_url": "x", "caption": "a" * 2_201})) == "validation"
    assert said(http.get("/me", headers={"Authorization": "Bearer no"})) == "unauthorized"
    gone = http.get("/17900000009999999", params={"fields": "permalink"})
    assert said(gone) == "not_shown", gone.text
    failed = platform.container(image_url=f"{platform.url}/none.jpg")
    told = platform.get(f"/{failed}", fields="status_code,status")
    assert told["status_code"] == "ERROR" and errors.of_container(told["status"]).code == "not_fetched"


def test_the_simulator_renews_a_token_as_documented(platform: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    token = platform.http.headers["authorization"].partition(" ")[2]
    asked = {"grant_type": "ig_refresh_token", "access_token": token}
    assert platform.get("/refresh_access_token", **asked)["error"]["code"] == 190, "it is not a day old"
    monkeypatch.setattr(platform.store, "now", lambda: datetime.now(UTC) + timedelta(days=2))
    told = platform.get("/refresh_access_token", **asked)
    assert set(told) >= {"access_token", "token_type", "expires_in"} and told["expires_in"] > 59 * 86_400
