"""The simulated X by itself, over HTTP on loopback: its API, limits, prices and pages. PUB-1, PUB-2, PUB-4, ENG-1."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from chimera.bench import films
from chimera.core import tls
from publishing.simulators.x import app as x_app
from publishing.simulators.x import wording
from publishing.simulators.x.store import Store
from tests.serving import Served

CLIENT, SECRET, APP_TOKEN = "client-1", "client-secret", "app-token"
BACK = "http://127.0.0.1:9/back"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
MP4 = films.small()
NASTY = """<script>alert(1)</script> {{x}} " onload="y" https://e.org/"><b>"""
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ALL = "tweet.read tweet.write tweet.moderate.write users.read media.write offline.access"


class World:
    """A platform with a clock that can be turned, the account @nova on it and a client."""

    def __init__(self, path: Path) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.faults: list[str] = []
        self.path = path
        self.served: Served | None = None

    def start(self, **kwargs: Any) -> None:
        self.store = Store(self.path, now=lambda: self.now, **kwargs)
        self.nova = self.store.add_account("nova", "Nova", bio="Made by a model. Owner: @mara", automated=True)
        self.token = self.store.tokens_for("nova")["access_token"]
        app = {"client_id": CLIENT, "client_secret": SECRET, "bearer_token": APP_TOKEN}
        self.served = Served(x_app.build(store=self.store, faults=self.faults, late_s=0.2, **app))
        self.http = httpx2.Client(base_url=self.served.url, timeout=10, verify=tls.context())

    def stop(self) -> None:
        if self.served:
            self.http.close()
            self.served.stop()

    def call(self, method: str, path: str, token: str = "", **kwargs: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.http.request(method, path, headers=headers, **kwargs)

    def post(self, text: str = "Low tide at five.", **fields: Any) -> Any:
        return self.call("POST", "/2/tweets", json={"text": text, **fields})

    def person(self, author: str, text: str, reply_to: str | None = None) -> str:
        answer = self.http.post("/_people/posts", json={"author": author, "text": text, "reply_to": reply_to})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def announce(self, content: bytes, kind: str, category: str) -> Any:
        sent = {"media_type": kind, "total_bytes": len(content), "media_category": category}
        return self.call("POST", "/2/media/upload/initialize", json=sent)

    def append(self, media_id: str, index: int, content: bytes) -> Any:
        files = {"media": ("blob", content, "application/octet-stream")}
        return self.call("POST", f"/2/media/upload/{media_id}/append", data={"segment_index": str(index)}, files=files)

    def finalize(self, media_id: str) -> Any:
        return self.call("POST", f"/2/media/upload/{media_id}/finalize")

    def status(self, media_id: str) -> Any:
        answer = self.call("GET", "/2/media/upload", params={"command": "STATUS", "media_id": media_id})
        return answer.json()["data"]["processing_info"]

    def upload(self, content: bytes = PNG, kind: str = "image/png", category: str = "tweet_image") -> str:
        media_id = str(self.announce(content, kind, category).json()["data"]["id"])
        assert self.append(media_id, 0, content).status_code == 200
        assert self.finalize(media_id).status_code == 200
        return media_id

    def exchange(self, client: tuple[str, str] = (CLIENT, SECRET), **form: str) -> Any:
        return self.http.post("/2/oauth2/token", data=form, auth=client)

    def code(self, scope: str = ALL, **fields: str) -> str:
        asked = {"response_type": "code", "client_id": CLIENT, "redirect_uri": BACK, "scope": scope, "state": "s&1"}
        asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        page = self.http.get("/i/oauth2/authorize", params=asked)
        assert page.status_code == 200 and "@nova" in page.text
        assert "form-action 'self' http://127.0.0.1:9" in page.headers["content-security-policy"]
        inputs = [attrs for tag, attrs in Tags(page.text).tags if tag == "input"]
        sent = {str(each["name"]): str(each["value"]) for each in inputs if each["type"] == "hidden"}
        answer = self.http.post("/i/oauth2/authorize", data={**sent, "account": self.nova, **fields})
        assert answer.status_code == 302
        told = parse_qs(urlsplit(answer.headers["location"]).query)
        assert answer.headers["location"].startswith(BACK) and told["state"] == ["s&1"]
        return told.get("code", told.get("error", [""]))[0]


@pytest.fixture
def unserved(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "x.sqlite")
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


def problem(answer: Any) -> tuple[int, str, str]:
    """Status, the last part of the type, and the detail."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, told["type"].rsplit("/", 1)[-1], told["detail"]


