"""Media say in their own bytes that a machine made them; what was changed afterwards, or never signed, is told."""

import io
import json
import stat
import threading
import time
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from chimera.core import shadow, storage, xmp
from chimera.core.xmp import MADE_BY_MACHINE, NoMedium
from publishing.connectors.instagram import pictures
from publishing.media.provenance import authority, base, selectors, services
from publishing.media.provenance.base import INVALID, NONE, TRUSTED, VALID, BadAuthority, NotMarked
from tests.servers import CHECKOUT

CLIP = Path(__file__).with_name("clip.mp4").read_bytes()


def drawn(kind: str = "PNG", size: tuple[int, int] = (400, 500)) -> bytes:
    file = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 40).convert("RGB").save(file, kind)
    return file.getvalue()


MEDIA = {"png": drawn(), "jpeg": drawn("JPEG"), "mp4": CLIP}


@pytest.fixture(autouse=True)
def path(settings: Any, tmp_path: Path) -> Path:
    """Every test has an authority of its own."""
    settings.PROVENANCE_TEST_AUTHORITY_FILE = tmp_path / "authority.pem"
    return settings.PROVENANCE_TEST_AUTHORITY_FILE


def said(name: str, *more: str) -> str:
    out = io.StringIO()
    call_command("provenance", name, *more, stdout=out)
    return out.getvalue()


@pytest.mark.spec("GEN-5")
@pytest.mark.parametrize("kind", MEDIA)
def test_what_is_signed_reads_back_as_made_by_a_machine_and_trusted(kind: str) -> None:
    marked = services.mark(MEDIA[kind], maker="poster")
    found = selectors.read(marked)
    assert (found.state, found.source, found.xmp, found.parents) == (TRUSTED, MADE_BY_MACHINE, MADE_BY_MACHINE, 0)
    assert found.actions == ("c2pa.created",) and found.generator == f"Chimera {base.VERSION}"
    assert found.sentence.startswith("It was made by a machine")
    # No thumbnail: a manifest is small.
    assert len(marked) - len(MEDIA[kind]) < 20_000 and b"c2pa.thumbnail" not in marked
    if kind != "mp4":
        before, after = (Image.open(io.BytesIO(one)).convert("RGB") for one in (MEDIA[kind], marked))
        assert before.tobytes() == after.tobytes()


@pytest.mark.spec("GEN-5")
@pytest.mark.parametrize("kind", MEDIA)
def test_one_byte_that_is_changed_makes_it_invalid(kind: str) -> None:
    marked = bytearray(services.mark(MEDIA[kind], maker="poster"))
    marked[marked.find(b"mdat") + 200 if kind == "mp4" else len(marked) - 300] ^= 1
    found = selectors.read(bytes(marked))
    assert found.state == INVALID and not found.holds
    assert "its bytes are not the ones that were signed" in found.sentence


@pytest.mark.spec("GEN-5")
def test_whoever_does_not_know_the_root_reads_valid_and_is_told_so() -> None:
    marked = services.mark(MEDIA["png"], maker="poster")
    found = selectors.read(marked, anchors="")
    assert found.state == VALID and found.holds and "nobody who is known here" in found.sentence
    stranger = authority._root()[0]
    assert selectors.read(marked, anchors=stranger).state == VALID


def test_a_certificate_that_has_expired_is_told(path: Path) -> None:
    authority.present()
    blocks = authority._blocks(path.read_text(), path)
    leaf, key = authority._leaf(blocks[0], blocks[1], days=3.5 / 86_400)
    short = authority.Authority(chain=leaf + blocks[0], key=key, algorithm="es256", anchors=blocks[0], is_test=True)
    signed = services._signed(
        xmp.write(MEDIA["png"]), mime="image/png", signer=short, maker="poster", parent=b"", change="c2pa.edited"
    )
    assert selectors.read(signed).state == TRUSTED
    time.sleep(4.6)  # ends are whole seconds
    found = selectors.read(signed)
    assert found.state != TRUSTED and "has expired" in found.sentence


@pytest.mark.spec("GEN-5")
def test_a_new_encoding_is_signed_again_with_what_it_was_made_of() -> None:
    first = services.mark(MEDIA["png"], maker="poster")
    second = services.mark(MEDIA["jpeg"], maker="poster", parent=first)
    third = services.mark(drawn("JPEG", (200, 250)), maker="poster", parent=second, change="c2pa.resized")
    found = selectors.read(third)
    assert (found.state, found.parents, found.source) == (TRUSTED, 2, MADE_BY_MACHINE)
    assert found.actions == ("c2pa.opened", "c2pa.resized") and "2 earlier manifests" in found.sentence
    with pytest.raises(NotMarked, match="is no change of a medium"):
        services.mark(MEDIA["jpeg"], maker="poster", parent=first, change="c2pa.painted")


def test_a_parent_without_a_manifest_does_not_count_as_one() -> None:
    with pytest.raises(NotMarked, match="does not read back so"):
        services.mark(MEDIA["jpeg"], maker="poster", parent=MEDIA["png"])


