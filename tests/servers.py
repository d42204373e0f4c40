"""The servers of a test run: one Postgres, one Valkey, one template per schema, a database per worker.

Loaded with `-p tests.servers`, before Django reads its settings. Not pytest-django's test database: the extension needs
a superuser, TRUNCATE is refused by design, and tests must not run as one. The network is closed except for loopback.
"""

import functools
import hashlib
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests import place

CHECKOUT = place.CHECKOUT
HOME = place.home()
FAST = place.FAST
ROLES = {
    "app": "chimera_app",
    "operator": "chimera_operator",
    "connector": "chimera_connector",
    "sealer": "chimera_sealer",
}

_stack = ExitStack()


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def _endpoints():
    from chimera.embedded.home import Home
    from chimera.embedded.lifecycle import Endpoints
    from chimera.embedded.postgres import Postgres
    from chimera.embedded.valkey import Valkey

    home = Home(HOME)
    return Endpoints(home=home, postgres=Postgres(home, settings=FAST), valkey=Valkey(home))


@functools.cache
def template() -> str:
    """The template's name: it changes with every migration, SQL file and role. They are read once in a process."""
    from chimera.embedded.entry import _schema_digest

    seeds = (Path(__file__).parent / "seed.sql").read_bytes()
    return "template_" + hashlib.sha256(_schema_digest().encode() + seeds).hexdigest()[:16]


def database() -> str:
    """The database of this worker in this run."""
    return f"run_{os.environ['CHIMERA_TEST_RUN']}_{_worker()}"


def admin(dbname: str = "postgres") -> psycopg.Connection:
    """A superuser connection: for making and dropping databases only, never for what is tested."""
    from chimera.embedded.postgres import SUPERUSER

    return psycopg.connect(**_endpoints().postgres.params(SUPERUSER, dbname), autocommit=True)


def clone(name: str) -> None:
    """A fresh copy of the template: its files as they are, which takes two thirds of the time of a copy by the log."""
    with admin() as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template()}" OWNER chimera_owner STRATEGY file_copy')


def drop(name: str) -> None:
    """Drop a copy, whoever is still connected."""
    with admin() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def variables(role: str, name: str, *, with_grant_key: bool = True) -> dict[str, str]:
    """The environment of a process of this run on a database of it."""
    from chimera.embedded.lifecycle import Endpoints

    found = _endpoints()
    ends = Endpoints(home=found.home, postgres=found.postgres, valkey=found.valkey, database=name)
    found_there = ends.environment(role, with_grant_key=with_grant_key)
    found_there.pop("GRANT_KEY_RING", None)  # a ring is one database's, and these come and go: the root signs
    return {
        **found_there,
        "PLAIN_HTTP": "1",
        "TENANCY_STRICT": "1",
        "OFFLINE_VERDICTS_MAY_ACT": "1",
        "REVIEW_UNDO_S": "0",
        # Whatever stands in .env: no test asks a real model.
        **dict.fromkeys(("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"), ""),
        "DJANGO_SETTINGS_MODULE": "chimera.settings",
        "WAKE_PREFIX": f"test-{name}",
    }


def _build_template() -> None:
    from chimera.embedded import locks
    from chimera.embedded.bootstrap import bootstrap

    ends = _endpoints()
    with locks.held(ends.home.run / "template.lock", timeout_s=300):
        with admin() as connection:
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if template() in known:
            return
        old = [name for name in known if name.startswith("template_")]
        for name in old if len(old) > 4 else []:  # a few stay: another checkout's run may be cloning one
            drop(name)
        building = f"building_{os.getpid()}"
        drop(building)
        bootstrap(ends.postgres, database=building)
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), "migrate", "--no-input", "-v", "0"],
            env={**os.environ, **variables("chimera_migrator", building)},
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
        )
        if done.returncode:
            raise pytest.UsageError(f"the template could not be migrated:\n{done.stderr[-3000:]}")
        with admin(building) as connection:
            connection.execute((Path(__file__).parent / "seed.sql").read_text())
        with admin() as connection:
            connection.execute(f'ALTER DATABASE "{building}" RENAME TO "{template()}"')


def _drop_leftovers() -> None:
    """Databases of runs that were killed."""
    with admin() as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'run\\_%'")]
    for name in names:
        if not Path(f"/proc/{name.split('_')[1]}").exists():
            drop(name)


def _close_network() -> None:
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if isinstance(host, str) and host and not (host.startswith("127.") or host in ("::1", "localhost")):
            raise PermissionError(f"the network is closed in tests: {address}")
        return connect(self, address)

    socket.socket.connect = loopback_only  # type: ignore[method-assign]


def _start() -> None:
    controller = "CHIMERA_TEST_RUN" not in os.environ
    if controller:
        from chimera.embedded import lifecycle
        from chimera.embedded.home import Home

        os.environ["CHIMERA_TEST_RUN"] = str(os.getpid())
        temporary = place.temporary(HOME)
        if temporary:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(temporary))
        _stack.enter_context(lifecycle.borrowed(Home(HOME), settings=FAST))
        _build_template()
        _drop_leftovers()
    os.environ.update(variables("chimera_app", database()))
    _close_network()


_start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller gives the servers back."""
    if os.environ.get("CHIMERA_TEST_RUN") == str(os.getpid()):
        drop(database())
        _stack.close()
