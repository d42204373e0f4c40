"""The simulated Instagram by itself, over HTTP on loopback: its API, limits and pages. PUB-1, PUB-2, PUB-4, ENG-1."""

import asyncio
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from chimera.bench import films
from chimera.core import tls
from publishing.simulators.instagram import app as instagram_app
from publishing.simulators.instagram import fetching
from publishing.simulators.instagram.store import Store
from publishing.simulators.instagram.tokens import SCOPES
from tests.serving import Served

CLIENT, SECRET = "client-1", "client-secret"
BACK = "http://127.0.0.1:9/back"
NASTY = """<script>alert(1)</script> {{x}} " onload="y" <b> @leo"""
MP4 = films.small()


def picture(width: int = 640, height: int = 640, kind: str = "JPEG") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (width, height), (20, 90, 120)).save(kept, kind)
    return kept.getvalue()


FILES = {
    "good.jpg": picture(),
    "tall.jpg": picture(1080, 1350),
    "flat.jpg": picture(1080, 566),
    "image.png": picture(kind="PNG"),
    "wide.jpg": picture(1441, 1441),
    "narrow.jpg": picture(319, 319),
    "banner.jpg": picture(1000, 400),
    "large.jpg": picture() + b"\x00" * (8 * 1024 * 1024),
    "cut.jpg": picture()[:-400],
    "reel.mp4": MP4,
}


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    assert "cookie" not in request.headers
    if name == "slow.jpg":
        await asyncio.sleep(0.6)
    if name == "moved.jpg":
        return RedirectResponse("/good.jpg", headers={"Set-Cookie": "a=b"})
    return Response(FILES[name]) if name in FILES else Response("no", 404)


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    served = Served(Starlette(routes=[Route("/{name}", _file)]))
    yield served.url
    served.stop()


