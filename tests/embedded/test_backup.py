"""A backup is whole or not there; a restore brings everything back, under quarantine, or changes nothing. OPS-9."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from chimera.core import clock, tenancy
from chimera.embedded import archive as archives
from chimera.embedded import backing_up, beside, gate, lifecycle, restoring
from chimera.embedded.archive import DUMP, MANIFEST, SUMS, Archive
from chimera.embedded.backing_up import Backup
from chimera.embedded.errors import BackupFailed, Damaged, RestoreRefused
from chimera.embedded.home import Home
from chimera.embedded.postgres import SUPERUSER, Postgres
from chimera.embedded.restoring import Restored
from chimera.embedded.superuser import Superuser, program_folder
from governance.controls.services import Stopped
from governance.effects import services as effects
from governance.models import Effect
from publishing.posts.models import Post
from tests import servers
from tests.conftest import ALPHA, World
from tests.governance import rows

pytestmark = pytest.mark.spec("OPS-9")
ACTOR = "cli:test restore"


@dataclass
class Place:
    """A database with its media, as somebody runs it on a Postgres of their own."""

    world: World
    folder: Path
    told: list[str]

    @property
    def superuser(self) -> Superuser:
        url = servers._endpoints().postgres.url(SUPERUSER, "postgres")
        return Superuser(admin_url=url, database=self.world.name)

    @property
    def media(self) -> Path:
        return self.folder / "home" / "media"

    def store(self, content: bytes) -> Path:
        name = hashlib.sha256(content).hexdigest()
        path = self.media / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def backup(self, name: str = "one.tar") -> Backup:
        return backing_up.take(
            superuser=self.superuser,
            media=self.media,
            target=self.folder / name,
            secrets=None,
            tell=self.told.append,
        )

    def restore(self, path: Path) -> Restored:
        self.leave()
        with archives.opened(path) as archive:
            archive.verify()
            return self.bring_back(archive)

    def bring_back(self, archive: Archive, *, prepare: Callable[[str], object] = str) -> Restored:
        return restoring.restore(
            archive=archive,
            superuser=self.superuser,
            media=self.media,
            actor=ACTOR,
            prepare=prepare,
            tell=self.told.append,
        )

    def leave(self) -> None:
        """Nobody of ours stays connected."""
        self.world.close()
        connection.close()

    def ask(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        with servers.admin(database or self.world.name) as asked:
            return asked.execute(statement.encode()).fetchall()

    def databases(self) -> dict[str, int]:
        """Databases of this place by name, with what stays theirs under another name."""
        found = self.ask(
            f"SELECT datname, oid FROM pg_database WHERE datname ~ '^{self.world.name}(_restoring|_former_.*)?$'",
            "postgres",
        )
        return dict(found)

    def manage(self, *words: str) -> "subprocess.Popen[str]":
        self.leave()
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START") if key in os.environ}
        own = {"CHIMERA_ADMIN_URL": self.superuser.admin_url, "CHIMERA_HOME": str(self.folder / "home")}
        variables = {**kept, **servers.variables("chimera_operator", self.world.name), **own}
        return subprocess.Popen(
            [sys.executable, str(servers.CHECKOUT / "manage.py"), *words],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        with self.manage(*words) as process:
            out, err = process.communicate(timeout=60)
        assert "Traceback" not in out + err
        return process.returncode, out, err


@pytest.fixture
def place(world: World, tmp_path: Path) -> Iterator[Place]:
    made = Place(world, tmp_path, [])
    made.media.mkdir(parents=True)
    yield made
    made.leave()
    for name in made.databases().keys() - {world.name}:
        servers.drop(name)


def scheme(place: Place, database: str) -> str:
    """Everything but rows: tables, owners, policies, functions, triggers, rights."""
    with tempfile.TemporaryFile() as said:
        dumping = place.superuser.program("pg_dump", "--schema-only", major=18, database=database, output=said)
        assert dumping.wait(60) == 0
        said.seek(0)
        found = re.sub(r"(?m)^\\(un)?restrict .*$", "", said.read().decode())
    # Lists in conditions come back with the same meaning and other casts.
    casts = re.compile(r"::(character varying|text)|\[\]|[()]")
    return "\n".join(casts.sub("", line) if "ARRAY[" in line else line for line in found.splitlines())


RECORD = (
    "SELECT count(*), md5(string_agg(id || subject || actor || action || to_status || body || at, '|' ORDER BY id))"
    " FROM governance_auditevent WHERE id <= {0}"
)


def test_every_row_owner_policy_and_function_comes_back_and_the_former_database_is_kept(place: Place) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        post = rows.claimed()
        rows.effect(row=post)
    image = place.store(b"an image")
    broken = place.store(b"a broken image")
    broken.write_bytes(b"a brokem image")
    made = place.backup()
    assert made.manifest.rows["publishing_post"] == 1 and made.manifest.rows["core_brand"] == 2
    assert made.manifest.media_count == 1 and made.manifest.media_left_out == [broken.name]
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in place.folder.iterdir()} == {"home", "one.tar"}

    ((last,),) = place.ask("SELECT max(id) FROM governance_auditevent")
    record, wanted, before = place.ask(RECORD.format(last)), scheme(place, place.world.name), place.databases()
    with tenancy.brand(ALPHA, actor="test:later"):
        rows.post(key="2")
    image.unlink()
    done = place.restore(made.path)

    assert scheme(place, place.world.name) == wanted, "owners, policies, functions, triggers and rights"
    with servers.admin(place.world.name) as asked:
        found = backing_up.count_rows(asked)
    changed = {name for name in found if found[name] != made.manifest.rows[name]}
    assert changed <= {"governance_control", "governance_auditevent", "governance_incarnation"}
    assert place.ask(RECORD.format(last)) == record
    assert image.read_bytes() == b"an image" and done.media_new == 1
    assert place.databases()[done.former] == before[place.world.name]
    assert place.ask("SELECT count(*) FROM publishing_post", done.former) == [(2,)]

    app = place.world.connect("app", brand=ALPHA)
    with pytest.raises(psycopg.Error, match="may not go from INTENDED to IN_DOUBT"):
        app.execute("UPDATE governance_effect SET status = 'IN_DOUBT', state_version = 2")
    assert place.world.connect("app", brand=2).execute("SELECT count(*) FROM publishing_post").fetchone() == (0,)
    with pytest.raises(psycopg.Error, match="permission denied"):
        app.execute("DELETE FROM governance_auditevent")

    place.leave()
    assert restoring.drop_formers(place.superuser) == [done.former]
    assert set(place.databases()) == {place.world.name}


def test_a_backup_during_writes_holds_every_pair_of_rows_or_none_of_it(place: Place) -> None:
    enough = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with servers.admin(place.world.name) as writer:
            writer.execute("SELECT set_config('app.actor', 'test:writer', false)")
            while not enough.is_set():
                with writer.transaction():
                    for half in "ab":
                        writer.execute("INSERT INTO core_brand (slug, name) VALUES (%s, 'x')", [f"p{written}-{half}"])
                written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while written < 20:
            assert thread.is_alive()
        begun = written
        made = place.backup()
        ended = written
    finally:
        enough.set()
        thread.join()
    assert begun < ended, "the writer went on while the backup was taken"
    place.restore(made.path)
    pairs = place.ask("SELECT count(*) FROM core_brand WHERE slug LIKE 'p%' GROUP BY split_part(slug, '-', 1)")
    assert set(pairs) == {(2,)}
    assert begun <= len(pairs) < written
    assert made.manifest.rows["core_brand"] == 2 + 2 * len(pairs), "counted in the same snapshot"
    events = made.manifest.rows["governance_auditevent"]
    assert place.ask(f"SELECT count(*) FROM governance_auditevent WHERE actor <> '{ACTOR}'") == [(events,)]


def test_what_was_sent_after_the_backup_is_not_sent_again(place: Place) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        post = rows.claimed(lease_s=3600)
        effect = rows.effect(row=post)
    made = place.backup()
    with tenancy.brand(ALPHA, actor="worker:1"):
        effects.send(effect=effect, row=post, jti="jti-1", call_timeout_s=10)
        effects.confirm(effect=effect, platform_id="p-1", receipt={}, cost_usd_micros=0)
    done = place.restore(made.path)
    assert done.freed == 1
    with tenancy.brand(ALPHA, actor="worker:2"):
        again = Post.objects.get()
        assert (again.lease_until, again.lease_owner, again.fence) == (None, "", post.fence), "due, for whoever comes"
        assert again.due_at <= clock.now()
        Post.objects.update(fence=9, lease_until=clock.now() + timedelta(hours=1), lease_owner="worker:2")
        forgotten, again = Effect.objects.get(), Post.objects.get()
        assert forgotten.status == "INTENDED", "the restored database does not know that it was sent"
        with pytest.raises(Stopped, match="Restored from a backup"):
            effects.send(effect=forgotten, row=again, jti="jti-2", call_timeout_s=10)
        assert Effect.objects.get().status == "INTENDED"
    assert place.ask("SELECT actor FROM governance_auditevent WHERE subject LIKE 'governance.control:%'") == [(ACTOR,)]


def test_a_restore_is_refused_while_somebody_is_connected_and_says_who(place: Place) -> None:
    made, before = place.backup(), place.databases()
    place.leave()
    with psycopg.connect(place.superuser.url(place.world.name), application_name="stray worker"):
        with pytest.raises(RestoreRefused, match=r"in use by postgres from 127.0.0.1 \(stray worker, backend \d+\)"):
            with archives.opened(made.path) as archive:
                place.bring_back(archive)
    assert place.databases() == before

    def intrude(name: str) -> None:
        intruders.append(psycopg.connect(place.superuser.url(place.world.name)))

    intruders: list[psycopg.Connection] = []
    with archives.opened(made.path) as archive, pytest.raises(RestoreRefused, match="while it was being restored"):
        place.bring_back(archive, prepare=intrude)
    intruders[0].close()
    assert place.databases() == before, "the half-made one is gone"


def test_a_restore_that_is_killed_leaves_the_former_database_in_use(place: Place) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.post(key="kept")
    made, before = place.backup(), place.databases()[place.world.name]
    for words in ("restoring", "swapping names"):
        with place.manage("restore", str(made.path), "--yes") as process:
            assert process.stderr is not None
            assert any(words in line for line in process.stderr), "it never came to that"
            process.send_signal(signal.SIGKILL)
        found = place.databases()
        # The change of names may be quicker than the signal; then it is complete.
        if words == "restoring" or f"{place.world.name}_restoring" in found:
            assert found[place.world.name] == before
        assert before in found.values()
        assert place.ask("SELECT count(*) FROM publishing_post") == [(1,)]
    code, out, err = place.run("restore", str(made.path), "--yes", "--json", "--drop-former")
    assert code == 0, err
    assert set(place.databases()) == {place.world.name}
    assert "manage.py reconcile" in out and json.loads(out.splitlines()[-1])["quarantined"]


def test_a_backup_that_is_killed_or_told_to_stop_leaves_no_file_of_its_name(place: Place) -> None:
    target = place.folder / "to" / "b.tar"
    target.parent.mkdir()
    for number in (signal.SIGKILL, signal.SIGTERM):
        with place.manage("backup", "--to", str(target)) as process:
            assert process.stderr is not None
            assert any("dumping" in line for line in process.stderr)
            process.send_signal(number)
            process.stderr.read()
        if process.returncode == 0:  # it had finished before the signal came
            with archives.opened(target) as archive:
                archive.verify()
            target.unlink()
            continue
        assert not target.exists()
    left = [path.name for path in target.parent.iterdir()]
    assert len(left) <= 1 and all(name.startswith(".b.tar.") and name.endswith(".partial") for name in left), left


def test_a_damaged_file_is_refused_before_anything_is_touched(place: Place, tmp_path: Path) -> None:
    place.store(b"an image")
    made, before = place.backup(), place.databases()
    whole = made.path.read_bytes()
    bad = tmp_path / "bad.tar"

    def refusal(content: bytes) -> str:
        bad.write_bytes(content)
        with pytest.raises(Damaged) as told, archives.opened(bad) as archive:
            archive.verify()
        assert "\n" not in str(told.value)
        return str(told.value)

    for kept in (0, 100, 512, 5000, len(whole) // 2, len(whole) - 10_240, len(whole) - 512):
        assert "cut off" in refusal(whole[:kept])
    for at in range(600, len(whole) - 10_240, len(whole) // 15):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert "one.tar" not in refusal(bytes(changed))
    assert "no backup" in refusal(b"x" * 20_480)
    other = whole.replace(b'"format": 1', b'"format": 7')
    assert "format 7" in refusal(other)
    assert "database.dump is not as it was written" in refusal(whole[:2000] + b"\0\1\2\3" + whole[2004:])

    for path, sentence in ((tmp_path, "is a folder"), (tmp_path / "no", "There is no file")):
        with pytest.raises(Damaged, match=sentence), archives.opened(path):
            pass
    bad.write_bytes(whole[: len(whole) // 2])
    code, _, err = place.run("restore", str(bad), "--yes")
    assert code == 1 and "cut off" in err
    assert place.databases() == before
    code, _, err = place.run("restore", str(made.path))
    assert code == 1 and "--yes" in err, "nobody is there to be asked"


def test_what_does_not_fit_is_refused_with_the_reason(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    made, before = place.backup(), place.databases()
    place.leave()
    with archives.opened(made.path) as archive:
        known = restoring.known_migrations()
        assert restoring.check(archive, disk=known) == []
        with pytest.raises(
            RestoreRefused, match=r"newer code: it knows 1 migrations .* \(governance.0003_neighbours\)"
        ):
            restoring.check(archive, disk=known - {"governance.0003_neighbours"})
        assert restoring.check(archive, disk={*known, "governance.0099_x"}) == ["governance.0099_x"]
        monkeypatch.setattr(beside.shutil, "disk_usage", lambda path: _Free(free=1000))
        with pytest.raises(RestoreRefused, match=r"0\.0 MiB free; this restore needs \d+\.\d MiB"):
            beside.require_space(archive, folder=place.media, with_database=True)
        monkeypatch.undo()
        archive.manifest = replace(archive.manifest, postgres_major=17)
        with pytest.raises(RestoreRefused, match=r"made by Postgres 17; .* is 18"):
            place.bring_back(archive)
        archive.manifest = replace(archive.manifest, postgres_major=18, rows={**archive.manifest.rows, "core_brand": 3})
        with pytest.raises(BackupFailed, match=r"Not every row came back \(tables core_brand\)"):
            place.bring_back(archive)
    assert place.databases() == before
    with pytest.raises(BackupFailed, match="Postgres 11 and needs the programs"):
        program_folder(11)
    with pytest.raises(BackupFailed, match="exists already"):
        place.backup()
    with pytest.raises(BackupFailed, match="cannot be written to"):
        place.backup("no/such/folder.tar")
    monkeypatch.setattr(backing_up.shutil, "disk_usage", lambda path: _Free(free=1000))
    with pytest.raises(BackupFailed, match=r"0\.0 MiB free; the backup, at the worst, needs \d+\.\d MiB"):
        place.backup("two.tar")
    assert sorted(path.name for path in place.folder.iterdir()) == ["home", "one.tar"]
    weak = servers._endpoints().postgres.url("chimera_operator", "postgres")
    with pytest.raises(BackupFailed, match="chimera_operator is no superuser"):
        backing_up.take(
            superuser=Superuser(admin_url=weak, database=place.world.name),
            media=place.media,
            target=place.folder / "three.tar",
            secrets=None,
            tell=place.told.append,
        )


@dataclass
class _Free:
    free: int


def test_a_new_machine_takes_a_backup_with_its_keys_and_works(place: Place) -> None:
    """The data folder of a machine that never ran: servers, logins and tables are made, then the rows are there."""
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.post(key="kept")
    keys = place.folder / "secrets.json"
    lost = servers._endpoints().home.secrets()
    keys.write_bytes((servers.HOME / "secrets.json").read_bytes())
    made = backing_up.take(
        superuser=place.superuser,
        media=place.media,
        target=place.folder / "keys.tar",
        secrets=keys,
        tell=place.told.append,
    )
    home = Home(place.folder / "new")
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}

    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=servers.CHECKOUT,
            env={**kept, "CHIMERA_HOME": str(home.root)},
            capture_output=True,
            text=True,
            timeout=90,
        )
        return done.returncode, done.stdout, done.stderr

    code, _, err = run("backup")
    assert code == 1 and "no database yet" in err
    with gate.claimed(home):
        code, _, err = run("restore", str(made.path), "--yes")
        assert code == 1 and "already running on the data folder" in err and not home.postgres.exists()
    with lifecycle.borrowed(home, settings=servers.FAST):
        code, out, err = run("restore", str(made.path), "--yes", "--with-secrets", "--json")
        assert code == 0, err
        found = json.loads(out.splitlines()[-1])
        assert found["former"] == "" and found["rows"] == sum(made.manifest.rows.values())
        assert home.secrets().grant_private_key == lost.grant_private_key
        assert home.secrets().postgres_password != lost.postgres_password, "the servers of this folder keep theirs"
        with psycopg.connect(**Postgres(home).params("chimera_app", "chimera")) as app:
            app.execute("SELECT set_config('app.brand', %s, false)", [str(ALPHA)])
            assert app.execute("SELECT task FROM publishing_post").fetchall() == [("agents.task:kept",)]
        code, out, err = run("backup", "--json")
        assert code == 0, err
    taken = Path(json.loads(out.splitlines()[-1])["file"])
    with archives.opened(taken) as archive:
        archive.verify()
        assert archive.manifest.rows["publishing_post"] == 1
        assert taken.parent == home.root / "backups" and not archive.manifest.with_secrets
        assert {DUMP, MANIFEST, SUMS} == set(archive._members)
    assert not Postgres(home).running()
