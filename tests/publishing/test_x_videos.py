"""Videos to X: brought in segments over as many calls and processes as it takes, published once. PUB-1, 4, 6."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chimera.bench import films
from publishing.connectors.base import Receipt, Rejected, Underway
from publishing.connectors.x import server, uploads, videos
from publishing.connectors.x.client import XConnector
from tests.conftest import World
from tests.publishing.test_plaza_connector import PNG_HASH, SERVICE_TOKEN
from tests.publishing.x_world import X, payload, register
from tests.serving import Served

pytestmark = pytest.mark.spec("PUB-1", "PUB-4")
FILM = films.small(size_bytes=40_000)
FILM_HASH = hashlib.sha256(FILM).hexdigest()
SHOWN = [{"sha256": FILM_HASH, "alt": "A toaster", "kind": "video"}]
Make = Callable[..., X]


@pytest.fixture
def make(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    register()
    made: list[X] = []
    monkeypatch.setattr(uploads, "SEGMENT_BYTES", 8_000)

    def start(**store: Any) -> X:
        made.append(X(tmp_path / f"x{len(made)}.sqlite", **{"processing_s": 0.0, **store}))
        made[-1].connect()
        made[-1].images[FILM_HASH] = FILM
        return made[-1]

    with world.role("connector"):
        yield start
        for one in made:
            one.close()


class Worker:
    """What one post's tries note, as the effect keeps it between them."""

    def __init__(self, x: X, **fields: Any) -> None:
        self.x, self.sent, self.noted = x, payload(**{"media": SHOWN, **fields}), dict[str, str]()
        self.tries = 0

    def once(self) -> Receipt:
        self.tries += 1
        return self.x.connector.publish_in_stages(
            payload=self.sent,
            grant=self.x.gate.grant(self.sent, key="effect-1"),
            idempotency_key="effect-1",
            timeout_s=15,
            note=self.noted.__setitem__,
            stage_ids=dict(self.noted),
        )

    def through(self, *, most: int) -> Receipt:
        while True:
            try:
                return self.once()
            except Underway:
                assert self.tries < most


def segments(x: X) -> list[int]:
    with x.store._connection() as db:
        return [row[0] for row in db.execute("SELECT position FROM segment ORDER BY rowid")]


def uploaded(x: X) -> int:
    with x.store._connection() as db:
        return int(db.execute("SELECT count(*) FROM upload").fetchone()[0])


def test_a_video_goes_out_labelled_as_it_was_approved_with_what_it_shows(make: Make) -> None:
    x = make()
    worker = Worker(x)
    receipt = worker.once()
    (post,) = x.posts()
    (shown,) = post.media
    assert (post.made_with_ai, shown["media_type"], shown["alt"]) == (True, "video/mp4", "A toaster")
    assert (x.store.media_dir / shown["id"]).read_bytes() == FILM and receipt.platform_id == post.id
    assert segments(x) == [0, 1, 2, 3, 4] and worker.noted["stage"].startswith(f"{shown['id']}.-1.")
    assert x.gate.used == {"grant-0"}
    with httpx2.Client(trust_env=False) as browser:
        page = browser.get(f"{x.platform.url}/nova").text
        part = browser.get(f"{x.platform.url}/media/{shown['id']}", headers={"Range": "bytes=100-199"})
    assert f'<video src="/media/{shown["id"]}" aria-label="A toaster" controls' in page
    assert (part.status_code, part.content) == (206, FILM[100:200]), "players ask for ranges"


