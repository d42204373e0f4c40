"""`bench publish` takes the platform's own time off each call and counts in the platform's storage. PUB-1, PUB-3."""

from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chimera.bench import films, publish_figures, publish_platform
from chimera.bench.ground import NotMeasured
from chimera.bench.publish import BadOrder, Order, arrange
from chimera.bench.publish_sender import granted, key_of, payload
from chimera.core import mp4
from publishing.connectors.gate import Gate
from publishing.simulators.plaza.store import Draft
from tests.conftest import World

SENT: dict[str, Any] = {
    "calls": [{"at": 100.0, "took_s": 0.030, "prepared_s": 0.0}, {"at": 101.0, "took_s": 0.050, "prepared_s": 0.2}],
    "posts": 4,
    "posts_per_s": 12.34,
    "replays": 2,
    "replays_refused": 2,
}
REQUESTS = [
    (100.001, 12.0, "POST", "/a"),
    (100.02, 3.0, "GET", "/b"),
    (100.5, 400.0, "GET", "/c"),
    (101.0, 40.0, "POST", "/a"),
]


def test_the_platforms_own_time_is_taken_off_each_call() -> None:
    assert publish_figures.overheads_ms(SENT["calls"], REQUESTS) == pytest.approx([15.0, 10.0])
    told = publish_figures.judged(sent=SENT, bare={"took_s": [0.02, 0.04]}, requests=REQUESTS)
    assert (told["connector_overhead_p50_ms"], told["connector_overhead_p95_ms"], told["call_p95_ms"]) == (
        10.0,
        15.0,
        50.0,
    )
    assert (told["bare_http_ms_p95"], told["call_to_bare_p95"], told["posts_per_s"]) == (40.0, 1.25, 12.3)


def test_no_figure_is_made_of_a_call_that_reached_nothing_or_of_a_grant_that_went_through_twice() -> None:
    with pytest.raises(NotMeasured, match="without a request that the platform noted"):
        publish_figures.overheads_ms(SENT["calls"], REQUESTS[:2])
    with pytest.raises(NotMeasured, match="Of 2 grants that were used only 1 were refused"):
        publish_figures.judged(sent={**SENT, "replays_refused": 1}, bare={"took_s": [1.0]}, requests=REQUESTS)


def test_what_has_no_label_or_is_there_twice_is_counted_where_the_platform_keeps_it(tmp_path: Path) -> None:
    store = publish_platform.store_of("plaza", tmp_path)
    for number, (text, label) in enumerate([("One", True), ("Two", True), ("Two", True), ("Three", False)]):
        draft = Draft(handle="bench", text=text, media=(), ai_generated=label, reply_to=None)
        store.add_post(draft=draft, key=str(number), body_hash=text, base_url="http://x")
    assert publish_platform.counted("plaza", tmp_path) == {"published": 4, "unlabeled": 1, "published_twice": 1}
    for name in ("x", "instagram"):
        assert publish_platform.tokens_of(name, tmp_path)["access_token"]
        assert publish_platform.counted(name, tmp_path)["published"] == 0


@pytest.mark.spec("PUB-3")
def test_the_grants_of_the_bench_open_the_real_gate_once(world: World) -> None:
    sent = payload("x", 7)
    with world.superuser() as owner:
        arrange(owner, sent=[(key_of("x", 7), sent)])
    grant = granted(platform="x", number=7, sent=sent)
    with world.role("connector"):
        claims = Gate().check(grant=grant, payload=sent, audience="x")
        Gate().consume(claims=claims)
        with pytest.raises(Exception, match="was used before"):
            Gate().consume(claims=claims)


def test_a_film_of_any_size_is_an_mp4_in_its_boxes(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    films.write(path, size_bytes=5_000_000, seconds=60, width=720, height=1280)
    with path.open("rb") as file:
        found = mp4.read(file)
    assert (found.size_bytes, found.duration_ms, found.fps_milli, found.moov_first) == (5_000_000, 60_000, 30_000, True)
    assert mp4.read(BytesIO(films.small(size_bytes=9_000))).size_bytes == 9_000
    with pytest.raises(ValueError, match="bytes at least"):
        films.write(path, size_bytes=10, seconds=1, width=1, height=1)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"posts": 19}, "--posts is 19; it must be from 20 to 20,000"),
        ({"platforms": ("myspace",)}, "--platform is myspace; it must be all or of"),
        ({"video_mb": -1}, "--video-mb is -1; it must be from 0 to 2,000"),
        ({"seconds": 0.0}, "--seconds is 0; it must be from 1 to 3,600"),
    ],
)
def test_an_order_that_makes_no_run_is_refused_in_a_sentence(words: dict[str, Any], why: str) -> None:
    with pytest.raises(BadOrder, match=why):
        Order(**words)
    if "posts" in words:
        with pytest.raises(CommandError, match=why):
            call_command("bench", "publish", "--posts", "19", stdout=StringIO(), stderr=StringIO())


def test_the_worst_platform_speaks_for_all() -> None:
    one = {"posts_per_s": 9.0, "connector_overhead_p95_ms": 12.0, "unlabeled": 0, "published_twice": 0}
    told = publish_figures.totals({"x": one, "plaza": {**one, "posts_per_s": 20.0, "connector_overhead_p95_ms": 25.0}})
    assert (told["posts_per_s"], told["connector_overhead_p95_ms"], told["unlabeled"]) == (9.0, 25.0, 0)