@pytest.mark.parametrize("kind", MEDIA)
def test_xmp_is_written_once_always_alike_and_found(kind: str) -> None:
    assert xmp.read(MEDIA[kind]) == ""
    once = xmp.write(MEDIA[kind])
    assert xmp.read(once) == MADE_BY_MACHINE and xmp.write(once) == once == xmp.write(MEDIA[kind])
    found = selectors.read(once)
    assert found.state == NONE and "which anybody could have written" in found.sentence


def test_what_is_no_medium_and_what_breaks_off_is_answered_in_a_sentence() -> None:
    with pytest.raises(NoMedium, match="no PNG, no JPEG and no MP4"):
        services.mark(b"GIF89a", maker="poster")
    for kind, content in MEDIA.items():
        for length in (12, 40, len(content) // 2):
            short = content[:length]
            assert xmp.read(short) == "" and selectors.read(short).state in (NONE, INVALID), (kind, length)


@pytest.mark.spec("GEN-5")
def test_the_jpeg_for_instagram_says_it_in_its_xmp_alone_and_is_always_alike() -> None:
    marked = services.mark(MEDIA["png"], maker="poster")
    made = pictures.as_jpeg(marked)
    assert made == pictures.as_jpeg(marked) and xmp.read(made) == MADE_BY_MACHINE
    assert selectors.read(made).state == NONE


def test_the_test_authority_is_its_owners_alone_and_one_for_all_who_begin_at_once(path: Path) -> None:
    assert authority.anchors() == "" and not path.exists()
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(authority.present().anchors)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(seen)) == 1 and len(seen) == 4 and seen[0] == authority.anchors()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_signer_that_ends_soon_is_made_anew_below_the_same_root(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = authority.present()
    now = authority._now()
    monkeypatch.setattr(authority, "_now", lambda: now + timedelta(days=authority.LEAF_DAYS - 5))
    after = authority.present()
    assert after.anchors == before.anchors and after.chain != before.chain
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("nonsense")
    with pytest.raises(BadAuthority, match="is no test authority; move it away"):
        authority.present()


@pytest.fixture
def own(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A key and certificates of the operator."""
    root, root_key, leaf, key = authority._root()
    for name, text in (("key", key), ("chain", leaf + root), ("anchors", root), ("other", root_key)):
        (tmp_path / f"{name}.pem").write_text(text)
    settings.PROVENANCE_KEY_FILE = str(tmp_path / "key.pem")
    settings.PROVENANCE_CHAIN_FILE = str(tmp_path / "chain.pem")
    settings.PROVENANCE_ANCHORS_FILE = str(tmp_path / "anchors.pem")
    yield tmp_path


def test_a_key_and_certificates_of_the_operator_sign(own: Path, path: Path, settings: Any) -> None:
    marked = services.mark(MEDIA["png"], maker="poster")
    assert selectors.read(marked).state == TRUSTED and not path.exists()
    settings.PROVENANCE_ANCHORS_FILE = ""
    assert selectors.read(marked).state == VALID


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PROVENANCE_CHAIN_FILE", "", "PROVENANCE_CHAIN_FILE is not set"),
        ("PROVENANCE_KEY_FILE", "", "PROVENANCE_KEY_FILE is not set"),
        ("PROVENANCE_KEY_FILE", "other.pem", "is not that of the first certificate"),
        ("PROVENANCE_KEY_FILE", "missing.pem", "cannot be read"),
        ("PROVENANCE_CHAIN_FILE", "key.pem", "must be PEM"),
    ],
)
def test_settings_that_cannot_sign_are_named(own: Path, settings: Any, setting: str, value: str, sentence: str) -> None:
    setattr(settings, setting, str(own / value) if value else "")
    with pytest.raises(BadAuthority, match=sentence):
        services.mark(MEDIA["png"], maker="poster")


def test_a_replay_signs_nothing_and_makes_no_authority(path: Path) -> None:
    with shadow.closed():
        assert services.mark(MEDIA["png"], maker="poster") == xmp.write(MEDIA["png"])
    assert not path.exists()


@pytest.mark.spec("GEN-5")
def test_the_command_reads_files_and_stored_assets(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    marked = services.mark(MEDIA["mp4"], maker="poster")
    (tmp_path / "clip.mp4").write_bytes(marked)
    assert said(str(tmp_path / "clip.mp4")).startswith("It was made by a machine (Chimera")
    told = json.loads(said(storage.put(marked), "--json"))
    assert (told["state"], told["source"], told["parents"]) == (TRUSTED, MADE_BY_MACHINE, 0)
    (tmp_path / "plain.png").write_bytes(MEDIA["png"])
    assert said(str(tmp_path / "plain.png")).startswith("There is no C2PA manifest in it")
    (tmp_path / "note.txt").write_text("words")
    for name, sentence in (
        (str(tmp_path / "note.txt"), "only these carry"),
        ("0" * 64, "No bytes are stored"),
        ("gone", "cannot be read"),
    ):
        with pytest.raises(CommandError, match=sentence):
            said(name)


def test_the_version_in_a_manifest_is_that_of_the_project() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == base.VERSION
