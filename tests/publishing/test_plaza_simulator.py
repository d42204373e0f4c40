"""The simulated platform by itself: its API, its memory and its pages. PUB-1, PUB-2, PUB-4."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from publishing.simulators.plaza import app as plaza
from publishing.simulators.plaza.store import Draft, Store

TOKEN = "platform-token"
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
NASTY = """<script>alert(1)</script> {{constructor}} ');alert(1)// </script> " onload="x" https://e.org/"><b>"""


class World:
    """A simulator with a clock that can be turned."""

    def __init__(self, path: Path, **kwargs: Any) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.faults: list[str] = []
        self.store = Store(path, now=lambda: self.now, **kwargs)
        self.http = TestClient(plaza.build(store=self.store, token=TOKEN, faults=self.faults))

    def post(self, key: str = "k1", token: str = TOKEN, **fields: Any) -> Any:
        body = {"account": "nova", "text": "Good morning", "ai_generated": True, **fields}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return self.http.post("/api/v1/posts", json=body, headers=headers)

    def image(self, content: bytes = PNG, kind: str = "image/png") -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
        return self.http.post("/api/v1/media", content=content, headers=headers)

    def listed(self, **params: str) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        found: list[dict[str, Any]] = self.http.get("/api/v1/posts", params=params, headers=headers).json()["posts"]
        return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield World(tmp_path / "plaza.sqlite", posts_per_window_max=5)