@pytest.mark.spec("PUB-1")
def test_consent_with_pkce_gives_tokens_and_its_code_works_once(world: World) -> None:
    code = world.code()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    answer = world.exchange(**form)
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("bearer", 7200, ALL)
    me = world.call("GET", "/2/users/me", told["access_token"], params={"user.fields": "description"})
    nova = {"id": world.nova, "name": "Nova", "username": "nova", "description": "Made by a model. Owner: @mara"}
    assert me.json() == {"data": nova}
    assert world.exchange(**form).json()["error"] == "invalid_request"


@pytest.mark.spec("PUB-1")
def test_a_code_is_worth_nothing_with_a_wrong_verifier_client_or_address_or_after_30_seconds(world: World) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": VERIFIER}
    for wrong in ({"code_verifier": "w" * 43}, {"redirect_uri": BACK + "/other"}, {"code": "other"}):
        answer = world.exchange(**{**form, "code": world.code(), **wrong})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), wrong
    assert world.exchange(client=(CLIENT, "wrong"), **form, code=world.code()).status_code == 401
    late = world.code()
    world.now += timedelta(seconds=30)
    assert world.exchange(**form, code=late).status_code == 400


def test_without_offline_access_there_is_no_refresh_token_and_consent_can_be_refused(world: World) -> None:
    code = world.code(scope="tweet.read users.read")
    told = world.exchange(grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER).json()
    assert "refresh_token" not in told
    assert "tweet.write" in problem(world.call("POST", "/2/tweets", told["access_token"], json={"text": "a"}))[2]
    assert world.code(decision="deny") == "access_denied"
    assert world.http.get("/i/oauth2/authorize", params={"client_id": NASTY}).status_code == 400


@pytest.mark.spec("PUB-1")
def test_a_refresh_token_rotates_and_works_once(world: World) -> None:
    first = world.store.tokens_for("nova")
    world.now += timedelta(hours=2)
    assert problem(world.call("GET", "/2/users/me", first["access_token"])) == (401, "about:blank", "Unauthorized")
    second = world.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert world.call("GET", "/2/users/me", second["access_token"]).status_code == 200
    again = world.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])
    told = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
    assert (again.status_code, again.json()) == (400, told)
    gone = world.http.post("/2/oauth2/revoke", data={"token": second["access_token"]}, auth=(CLIENT, SECRET))
    assert gone.status_code == 200
    assert world.call("GET", "/2/users/me", second["access_token"]).status_code == 401


@pytest.mark.spec("PUB-1", "PUB-2")
def test_the_ai_label_is_shown_to_people_and_never_by_the_api(world: World) -> None:
    answer = world.post(made_with_ai=True, paid_partnership=True)
    assert answer.status_code == 201
    post_id = answer.json()["data"]["id"]
    assert answer.json()["data"] == {"id": post_id, "text": "Low tide at five.", "edit_history_tweet_ids": [post_id]}
    fields = "created_at,author_id,conversation_id,paid_partnership,referenced_tweets,attachments,in_reply_to_user_id"
    read = world.call("GET", f"/2/tweets/{post_id}", params={"tweet.fields": fields}).json()["data"]
    assert read["paid_partnership"] is True and read["author_id"] == world.nova
    assert read["created_at"] == "2026-11-22T12:00:00.000Z"
    assert "made_with_ai" not in read
    refused = world.call("GET", f"/2/tweets/{post_id}", params={"tweet.fields": "made_with_ai"})
    assert problem(refused)[:2] == (400, "invalid-request")
    for address in ("/", "/nova", f"/nova/status/{post_id}"):
        page = world.http.get(address).text
        assert all(label in page for label in (">Made with AI<", ">Paid partnership<", ">Automated<")), address
    plain = world.post("By hand.").json()["data"]["id"]
    assert "Made with AI" not in world.http.get(f"/nova/status/{plain}").text
    assert int(plain) > int(post_id)


