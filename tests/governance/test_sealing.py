"""The seal: no event is passed over, none has two places, nothing is signed on top of a changed past. AUD-2, AUD-3."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from chimera.core import tenancy
from chimera.core.faults import Injected
from governance.audit import entries, notes, proofs, sealing, selectors, services, tree
from governance.audit.sealing import RecordDisagrees
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows, sealers

pytestmark = pytest.mark.spec("AUD-2")


def test_everything_that_happened_is_sealed_in_portions_and_stands_outside(world: World, tmp_path: Path) -> None:
    sealers.happen(7)
    sealers.happen(2, brand=BETA)
    with sealers.sealing(world, tmp_path, count_max=4) as sealer:
        count, last = sealer.all()
        assert count == last.size == len(sealers.places(world)) >= 9
        assert sealer.round() == sealing.Round(size=count), "nothing new, nothing said"
        sealers.happen(5)
        assert sealer.all()[0] == 5
    sealers.assert_whole(world, tmp_path)
    assert len(sealers.published(tmp_path)) >= 4
    with world.role("operator"), tenancy.all_brands():
        assert selectors.lag() == selectors.Lag(unsealed=0, oldest_s=0, size=count + 5, behind=[])
    sealers.happen()
    with world.role("operator"), tenancy.all_brands():
        assert selectors.lag().unsealed == 1
        assert selectors.lag().oldest_s > 0


def test_who_commits_late_with_a_low_number_is_not_passed_over(world: World, tmp_path: Path) -> None:
    late = world.connect("app", brand=ALPHA)
    late.execute("BEGIN")
    insert = (
        "INSERT INTO governance_reviewitem (brand_id, status, state_version, subject, task, kind, content_hash,"
        " snapshot, why, deadline, decided_by, reason_code, reason) VALUES (1, 'PENDING', 1, %s, '', 'DOUBT', '',"
        " '{}', '', chimera_now(), '', '', '') RETURNING id"
    )
    first = late.execute(insert, ["agents.task:1"]).fetchone()[0]
    sealers.happen(3)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.waits = False
        sealer.all()
        before = len(sealers.places(world))
        sealers.happen(2)
        sealer.all()
        waiting = sealers.unsealed(world)
        late.execute("COMMIT")
        sealer.waits = True
        sealer.all()
    psql = world.superuser()
    told = psql.execute(
        "SELECT e.id, s.seq FROM governance_auditevent e JOIN governance_sealedevent s ON s.event_id = e.id"
        " WHERE e.subject = %s",
        [f"governance.reviewitem:{first}"],
    ).fetchone()
    assert told is not None, "the late event has no place"
    assert told[1] >= before, "its place is behind those that were sealed before it was committed"
    assert told[0] < max(event for seq, event in sealers.places(world) if seq < before + waiting)
    sealers.assert_whole(world, tmp_path)


def test_several_sealers_at_once_give_every_event_one_place(world: World, tmp_path: Path) -> None:
    def write() -> None:
        for _ in range(25):
            sealers.happen()

    def work() -> None:
        with sealers.sealing(world, tmp_path, count_max=6) as sealer:
            for _ in range(40):
                sealer.round()

    assert rows.together([work, work, work, write, write]) == [None] * 5
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
    sealers.assert_whole(world, tmp_path)


def test_a_second_sealer_goes_away(world: World, tmp_path: Path) -> None:
    sealers.happen()
    other = world.connect("sealer")
    other.execute("BEGIN")
    other.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.ONE_AT_A_TIME])
    with sealers.sealing(world, tmp_path) as sealer:
        assert sealer.round().busy
        other.execute("ROLLBACK")
        assert sealer.round().sealed


@pytest.mark.spec("AUD-3")
def test_a_crash_before_the_checkpoint_is_outside_leaves_nothing_out(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealers.happen(2)
    with sealers.sealing(world, tmp_path) as sealer:
        monkeypatch.setattr("chimera.core.faults._ARMED", "after_seal:raise")
        with pytest.raises(Injected):
            sealer.round()
        sealers.happen()
        with pytest.raises(Injected):
            sealer.round()
        monkeypatch.setattr("chimera.core.faults._ARMED", "")
        assert sealers.published(tmp_path) == []
        assert sealer.round().sealed == 0
    assert len(sealers.published(tmp_path)) == 2
    with sealers.sealing(world, tmp_path) as sealer:
        (tmp_path / "checkpoints").write_bytes((tmp_path / "checkpoints").read_bytes()[:-30])
        sealer.round()
    sealers.assert_whole(world, tmp_path)


def test_the_program_that_seals_survives_a_kill(world: World, tmp_path: Path) -> None:
    sealers.happen(3)
    sealers.settle()
    variables = {
        **world.variables("sealer"),
        "RECORD_DIR": str(tmp_path),
        "CHECKPOINT_KEYS_FILE": str(tmp_path / "keys.pem"),
    }

    def run(**more: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "manage.py", "seal", "--once", "--json"]
        return subprocess.run(words, env={**variables, **more}, capture_output=True, text=True, timeout=60)

    assert run(CHIMERA_FAULT="after_seal:kill").returncode == -signal.SIGKILL
    assert not (tmp_path / "checkpoints").exists()
    again = run()
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["sealed"] == 0
    sealers.assert_whole(world, tmp_path)


def test_places_have_no_gap_whoever_writes_them(world: World, tmp_path: Path) -> None:
    sealers.happen(3)
    with sealers.sealing(world, tmp_path) as sealer:
        size = sealer.all()[1].size
    statement = "INSERT INTO governance_sealedevent (seq, event_id, leaf) VALUES (%s, %s, sha256('x'))"
    psql, other = world.connect("sealer"), world.connect("sealer")

    def refused(connection: psycopg.Connection, *places: int) -> str:
        with pytest.raises(psycopg.DatabaseError) as error, connection.transaction():
            for number, place in enumerate(places):
                connection.execute(statement, [place, 20_000 + number])
        return error.value.diag.constraint_name or error.value.sqlstate

    for places in ((size + 1,), (-1,), (size, size + 2)):
        assert refused(psql, *places) in ("sealed_places_have_no_gap", "sealedevent_begins_at_0"), places
    psql.execute("BEGIN")
    psql.execute(statement, [size, 10_000])
    assert refused(other, size + 1) == "sealed_places_have_no_gap", "what is not committed is no predecessor"
    psql.execute("ROLLBACK")
    places = rows.together([lambda number=number: world_insert(world, size, number) for number in range(4)])
    assert sum(place is None for place in places) == 1, places
    assert [seq for seq, _ in sealers.places(world)] == list(range(size + 1))


def world_insert(world: World, place: int, number: int) -> None:
    world.connect("sealer").execute(
        "INSERT INTO governance_sealedevent (seq, event_id, leaf) VALUES (%s, %s, sha256('x'))",
        [place, 10_000 + number],
    )


def test_a_checkpoint_follows_the_former_one_and_covers_what_is_sealed(world: World, tmp_path: Path) -> None:
    psql = world.connect("sealer")
    statement = (
        "INSERT INTO governance_checkpoint (generation, size, root, note, kid, previous, at)"
        " VALUES (%s, %s, sha256('r'), 'n', 'k', {}, now())"
    )

    def refused(previous: str, generation: int, size: int) -> str:
        with pytest.raises(psycopg.DatabaseError) as error:
            psql.execute(statement.format(previous).encode(), [generation, size])
        return error.value.diag.constraint_name

    assert refused("sha256('x')", 0, 0) == "checkpoint_follows_the_former"
    sealers.happen(2)
    with sealers.sealing(world, tmp_path) as sealer:
        size = sealer.all()[1].size
    former = "(SELECT sha256(convert_to(note, 'UTF8')) FROM governance_checkpoint ORDER BY size DESC LIMIT 1)"
    world_insert(world, size, 1)
    for previous, generation, number in (
        ("sha256('x')", 0, size + 1),
        ("NULL", 0, size + 1),
        (former, 0, size),
        (former, 0, size + 2),
        (former, -1, size + 1),
    ):
        assert refused(previous, generation, number) == "checkpoint_follows_the_former"
    psql.execute(statement.format(former).encode(), [0, size + 1])
    assert refused("(SELECT previous FROM governance_checkpoint ORDER BY size DESC LIMIT 1)", 1, size + 1) == (
        "checkpoint_has_one_successor"
    )


def test_nobody_changes_what_is_sealed_and_only_the_sealer_adds(world: World, tmp_path: Path) -> None:
    sealers.happen(2)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
    tables = ("sealedevent", "subtree", "checkpoint", "checkpointkey")
    for role in ("app", "operator", "connector", "sealer"):
        psql = world.connect(role)
        for table in tables:
            for statement in ("DELETE FROM governance_{}", "TRUNCATE governance_{}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    psql.execute(statement.format(table).encode())
    for statement in (
        "UPDATE governance_sealedevent SET leaf = leaf",
        "UPDATE governance_checkpoint SET note = note",
        "UPDATE governance_auditevent SET actor = actor",
        "DELETE FROM governance_auditevent",
        "SELECT * FROM governance_reviewitem",
        "SELECT * FROM auth_user",
        "INSERT INTO governance_keyrotation DEFAULT VALUES",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.connect("sealer").execute(statement.encode())
    for statement in ("SELECT * FROM governance_sealedevent", "SELECT * FROM governance_subtree"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.connect("app", brand=ALPHA).execute(statement.encode())
    owner = world.superuser()
    for table, column in (("sealedevent", "leaf"), ("checkpoint", "note"), ("checkpointkey", "vkey")):
        for statement in (f"UPDATE governance_{table} SET {column} = {column}", f"DELETE FROM governance_{table}"):
            with pytest.raises(psycopg.DatabaseError, match="is append-only"):
                owner.execute(statement.encode())
    for table in tables:
        with pytest.raises(psycopg.DatabaseError, match="is append-only"):
            owner.execute(f"TRUNCATE governance_{table}".encode())


def test_a_record_that_was_changed_is_not_sealed_further(world: World, tmp_path: Path) -> None:
    sealers.happen(4)
    with sealers.sealing(world, tmp_path) as sealer:
        size = sealer.all()[1].size
        owner = world.superuser()
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE governance_sealedevent SET leaf = sha256('x') WHERE seq = %s", [size - 2])
        sealers.happen()
        with pytest.raises(RecordDisagrees, match=f"The {size} sealed entries in the database do not give the root"):
            sealer.round()
        owner.execute("DELETE FROM governance_sealedevent WHERE seq = %s", [size - 2])
        with pytest.raises(RecordDisagrees, match="do not give the root"):
            sealer.round()
    assert sealers.unsealed(world) == 2


@pytest.mark.spec("AUD-3")
def test_an_entry_is_proved_from_few_hashes(world: World, tmp_path: Path) -> None:
    owner = world.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute(
        "INSERT INTO governance_auditevent (brand_id, subject, task_id, actor, action, from_status, to_status,"
        " state_version, body) SELECT 1, 'agents.task:' || n, '', 'test:many', 'update', '', 'DONE', n, '{}'"
        " FROM generate_series(1, 1100) n"
    )
    owner.execute("SET session_replication_role = origin")
    with sealers.sealing(world, tmp_path, count_max=700) as sealer:
        size = sealer.all()[1].size
        sealers.happen(3)
        sealer.all()
    places = dict(sealers.places(world))
    with world.role("operator"), tenancy.all_brands():
        for seq in (0, 255, 256, 700, 1_023, 1_024, size, size + 2):
            proof = proofs.inclusion(event_id=places[seq])
            row = owner.execute(sealers.EVENTS, [places[seq]]).fetchone()
            root = notes.parse(proof.note).checkpoint.root
            assert (proof.seq, proof.size) == (seq, size + 3)
            assert tree.check_inclusion(entries.leaf(row), seq, proof.size, proof.path, root)
        former = notes.parse(sealers.kept(world)[0]).checkpoint
        path = proofs.consistency(old=former.size, new=size + 3)
        assert tree.check_consistency(former.size, size + 3, former.root, root, path)
        with pytest.raises(proofs.NoProof, match="There is no event 99999999 on the record"):
            proofs.inclusion(event_id=99_999_999)
        with pytest.raises(proofs.NoProof, match="ask for 0 < old <= new within it"):
            proofs.consistency(old=1, new=size + 4)
    sealers.happen()
    with world.role("operator"), tenancy.all_brands():
        newest = owner.execute("SELECT max(id) FROM governance_auditevent").fetchone()[0]
        with pytest.raises(proofs.NotSealedYet, match="is not sealed yet"):
            proofs.inclusion(event_id=newest)
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM governance_subtree WHERE level = 8 AND index = 3")
        with pytest.raises(proofs.NoProof, match="has lost hashes of level 8"):
            proofs.nodes(9, 1)


def test_before_the_first_checkpoint_there_is_no_proof_and_no_key_to_follow(world: World) -> None:
    with world.role("operator"), tenancy.all_brands(actor="cli:ada"):
        with pytest.raises(proofs.NotSealedYet, match="Nothing is sealed yet"):
            proofs.newest_checkpoint()
        with pytest.raises(services.NothingToRotate, match="no key to follow"):
            services.rotate()
        assert services.rotate_when_due() is None
        assert selectors.lag().size == 0


def test_what_a_restore_forgot_begins_a_generation_that_says_so(world: World, tmp_path: Path) -> None:
    sealers.happen(2)
    with sealers.sealing(world, tmp_path) as sealer:
        kept = sealer.all()[1].size
        sealers.happen(3)
        gone = sealer.all()[1].size
        sealers.restore(world, commands=sealers.forgetting(kept))
        owner = world.superuser()
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM governance_auditevent WHERE id NOT IN (SELECT event_id FROM governance_sealedevent)")
        assert sealer.all() == (0, sealing.Round(size=kept)), "a generation begins with something that happened"
        sealers.happen(1)
        sealer.all()
        sealers.happen(1)
        sealer.all()
    published = sealers.published(tmp_path)
    lost, first, second = (notes.parse(note).checkpoint for note in published[-3:])
    assert (lost.generation, lost.size) == (0, gone)
    assert first.generation == second.generation == 1
    assert first.restored == notes.Restored(generation=0, size=gone, root=lost.root)
    assert first.previous == notes.digest(published[-3])
    assert second.restored is None
    assert kept < first.size < second.size
    sealers.assert_whole(world, tmp_path)


def test_a_restore_that_forgot_nothing_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    sealers.happen(2)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
        sealers.restore(world)
        sealer.all()
    assert {notes.parse(note).checkpoint.generation for note in sealers.published(tmp_path)} == {0}
    sealers.assert_whole(world, tmp_path)


def test_on_another_server_numbers_of_transactions_from_before_mean_nothing(world: World, tmp_path: Path) -> None:
    sealers.happen(3)
    with sealers.sealing(world, tmp_path, count_max=3) as sealer:
        sealer.all()
        sealers.happen(3)  # not sealed, and restored into a server whose own numbers are far lower
        owner = world.superuser()
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE governance_auditevent SET xid = (xid::text::bigint + 4000000000)::text::xid8")
        owner.execute(
            "UPDATE governance_sealing SET system = '1', from_xid = (from_xid::text::bigint + 4000000000)::text::xid8"
        )
        sealers.happen(2)
        count = sealer.round().sealed
        sealers.happen(1)  # while the sealer catches up
        count += sealer.all()[0]
        assert count == 6
        sealers.happen(2)
        assert sealer.all()[0] == 2
    sealers.assert_whole(world, tmp_path)


def test_another_server_without_anything_new_is_noted_and_nothing_else(world: World, tmp_path: Path) -> None:
    sealers.happen(1)
    with sealers.sealing(world, tmp_path) as sealer:
        size = sealer.all()[1].size
        world.superuser().execute("UPDATE governance_sealing SET system = '1'")
        assert sealer.round() == sealing.Round(size=size)
        assert world.superuser().execute("SELECT system <> '1' FROM governance_sealing").fetchone()[0]
    assert len(sealers.published(tmp_path)) == 1


def test_a_database_that_forgot_without_a_restore_is_not_sealed(world: World, tmp_path: Path) -> None:
    sealers.happen(2)
    with sealers.sealing(world, tmp_path) as sealer:
        kept = sealer.all()[1].size
        sealers.happen(2)
        sealer.all()
        owner = world.superuser()
        for command in sealers.forgetting(kept):
            owner.execute(command.encode())
        sealers.happen(1)
        before = sealers.published(tmp_path)
        with pytest.raises(RecordDisagrees, match=f"that this database does not know .it knows {kept}., and nobody"):
            sealer.round()
    assert sealers.published(tmp_path) == before
    assert len(sealers.places(world)) == kept


def test_a_place_that_holds_another_installation_is_not_written_to(world: World, tmp_path: Path) -> None:
    sealers.happen(1)
    with sealers.sealing(world, tmp_path) as sealer:
        sealer.all()
        world.superuser().execute("UPDATE governance_sealing SET installation = 'ffffffffffffffff'")
        owner = world.superuser()
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM governance_checkpoint; DELETE FROM governance_sealedevent")
        sealers.happen(1)
        with pytest.raises(RecordDisagrees, match="are of another installation"):
            sealer.round()
