"""Bytes are kept under their own hash."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chimera.core import storage
from chimera.core.errors import Denied

CONTENT = b"\x89PNG not quite\x00\xff"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


@pytest.mark.spec("GEN-6")
@pytest.mark.parametrize("content", [CONTENT, b"", b"x" * 1_000_000], ids=["some", "none", "much"])
def test_bytes_come_back_under_their_hash(store: Path, content: bytes) -> None:
    key = storage.put(content)
    assert key == hashlib.sha256(content).hexdigest()
    assert storage.get(key) == content
    assert files(store) == [store / key[:2] / key]


@pytest.mark.spec("GEN-6")
def test_what_is_large_goes_in_and_comes_out_piece_by_piece(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"a" * 3_000_000 + b"z")
    with path.open("rb") as film:
        key = storage.keep(film)
        assert storage.keep(film) == key, "twice is once, wherever the file was read to"
    assert files(store) == [store / key[:2] / key]
    with storage.open(key) as kept:
        assert (kept.read(2), kept.seek(3_000_000), kept.read()) == (b"aa", 3_000_000, b"z")
        assert storage.digest(kept) == key
    with pytest.raises(storage.NotStored, match="make the asset again"):
        storage.open("b" * 64)


def test_a_storage_of_another_kind_is_used_as_it_is(settings: object) -> None:
    settings.STORAGES = {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    key = storage.put(CONTENT)
    assert storage.get(key) == CONTENT and storage.put(CONTENT) == key
    with pytest.raises(storage.NotStored):
        storage.get("c" * 64)


def test_storing_twice_is_storing_once(store: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(storage.put, [CONTENT] * 12))
    assert len(keys) == 1
    assert len(files(store)) == 1, "a temporary file was left behind"


def test_a_write_that_ends_while_others_are_tidied_away_is_no_failure(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store / "ab").mkdir(parents=True)
    left, ending = (store / "ab" / f"{name}.part" for name in ("left", "ending"))
    left.touch()
    real = Path.glob

    def listed(folder: Path, pattern: str) -> list[Path]:
        return [ending, *real(folder, pattern)]  # `ending` got its name after it was listed

    monkeypatch.setattr(Path, "glob", listed)
    assert storage.tidy(older_than_s=-1) == 1 and not left.exists()


def test_nobody_else_on_the_machine_reads_them(store: Path) -> None:
    (path,) = [store / key[:2] / key for key in [storage.put(CONTENT)]]
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_hash_without_bytes_is_said(store: Path) -> None:
    with pytest.raises(Denied, match="No bytes are stored under aaaaaaaaaaaa…; make the asset again"):
        storage.get("a" * 64)


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "../" * 21 + "a", "a" * 63 + "\n"]
)
def test_what_is_no_hash_is_no_path(store: Path, key: str) -> None:
    with pytest.raises(storage.NotStored, match="is not a content hash"):
        storage.get(key)