@pytest.mark.spec("PUB-4")
def test_the_same_text_within_a_day_is_a_duplicate(world: World) -> None:
    assert world.post().status_code == 201
    detail = "You are not allowed to create a Tweet with duplicate content."
    assert problem(world.post()) == (403, "about:blank", detail)
    world.now += timedelta(days=1, seconds=1)
    world.token = world.store.tokens_for("nova")["access_token"]
    assert world.post().status_code == 201


@pytest.mark.spec("ENG-1")
def test_only_who_was_summoned_may_reply(world: World) -> None:
    unasked = world.person("mara", "What a tide.")
    summons = world.person("mara", "@Nova when is low tide?")
    reply = {"in_reply_to_tweet_id": unasked}
    assert "not permitted" in problem(world.post("At five.", reply=reply))[2]
    told = world.post("At five.", reply={"in_reply_to_tweet_id": summons, "auto_populate_reply_metadata": True})
    assert told.status_code == 201
    assert world.store.spent_usd_micros() == 10_000
    thanks = world.person("mara", "Thanks!", reply_to=told.json()["data"]["id"])
    assert world.post("Any time.", reply={"in_reply_to_tweet_id": thanks}).status_code == 201
    gone = world.post("Hello?", reply={"in_reply_to_tweet_id": "1"})
    assert gone.status_code == 403 and "deleted" in gone.json()["detail"]
    thread = world.post("And high tide at eleven.", reply={"in_reply_to_tweet_id": told.json()["data"]["id"]})
    assert thread.status_code == 201


@pytest.mark.spec("PUB-1")
def test_an_image_comes_in_two_segments_gets_its_alt_text_and_is_posted(world: World) -> None:
    told = world.announce(PNG, "image/png", "tweet_image").json()["data"]
    media_id = told["id"]
    assert (told["media_key"], told["expires_after_secs"]) == (f"3_{media_id}", 86_400)
    assert world.append(media_id, 1, PNG[100:]).status_code == 200
    assert world.finalize(media_id).status_code == 400
    for _ in range(2):  # the same segment again changes nothing
        assert world.append(media_id, 0, PNG[:100]).status_code == 200
    assert problem(world.append(media_id, 0, b"other"))[:2] == (400, "invalid-request")
    done = world.finalize(media_id).json()["data"]
    assert done["size"] == len(PNG) and "processing_info" not in done
    assert world.finalize(media_id).json()["data"] == done
    alt = {"id": media_id, "metadata": {"alt_text": {"text": 'A "poster"'}}}
    assert world.call("POST", "/2/media/metadata", json=alt).status_code == 200
    post_id = world.post("", media={"media_ids": [media_id]}, made_with_ai=True).json()["data"]["id"]
    image = next(attrs for tag, attrs in Tags(world.http.get(f"/nova/status/{post_id}").text).tags if tag == "img")
    assert image["alt"] == 'A "poster"'
    served = world.http.get(str(image["src"]))
    assert (served.content, served.headers["content-type"]) == (PNG, "image/png")
    read = world.call("GET", f"/2/tweets/{post_id}", params={"tweet.fields": "attachments"}).json()["data"]
    assert read["attachments"] == {"media_keys": [f"3_{media_id}"]}


@pytest.mark.spec("PUB-1")
def test_a_video_is_processed_before_it_can_be_posted(world: World) -> None:
    media_id = world.upload(MP4, "video/mp4", "tweet_video")
    assert world.status(media_id) == {"state": "pending", "check_after_secs": 1}
    assert world.post(media={"media_ids": [media_id]}).status_code == 400
    world.now += timedelta(seconds=1)
    assert world.status(media_id)["state"] == "in_progress"
    world.now += timedelta(seconds=1)
    assert world.status(media_id)["state"] == "succeeded"
    assert world.post(media={"media_ids": [media_id]}).status_code == 201
    assert "<video" in world.http.get("/nova").text


