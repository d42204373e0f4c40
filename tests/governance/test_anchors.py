"""The file outside of the database and the file of keys: whole after every crash, private, never rewritten. AUD-2."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit import notes
from governance.audit.anchors.base import AnchorFailed
from governance.audit.anchors.file import FileAnchor
from governance.audit.keys import NoKey, Ring
from tests.governance import sealers

pytestmark = pytest.mark.spec("AUD-2")

KEY = Ed25519PrivateKey.generate()


def chain(count: int, *, after: str | None = None, root: bytes = b"r" * 32) -> list[str]:
    """Notes that follow each other."""
    found: list[str] = []
    for _ in range(count):
        former = found[-1] if found else after
        checkpoint = notes.Checkpoint(
            installation="0123456789abcdef",
            generation=0,
            size=1 + (notes.parse(former).checkpoint.size if former else 0),
            root=root,
            previous=notes.digest(former) if former else None,
            time=datetime(2026, 11, 28, tzinfo=UTC),
        )
        found.append(notes.sign(checkpoint, KEY))
    return found


def test_notes_stand_one_after_another_for_the_owner_only(tmp_path: Path) -> None:
    anchor = FileAnchor(folder=tmp_path / "record")
    assert anchor.latest() is None
    made = chain(3)
    anchor.publish(made[:1])
    anchor.publish(made)
    anchor.publish(made)
    anchor.publish(made[1:])
    anchor.publish(made[:2])
    anchor.publish([])
    assert sealers.published(tmp_path / "record") == made
    assert anchor.path.read_text() == "\n".join(made)
    assert anchor.latest() == made[-1]
    assert stat.S_IMODE(anchor.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(anchor.path.parent.stat().st_mode) == 0o700


@pytest.mark.spec("AUD-3")
def test_a_write_that_was_cut_short_anywhere_is_finished(tmp_path: Path) -> None:
    made = chain(3)
    whole = "\n".join(made).encode()
    anchor = FileAnchor(folder=tmp_path)
    ends = [len(one) for one in made]
    near = {end + more for end in (0, ends[0], ends[0] + ends[1]) for more in range(-4, 6)}
    for length in sorted({*range(0, len(whole), 13), *near} & set(range(len(whole)))):
        anchor.path.write_bytes(whole[:length])
        known = anchor.latest()
        assert known in (None, *made)
        anchor.publish(made[made.index(known) + 1 :] if known else made)
        assert anchor.path.read_bytes() == whole, length


def test_what_was_never_written_by_a_sealer_stays_as_it_is(tmp_path: Path) -> None:
    made = chain(2)
    anchor = FileAnchor(folder=tmp_path)
    for found in (made[0] + "\nscribbled", "scribbled"):
        anchor.path.write_text(found)
        with pytest.raises(AnchorFailed, match=r"is no part of a checkpoint of this record. Keep a copy"):
            anchor.publish(made)
        assert anchor.path.read_text() == found
    anchor.path.write_bytes(b"\0" * 200_000)
    with pytest.raises(AnchorFailed, match="hold no checkpoint"):
        anchor.latest()


def test_a_note_that_follows_nothing_is_not_written(tmp_path: Path) -> None:
    made, others = chain(2), chain(5, root=b"x" * 32)
    anchor = FileAnchor(folder=tmp_path)
    anchor.publish(made)
    with pytest.raises(AnchorFailed, match="Checkpoint 5 does not follow checkpoint 2"):
        anchor.publish(others)
    assert sealers.published(tmp_path) == made
    restored = replace(
        notes.parse(others[0]).checkpoint, generation=1, restored=notes.Restored(generation=0, size=2, root=b"r" * 32)
    )
    begun_anew = notes.sign(restored, KEY)
    anchor.publish([others[1], begun_anew])
    assert sealers.published(tmp_path) == [*made, begun_anew]


def test_a_long_file_is_read_from_its_end(tmp_path: Path) -> None:
    made = chain(400)
    anchor = FileAnchor(folder=tmp_path)
    anchor.publish(made[:399])
    assert anchor.path.stat().st_size > 64 * 1024
    anchor.publish(made[390:])
    assert sealers.published(tmp_path) == made


def test_a_place_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AnchorFailed, match=r"cannot be written .* RECORD_DIR"):
        FileAnchor(folder=tmp_path / "file").publish(chain(1))
    (tmp_path / "checkpoints").mkdir()
    with pytest.raises(AnchorFailed, match="cannot be read"):
        FileAnchor(folder=tmp_path).latest()


def test_keys_are_made_once_kept_in_order_and_for_the_owner_only(tmp_path: Path) -> None:
    ring = Ring(tmp_path / "keys" / "keys.pem")
    assert ring.read() == []
    first = ring.newest()
    second = ring.behind(first)
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    told = [notes.public_bytes(key) for key in (first, second)]
    assert [notes.public_bytes(key) for key in ring.read()] == told
    assert notes.public_bytes(ring.newest()) == notes.public_bytes(ring.behind(first)) == told[1]
    name = notes.key_name("0123456789abcdef")
    found = ring.signer(installation="0123456789abcdef", kid=notes.kid(name, told[0]))
    assert found is not None and notes.public_bytes(found) == told[0]
    assert ring.signer(installation="f" * 16, kid=notes.kid(name, told[0])) is None
    ring.retire_before(first)
    ring.retire_before(second)
    assert [notes.public_bytes(key) for key in ring.read()] == told[1:]
    assert [path.name for path in ring.path.parent.iterdir()] == ["keys.pem"]


def test_keys_that_cannot_be_read_or_written_are_a_sentence(tmp_path: Path) -> None:
    ring = Ring(tmp_path / "keys.pem")
    ring.path.write_text("no key")
    with pytest.raises(NoKey, match=r"keys\.pem cannot be read"):
        ring.read()
    curve = generate_private_key(SECP256R1())
    ring.path.write_bytes(
        curve.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    with pytest.raises(NoKey, match="is not an Ed25519 key in PEM"):
        ring.read()
    (tmp_path / "folder.pem").mkdir()
    with pytest.raises(NoKey, match="cannot be read"):
        Ring(tmp_path / "folder.pem").newest()
    (tmp_path / "file").write_text("")
    broken = Ring(tmp_path / "file" / "keys.pem")
    with pytest.raises(NoKey, match=r"cannot be (read|written)"):
        broken.newest()


def test_a_disk_that_takes_no_key_leaves_the_former_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    ring = Ring(tmp_path / "keys.pem")
    first = ring.newest()
    monkeypatch.setattr("governance.audit.keys.os.fsync", full)
    with pytest.raises(NoKey, match=r"keys.pem cannot be written \(No space left on device\)"):
        ring.behind(first)
    assert [path.name for path in tmp_path.iterdir()] == ["keys.pem"]
    assert len(ring.read()) == 1
