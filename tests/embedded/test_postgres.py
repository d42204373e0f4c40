"""The embedded Postgres: private, password-proof, crash-proof, and never root. OPS-1."""

import os
import shutil
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from chimera.embedded import identity, processes
from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.errors import NotRunning, StartFailed, UnknownRole
from chimera.embedded.home import ROLES, Home
from chimera.embedded.postgres import SUPERUSER, Postgres

QUICK = {"fsync": "off", "full_page_writes": "off"}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    # Below a folder that only we may enter, as a checkout in a private home directory is.
    parent = tmp_path_factory.mktemp("private")
    parent.chmod(0o700)
    server = Postgres(Home(parent / "home"), settings=QUICK)
    server.start()
    yield server
    server.stop()


def ask(server: Postgres, statement: str, **changes: object) -> object:
    with psycopg.connect(**(server.params(SUPERUSER, SUPERUSER) | changes)) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


@pytest.mark.spec("OPS-1")
def test_the_server_runs_below_a_private_folder_and_its_socket_is_private(postgres: Postgres) -> None:
    place = Path(postgres.params(SUPERUSER, SUPERUSER)["host"])
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert ask(postgres, "SELECT inet_server_addr() IS NULL") is True
    assert ask(postgres, "SELECT host(inet_server_addr())", host="127.0.0.1") == "127.0.0.1"
    assert stat.S_IMODE(postgres.home.root.parent.stat().st_mode) == 0o700