def test_processing_fails_or_never_ends_when_a_chaos_run_orders_it(world: World) -> None:
    ordered = world.http.post("/_faults", json={"faults": ["processing_fails", "", "processing_never_ends"]})
    assert ordered.json() == {"waiting": 3}
    failing, endless = (world.upload(MP4, "video/mp4", "tweet_video") for _ in range(2))
    world.now += timedelta(hours=1)
    failed = world.status(failing)
    assert (failed["state"], failed["error"]["name"]) == ("failed", "InvalidMedia")
    assert world.status(endless)["state"] == "in_progress"
    assert world.faults == [""]
    assert world.http.post("/_faults", json={"faults": ["nonsense"]}).status_code == 400
    browser = world.http.post("/_faults", json={"faults": [""]}, headers={"Origin": "http://e.org"})
    assert browser.status_code == 404


def test_media_that_are_too_large_or_of_no_known_type_are_refused_at_the_start(world: World) -> None:
    large = [("image/png", "tweet_image", 5_000_001), ("image/gif", "tweet_gif", 15_000_001)]
    large += [("video/mp4", "tweet_video", 512_000_001), ("image/png", "tweet_image", 0)]
    wrong: list[tuple[str, str, Any]] = [("image/tiff", "tweet_image", 10), ("image/gif", "tweet_image", 10)]
    wrong += [("image/png", "tweet_other", 10), ("image/png", "tweet_image", "10")]
    for kind, category, size in large + wrong:
        sent = {"media_type": kind, "total_bytes": size, "media_category": category}
        answer = world.call("POST", "/2/media/upload/initialize", json=sent)
        assert problem(answer)[:2] == (400, "invalid-request"), sent


def test_bytes_of_another_type_and_segments_that_are_too_large_are_refused(world: World) -> None:
    fake = world.announce(b"<svg>", "image/png", "tweet_image").json()["data"]["id"]
    world.append(fake, 0, b"<svg>")
    assert problem(world.finalize(fake))[:2] == (400, "invalid-request")
    sent = {"media_type": "video/mp4", "total_bytes": 9_000_000, "media_category": "tweet_video"}
    video = world.call("POST", "/2/media/upload/initialize", json=sent).json()["data"]["id"]
    for size in (5_000_001, 7_000_000):
        assert problem(world.append(video, 0, bytes(size)))[:2] == (400, "invalid-request")
    assert world.append(video, 0, bytes(5_000_000)).status_code == 200
    assert world.append(video, 1, bytes(4_000_001)).status_code == 400
    assert world.call("POST", f"/2/media/upload/{video}/append", json={"segment_index": 0}).status_code == 400


def test_a_post_holds_four_images_or_one_gif_or_one_video_of_its_own_account(world: World) -> None:
    images = [world.upload() for _ in range(5)]
    gif = world.upload(b"GIF89a" + bytes(20), "image/gif", "tweet_gif")
    world.now += timedelta(seconds=3)
    for wrong in (images, [images[0], gif], [images[0], images[0]], ["7"], []):
        answer = world.post("wrong", media={"media_ids": wrong})
        assert problem(answer)[:2] == (400, "invalid-request"), wrong
    assert world.post("four", media={"media_ids": images[:4]}).status_code == 201
    assert world.post("moving", media={"media_ids": [gif]}).status_code == 201
    world.store.add_account("other", "Other")
    world.token = world.store.tokens_for("other")["access_token"]
    assert world.post("stolen", media={"media_ids": images[:1]}).status_code == 400
    assert world.finalize(images[0]).status_code == 403


def test_a_field_that_is_unknown_or_wrong_is_named(world: World) -> None:
    wrong: list[dict[str, Any]] = [{"colour": "red"}, {"made_with_ai": "yes"}, {"reply_settings": "everyone"}]
    wrong += [{"text": text} for text in ("x" * 281, "界" * 141, " ", 7)]
    wrong += [{"reply": {"x": 1}}, {"reply": {"in_reply_to_tweet_id": "abc"}}]
    wrong += [{"media": {"media_ids": ["1"], "x": 1}}]
    for fields in wrong:
        answer = world.post(**{"text": "a", **fields})
        assert problem(answer)[:2] == (400, "invalid-request"), fields
        assert next(iter(answer.json()["errors"][0]["parameters"])).startswith(next(iter(fields)))
    assert world.store.posts() == []


def test_what_a_text_weighs_and_whom_it_names() -> None:
    assert wording.weight("x" * 280) == 280
    assert wording.weight("界" * 140) == 280
    assert wording.weight("see https://example.org/" + "a" * 300) == 4 + 23
    assert wording.has_url("at example.com") and not wording.has_url("at five.Then a@example.com")
    assert wording.named("@Nova, a@mail.org and https://e.org/@other @x") == {"nova", "x"}


