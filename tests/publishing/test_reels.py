"""Videos to Instagram and Plaza: fetched from signed addresses in ranges, streamed, published once. PUB-1, 3, 4, 6."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chimera.bench import films
from publishing.connectors.base import Receipt, Rejected, Underway
from publishing.connectors.instagram import containers, pictures, server
from publishing.connectors.instagram.client import InstagramConnector
from publishing.simulators.plaza import films as plaza_films
from tests.conftest import World
from tests.publishing.instagram_world import POSTER_HASH, Instagram, payload, register
from tests.publishing.test_plaza_connector import PNG_HASH, SERVICE_TOKEN
from tests.publishing.test_plaza_connector import World as Plaza
from tests.serving import Served

pytestmark = pytest.mark.spec("PUB-1", "PUB-4")
FILM = films.small(size_bytes=2_500_000)
FILM_HASH = hashlib.sha256(FILM).hexdigest()
SHOWN = [{"sha256": FILM_HASH, "alt": "A toaster", "kind": "video"}]
Make = Callable[..., Instagram]


@pytest.fixture
def make(world: World, tmp_path: Path) -> Iterator[Make]:
    register()
    made: list[Instagram] = []

    def start(**store: Any) -> Instagram:
        made.append(Instagram(tmp_path / f"i{len(made)}.sqlite", **store))
        made[-1].connect()
        made[-1].images[FILM_HASH] = FILM
        return made[-1]

    with world.role("connector"):
        yield start
        for one in made:
            one.close()


def publish(there: Instagram, noted: dict[str, str], **fields: Any) -> Receipt:
    sent = payload(**{"media": SHOWN, **fields})
    return there.connector.publish_in_stages(
        payload=sent,
        grant=there.gate.grant(sent, key="effect-1"),
        idempotency_key="effect-1",
        timeout_s=15,
        note=noted.__setitem__,
        stage_ids=dict(noted),
    )


@pytest.mark.spec("PUB-2")
def test_a_reel_is_fetched_as_it_was_approved_and_labelled(make: Make) -> None:
    there, noted = make(), dict[str, str]()
    receipt = publish(there, noted)
    (post,) = there.posts()
    assert (post.media_type, post.is_ai_generated, receipt.raw_status) == ("VIDEO", True, "published")
    assert noted["container"] == post.container_id, "known before it could go live"
    assert (there.store.media_dir / post.media[0]["id"]).read_bytes() == FILM
    with httpx2.Client(trust_env=False) as browser:
        part = browser.get(f"{there.platform.url}/media/{post.media[0]['id']}", headers={"Range": "bytes=0-9"})
        assert (part.status_code, part.content, part.headers["content-type"]) == (206, FILM[:10], "video/mp4")
        assert "<video" in browser.get(f"{there.platform.url}{post.permalink}").text


def test_a_film_is_shown_in_ranges_at_its_signed_address_and_nowhere_else(make: Make) -> None:
    there = make()
    key = hashlib.sha256(b"chimera instagram the-secret").digest()
    shelf = pictures.Shelf(base=there.server.url, key=key, media=there.images.__getitem__)
    address, size = shelf.address(FILM_HASH, ending="mp4"), len(FILM)
    with httpx2.Client(trust_env=False, follow_redirects=False) as anybody:
        whole = anybody.get(address)
        assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, FILM, "video/mp4")
        assert (whole.headers["content-length"], whole.headers["accept-ranges"]) == (str(size), "bytes")
        asked = anybody.head(address)
        assert (asked.status_code, asked.headers["content-length"], asked.content) == (200, str(size), b"")
        for wanted, first, last in (
            ("bytes=0-0", 0, 0),
            ("bytes=1000000-", 1_000_000, size - 1),
            ("bytes=-7", size - 7, size - 1),
            (f"bytes=5-{10 * size}", 5, size - 1),
        ):
            part = anybody.get(address, headers={"Range": wanted})
            assert (part.status_code, part.content) == (206, FILM[first : last + 1]), wanted
            assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
        outside = anybody.get(address, headers={"Range": f"bytes={size}-"})
        assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{size}")
        assert anybody.get(address, headers={"Range": "bytes=0-1,5-6"}).content == FILM, "several ranges: all of it"
        assert anybody.get(address.replace(".mp4", ".jpg")).status_code == 404, "the mark is for the film"
        assert anybody.get(shelf.address(POSTER_HASH).replace(".jpg", ".mp4")).status_code == 404
        assert anybody.get(address.replace("until=", "until=9")).status_code == 404


def test_another_process_waits_for_the_container_that_this_one_made(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "WAIT_S_MAX", 0.1)
    monkeypatch.setattr(containers, "PAUSE_S", 0.05)
    there, noted = make(processing_s=3_600), dict[str, str]()
    with pytest.raises(Underway, match="still works on the video") as said:
        publish(there, noted)
    assert said.value.after_s == containers.AFTER_S
    other = Served(server.build(gate=there.gate, chosen=there.chosen, media=there.images.__getitem__))
    there.connector.close()
    there.connector = InstagramConnector(url=f"{other.url}/mcp", service_token=SERVICE_TOKEN, home=there.platform.url)
    there.store.processing_s = 0.0
    monkeypatch.setattr(containers, "WAIT_S_MAX", 6.0)
    publish(there, noted)
    (post,) = there.posts()
    with there.store._connection() as db:
        assert db.execute("SELECT count(*) FROM container").fetchone()[0] == 1
    assert noted["stage"].startswith(f"{post.container_id}.0."), "the one that the first process had noted"
    other.stop()


@pytest.mark.spec("PUB-6")
def test_what_is_no_reel_is_refused_before_a_container_is_made(make: Make) -> None:
    there = make()
    for content, why in (
        (films.small(width=1280, height=720), "1280 to 720; the platform takes 9:16. Make it anew"),
        (films.small(index_first=False), "table of contents at its end"),
    ):
        key = hashlib.sha256(content).hexdigest()
        there.images[key] = content
        with pytest.raises(Rejected, match=why):
            publish(there, {}, media=[{"sha256": key, "alt": "", "kind": "video"}])
    there.images[FILM_HASH] = FILM[:-1] + b"?"
    with pytest.raises(Rejected, match="is not the one that was approved"):
        publish(there, {})
    with there.store._connection() as db:
        assert db.execute("SELECT count(*) FROM container").fetchone()[0] == 0
    assert there.gate.used == set()


def test_plaza_takes_a_film_in_as_a_stream_and_plays_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Plaza(tmp_path / "plaza.sqlite")
    there.images[FILM_HASH] = FILM
    receipt = there.publish(media=SHOWN)
    assert (there.store.media_dir / FILM_HASH).read_bytes() == FILM
    with httpx2.Client(base_url=there.platform.url, trust_env=False) as browser:
        page = browser.get(f"/p/{receipt.platform_id}")
        assert f'<video src="/media/{FILM_HASH}" aria-label="A toaster" controls' in page.text
        assert "media-src 'self'" in page.headers["content-security-policy"]
        part = browser.get(f"/media/{FILM_HASH}", headers={"Range": "bytes=100-109"})
        assert (part.status_code, part.content, part.headers["content-type"]) == (206, FILM[100:110], "video/mp4")
        signed = {"Authorization": "Bearer platform-token", "Content-Type": "video/mp4"}
        assert browser.post("/api/v1/media", content=FILM[:-1], headers=signed).status_code == 422
        monkeypatch.setattr(plaza_films, "BYTES_MAX", 1_000_000)
        assert browser.post("/api/v1/media", content=FILM, headers=signed).status_code == 413
    assert [path.name for path in there.store.media_dir.iterdir()] == [FILM_HASH], "nothing half is left"
    with pytest.raises(Rejected, match="one video and nothing else"):
        there.publish(key="effect-2", media=[*SHOWN, {"sha256": PNG_HASH, "alt": ""}])
    there.close()