def test_what_one_call_does_not_finish_the_next_goes_on_with(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    x = make()
    monkeypatch.setattr(videos, "WORK_S_MAX", 0.0)
    worker = Worker(x)
    with pytest.raises(Underway, match="X has 0 of 5 segments"):
        worker.once()
    monkeypatch.setattr(videos, "WORK_S_MAX", 6.0)
    worker.once()
    assert uploaded(x) == 1 and len(x.posts()) == 1


def test_a_connection_that_breaks_is_gone_on_with_at_the_segment_at_which_it_stood(make: Make) -> None:
    x = make()
    x.faults += ["drop_segment"]
    worker = Worker(x)
    worker.once()
    assert segments(x) == [0, 1, 2, 3, 4] and worker.tries == 1, "the same number again"
    other = make()
    other.faults += ["drop_segment"] * uploads.SEGMENT_TRIES
    later = Worker(other)
    with pytest.raises(Underway, match="The connection to X broke"):
        later.once()
    later.once()
    assert segments(other) == [0, 1, 2, 3, 4] and uploaded(other) == 1 and len(other.posts()) == 1


def test_another_process_goes_on_with_what_this_one_began(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    x = make()
    x.store.processing_s = 3_600
    monkeypatch.setattr(videos, "WORK_S_MAX", 0.9)
    worker = Worker(x)
    for _ in range(6):  # on a busy machine the segments take a few calls by themselves
        with pytest.raises(Underway) as said:
            worker.once()
        if "still works on the video" in str(said.value):
            break
    assert said.value.after_s == 1.0, "as X asks: check_after_secs"
    made = server.build(gate=x.gate, chosen=x.chosen, media=x.images.__getitem__)
    other = Served(made)  # knows nothing of the first
    x.connector.close()
    x.connector = XConnector(url=f"{other.url}/mcp", service_token=SERVICE_TOKEN, home=x.platform.url)
    with pytest.raises(Underway):
        worker.once()
    x.store.processing_s = 0.0
    worker.once()
    assert uploaded(x) == 1 and len(segments(x)) == 5 and len(x.posts()) == 1
    other.stop()


def test_what_is_brought_for_one_post_is_published_with_no_other(make: Make) -> None:
    x = make()
    mine, other = Worker(x), Worker(x, text="High tide at nine.")
    arguments = {"payload": mine.sent, "grant": x.gate.grant(mine.sent, key="k"), "idempotency_key": "k"}
    stage = x.connector.called("prepare_post", arguments, 15)["stage"]
    theirs = {"payload": other.sent, "grant": x.gate.grant(other.sent, key="k"), "idempotency_key": "k"}
    for shown in (stage, "1.-1.1." + "0" * 64, "", "nonsense"):
        with pytest.raises(Rejected, match="was not brought for this payload"):
            x.connector.asked("publish_post", {**theirs, "stage": shown}, 15)
    assert x.posts() == [] and x.gate.used == set()


def test_an_upload_that_x_does_not_know_any_more_is_begun_anew(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    x = make()
    monkeypatch.setattr(videos, "WORK_S_MAX", 0.0)
    worker = Worker(x)
    with pytest.raises(Underway):
        worker.once()
    with x.store._transaction() as db:
        db.execute("UPDATE upload SET created_ms = 0")
    monkeypatch.setattr(videos, "WORK_S_MAX", 6.0)
    worker.once()
    assert uploaded(x) == 2 and len(x.posts()) == 1


@pytest.mark.spec("PUB-6")
def test_what_x_would_not_take_or_nobody_approved_is_refused_before_anything_is_sent(make: Make) -> None:
    x = make()
    for content, why in (
        (films.small(seconds=150), "lasts 150 s; the platform takes 0.5 to 140 s. Make it anew"),
        (b"no film at all", "is no MP4 to be shown"),
    ):
        key = hashlib.sha256(content).hexdigest()
        x.images[key] = content
        with pytest.raises(Rejected, match=why):
            Worker(x, media=[{"sha256": key, "alt": "", "kind": "video"}]).once()
    x.images[FILM_HASH] = FILM + b"more"
    with pytest.raises(Rejected, match="is not the one that was approved"):
        Worker(x).once()
    with pytest.raises(Rejected, match="one video and nothing else; these are 2"):
        Worker(x, media=[*SHOWN, {"sha256": PNG_HASH, "alt": ""}]).once()
    assert uploaded(x) == 0 and x.gate.used == set()


def test_a_video_that_x_cannot_use_or_never_finishes_is_a_no(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    x = make()
    x.faults.append("processing_fails")
    with pytest.raises(Rejected, match="X cannot use the media"):
        Worker(x).once()
    x.faults.append("processing_never_ends")
    monkeypatch.setattr(videos, "WORK_S_MAX", 0.9)
    worker, said = Worker(x, text="High tide at nine."), ""
    while "still works on the video" not in said:
        assert worker.tries < 6
        with pytest.raises(Underway) as underway:
            worker.once()
        said = str(underway.value)
    monkeypatch.setattr(videos.stages, "LASTS_S", -1)
    with pytest.raises(Rejected, match="has not finished this video"):
        worker.once()
    assert x.posts() == [] and x.gate.used == set()


def test_what_x_had_ready_in_time_is_published_however_long_the_post_waited(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = make()
    worker, half = Worker(x), Worker(x, text="High tide at nine.")
    monkeypatch.setattr(videos, "WORK_S_MAX", 0.0)
    with pytest.raises(Underway, match="X has 0 of 5 segments"):
        half.once()
    monkeypatch.setattr(videos, "WORK_S_MAX", 6.0)
    arguments = {"payload": worker.sent, "grant": x.gate.grant(worker.sent, key="k"), "idempotency_key": "k"}
    worker.noted["stage"] = x.connector.called("prepare_post", arguments, 15)["stage"]
    monkeypatch.setattr(videos.stages, "LASTS_S", -1)
    worker.once()
    half.once()
    assert uploaded(x) == 2 and len(x.posts()) == 2, "what was brought by halves goes on as well"