def test_quoting_is_not_for_apps_like_this_one(world: World) -> None:
    assert problem(world.post(quote_tweet_id="1"))[:2] == (403, "client-forbidden")


def test_a_limit_is_told_on_every_answer_and_ends_with_its_window(unserved: World) -> None:
    world = unserved
    world.start(limits={"create": 2, "create_app": 3})
    reset = str(int(world.now.timestamp()) + 900)
    for number, remaining in (("one", "1"), ("x" * 281, "0")):
        answer = world.post(number)
        told = [answer.headers[f"x-rate-limit-{name}"] for name in ("limit", "remaining", "reset")]
        assert told == ["2", remaining, reset]
    over = world.post("three")
    assert problem(over)[:2] == (429, "rate-limit-exceeded")
    assert over.headers["x-rate-limit-reset"] == reset and "retry-after" not in over.headers
    world.now += timedelta(minutes=15)
    assert world.post("three").status_code == 201
    over = world.post("four")
    assert (over.status_code, over.headers["x-app-limit-24hour-remaining"]) == (429, "0")


def test_without_credits_nothing_is_posted_or_read(unserved: World) -> None:
    world = unserved
    world.start(credit_usd_micros=45_000)
    assert problem(world.post("see https://e.org"))[:2] == (402, "usage-capped")
    first, second = (world.post(text).json()["data"]["id"] for text in ("one", "two"))
    for _ in range(3):  # paid for once a day
        assert world.call("GET", f"/2/tweets/{first}").status_code == 200
    assert world.store.spent_usd_micros() == 35_000
    assert world.call("GET", "/2/usage/tweets", APP_TOKEN).json()["data"]["project_usage"] == "1"
    answer = world.call("GET", f"/2/tweets/{second}", params={"expansions": "author_id"})
    assert problem(answer)[:2] == (402, "usage-capped")
    assert world.call("GET", f"/2/tweets/{second}").status_code == 200
    assert world.post("three").status_code == 402
    assert len(world.store.posts()) == 2


def test_a_suspended_account_cannot_write(world: World) -> None:
    post_id = world.post().json()["data"]["id"]
    world.store.suspend("nova")
    for answer in (
        world.post("more"),
        world.call("DELETE", f"/2/tweets/{post_id}"),
        world.announce(PNG, "image/png", "tweet_image"),
    ):
        assert problem(answer)[:2] == (403, "user-suspended")
        assert answer.json()["title"] == "Forbidden"


@pytest.mark.spec("ENG-1")
def test_mentions_come_newest_first_in_pages_and_after_the_last_one_known(world: World) -> None:
    own = world.post().json()["data"]["id"]
    ids = [world.person("mara", f"@nova {number}") for number in range(6)]
    ids.append(world.person("leo", "no handle here", reply_to=own))
    world.person("leo", "nothing to do with it")
    world.post("@nova talks to itself")
    path, wanted = f"/2/users/{world.nova}/mentions", {"max_results": "5", "expansions": "author_id"}
    fields = "author_id,referenced_tweets,conversation_id,in_reply_to_user_id"
    first = world.call("GET", path, params={**wanted, "tweet.fields": fields}).json()
    assert [post["id"] for post in first["data"]] == ids[:1:-1]
    assert {user["username"] for user in first["includes"]["users"]} == {"mara", "leo"}
    reply = first["data"][0]
    assert reply["referenced_tweets"] == [{"type": "replied_to", "id": own}]
    assert (reply["conversation_id"], reply["in_reply_to_user_id"]) == (own, world.nova)
    meta = first["meta"]
    assert (meta["result_count"], meta["newest_id"], meta["oldest_id"]) == (5, ids[-1], ids[2])
    second = world.call("GET", path, params={**wanted, "pagination_token": meta["next_token"]}).json()
    assert [post["id"] for post in second["data"]] == [ids[1], ids[0]] and "next_token" not in second["meta"]
    fresh = world.call("GET", path, params={"since_id": ids[4], "until_id": ids[6]}).json()
    assert [post["id"] for post in fresh["data"]] == [ids[5]]
    assert world.call("GET", path, params={"since_id": ids[-1]}).json() == {"meta": {"result_count": 0}}
    for wrong in (
        {"max_results": "4"},
        {"since_id": "x"},
        {"pagination_token": "x"},
        {"tweet.fields": "x"},
        {"y": "x"},
    ):
        assert problem(world.call("GET", path, params=wrong))[:2] == (400, "invalid-request"), wrong


