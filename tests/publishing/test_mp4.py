"""What an MP4 says of itself, on real ones made by ffmpeg, and what hostile ones are told. GEN-6, PUB-6."""

import struct
import subprocess
from io import BytesIO
from pathlib import Path

import pytest

from chimera.bench import films
from chimera.core import mp4, storage
from chimera.core.mp4 import Facts, Unreadable
from governance.policies import moving
from publishing.connectors.instagram.client import REELS
from publishing.connectors.plaza.client import VIDEO as PLAZA
from publishing.connectors.x.client import VIDEO as X
from publishing.media import selectors, services
from publishing.simulators import films as theirs

pytestmark = pytest.mark.spec("PUB-6")


def made(path: Path, *words: str, size: str = "72x128", rate: str = "25", seconds: str = "3.2") -> Path:
    """A real film of a test picture with a tone."""
    ffmpeg = pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()
    source = ["-f", "lavfi", "-t", seconds, "-i", f"testsrc=size={size}:rate={rate}"]
    tone = ["-f", "lavfi", "-t", seconds, "-i", "sine=frequency=440"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"]
    subprocess.run([ffmpeg, "-loglevel", "error", *source, *tone, *coded, *words, str(path)], check=True, timeout=60)
    return path


def facts_of(path: Path) -> Facts:
    with path.open("rb") as file:
        return mp4.read(file)


def known(found: Facts) -> dict[str, object]:
    return {"size_bytes": found.size_bytes, "width": found.width, "height": found.height, **found.described()}


def test_a_real_film_is_read_as_it_was_made(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mp4", "-movflags", "+faststart")
    found = facts_of(path)
    assert (found.width, found.height, found.video_codec, found.audio_codec) == (72, 128, "avc1", "mp4a")
    assert (found.fps_milli, found.moov_first, found.size_bytes) == (25_000, True, path.stat().st_size)
    assert abs(found.duration_ms - 3_200) <= 40
    assert moving.unfit(facts=known(found), limits=REELS.frozen()) == ""
    assert theirs.wrong(path, index_first=True) == "", "the simulators, which read it in their own way, agree"


def test_sound_alone_late_tables_and_fragments_are_told_apart(tmp_path: Path) -> None:
    late = made(tmp_path / "late.mp4")
    assert facts_of(late).moov_first is False
    assert "at its end" in moving.unfit(facts=known(facts_of(late)), limits=REELS.frozen())
    assert moving.unfit(facts=known(facts_of(late)), limits=X.frozen()) == ""
    assert "before the pictures" in theirs.wrong(late, index_first=True) and theirs.wrong(late) == ""
    mute = facts_of(made(tmp_path / "mute.mp4", "-an", rate="30000/1001"))
    assert (mute.audio_codec, mute.fps_milli) == ("", 29_970)
    assert moving.unfit(facts=known(mute), limits=X.frozen()) == "", "a film without sound is a film"
    with pytest.raises(Unreadable, match="fragments"):
        facts_of(made(tmp_path / "cut.mp4", "-movflags", "frag_keyframe+empty_moov"))
    with pytest.raises(Unreadable, match="0 tracks of pictures"):
        facts_of(made(tmp_path / "tone.m4a", "-vn", "-f", "mp4"))


HEAD = films.head(seconds=4, width=720, height=1280)
STTS = HEAD.index(b"stts")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "does not begin as an MP4"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "claims|middle of a box"),
        (films.small()[:-100], "cut off or altered"),
        (HEAD, "no pictures"),
        (HEAD + HEAD + struct.pack(">I4s", 8, b"mdat"), "two tables"),
        (HEAD + struct.pack(">I4sQ", 1, b"mdat", 2**63), "claims"),
        (HEAD + struct.pack(">I4sQ", 1, b"mdat", 3), "claims 3 bytes"),
        (HEAD + struct.pack(">I4s", 4, b"mdat"), "claims 4 bytes"),
        (HEAD[:24] + struct.pack(">I4s", 8, b"free") * 3_000, "more than 2,000 boxes"),
        (HEAD[: STTS + 8] + b"\xff\xff\xff\xff" + HEAD[STTS + 12 :] + struct.pack(">I4s", 8, b"mdat"), "claims 4,294,"),
        (HEAD.replace(b"tkhd", b"free") + struct.pack(">I4s", 8, b"mdat"), "how large"),
    ],
    ids=["none", "png", "cut", "no-pictures", "two-tables", "huge", "tiny", "small", "boxes", "entries", "no-size"],
)
def test_what_a_hostile_film_claims_is_bounded_and_said(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        mp4.read(BytesIO(content))


def test_a_telephones_film_that_is_turned_is_as_wide_as_it_is_shown() -> None:
    lying = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    unity = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    content = films.small(width=1920, height=1080).replace(unity, lying)
    assert (mp4.read(BytesIO(content)).width, mp4.read(BytesIO(content)).height) == (1080, 1920)


@pytest.mark.parametrize(
    ("limits", "film", "why"),
    [
        (X, {"seconds": 0.4}, "lasts 0.4 s; the platform takes 0.5 to 140 s"),
        (X, {"seconds": 141}, "lasts 141 s"),
        (X, {"width": 3100, "height": 1000}, "3100 to 1000; the platform takes 1:3 to 3:1"),
        (REELS, {"seconds": 2.9}, "takes 3 to 900 s"),
        (REELS, {"width": 1280, "height": 720}, "1280 to 720; the platform takes 9:16"),
        (REELS, {"index_first": False}, "at its end"),
        (PLAZA, {"seconds": 200}, "takes 0.5 to 180 s"),
    ],
)
def test_each_platform_says_what_it_does_not_take(limits: object, film: dict[str, object], why: str) -> None:
    found = mp4.read(BytesIO(films.small(**film)))  # type: ignore[arg-type]
    assert why in moving.unfit(facts=known(found), limits=limits.frozen())  # type: ignore[attr-defined]


def test_size_pictures_a_second_and_codecs_are_looked_at() -> None:
    good = known(mp4.read(BytesIO(films.small())))
    for change, why in (
        ({"size_bytes": 512_000_001}, "512,000,001 bytes; the platform takes 512,000,000"),
        ({"fps_milli": 61_000}, "61 pictures a second; the platform takes 1 to 60"),
        ({"video_codec": "hvc1"}, "coded as 'hvc1'"),
        ({"audio_codec": "ac-3"}, "Its sound is coded as 'ac-3'"),
    ):
        assert why in moving.unfit(facts={**good, **change}, limits=X.frozen())
    assert moving.unfit(facts={**good, "video_codec": "hvc1"}, limits=REELS.frozen()) == "", "Instagram takes HEVC"


def test_a_stored_film_is_registered_with_what_it_says_of_itself(alpha: int, tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    with (tmp_path / "film").open("w+b") as file:
        file.write(films.small(size_bytes=3_000_000))
        sha256 = storage.keep(file)
    asset = services.register_video(brand_id=alpha, sha256=sha256, maker="test")
    assert (asset.mime, asset.width, asset.size_bytes) == ("video/mp4", 720, 3_000_000)
    told = selectors.facts(hashes=[sha256])[sha256]
    assert told["moving"]["duration_ms"] == 4_000 and told["likeness"] is None
    with storage.open(sha256) as kept:
        kept.seek(3)
        assert kept.read(5) == films.small()[3:8] and kept.seek(0, 2) == 3_000_000
