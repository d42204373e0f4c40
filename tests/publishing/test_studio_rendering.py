"""Rendering: a script becomes an MP4 that the platform takes; what is killed in the middle is gone on with."""

import io
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image

from chimera.bench import render_fuzz
from chimera.core.errors import Conflict, Unavailable
from publishing.media.studio import running, shots
from publishing.media.studio.base import BadScript, Scene, Script
from publishing.media.studio.motion import motion
from publishing.media.studio.rendering import Progress, render
from publishing.media.studio.renditions import RENDITIONS, draft
from publishing.media.studio.validating import read
from tests.publishing.studio_scripts import IVEN, SMALL, ZUZKA, busy, scene, script

SHORT = Script(look=IVEN, handle="iven", scenes=(
    Scene(template="title", lines=("The reef came back",), seconds=2.5),
    Scene(template="story", lines=("One warm night.",), seconds=2.5, picture=busy()),
))  # fmt: skip


def frame(video: Path, *, at_s: float) -> Image.Image:
    """One frame, as a player shows it."""
    words = [
        "-v",
        "error",
        "-ss",
        str(at_s),
        "-i",
        str(video),
        "-frames:v",
        "1",
        "-f",
        "image2pipe",
        "-c:v",
        "png",
        "-",
    ]
    done = subprocess.run([running.program(), *words], capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


@pytest.mark.spec("GEN-3")
@pytest.mark.parametrize("passage", ["cut", "fade"])
def test_a_script_becomes_an_h264_mp4_with_sound_and_a_poster_frame(passage: str, tmp_path: Path) -> None:
    seen: list[Progress] = []
    made = render(script=replace(SHORT, passage=passage), rendition=SMALL, folder=tmp_path, progress=seen.append)
    facts = read(path=made.path)
    assert (facts.codec, facts.profile, facts.pixels, facts.audio) == ("avc1", "High", "yuv420p", "aac-lc")
    assert (facts.frames, facts.fps, facts.is_index_first) == (150, 30.0, True)
    assert (made.width, made.height) == (facts.width, facts.height) == (SMALL.width, SMALL.height)
    assert made.seconds == pytest.approx(5.0, abs=0.05)
    with Image.open(made.poster) as poster:
        assert (poster.format, poster.size) == ("JPEG", (SMALL.width, SMALL.height))
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([made.path.name, made.poster.name])
    assert [one.parts_done for one in seen] == list(range(1, seen[-1].parts + 1))
    assert {one.what for one in seen} >= {"scene 1", "scene 2"}


@pytest.mark.spec("GEN-6")
def test_the_same_script_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    first, again = (render(script=SHORT, rendition=SMALL, folder=tmp_path / name) for name in "ab")
    other = render(script=replace(SHORT, look=ZUZKA), rendition=SMALL, folder=tmp_path / "a")
    assert (first.sha256, first.path.name) == (again.sha256, again.path.name)
    assert other.sha256 != first.sha256
    assert other.path.name != first.path.name


@pytest.mark.spec("PUB-2")
def test_the_label_stands_still_in_every_frame_fades_included(tmp_path: Path) -> None:
    made = render(script=replace(SHORT, passage="fade"), rendition=SMALL, folder=tmp_path)
    times = shots.timeline(script=SHORT, rendition=SMALL)
    (pill,) = [one for one in times.layouts[1].overlays[-1].shapes if one.part == "label-pill"]
    x, y = pill.box[0] + pill.radius // 2, (pill.box[1] + pill.box[3]) // 2
    for at_s in (0.0, 1.2, 2.5, 3.4, 4.9):
        colour = frame(made.path, at_s=at_s).getpixel((x, y))
        assert all(abs(a - b) < 40 for a, b in zip(colour, times.layouts[1].overlays[-1].shapes[0].colour, strict=True))


def test_the_picture_moves_and_the_words_stay_where_they_are(tmp_path: Path) -> None:
    made = render(script=SHORT, rendition=SMALL, folder=tmp_path)
    first, later = frame(made.path, at_s=0.1), frame(made.path, at_s=2.2)
    place = shots.timeline(script=SHORT, rendition=SMALL).layouts[1]
    words = next(row.box for row in place.rows if row.part == "line")

    def change(box: tuple[int, int, int, int]) -> float:
        pairs = zip(first.crop(box).convert("L").tobytes(), later.crop(box).convert("L").tobytes(), strict=True)
        differing = [abs(a - b) > 60 for a, b in pairs]
        return sum(differing) / len(differing)

    assert change(words) < 0.02
    assert change((0, 0, SMALL.width, place.ground.edge)) > 0.01


def test_every_platform_gets_its_own_size_and_what_it_takes(tmp_path: Path) -> None:
    for name in ("x", "youtube"):
        rendition = draft(of=RENDITIONS[name])
        made = render(script=SHORT, rendition=rendition, folder=tmp_path)
        assert made.path.name.startswith(name)
        assert (made.width, made.height) == (rendition.width, rendition.height)


def test_a_clip_is_used_where_it_is_given_and_repeated_where_it_is_short(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mov"
    words = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1", "-c:v", "libx264", "-y", str(clip)]
    subprocess.run([running.program(), *words], check=True)
    made = render(script=script(scene("title", clip=clip)), rendition=SMALL, folder=tmp_path / "out")
    assert made.seconds == pytest.approx(5.0, abs=0.05)
    top = (0, 0, SMALL.width, SMALL.height // 3)
    assert frame(made.path, at_s=0.2).crop(top).tobytes() != frame(made.path, at_s=0.7).crop(top).tobytes()


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda folder: scene(picture=folder / "gone.png"), r'is not there \("gone\.png"\)'),
        (lambda folder: scene(picture=b"no picture"), "Scene 1's picture cannot be read as a picture"),
        (lambda folder: scene(clip=folder / "bad.mp4"), "could not make scene 1: a clip is"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_leaves_nothing(made: object, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"\0\0\0\x18ftypmp42 and nothing more")
    with pytest.raises(BadScript, match=said) as told:
        render(script=script(made(tmp_path)), rendition=SMALL, folder=tmp_path / "out")
    assert str(tmp_path) not in str(told.value)
    assert not list((tmp_path / "out").glob("*"))


_SLOW = replace(SMALL, preset="slow")
_LONG = Script(look=IVEN, scenes=tuple(Scene(template="story", lines=(f"Night {n}",), seconds=1.7) for n in range(3)))


def _started(folder: Path) -> "subprocess.Popen[bytes]":
    case = folder.parent / "case.pickle"
    case.write_bytes(pickle.dumps((_LONG, _SLOW)))
    return subprocess.Popen(
        [sys.executable, "-c", render_fuzz._CHILD, str(case), str(folder)], cwd=render_fuzz.CHECKOUT
    )


@pytest.mark.spec("OPS-1")
def test_a_render_that_is_killed_takes_its_ffmpeg_along_and_the_next_one_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    process = _started(folder)
    try:
        until = time.monotonic() + 60
        while not list(folder.glob("work-*/*.mp4")):  # until one scene is finished
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.01)
        children = psutil.Process(process.pid).children(recursive=True)
        with pytest.raises(Conflict, match="is being rendered already"):
            render(script=_LONG, rendition=_SLOW, folder=folder)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    (work,) = folder.iterdir()
    finished = {file.name: file.stat().st_mtime_ns for file in work.glob("*.mp4")}
    assert finished
    seen: list[Progress] = []
    made = render(script=_LONG, rendition=_SLOW, folder=folder, progress=lambda one: seen.append(one))
    assert sorted(file.suffix for file in folder.iterdir()) == [".jpg", ".mp4"]
    assert made.sha256 == render(script=_LONG, rendition=_SLOW, folder=tmp_path / "whole").sha256
    assert len(seen) == seen[-1].parts == 3


def test_an_ffmpeg_that_takes_too_long_is_killed_and_what_it_says_is_a_sentence(tmp_path: Path) -> None:
    endless = ["-re", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=30", "-f", "null"]
    with pytest.raises(running.RenderFailed, match="could not make the test in time"):
        with running.Crew(most=1) as crew:
            crew.begin(running.start(arguments=endless, what="the test", target=tmp_path / "no.part", seconds_max=0.3))
            crew.finished(room=False)
    with pytest.raises(Unavailable, match=r"could not make the test: ffmpeg says: .*No such file or directory") as told:
        with running.Crew(most=1) as crew:
            words = ["-i", str(tmp_path / "never.png")]
            crew.begin(running.start(arguments=words, what="the test", target=tmp_path / "no.mp4"))
            crew.finished(room=False)
    assert str(tmp_path) not in str(told.value)
    assert not list(tmp_path.glob("*.words"))


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("x: No space left on device", "the disk is full"),
        ("Cannot allocate memory", "too little memory"),
        ("", "exit code 3"),
    ],
)
def test_a_failure_of_the_machine_is_told_and_may_be_tried_again(stderr: str, said: str) -> None:
    error = running.sentence(what="scene 2", stderr=stderr, returncode=3)
    assert isinstance(error, Unavailable)
    assert said in str(error)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot work in its folder"):
        render(script=SHORT, rendition=SMALL, folder=tmp_path / "file" / "out")


def test_the_ground_moves_by_whole_pixels_and_always_covers_the_screen() -> None:
    for number in range(1, 5):
        for frames in (60, 90, 200, 600):
            move = motion(number=number, seed=4, frames=frames, width=1080, height=1920, anchor=0.4)
            wide, high = move.source
            assert wide >= 1080 + move.reach - 1
            assert high >= 1920
            assert move.reach <= 0.25 * 1080
            assert move.reach % frames == 0 or frames > 0.24 * 1080


@pytest.mark.spec("GEN-3")
@pytest.mark.parametrize("seeds", [range(1, 11), range(11, 21)], ids=["first", "second"])
def test_random_scripts_are_a_video_or_one_clear_error_and_leave_nothing(seeds: range, tmp_path: Path) -> None:
    outcomes = {render_fuzz.case(seed=seed, folder=tmp_path) for seed in seeds}
    assert outcomes == {"video", "refused"}
    assert not render_fuzz._at_work_in(tmp_path)