@pytest.mark.spec("PUB-4")
def test_what_an_account_posted_can_be_listed_and_deleted(world: World) -> None:
    ids = [world.post(text).json()["data"]["id"] for text in ("one", "two")]
    path = f"/2/users/{world.nova}/tweets"
    assert [post["id"] for post in world.call("GET", path).json()["data"]] == ids[::-1]
    assert world.call("DELETE", f"/2/tweets/{ids[0]}").json() == {"data": {"deleted": True}}
    assert [post["id"] for post in world.call("GET", path).json()["data"]] == ids[1:]
    assert problem(world.call("DELETE", f"/2/tweets/{ids[0]}"))[:2] == (404, "resource-not-found")
    others = world.person("mara", "mine")
    assert world.call("DELETE", f"/2/tweets/{others}").status_code == 403
    unknown = world.call("GET", f"/2/tweets/{ids[0]}")
    assert (unknown.status_code, "data" in unknown.json()) == (200, False)
    assert unknown.json()["errors"][0]["type"].endswith("/resource-not-found")
    assert world.call("GET", "/2/users/by/username/nobody").json()["errors"][0]["parameter"] == "username"


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize(
    ("fault", "told"),
    [  # the status, or 0 when the connection is cut; and how many posts there are afterwards
        *[("accept_then_drop", (0, 1)), ("error_500_after_accept", (500, 1)), ("duplicate_answer", (403, 1))],
        *[("drop_before_accept", (0, 0)), ("late", (201, 1)), ("lie_ok", (201, 0))],
    ],
)
def test_a_fault_says_one_thing_and_does_another(world: World, fault: str, told: tuple[int, int]) -> None:
    status, kept = told
    world.faults.append(fault)
    if status:
        answer = world.post()
        assert answer.status_code == status
        if fault == "lie_ok":
            assert "errors" in world.call("GET", f"/2/tweets/{answer.json()['data']['id']}").json()
    else:
        with pytest.raises(httpx2.TransportError):
            world.post()
    assert len(world.store.posts()) == kept
    assert world.faults == []


@pytest.mark.spec("PUB-1", "PUB-2")
def test_hostile_text_stays_text_on_every_page_under_a_strict_policy(world: World) -> None:
    world.store.add_account("nova", NASTY, bio=NASTY)
    media_id = world.upload()
    world.call("POST", "/2/media/metadata", json={"id": media_id, "metadata": {"alt_text": {"text": NASTY}}})
    post_id = world.post(NASTY, media={"media_ids": [media_id]}).json()["data"]["id"]
    world.person("mara", NASTY, reply_to=post_id)
    for address in ("/", "/nova", f"/nova/status/{post_id}"):
        answer = world.http.get(address)
        page = Tags(answer.text)
        assert not {"script", "b", "style", "iframe"} & {tag for tag, _ in page.tags}, address
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
        assert all(
            str(attrs["href"]).startswith(("/", "#", "https://e.org/")) for tag, attrs in page.tags if tag == "a"
        )
        assert "<script>alert(1)</script>" in page.text
        assert [attrs["alt"] for tag, attrs in page.tags if tag == "img"] == [NASTY]
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "form-action 'none'" in policy and "script-src" not in policy
    for address in ("/nobody", "/nova/status/1", "/mara/status/x", f"/mara/status/{post_id}", "/media/1"):
        assert world.http.get(address).status_code == 404
    assert world.http.get("/health").json() == {"ok": True}


def test_what_was_posted_is_there_when_the_server_comes_back(world: World) -> None:
    post_id = world.post().json()["data"]["id"]
    world.stop()
    world.start()
    assert [post["id"] for post in world.store.posts(handle="nova")] == [post_id]
    assert problem(world.post())[0] == 403
    assert world.http.get(f"/nova/status/{post_id}").status_code == 200
