"""Validating: the file itself is read, and what a platform does not take is named with its limit and its value."""

import struct
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from publishing.media.studio import running
from publishing.media.studio.renditions import RENDITIONS
from publishing.media.studio.validating import BadVideo, Facts, check, problems, read

GOOD = Facts(
    bytes=4_000_000, seconds=8.0, width=1080, height=1920, frames=240, fps=30.0, codec="avc1", profile="High",
    pixels="yuv420p", audio="aac-lc", is_index_first=True,
)  # fmt: skip
X, INSTAGRAM, TIKTOK, YOUTUBE = (RENDITIONS[name] for name in ("x", "instagram", "tiktok", "youtube"))


def made(path: Path, *words: str, seconds: float = 1, rate: str = "25") -> Path:
    source = ["-f", "lavfi", "-i", f"testsrc2=s=180x320:r={rate}:d={seconds}"]
    subprocess.run([running.program(), "-v", "error", "-y", *source, *words, str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An MP4 as ffmpeg writes it by itself: the index behind the pictures, no sound."""
    yield made(tmp_path_factory.mktemp("mp4") / "plain.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")


def test_the_boxes_say_what_ffmpeg_was_told(plain: Path, tmp_path: Path) -> None:
    facts = read(path=plain)
    assert (facts.width, facts.height, facts.frames, facts.fps) == (180, 320, 25, 25.0)
    assert (facts.codec, facts.profile, facts.pixels, facts.audio) == ("avc1", "High", "yuv420p", "")
    assert facts.seconds == pytest.approx(1.0, abs=0.01)
    assert not facts.is_index_first
    assert facts.bytes == plain.stat().st_size
    other = made(
        tmp_path / "other.mp4", "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-shortest", "-c:v", "libx264",
        "-profile:v", "high444", "-pix_fmt", "yuv444p", "-c:a", "aac", "-movflags", "+faststart", rate="30000/1001",
    )  # fmt: skip
    facts = read(path=other)
    assert (facts.pixels, facts.audio, facts.is_index_first) == ("yuv444p", "aac-lc", True)
    assert facts.fps == pytest.approx(29.97, abs=0.01)
    base = made(tmp_path / "base.mp4", "-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p")
    assert read(path=base).profile == "Baseline"
    mp3 = made(
        tmp_path / "mp3.mp4", "-f", "lavfi", "-i", "anullsrc", "-shortest", "-c:v", "mpeg4", "-c:a", "libmp3lame"
    )
    assert (read(path=mp3).codec, read(path=mp3).audio == "aac-lc") == ("mp4v", False)


@pytest.mark.spec("GEN-3")
def test_what_the_studio_makes_passes_everywhere() -> None:
    for rendition in (INSTAGRAM, TIKTOK, YOUTUBE):
        assert problems(facts=GOOD, rendition=rendition) == []
    assert problems(facts=replace(GOOD, height=1350), rendition=X) == []


@pytest.mark.spec("PUB-6")
@pytest.mark.parametrize(
    ("rendition", "change", "said"),
    [
        (X, {"seconds": 141.0}, "its length is 141 s; x takes 0.5 to 140 s"),
        (X, {"bytes": 512_000_001}, "its size is 512,000,001 bytes; x takes 1 to 5.12e+08 bytes"),
        (INSTAGRAM, {"seconds": 2.9}, "its length is 2.9 s; instagram takes 3 to 900 s"),
        (INSTAGRAM, {"fps": 15.0}, "its rate is 15 frames a second; instagram takes 23 to 60"),
        (INSTAGRAM, {"height": 1350}, "its width by height is 0.8; instagram takes"),
        (TIKTOK, {"width": 270, "height": 480}, "its width is 270 pixels; tiktok takes 360 to 4,096 pixels"),
        (TIKTOK, {"seconds": 601.0}, "its length is 601 s"),
        (YOUTUBE, {"seconds": 181.0}, "its length is 181 s; youtube takes 1 to 180 s"),
        (YOUTUBE, {"width": 1920, "height": 1080}, "its width by height is 1.7778"),
        (X, {"codec": "hev1"}, 'its codec is "hev1" and must be "avc1"'),
        (X, {"profile": "Baseline"}, 'its profile is "Baseline" and must be "High"'),
        (X, {"pixels": "yuv444p"}, 'its pixel format is "yuv444p"'),
        (X, {"audio": ""}, 'its sound is "" and must be "aac-lc"'),
        (X, {"is_index_first": False}, "its index (moov) lies behind the pictures"),
    ],
)
def test_a_limit_that_is_not_kept_is_named_with_the_value(rendition: object, change: dict, said: str) -> None:
    (found,) = problems(
        facts=replace(replace(GOOD, height=1350) if rendition is X else GOOD, **change), rendition=rendition
    )
    assert found.startswith(said)


def test_a_file_that_does_not_pass_is_an_error_with_every_reason(plain: Path) -> None:
    with pytest.raises(BadVideo, match=r"cannot go to tiktok: its width is 180.*; its sound is.*; its index"):
        check(path=plain, rendition=TIKTOK)


def test_a_file_that_is_cut_or_no_mp4_at_all_is_a_sentence(plain: Path, tmp_path: Path) -> None:
    whole, bad = plain.read_bytes(), tmp_path / "bad.mp4"
    moov = whole.index(b"moov") - 4
    tries = [b"", b"no video", whole[:-1], whole[: moov + 50], whole[:moov], struct.pack(">I4s", 8, b"free") * 20_000]
    tries += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(moov, len(whole), 7)]
    refused = 0
    for content in tries:
        bad.write_bytes(content)
        try:
            read(path=bad)
        except BadVideo as error:
            refused += 1
            assert str(error).endswith(".")
    assert refused > 20
