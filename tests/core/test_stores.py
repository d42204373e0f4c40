"""Every store keeps the same promises: a folder of this machine, and an object store that speaks S3. GEN-6."""

import errno
import hashlib
import io
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from chimera.core import storage
from chimera.core.errors import Unavailable
from chimera.core.storage import base
from tests import object_store
from tests.conftest import World

PNG = b"\x89PNG\r\n\x1a\n"
FILM = b"\x00\x00\x00\x18ftypmp42" + os.urandom(64) * (48 << 14)  # some 48 MiB: six parts, and twelve windows


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with object_store.served() as told:
        yield told


@pytest.fixture(params=["local", "s3"])
def kept(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """Which store it is; another name in every content keeps the tests apart."""
    settings.MEDIA_ROOT = tmp_path / "media"
    if request.param == "s3":
        object_store.chosen(settings, request.getfixturevalue("server"))
    return request.param


def fresh(beginning: bytes = PNG) -> bytes:
    return beginning + os.urandom(100)


class Changing(io.BytesIO):
    """Says something else when it is read again."""

    turns = 0

    def seek(self, *where: int) -> int:
        found = super().seek(*where)
        self.turns += where[0] == 0
        if self.turns == 2:
            with self.getbuffer() as held:
                held[-5:] = b"other"
        return found


def aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on whatever is stored is old enough to be renewed, and a store that tells whole seconds tells one."""
    monkeypatch.setattr(base, "RENEW_AFTER_S", 0.0)
    time.sleep(1.1)


@pytest.mark.spec("GEN-6")
def test_bytes_come_back_under_their_hash_and_are_there_once(db: None, kept: str) -> None:
    content = fresh()
    key = storage.put(content)
    assert key == hashlib.sha256(content).hexdigest() == storage.put(content)
    assert (storage.get(key), storage.exists(key), storage.size(key)) == (content, True, len(content))
    assert [one.size_bytes for one in storage.stored() if one.content_hash == key] == [len(content)]
    absent = hashlib.sha256(b"absent").hexdigest()
    assert not storage.exists(absent) and not storage.renew(absent)
    for asks in (storage.get, storage.size, storage.open):
        with pytest.raises(storage.NotStored, match="make the asset again"):
            asks(absent)
    with pytest.raises(storage.NotStored, match="is not a content hash"):
        storage.exists("../" * 21 + "a")


def test_nothing_and_exactly_one_part_are_stored_too(db: None, kept: str) -> None:
    for content in (b"", b"\xff\xd8\xff" + b"x" * ((8 << 20) - 3), b"y" * ((8 << 20) + 1)):
        assert storage.get(storage.put(content)) == content


@pytest.mark.spec("GEN-6")
def test_a_film_goes_in_and_out_in_pieces_and_any_part_can_be_read(db: None, kept: str, tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    tracemalloc.start()
    key = storage.put_file(path)
    with storage.open(key) as film:
        assert storage.digest(film) == key
        at = len(FILM) - 70
        assert (film.seek(at), film.read()) == (at, FILM[-70:])
        assert (film.seek(5 << 20), film.read(9)) == (5 << 20, FILM[5 << 20 : (5 << 20) + 9])
        assert (film.seek(0, 2), film.read(5)) == (len(FILM), b"")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 32 << 20, f"{most} bytes at once, of a film of {len(FILM)}"
    assert storage.sniffed(FILM[:32]) == "video/mp4"


@pytest.mark.spec("GEN-6")
def test_what_is_changed_while_it_is_stored_is_refused_and_leaves_nothing(db: None, kept: str) -> None:
    for size in (2_000_000, 9_000_000):  # one part, and several
        before = os.urandom(size)
        with pytest.raises(storage.Spoilt, match="was changed meanwhile; store it again"):
            storage.keep(Changing(before))
        assert not storage.exists(hashlib.sha256(before).hexdigest())
    assert storage.tidy(older_than_s=0) == 0, "nothing unfinished is left"


@pytest.mark.spec("GEN-6")
def test_bytes_lie_in_another_tier_without_being_away_for_a_moment(db: None, kept: str) -> None:
    content = fresh()
    key = storage.put(content)
    assert not storage.move(key, tier=storage.HOT)
    with storage.open(key) as reading:
        assert reading.read(4) == content[:4]
        assert storage.move(key, tier=storage.COLD) and not storage.move(key, tier=storage.COLD)
        assert reading.read() == content[4:], "whoever reads is not disturbed"
    assert [one.tier for one in storage.stored() if one.content_hash == key] in ([storage.COLD], [storage.HOT])
    found = storage.store().found(key)
    assert found is not None and found.tier == storage.COLD
    assert storage.get(key) == content and storage.put(content) == key, "what is cold is read from there, and is known"
    assert storage.move(key, tier=storage.HOT) and storage.get(key) == content
    assert not storage.move(hashlib.sha256(b"absent").hexdigest(), tier=storage.COLD)


def test_a_folder_that_cannot_be_written_is_an_outage_with_a_sentence(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT, settings.MEDIA_COLD_ROOT = tmp_path / "media", tmp_path / "cold"
    content, other = fresh(), fresh()
    key = storage.put(content)
    (tmp_path / "cold").write_text("in the way")
    with pytest.raises(Unavailable, match=r"deleted \(Not a directory.*MEDIA_COLD_ROOT"):
        storage.move(key, tier=storage.COLD)
    assert storage.get(key) == content, "it is where it was"
    assert storage.get(storage.put(other)) == other, "and what is new needs nothing of the cold"
    assert storage.remove(key, unchanged_since_s=time.time() + 5) and not storage.exists(key)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "cold").unlink()
    key = storage.put(content)
    monkeypatch.setattr(os, "link", full)  # as between two disks
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        storage.move(key, tier=storage.COLD)
    with pytest.raises(Unavailable, match="No space left on device"):
        storage.put(fresh())
    assert storage.get(key) == content


@pytest.mark.spec("GEN-6")
def test_what_was_stored_again_is_not_deleted(db: None, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = fresh()
    key = storage.put(content)
    aged(monkeypatch)
    looked_s = time.time()
    time.sleep(1.1)
    storage.put(content)
    assert not storage.remove(key, unchanged_since_s=looked_s) and storage.get(key) == content
    assert storage.remove(key, unchanged_since_s=time.time() + 5) and not storage.exists(key)
    assert storage.remove(key, unchanged_since_s=time.time()), "again is no failure"
    assert storage.put(content) == key and storage.get(key) == content


@pytest.mark.spec("GEN-6")
def test_whoever_stores_the_same_while_it_is_collected_has_it_afterwards(
    world: World, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four store what is old enough to go, in the moment in which it is deleted: afterwards it is there, always."""
    content, gone = fresh(), []
    monkeypatch.setattr(base, "RENEW_AFTER_S", 0.0)
    pause_s, rounds = (1.1, 3) if kept == "s3" else (0.02, 40)  # an object store tells whole seconds

    def alone(act: Callable[[], object], begin: threading.Barrier) -> None:
        begin.wait()
        act()
        connection.close()

    for _ in range(rounds):
        key = storage.put(content)
        time.sleep(pause_s)
        looked_s = time.time()
        time.sleep(pause_s)
        begin = threading.Barrier(5)
        acts: list[Callable[[], object]] = [lambda: storage.put(content)] * 4
        acts.append(lambda: gone.append(storage.remove(key, unchanged_since_s=looked_s)))  # noqa: B023
        threads = [threading.Thread(target=alone, args=(act, begin)) for act in acts]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert storage.exists(key) and storage.get(key) == content
    assert len(gone) == rounds