def _code(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return str(answer.json()["code"])


@pytest.mark.spec("PUB-1")
def test_a_post_with_an_image_is_published_and_can_be_read_back(world: World) -> None:
    uploaded = world.image()
    assert (uploaded.status_code, uploaded.json()["media_id"]) == (201, hashlib.sha256(PNG).hexdigest())
    media = [{"id": uploaded.json()["media_id"], "alt": "Two pixels"}]
    answer = world.post(media=media)
    assert answer.status_code == 201
    post = answer.json()
    shown = [{**media[0], "type": "image/png"}]
    assert (post["status"], post["media"], post["ai_generated"]) == ("published", shown, True)
    assert post["url"] == f"http://testserver/p/{post['id']}"
    read = world.http.get(f"/api/v1/posts/{post['id']}", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert (read["text"], read["account"]) == ("Good morning", "nova")
    assert [each["id"] for each in world.listed(account="@nova")] == [post["id"]]
    assert world.listed(account="other") == []


@pytest.mark.spec("PUB-4")
def test_the_same_key_and_body_give_the_stored_answer_and_one_post(world: World) -> None:
    first, again = world.post(), world.post()
    assert again.json() == first.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(world.listed()) == 1


@pytest.mark.spec("PUB-4")
def test_the_same_key_with_another_body_is_a_conflict(world: World) -> None:
    world.post()
    other = world.post(text="Good evening")
    assert (other.status_code, _code(other)) == (409, "duplicate_key")
    assert len(world.listed()) == 1


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = world.post().json()["id"]
    world.now += timedelta(hours=23, minutes=59)
    assert world.post().json()["id"] == first
    world.now += timedelta(minutes=1)
    assert world.post().json()["id"] != first


def test_a_refused_post_does_not_use_up_its_key(world: World) -> None:
    assert world.post(text="x" * 281).status_code == 422
    assert world.post(text="x" * 280).status_code == 201


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"text": "x" * 281}, 422, "text_too_long"),
        ({"text": "  "}, 422, "invalid_field"),
        ({"text": 7}, 422, "invalid_field"),
        ({"account": "no/slash"}, 422, "invalid_field"),
        ({"account": "<b>"}, 422, "invalid_field"),
        ({"ai_generated": None}, 422, "label_missing"),
        ({"ai_generated": "yes"}, 422, "label_missing"),
        ({"media": ["0" * 64]}, 422, "media_unknown"),
        ({"media": ["a", "b"]}, 422, "too_many_media"),
        ({"media": [7]}, 422, "invalid_field"),
        ({"media": "abc"}, 422, "invalid_field"),
        ({"reply_to": "nothing"}, 422, "post_unknown"),
        ({"reply_to": 7}, 422, "invalid_field"),
        ({"token": "wrong"}, 401, "unauthorized"),
        ({"key": ""}, 400, "key_missing"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_a_code(
    world: World, fields: dict[str, Any], status: int, code: str
) -> None:
    answer = world.post(**fields)
    assert (answer.status_code, _code(answer)) == (status, code)
    assert world.listed() == []


def test_reading_needs_the_token_and_pages_do_not(world: World) -> None:
    assert world.http.get("/api/v1/posts").status_code == 401
    assert world.http.get("/api/v1/posts/x").status_code == 401
    assert world.http.get("/").status_code == 200


def test_a_suspended_account_cannot_post(world: World) -> None:
    world.store.suspend(handle="nova")
    answer = world.post()
    assert (answer.status_code, _code(answer)) == (403, "account_suspended")


def test_too_many_posts_are_told_when_to_come_back_and_replays_are_free(world: World) -> None:
    for number in range(5):
        assert world.post(key=f"k{number}").status_code == 201
    answer = world.post(key="one more")
    assert (answer.status_code, _code(answer)) == (429, "rate_limited")
    assert int(answer.headers["x-rate-limit-reset"]) == int((world.now + timedelta(minutes=15)).timestamp()) + 1
    assert int(answer.headers["retry-after"]) == 901
    assert world.post(key="k0").status_code == 201
    assert world.post(key="other", account="mara").status_code == 201
    world.now += timedelta(minutes=15)
    assert world.post(key="one more").status_code == 201


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"GIF89a", "image/gif", 415, "media_type"),
        (b"<svg>", "image/png", 422, "media_invalid"),
        (PNG + b"0" * 5_000_000, "image/png", 413, "too_large"),
    ],
)
def test_only_png_and_jpeg_up_to_five_megabytes_are_kept(
    world: World, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = world.image(content, kind)
    assert (answer.status_code, _code(answer)) == (status, code)


def test_an_image_is_kept_once_and_served_as_what_it_is(world: World) -> None:
    assert [world.image().status_code, world.image().status_code] == [201, 200]
    served = world.http.get(f"/media/{hashlib.sha256(PNG).hexdigest()}")
    assert (served.content, served.headers["content-type"]) == (PNG, "image/png")
    assert served.headers["x-content-type-options"] == "nosniff"


@pytest.mark.spec("PUB-4")
def test_a_lost_answer_leaves_one_post_that_the_same_key_finds(world: World) -> None:
    world.faults.append("error_500_after_accept")
    assert world.post().status_code == 500
    assert len(world.listed()) == 1
    again = world.post()
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert len(world.listed()) == 1


@pytest.mark.spec("PUB-4")
def test_what_was_accepted_survives_kill_nine(tmp_path: Path) -> None:
    path = tmp_path / "plaza.sqlite"
    script = f"""
import os, signal
from pathlib import Path
from publishing.simulators.plaza.store import Draft, Store
draft = Draft(handle="nova", text="still here", media=(), ai_generated=True, reply_to=None)
Store(Path({str(path)!r})).add_post(draft=draft, key="k", body_hash="h", base_url="")
os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(plaza.__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, env={**os.environ}, timeout=30)
    assert done.returncode == -signal.SIGKILL
    store = Store(path)
    assert [post["text"] for post in store.posts()] == ["still here"]
    draft = Draft(handle="nova", text="still here", media=(), ai_generated=True, reply_to=None)
    _, is_replay = store.add_post(draft=draft, key="k", body_hash="h", base_url="")
    assert is_replay
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


class _Tags(HTMLParser):
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


def test_hostile_text_stays_text_on_every_page_under_a_strict_policy(world: World) -> None:
    media = [{"id": world.image().json()["media_id"], "alt": NASTY}]
    post = world.post(text=NASTY, media=media).json()
    world.post(key="reply", text=NASTY, reply_to=post["id"])
    for address in ("/", "/@nova", f"/p/{post['id']}"):
        answer = world.http.get(address)
        page = _Tags(answer.text)
        assert not {"script", "b", "style", "iframe"} & {tag for tag, _ in page.tags}, address
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
        assert all(attrs["href"].startswith(("/", "#", "https://e.org/")) for tag, attrs in page.tags if tag == "a")
        assert "<script>alert(1)</script>" in page.text
        assert [attrs["alt"] for tag, attrs in page.tags if tag == "img"] == [NASTY]
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy


@pytest.mark.spec("PUB-2")
def test_every_generated_post_wears_its_label_where_people_see_it(world: World) -> None:
    human = world.post(key="h", ai_generated=False, text="by hand").json()
    made = world.post(key="m", text="by model").json()
    label = "</svg>AI-generated</span></footer>"
    assert label in world.http.get(f"/p/{made['id']}").text
    assert label not in world.http.get(f"/p/{human['id']}").text
    assert world.http.get("/").text.count(label) == 1


def test_only_the_live_timeline_reloads_itself_and_long_ones_have_pages(world: World) -> None:
    for number in range(41):
        world.now += timedelta(minutes=5)
        assert world.post(key=f"k{number}", text=f"post {number:02}").status_code == 201
    first = world.http.get("/").text
    assert 'http-equiv="refresh" content="5"' in first
    assert "post 40" in first and "post 00" not in first
    older = next(attrs["href"] for tag, attrs in _Tags(first).tags if tag == "a" and "before" in str(attrs["href"]))
    second = world.http.get(str(older)).text
    assert "post 00" in second and "post 01" not in second
    for address in (str(older), "/?live=off", "/@nova"):
        assert "http-equiv" not in world.http.get(address).text
    assert world.http.get("/?before=;drop").status_code == 200


def test_pages_that_are_not_there_say_so(world: World) -> None:
    for address in ("/@nobody", "/p/nothing", "/media/nothing"):
        assert world.http.get(address).status_code == 404
