"""Borrowed servers are left as they were found, whoever leaves last. OPS-1."""

import signal
import subprocess
import sys
from pathlib import Path

import environ
import psycopg
import pytest
import redis

from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.errors import UnknownRole
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import borrowed
from chimera.embedded.postgres import SUPERUSER, Postgres
from chimera.embedded.valkey import Valkey

CHECKOUT = Path(__file__).resolve().parents[2]
QUICK = {"fsync": "off", "full_page_writes": "off"}
BORROWER = """
import sys, psycopg
from pathlib import Path
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import borrowed
with borrowed(Home(Path(sys.argv[1])), settings={"fsync": "off"}) as endpoints:
    with psycopg.connect(**endpoints.postgres.params("postgres", "postgres")) as connection:
        connection.execute("SELECT 1")
    print("in", endpoints.postgres.pid(), endpoints.valkey.pid(), flush=True)
    sys.stdin.readline()
print("out", flush=True)
"""


def borrower(home: Home) -> subprocess.Popen[str]:
    argv = [sys.executable, "-c", BORROWER, str(home.root)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)


def let_go(process: subprocess.Popen[str]) -> None:
    answer, _ = process.communicate("go\n", timeout=30)
    assert answer == "out\n" and process.returncode == 0


def line(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def up(home: Home) -> tuple[bool, bool]:
    return Postgres(home).running(), Valkey(home).running()


@pytest.mark.spec("OPS-1")
def test_two_processes_borrow_at_once_and_the_last_one_stops_the_servers(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first, second = borrower(home), borrower(home)
    seen = line(first), line(second)
    assert seen[0] == seen[1] and seen[0][0] == "in"
    let_go(first)
    assert up(home) == (True, True)
    let_go(second)
    assert up(home) == (False, False)


def test_a_killed_borrower_leaves_servers_that_the_next_one_uses_and_stops(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = borrower(home)
    seen = line(first)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=10)
    assert up(home) == (True, True)
    with borrowed(home) as endpoints:
        assert [str(endpoints.postgres.pid()), str(endpoints.valkey.pid())] == seen[1:]
        with borrowed(home):  # the same process may borrow twice
            assert up(home) == (True, True)
        assert up(home) == (True, True)
    assert up(home) == (False, False)


def test_a_server_that_was_running_before_stays_running(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    mine = Valkey(home)
    mine.start()
    try:
        with borrowed(home, settings=QUICK):
            assert up(home) == (True, True)
        assert up(home) == (False, True)
    finally:
        mine.stop()


def test_the_environment_of_a_role_opens_what_it_names_and_nothing_more(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with borrowed(home, settings=QUICK, database="chimera_env") as endpoints:
        bootstrap(endpoints.postgres, database="chimera_env")
        variables = endpoints.environment("chimera_app")
        with psycopg.connect(variables["DATABASE_URL"]) as connection:
            found = connection.execute("SELECT current_user, current_database()").fetchone()
        assert found == ("chimera_app", "chimera_env")
        with redis.Redis.from_url(variables["REDIS_URL"]) as client:
            assert client.ping()

        parsed = environ.Env.db_url_config(variables["DATABASE_URL"])
        params = endpoints.postgres.params("chimera_app", "chimera_env")
        assert parsed["ENGINE"] == "django.db.backends.postgresql"
        assert {parsed["USER"], parsed["PASSWORD"], parsed["NAME"]} == {
            "chimera_app", params["password"], "chimera_env",
        }  # fmt: skip
        assert (parsed["HOST"], parsed["PORT"]) == ("127.0.0.1", params["port"])

        with_key = endpoints.environment("chimera_app", with_grant_key=True)
        assert set(with_key) - set(variables) == {"GRANT_PRIVATE_KEY", "GRANT_KEY_RING"}
        others = [secret for role, secret in home.secrets().roles.items() if role != "chimera_app"]
        others += [home.secrets().postgres_password, home.secrets().grant_private_key]
        assert not [secret for secret in others if secret in "\n".join(variables.values())]
        with pytest.raises(UnknownRole):
            endpoints.environment(SUPERUSER)


def test_the_servers_hold_no_lock_of_their_borrower(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with borrowed(home, settings=QUICK) as endpoints:
        for pid in (endpoints.postgres.pid(), endpoints.valkey.pid()):
            names = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
            assert not [
                name for name in names if name.endswith(".lock") and str(home.run) in name and "PGSQL" not in name
            ]
