"""Keys of the seal, and the sealer as a program: what it says, and how it goes on. AUD-2, AUD-3."""

import threading
from pathlib import Path

import pytest
from django.db import connections

from chimera.core import tenancy
from governance.audit import notes, sealing, selectors, services, standing
from governance.audit.anchors.base import AnchorFailed
from governance.audit.keys import NoKey, Ring
from governance.audit.sealer import Sealer
from governance.audit.sealing import RecordDisagrees
from tests.conftest import World
from tests.governance import sealers

pytestmark = pytest.mark.spec("AUD-2")


@pytest.mark.spec("AUD-3")
def test_a_new_key_is_made_known_by_the_old_one_and_signs_from_then_on(world: World, tmp_path: Path) -> None:
    sealers.happen(1)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
        with world.role("operator"), tenancy.acting("cli:ada"):
            services.rotate()
            services.rotate()
        sealer.all()
        for _ in range(2):
            sealers.happen(1)
            sealer.all()
        assert len(sealer.ring.read()) == 1, "the former private key is gone"
    first, told, second, third = (notes.parse(note) for note in sealers.published(tmp_path))
    assert first.kid == told.kid != second.kid == third.kid == told.next_kid
    assert [one.checkpoint.next_key != "" for one in (first, told, second, third)] == [False, True, False, False]
    sealers.assert_whole(world, tmp_path)
    with world.role("operator"), tenancy.all_brands():
        actors = [event.actor for event in selectors.of(subject="governance.keyrotation:1")]
    assert actors == ["cli:ada"]


def test_the_schedule_asks_when_a_key_has_signed_long_enough(world: World, tmp_path: Path, settings: object) -> None:
    from governance import celery_tasks

    sealers.happen(1)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
        celery_tasks.rotate_checkpoint_key()
        assert world.superuser().execute("SELECT count(*) FROM governance_keyrotation").fetchone()[0] == 0
        owner = world.superuser()
        owner.execute("UPDATE core_clock SET simulated = true, shift = interval '91 days'")
        with tenancy.acting("test:beat"):
            settings.CHECKPOINT_KEY_DAYS = 0  # type: ignore[attr-defined]
            assert services.rotate_when_due() is None
            settings.CHECKPOINT_KEY_DAYS = 90  # type: ignore[attr-defined]
        celery_tasks.rotate_checkpoint_key()
        with tenancy.acting("test:beat"):
            assert services.rotate_when_due() is None, "it was asked for already"
        sealer.all()
    assert len({row[0] for row in owner.execute("SELECT kid FROM governance_checkpointkey")}) == 2


def test_without_its_key_nothing_is_sealed_until_a_restore_begins_anew(world: World, tmp_path: Path) -> None:
    sealers.happen(1)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
        sealer.ring.path.unlink()
        sealers.happen(1)
        with pytest.raises(NoKey, match="that has to sign the next checkpoint is not in"):
            sealer.round()
        sealers.restore(world)
        sealer.all()
    former, first = (notes.parse(note) for note in sealers.published(tmp_path))
    assert first.checkpoint.generation == 1
    assert first.checkpoint.restored == notes.Restored(
        generation=0, size=former.checkpoint.size, root=former.checkpoint.root
    )
    sealers.assert_whole(world, tmp_path)


def test_an_outside_that_cannot_be_written_is_made_up_for(world: World, tmp_path: Path) -> None:
    sealers.happen(1)
    with sealers.sealing(world, tmp_path / "record") as sealer:
        sealer.ring = Ring(tmp_path / "keys.pem")
        (tmp_path / "record").write_text("in the way")
        with pytest.raises(AnchorFailed):
            sealer.round()
        (tmp_path / "record").unlink()
        sealer.round()
    sealers.assert_whole(world, tmp_path / "record")


def test_a_sealer_watches_says_what_is_wrong_once_and_goes_on(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, rounds = threading.Event(), []
    failures: list[Exception] = [RecordDisagrees("it disagrees"), RecordDisagrees("it disagrees"), ZeroDivisionError()]

    def seal(**given: object) -> sealing.Round:
        rounds.append(given)
        if failures:
            raise failures.pop(0)
        if len(rounds) > 4:
            stop.set()
        return sealing.Round(sealed=1, size=len(rounds), more=len(rounds) == 4)

    monkeypatch.setattr(sealing, "seal", seal)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.watch(stop, every_s=0.001)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert "the record is not sealed now: it disagrees" in caplog.text


def test_a_worker_with_the_login_seals_in_a_thread(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from governance.audit import sealer

    done = threading.Event()

    def watch(self: Sealer, stop: threading.Event, *, every_s: float) -> None:
        assert (self.database.alias, every_s, [one.name for one in self.anchors]) == ("sealer", 0.25, ["file"])
        done.set()

    monkeypatch.setattr(Sealer, "watch", watch)
    monkeypatch.setitem(connections.databases, "sealer", dict(connections["default"].settings_dict))
    assert not sealer.start().is_set()
    assert done.wait(10)


def test_a_note_is_noted_as_anchored_and_never_an_older_one(world: World, tmp_path: Path) -> None:
    sealers.happen(1)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
        sealers.happen(1)
        size = sealer.all()[1].size
        former = notes.parse(sealers.published(tmp_path)[0]).checkpoint
        with sealer.database.cursor() as cursor:
            standing.note_anchored(cursor, "file", former)
    found = world.superuser().execute("SELECT anchor, size FROM governance_anchoring").fetchall()
    assert found == [("file", size)]
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoints", "keys.pem"}
