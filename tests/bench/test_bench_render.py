"""`bench render` times real renders, tells why a peer has no figure, and its random scripts are the same for one
seed. GEN-3."""

from pathlib import Path
from random import Random

import psutil
import pytest

from chimera.bench import render as bench
from chimera.bench import render_fuzz
from chimera.bench.render_scripts import random_script
from publishing.media.studio.base import BadScript
from publishing.media.studio.renditions import RENDITIONS, draft


@pytest.mark.spec("GEN-3")
def test_a_video_is_timed_beside_a_naive_one_and_a_peer_that_is_missing_has_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "PYTHON", bench.CHECKOUT / "no-such" / "python")
    said: list[str] = []
    own_mb = psutil.Process().memory_info().rss / 2**20  # of the tests before; the command has a process of its own
    found = bench.measured(bench.Order(rounds=1), rendition=draft(of=RENDITIONS["instagram"]), tell=said.append)
    assert found["wall_s"] > 0
    assert found["videos_per_hour"] == pytest.approx(3600 / found["wall_s"], rel=0.1)  # which is rounded
    assert 10 < found["peak_mb"] < own_mb + bench.PEAK_MB_MAX
    assert found["ratio_naive"] > 0
    assert found["others"]["naive"]["bytes"] > 1_000
    assert found["ratio_moviepy"] is None
    assert found["others"]["moviepy"]["error"] == "no-such/python is not there; run: make bench-setup"
    assert said == ["round 1: cut", "round 1: fade", "the naive graph"]


def test_the_same_seed_gives_the_same_script(tmp_path: Path) -> None:
    def made(seed: int) -> object:
        try:
            return random_script(chance=Random(seed), folder=tmp_path)
        except BadScript as error:
            return str(error)

    assert [made(seed) for seed in range(20)] == [made(seed) for seed in range(20)]
    assert len({str(made(seed)) for seed in range(20)}) == 20


def test_a_promise_that_does_not_hold_is_told_by_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves_crumbs(*, folder: Path, **_: object) -> object:
        folder.mkdir()
        (folder / "crumb").touch()
        return type("Video", (), {"seconds": 5.0})()

    monkeypatch.setattr(render_fuzz, "render", leaves_crumbs)
    found = render_fuzz.run(count=4, seed=1, tell=lambda _: None)
    assert found["broken"]
    assert all("the folder holds [''] and not the video" in one for one in found["broken"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rounds": 0}, "--rounds is 0; ask for 1 to 20"),
        ({"fuzz": -1}, "--fuzz is -1; ask for 0 to"),
        ({"seed": -2}, "--seed is -2; it must be"),
    ],
)
def test_a_number_that_makes_no_run_is_refused(asked: dict[str, int], said: str) -> None:
    with pytest.raises(bench.BadOrder, match=said):
        bench.Order(**asked)
