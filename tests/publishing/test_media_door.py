"""Pictures and videos at the desk: streamed, in ranges, and to nobody whose brands do not have them. GEN-6, TEN-1."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chimera.core import storage, tenancy
from chimera.embedded.processes import free_port
from governance.people import services as people
from publishing.media import services
from tests import object_store
from tests.conftest import ALPHA, BETA, World

FILM = b"\x00\x00\x00\x18ftypmp42" + os.urandom(64) * (9 << 14)  # some 9 MiB
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with object_store.served() as told:
        yield told


@pytest.fixture(params=["local", "s3"])
def desk(request: pytest.FixtureRequest, world: World, settings: Any, tmp_path: Path) -> Iterator[dict[str, Client]]:
    """Ada reviews for alpha, Bob for beta, Olga operates; alpha has the film, beta the picture."""
    settings.MEDIA_ROOT = tmp_path / "media"
    if request.param == "s3":
        object_store.chosen(settings, request.getfixturevalue("server"))
    for brand, content in ((ALPHA, FILM), (BETA, PNG)):
        facts = {"mime": "video/mp4", "size_bytes": len(content), "width": 1, "height": 1, "maker": "test"}
        with tenancy.brand(brand, actor="worker:1"):
            services.register(brand_id=brand, payload={**facts, "sha256": storage.put(content)})
    with world.role("operator"):
        with tenancy.all_brands(actor="cli:root"):
            people.add(name="ada", password="-", roles=["reviewer"], brands=["alpha"])
            people.add(name="bob", password="-", roles=["reviewer"], brands=["beta"])
            people.add(name="olga", password="-", roles=["operator"])
        clients = {name: Client() for name in ("ada", "bob", "olga", "nobody")}
        for name in ("ada", "bob", "olga"):
            with tenancy.acting("test:people"):
                clients[name].force_login(User.objects.get(username=name))
        yield clients


def address(content: bytes) -> str:
    return f"/media/{hashlib.sha256(content).hexdigest()}"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.spec("GEN-6")
def test_a_player_gets_a_film_whole_or_in_ranges_and_never_anything_that_runs(desk: dict[str, Client]) -> None:
    ada, url, size = desk["ada"], address(FILM), len(FILM)
    whole = ada.get(url)
    assert whole.status_code == 200 and whole.streaming and body(whole) == FILM
    assert (whole["Content-Type"], whole["Content-Length"], whole["Accept-Ranges"]) == ("video/mp4", str(size), "bytes")
    assert whole["X-Content-Type-Options"] == "nosniff" and "sandbox" in whole["Content-Security-Policy"]
    assert "script-src" not in whole["Content-Security-Policy"] and whole["Cache-Control"].startswith("private")
    tag = whole["ETag"]
    for asked, begin, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        (f"bytes={size - 5}-", size - 5, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=5-{size * 2}", 5, size),
        (f"bytes=-{size * 2}", 0, size),
    ):
        part = ada.get(url, headers={"Range": asked})
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes {begin}-{end - 1}/{size}"), asked
        assert body(part) == FILM[begin:end] and part["Content-Length"] == str(end - begin)
    for asked in (f"bytes={size}-", f"bytes={size + 9}-{size + 10}", "bytes=-0"):
        beyond = ada.get(url, headers={"Range": asked})
        assert (beyond.status_code, beyond["Content-Range"], beyond.content) == (416, f"bytes */{size}", b""), asked
    for asked in ("bytes=9-2", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "bytes=a-b"):
        assert ada.get(url, headers={"Range": asked}).status_code == 200, asked
    assert ada.get(url, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206
    assert ada.get(url, headers={"Range": "bytes=0-9", "If-Range": '"another"'}).status_code == 200
    assert ada.get(url, headers={"Range": "bytes=0-9", "If-Range": "Sat, 01 Jan 2028 00:00:00 GMT"}).status_code == 200
    assert ada.get(url, headers={"If-None-Match": f'"x", W/{tag}'}).status_code == 304


@pytest.mark.spec("GEN-6")
def test_a_question_about_the_head_is_answered_without_the_bytes(desk: dict[str, Client]) -> None:
    for headers, status, length in (({}, 200, len(FILM)), ({"Range": "bytes=0-9"}, 206, 10)):
        head = desk["ada"].head(address(FILM), headers=headers)
        assert (head.status_code, head["Content-Length"], body(head)) == (status, str(length), b"")
    assert desk["ada"].post(address(FILM)).status_code == 405
    assert desk["nobody"].get(address(FILM)).status_code == 302


@pytest.mark.spec("GEN-6", "TEN-1")
def test_a_hash_opens_nothing_of_another_brand_and_does_not_say_that_it_is_there(desk: dict[str, Client]) -> None:
    absent = "/media/" + "0" * 64
    for name, own, other in (("ada", FILM, PNG), ("bob", PNG, FILM)):
        client = desk[name]
        assert body(client.get(address(own))) == own
        said = {
            (answer.status_code, answer.content)
            for url in (address(other), absent, "/media/not-a-hash", "/media/" + "A" * 64)
            for answer in (client.get(url), client.get(url, headers={"Range": "bytes=0-0"}))
        }
        assert len(said) == 1 and said.pop()[0] == 404, "the same words for what is elsewhere, absent, or no hash"
        tagged = client.get(address(other), headers={"If-None-Match": "*"})
        assert tagged.status_code == 404 and client.head(address(other)).status_code == 404
    assert [desk["olga"].get(address(one)).status_code for one in (FILM, PNG)] == [200, 200]


@pytest.mark.spec("GEN-6", "TEN-1")
def test_who_may_not_see_it_makes_the_store_do_nothing(
    desk: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it takes as long for what is there as for what is not."""
    asked = []
    monkeypatch.setattr(storage, "store", lambda: asked.append(1))
    for url in (address(PNG), "/media/" + "0" * 64):
        assert desk["ada"].get(url).status_code == 404
    assert asked == []


@pytest.mark.spec("GEN-6")
def test_a_store_that_is_away_says_so_and_when_to_ask_again(desk: dict[str, Client], settings: Any) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    settings.MEDIA_STORE, settings.MEDIA_S3 = "s3", {"name": "media", "endpoint": nobody, "key": "k", "secret": "s"}
    for asked in ({}, {"Range": "bytes=0-9"}):
        answer = desk["ada"].get(address(FILM), headers=asked)
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert answer["Content-Type"] == "text/plain; charset=utf-8" and answer["Cache-Control"] == "no-store"
        assert answer.content.decode().startswith(f"The object store {nobody} (bucket media) could not be reached")
    assert desk["ada"].get(address(PNG)).status_code == 404, "what is another brand's is still nothing"


def test_what_is_no_picture_is_handed_over_as_a_file(desk: dict[str, Client]) -> None:
    page = b"<html><script>alert(1)</script>"
    storage.put(page)
    answer = desk["olga"].get(address(page))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("application/octet-stream", "attachment")