def test_a_wrong_password_is_refused_on_the_socket_and_on_tcp(postgres: Postgres) -> None:
    right = postgres.params(SUPERUSER, SUPERUSER)
    for host in (right["host"], "127.0.0.1"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**(right | {"host": host, "password": "wrong"}))
    assert ask(postgres, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0


def test_starting_a_running_server_changes_nothing(postgres: Postgres) -> None:
    before = postgres.pid()
    Postgres(postgres.home).start()
    assert postgres.pid() == before
    assert ask(postgres, "SHOW max_connections") == "200"
    assert ask(postgres, "SHOW fsync") == "off"


def test_committed_rows_survive_a_kill_and_the_stale_pid_file_does_not_hinder(postgres: Postgres) -> None:
    with psycopg.connect(**postgres.params(SUPERUSER, SUPERUSER)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    old = postgres.pid()
    assert old is not None
    os.kill(old, signal.SIGKILL)
    assert processes.wait_gone(old, timeout_s=5)
    assert not postgres.running()
    assert (identity.data_folder(postgres.home) / "postmaster.pid").exists()
    postgres.start()
    assert postgres.pid() != old
    assert ask(postgres, "SELECT answer FROM kept") == 42


def test_a_pid_file_that_names_a_stranger_does_not_hinder(postgres: Postgres) -> None:
    stale = identity.data_folder(postgres.home) / "postmaster.pid"
    lines = stale.read_text().splitlines()
    postgres.stop()
    # As in a container that was killed: its ids begin anew, and ours is taken by somebody else.
    stale.write_text("\n".join(["1", *lines[1:]]) + "\n")
    assert not postgres.running()
    postgres.start()
    assert postgres.running()


def test_a_recorded_port_that_was_taken_meanwhile_is_replaced(postgres: Postgres) -> None:
    old = postgres.params(SUPERUSER, SUPERUSER)["port"]
    postgres.stop()
    with socket.create_server(("127.0.0.1", old)):
        postgres.start()
        assert postgres.params(SUPERUSER, SUPERUSER)["port"] != old
        assert ask(postgres, "SELECT 1", host="127.0.0.1") == 1


def test_an_address_of_a_stopped_server_and_of_an_unknown_role_are_sentences(postgres: Postgres) -> None:
    with pytest.raises(UnknownRole, match="no database role 'root'"):
        postgres.params("root", "chimera")
    postgres.stop()
    postgres.stop()
    with pytest.raises(NotRunning, match="Start it first"):
        postgres.params(SUPERUSER, SUPERUSER)
    postgres.start()


def test_files_of_another_major_version_are_refused_with_a_way_out(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    home.postgres.mkdir(mode=0o700)
    (home.postgres / "PG_VERSION").write_text("12\n")
    with pytest.raises(StartFailed, match="made by Postgres 12, the installed one is 18"):
        Postgres(home).start()


def test_secrets_that_do_not_fit_the_database_are_a_sentence(postgres: Postgres) -> None:
    postgres.stop()
    path = postgres.home.root / "secrets.json"
    kept = path.read_text()
    path.unlink()
    try:
        with pytest.raises(StartFailed, match=r"Restore secrets\.json from a backup"):
            postgres.start()
        assert not postgres.running()
    finally:
        path.write_text(kept)
        postgres.start()


def test_a_start_that_fails_shows_the_last_log_lines(postgres: Postgres) -> None:
    postgres.stop()
    with pytest.raises(StartFailed, match=r"(?s)ended while starting.*unrecognized configuration parameter"):
        Postgres(postgres.home, settings={"no_such_setting": "1"}).start()
    postgres.start()


def test_bootstrap_makes_roles_and_database_and_may_run_again(postgres: Postgres) -> None:
    for _ in range(2):
        bootstrap(postgres, database="chimera_try")
    for role in ROLES:
        with psycopg.connect(postgres.url(role, "chimera_try")) as connection:
            found = connection.execute(
                "SELECT current_user, rolsuper, rolbypassrls, '[1,2]'::vector <-> '[1,3]'::vector"
                " FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert found == (role, False, False, 1.0)
        if role == "chimera_migrator":
            continue  # it acts as the owner, see below
        with psycopg.connect(postgres.url(role, "chimera_try")) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE public.mine (id int)")
    with psycopg.connect(postgres.url("chimera_migrator", "chimera_try")) as connection:
        connection.execute("SET ROLE chimera_owner")
        connection.execute("CREATE TABLE public.ours (id int)")
    log = postgres.log.read_text()
    secrets = postgres.home.secrets()
    assert not [each for each in (secrets.postgres_password, *secrets.roles.values()) if each in log]


def test_a_long_path_gets_a_private_socket_folder_elsewhere(tmp_path: Path) -> None:
    home = Home(tmp_path / ("long" * 30) / "home").prepare()
    server = Postgres(home, settings=QUICK)
    server.start()
    try:
        place = Path(server.params(SUPERUSER, SUPERUSER)["host"])
        assert place.name.startswith("chimera-") and stat.S_IMODE(place.stat().st_mode) == 0o700
        assert ask(server, "SELECT 1") == 1
    finally:
        server.stop()
    assert not place.exists()


def test_a_socket_folder_that_a_stranger_placed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StartFailed, match="belongs to somebody else"):
        identity.private_folder(tmp_path / "link", owner=os.geteuid())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity")
def test_root_without_user_namespaces_runs_it_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_namespace_prefix", lambda folder: ())
    home = Home(tmp_path / "home").prepare()
    spare = identity.SPARE_ROOT / f"chimera-{identity._mark(home)}"
    server = Postgres(home, settings=QUICK)
    try:
        server.start()
        pid = server.pid()
        assert pid is not None and Path(f"/proc/{pid}").stat().st_uid == 65534
        assert ask(server, "SELECT 1") == 1
        server.stop()
        monkeypatch.undo()  # the machine allows namespaces again: the database must still be the same one
        server.start()
        assert server.params(SUPERUSER, SUPERUSER)["host"] == str(spare / "run")
        assert not home.postgres.exists()
    finally:
        server.stop()
        shutil.rmtree(spare)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity")
def test_root_that_lost_user_namespaces_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_namespace_prefix", lambda folder: ())
    home = Home(tmp_path / "home").prepare()
    home.postgres.mkdir(mode=0o700)
    with pytest.raises(StartFailed, match="Give the data folder to an ordinary user"):
        Postgres(home).start()