class World:
    """A platform with a clock that can be turned, the account nova on it and a client."""

    def __init__(self, path: Path, files: str) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.faults: list[str] = []
        self.path, self.files = path, files
        self.served: Served | None = None

    def start(self, **kwargs: Any) -> None:
        self.store = Store(self.path, now=lambda: self.now, **kwargs)
        self.nova = self.store.add_account("nova", "Nova", bio="Made by a model. Owner: @mara")
        self.token = self.store.tokens_for("nova")["access_token"]
        app = instagram_app.build(
            store=self.store, client_id=CLIENT, client_secret=SECRET, faults=self.faults, late_s=0.2
        )
        self.served = Served(app)
        self.http = httpx2.Client(base_url=self.served.url, timeout=10, verify=tls.context())

    def stop(self) -> None:
        if self.served:
            self.http.close()
            self.served.stop()

    def call(self, method: str, path: str, token: str = "", **kwargs: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.http.request(method, path, headers=headers, **kwargs)

    def get(self, path: str, fields: str = "", **params: str) -> Any:
        return self.call("GET", path, params={**({"fields": fields} if fields else {}), **params})

    def make(self, name: str = "good.jpg", **fields: str) -> Any:
        return self.call("POST", f"/{self.nova}/media", data={"image_url": f"{self.files}/{name}", **fields})

    def container(self, name: str = "good.jpg", **fields: str) -> str:
        answer = self.make(name, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def carousel(self, children: list[str], **fields: str) -> Any:
        sent = {"media_type": "CAROUSEL", "children": ",".join(children), **fields}
        return self.call("POST", f"/{self.nova}/media", data=sent)

    def settled(self, container: str) -> tuple[str, str]:
        """The status of a container when its medium was fetched and the processing is over."""
        for _ in range(500):
            told = self.get(f"/{container}", "status_code,status").json()
            if told["status_code"] != "IN_PROGRESS":
                return told["status_code"], told["status"]
            self.now += timedelta(milliseconds=100)
            time.sleep(0.01)
        raise AssertionError("still in progress")

    def ready(self, name: str = "good.jpg", **fields: str) -> str:
        container = self.container(name, **fields)
        assert self.settled(container)[0] == "FINISHED"
        return container

    def publish(self, container: str) -> Any:
        return self.call("POST", f"/{self.nova}/media_publish", params={"creation_id": container})

    def post(self, **fields: str) -> str:
        answer = self.publish(self.ready(**fields))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def person(self, media_id: str, text: str, author: str = "mara", parent_id: str | None = None) -> str:
        sent = {"author": author, "media_id": media_id, "text": text, "parent_id": parent_id}
        answer = self.http.post("/_people/comments", json=sent)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def consent(self, **fields: str) -> dict[str, list[str]]:
        asked = {"client_id": CLIENT, "redirect_uri": BACK, "response_type": "code", "scope": ",".join(SCOPES)}
        page = self.http.get("/oauth/authorize", params={**asked, "state": "s&1"})
        assert page.status_code == 200 and "@nova" in page.text
        assert "form-action 'self' http://127.0.0.1:9" in page.headers["content-security-policy"]
        inputs = [attrs for tag, attrs in Tags(page.text).tags if tag == "input" and attrs["type"] == "hidden"]
        sent = {str(each["name"]): str(each["value"]) for each in inputs}
        answer = self.http.post("/oauth/authorize", data={**sent, "account": self.nova, **fields})
        assert answer.status_code == 302 and answer.headers["location"].startswith(BACK)
        return parse_qs(urlsplit(answer.headers["location"]).query)

    def exchange(self, token: str, secret: str = SECRET) -> Any:
        params = {"grant_type": "ig_exchange_token", "client_secret": secret, "access_token": token}
        return self.http.get("/access_token", params=params)

    def refresh(self, token: str) -> Any:
        params = {"grant_type": "ig_refresh_token", "access_token": token}
        return self.http.get("/refresh_access_token", params=params)


@pytest.fixture
def unserved(tmp_path: Path, files: str) -> Iterator[World]:
    made = World(tmp_path / "instagram.sqlite", files)
    yield made
    made.stop()


@pytest.fixture
def world(unserved: World) -> World:
    unserved.start()
    return unserved


class Tags(HTMLParser):
    """Every element and attribute that a browser would see, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def problem(answer: Any) -> tuple[int, int | None]:
    """The code and the subcode of a refusal."""
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["type"] == "OAuthException" and error["message"] and error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


@pytest.mark.spec("PUB-1")
def test_consent_gives_a_code_that_works_once_and_a_token_that_is_exchanged_for_a_long_one(world: World) -> None:
    told = world.consent(decision="allow")
    assert told["state"] == ["s&1"]
    form = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "authorization_code"}
    form |= {"redirect_uri": BACK, "code": told["code"][0]}
    short = world.http.post("/oauth/access_token", data=form).json()
    assert (short["user_id"], short["permissions"]) == (world.nova, ",".join(SCOPES))
    assert problem(world.http.post("/oauth/access_token", data=form)) == (100, None)
    assert problem(world.exchange(short["access_token"], "wrong")) == (100, None)
    long = world.exchange(short["access_token"]).json()
    assert (long["token_type"], long["expires_in"]) == ("bearer", 5_183_944)
    world.now += timedelta(hours=1)
    assert problem(world.call("GET", "/me", short["access_token"])) == (190, 463)
    me = world.call("GET", "/v23.0/me", long["access_token"], params={"fields": "user_id,username"})
    assert me.json() == {"user_id": world.nova, "username": "nova", "id": world.nova}
    assert world.consent(decision="deny")["error"] == ["access_denied"]
    refused = world.http.get("/oauth/authorize", params={"client_id": NASTY})
    assert refused.status_code == 400 and "<script" not in refused.text


@pytest.mark.spec("PUB-1")
def test_a_long_token_is_refreshed_only_when_it_is_a_day_old_and_not_after_its_end(world: World) -> None:
    early = world.refresh(world.token)
    assert problem(early) == (190, None) and "24 hours" in early.json()["error"]["message"]
    world.now += timedelta(hours=24)
    fresh = world.refresh(world.token).json()
    assert fresh["expires_in"] == 5_183_944
    world.now += timedelta(days=59)
    assert problem(world.refresh(world.token)) == (190, 463)
    assert world.call("GET", "/me", fresh["access_token"]).status_code == 200


@pytest.mark.spec("PUB-1", "PUB-2")
def test_an_image_becomes_a_post_with_a_permalink_and_its_label_can_be_read_back(world: World) -> None:
    container = world.ready(caption="Low tide at five.", alt_text='A "pier"', is_ai_generated="true")
    assert world.get(f"/{container}").json() == {"id": container}
    answer = world.publish(container)
    media_id = answer.json()["id"]
    assert world.settled(container)[0] == "PUBLISHED"
    read = world.get(f"/{media_id}", "id,caption,permalink,timestamp,media_type,is_ai_generated,media_url,username")
    told = read.json()
    assert (told["caption"], told["media_type"], told["is_ai_generated"]) == ("Low tide at five.", "IMAGE", True)
    assert told["username"] == "nova" and told["timestamp"].startswith("2026-11-22T12:00:0")
    assert told["timestamp"].endswith("+0000")
    assert world.http.get(told["media_url"]).content == FILES["good.jpg"]
    for address in ("/", "/nova/", told["permalink"]):
        page = Tags(world.http.get(address).text)
        assert "AI info" in page.text and "Low tide at five." in page.text
        assert [attrs["alt"] for tag, attrs in page.tags if tag == "img"] == ['A "pier"']
    plain = world.get(f"/{world.post()}", "is_ai_generated,permalink").json()
    assert plain["is_ai_generated"] is False and "AI info" not in world.http.get(plain["permalink"]).text
    assert problem(world.publish(container)) == (-1, 2207032)
    assert [post["container_id"] for post in world.store.posts("nova")][1] == container


@pytest.mark.spec("PUB-4")
def test_a_container_that_is_not_finished_cannot_be_published(world: World) -> None:
    container = world.container()
    assert world.get(f"/{container}", "status_code").json()["status_code"] == "IN_PROGRESS"
    assert problem(world.publish(container)) == (9007, 2207027)
    assert problem(world.publish("1")) == (24, 2207008)
    assert world.settled(container)[0] == "FINISHED"
    assert world.publish(container).status_code == 200


@pytest.mark.parametrize(
    ("name", "subcode"),
    [
        *[("image.png", 2207005), ("cut.jpg", 2207005), ("wide.jpg", 2207009), ("narrow.jpg", 2207009)],
        *[("banner.jpg", 2207009), ("large.jpg", 2207004), ("moved.jpg", 2207052), ("none.jpg", 2207052)],
    ],
)
def test_an_image_that_is_not_as_it_must_be_ends_in_an_error_that_says_why(
    world: World, name: str, subcode: int
) -> None:
    container = world.container(name)
    code, status = world.settled(container)
    assert code == "ERROR" and str(subcode) in status
    assert problem(world.publish(container)) == (9007, 2207027)


def test_images_at_the_limits_of_the_form_are_taken_and_no_address_at_all_is_an_error(world: World) -> None:
    for name in ("tall.jpg", "flat.jpg"):
        world.ready(name)
    container = world.container(image_url="nowhere")
    assert "2207052" in world.settled(container)[1]
    assert problem(world.call("POST", f"/{world.nova}/media", json={"caption": "a"})) == (100, None)


def test_a_medium_that_takes_too_long_is_a_timeout(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FETCH_S", 0.2)
    assert "2207003" in world.settled(world.container("slow.jpg"))[1]


def test_a_reel_is_made_from_a_video(world: World) -> None:
    reel = {"media_type": "REELS", "video_url": f"{world.files}/reel.mp4"}
    media_id = world.publish(world.ready(**reel)).json()["id"]
    told = world.get(f"/{media_id}", "media_type,permalink").json()
    assert told["media_type"] == "VIDEO" and "<video" in world.http.get(told["permalink"]).text
    assert "2207026" in world.settled(world.container(**{**reel, "video_url": f"{world.files}/good.jpg"}))[1]


def test_captions_have_limits_that_are_checked_at_once(world: World) -> None:
    for caption in ("x" * 2201, " ".join(f"#t{n}" for n in range(31)), " ".join(f"@u{n}" for n in range(21))):
        assert problem(world.make(caption=caption)) == (36004, 2207010)
    world.container(caption=" ".join(f"#t{n}" for n in range(30)) + " @a" * 20)


@pytest.mark.spec("PUB-4")
def test_a_days_posts_and_containers_are_limited_and_the_use_is_told(unserved: World) -> None:
    world = unserved
    world.start(limits={"posts_per_day": 1, "containers_per_day": 2})
    first, second = world.ready(), world.ready()
    assert problem(world.make()) == (80002, None) and "x-app-usage" in world.make().headers
    assert world.publish(first).status_code == 200
    assert problem(world.publish(second)) == (9, 2207042)
    told = world.get(f"/{world.nova}/content_publishing_limit", "quota_usage,config").json()["data"][0]
    assert told == {"quota_usage": 1, "config": {"quota_total": 1, "quota_duration": 86_400}}
    world.now += timedelta(days=1, seconds=1)
    assert world.get(f"/{world.nova}/content_publishing_limit").json() == {"data": [{"quota_usage": 0}]}


@pytest.mark.spec("PUB-4")
def test_a_container_lives_for_a_day(world: World) -> None:
    container = world.ready()
    world.now += timedelta(days=1)
    assert world.settled(container)[0] == "EXPIRED"
    assert problem(world.publish(container)) == (24, 2207008)


@pytest.mark.spec("PUB-1", "PUB-2")
def test_a_carousel_has_its_label_from_its_own_container_and_counts_once(world: World) -> None:
    children = [world.container(is_carousel_item="true", alt_text=f"Pier {n}", caption="x") for n in (1, 2)]
    carousel = world.carousel(children, caption="Two piers.", is_ai_generated="true").json()["id"]
    assert world.settled(carousel)[0] == "FINISHED"
    assert problem(world.publish(children[0]))[0] == 100
    media_id = world.publish(carousel).json()["id"]
    told = world.get(f"/{media_id}", "media_type,caption,is_ai_generated,permalink").json()
    assert (told["media_type"], told["caption"], told["is_ai_generated"]) == ("CAROUSEL_ALBUM", "Two piers.", True)
    assert all(f'alt="Pier {n}"' in world.http.get(told["permalink"]).text for n in (1, 2))
    usage = world.get(f"/{world.nova}/content_publishing_limit").json()["data"][0]
    assert usage["quota_usage"] == 1
    assert problem(world.carousel(children)) == (24, 2207008)
    assert problem(world.carousel([str(n) for n in range(1, 12)])) == (100, None)
    broken = [world.container("image.png", is_carousel_item="true"), world.container(is_carousel_item="true")]
    assert "2207005" in world.settled(world.carousel(broken).json()["id"])[1]


@pytest.mark.spec("PUB-1")
def test_a_revoked_token_is_190_a_missing_permission_10_and_a_restricted_account_25(world: World) -> None:
    container = world.ready()
    narrow = world.store.tokens_for("nova", SCOPES[:1])["access_token"]
    assert problem(world.call("POST", f"/{world.nova}/media", narrow, data={"image_url": "x"})) == (10, None)
    world.store.restrict("nova")
    assert problem(world.publish(container)) == (25, 2207050)
    world.store.revoke(token=world.token)
    assert problem(world.publish(container)) == (190, None)
    assert problem(world.http.get("/me", params={"access_token": "x"})) == (190, None)


def test_nothing_of_another_account_can_be_read_or_used(world: World) -> None:
    container, media_id = world.ready(), world.post()
    other = world.store.add_account("other", "Other")
    world.token = world.store.tokens_for("other")["access_token"]
    for path in (f"/{world.nova}", f"/{container}", f"/{media_id}", f"/{media_id}/comments", "/nova", "/1"):
        assert problem(world.get(path)) == (100, 33), path
    assert problem(world.publish(container)) == (100, 33)
    sent = {"creation_id": container}
    assert problem(world.call("POST", f"/{other}/media_publish", data=sent)) == (24, 2207008)


@pytest.mark.spec("ENG-1")
def test_comments_are_read_answered_hidden_and_deleted(world: World) -> None:
    media_id = world.post()
    first, second, third = (world.person(media_id, text) for text in ("When is low tide?", "Nice.", "Buy this!"))
    reply = world.call("POST", f"/{first}/replies", params={"message": "At five."}).json()["id"]
    fields, path = "id,text,username,timestamp,from,parent_id,hidden", f"/{media_id}/comments"
    page = world.get(path, fields, limit="2").json()
    assert [each["id"] for each in page["data"]] == [first, second]
    asked = page["data"][0]
    assert asked["from"] == {"id": world.store.account(username="mara")["id"], "username": "mara"}
    assert asked["hidden"] is False and "parent_id" not in asked
    rest = world.get(path, fields, limit="2", after=page["paging"]["cursors"]["after"]).json()
    assert [each["id"] for each in rest["data"]] == [third] and "next" not in rest["paging"]
    whole = world.get(path, "id,replies.limit(50){id,from,parent_id}").json()["data"]
    below = {"id": reply, "from": {"id": world.nova, "username": "nova"}, "parent_id": first}
    assert whole[0]["replies"] == {"data": [below]} and "replies" not in whole[1]
    assert [each["id"] for each in world.get(f"/{first}/replies").json()["data"]] == [reply]
    again = world.person(media_id, "Thanks!", parent_id=reply)
    assert world.get(f"/{again}", "parent_id").json()["parent_id"] == first
    assert world.call("POST", f"/{third}", params={"hide": "true"}).json() == {"success": True}
    assert world.call("DELETE", f"/{second}").json() == {"success": True}
    link = world.get(f"/{media_id}", "permalink").json()["permalink"]
    shown = Tags(world.http.get(link).text).text
    assert "At five." in shown and "Thanks!" in shown and "Nice." not in shown and "Buy this!" not in shown
    assert world.get(f"/{third}", "hidden").json()["hidden"] is True
    assert problem(world.get(f"/{second}")) == (100, 33)
    assert problem(world.call("POST", f"/{second}/replies", data={"message": "Hello?"})) == (100, 33)
    assert problem(world.call("DELETE", f"/{media_id}")) == (100, 33)
    assert [each["text"] for each in world.store.comments(media_id)][-1] == "Thanks!"


@pytest.mark.spec("PUB-4")
def test_an_accounts_media_come_newest_first_in_pages(world: World) -> None:
    ids = [world.post(caption=str(n)) for n in range(3)]
    page = world.get(f"/{world.nova}/media", "id,caption", limit="2").json()
    assert page["data"] == [{"id": ids[2], "caption": "2"}, {"id": ids[1], "caption": "1"}]
    after = world.get(f"/{world.nova}/media", limit="2", after=page["paging"]["cursors"]["after"]).json()
    followed = world.call("GET", page["paging"]["next"]).json()
    assert after["data"] == [{"id": ids[0]}] and [each["id"] for each in followed["data"]] == [ids[0]]
    assert "next" not in after["paging"]
    for wrong in ({"limit": "0"}, {"limit": "x"}, {"after": "!"}, {"fields": "nonsense"}):
        assert problem(world.get(f"/{world.nova}/media", **wrong)) == (100, None), wrong


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize(
    ("fault", "status", "kept"),
    [  # a status of 0: the connection is cut
        *[("accept_then_drop", 0, 1), ("error_500_after_accept", 500, 1), ("blocked_maybe_live", 400, 1)],
        *[("drop_before_accept", 0, 0), ("late", 200, 1), ("lie_ok", 200, 0)],
    ],
)
def test_a_fault_says_one_thing_and_does_another(world: World, fault: str, status: int, kept: int) -> None:
    container = world.ready()
    world.faults.append(fault)
    if status:
        answer = world.publish(container)
        assert answer.status_code == status
        if fault == "blocked_maybe_live":
            assert problem(answer) == (4, 2207051)
        if fault == "lie_ok":
            assert problem(world.get(f"/{answer.json()['id']}", "permalink")) == (100, 33)
    else:
        with pytest.raises(httpx2.TransportError):
            world.publish(container)
    assert len(world.store.posts()) == kept and world.faults == []
    assert world.settled(container)[0] == ("PUBLISHED" if kept else "FINISHED")


@pytest.mark.spec("PUB-4")
def test_faults_of_processing_and_reading_are_ordered_and_met_in_turn(world: World) -> None:
    names = ["refused_read", "processing_fails", "processing_never_ends"]
    assert world.http.post("/_faults", json={"faults": names}).json() == {"waiting": 3}
    failing, endless = world.container(), world.container()
    assert "2207053" in world.settled(failing)[1]
    world.now += timedelta(hours=1)
    assert world.get(f"/{endless}", "status_code").json()["status_code"] == "IN_PROGRESS"
    media_id = world.post()
    assert problem(world.get(f"/{media_id}", "permalink")) == (100, 33)
    assert world.get(f"/{media_id}", "permalink").status_code == 200
    assert problem(world.http.post("/_faults", json={"faults": ["nonsense"]})) == (100, None)
    for path, sent in (("/_faults", {"faults": [""]}), ("/_people/comments", {"author": "a"})):
        assert world.http.post(path, json=sent, headers={"Origin": "http://e.org"}).status_code == 404


@pytest.mark.spec("PUB-1", "PUB-2")
def test_hostile_text_stays_text_on_every_page_under_a_strict_policy(world: World) -> None:
    world.store.add_account("nova", NASTY, bio=NASTY)
    media_id = world.post(caption=NASTY, alt_text=NASTY)
    world.person(media_id, NASTY)
    for address in ("/", "/nova/", world.store.posts()[0]["permalink"]):
        answer = world.http.get(address)
        page = Tags(answer.text)
        assert not {"script", "b", "style", "iframe"} & {tag for tag, _ in page.tags}, address
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
        assert all(str(attrs["href"]).startswith(("/", "#")) for tag, attrs in page.tags if tag == "a")
        assert "<script>alert(1)</script>" in page.text
        assert [attrs["alt"] for tag, attrs in page.tags if tag == "img"] == [NASTY]
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "form-action 'none'" in policy and "script-src" not in policy
    for address in ("/nobody/", "/p/none/", "/media/1", f"/media/{media_id}", f"/media/{world.ready()}"):
        assert world.http.get(address).status_code == 404, address
    assert world.http.get("/health").json() == {"ok": True}
    assert world.http.get("/instagram.css").headers["content-type"].startswith("text/css")


def test_what_was_published_is_there_and_what_was_not_fetched_is_fetched_when_the_server_comes_back(
    world: World,
) -> None:
    media_id, waiting = world.post(), world.ready()
    with world.store._transaction() as db:  # as if the crash had come before the medium
        db.execute("UPDATE container SET fetched_ms = NULL WHERE id = ?", (waiting,))
    world.stop()
    world.start()
    assert [post["id"] for post in world.store.posts("nova")] == [media_id]
    assert world.settled(waiting)[0] == "FINISHED"
