"""Borrow the servers: start them when they are down, leave them as they were found. OPS-1.

Commands and tests share one data folder. Each borrower holds a shared lock while it works; who leaves last stops what
borrowers started. A server that somebody started outside `borrowed` is used and left running.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chimera.embedded import locks
from chimera.embedded.errors import UnknownRole
from chimera.embedded.home import Home
from chimera.embedded.postgres import Postgres
from chimera.embedded.valkey import Valkey

_WAIT_S = 120.0  # a first start beside a slow one


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The running servers of `home` and how a program reaches them."""

    home: Home
    postgres: Postgres
    valkey: Valkey
    database: str = "chimera"

    def environment(self, role: str, *, with_grant_key: bool = False, with_sealing: bool = False) -> dict[str, str]:
        """Variables for a program that logs in as database role `role` (one of home.ROLES).

        Only who mints publish grants gets the private root and the ring of keys, with `with_grant_key`; only who seals
        the record gets the sealer's login and the place of its keys, with `with_sealing`. UnknownRole for other roles.
        """
        secrets = self.home.secrets()
        if role not in secrets.roles:
            raise UnknownRole(f"There is no program role {role!r}; known are {', '.join(sorted(secrets.roles))}.")
        variables = {
            "DATABASE_URL": self.postgres.url(role, self.database),
            "REDIS_URL": self.valkey.url(),
            "SECRET_KEY": secrets.django_secret_key,
            "CHIMERA_HOME": str(self.home.root),
            "CHIMERA_ROLE": role,
            "GRANT_PUBLIC_KEY": secrets.grant_public_key,
            "SERVICE_TOKEN": secrets.service_token,
            "RECORD_DIR": str(self.home.record),
        }
        if with_sealing:
            variables["SEALER_DATABASE_URL"] = self.postgres.url("chimera_sealer", self.database)
            variables["CHECKPOINT_KEYS_FILE"] = str(self.home.checkpoint_keys)
        if with_grant_key:
            variables["GRANT_PRIVATE_KEY"] = secrets.grant_private_key
            variables["GRANT_KEY_RING"] = str(self.home.grant_keys)
        return variables


@contextmanager
def borrowed(
    home: Home, *, database: str = "chimera", settings: Mapping[str, str] | None = None
) -> Iterator[Endpoints]:
    """Both servers of `home` for the length of the block; `settings` count only when Postgres is started here.

    StartFailed when a server does not come up, StopFailed when the last borrower cannot stop one.
    """
    home.prepare()
    endpoints = Endpoints(home=home, postgres=Postgres(home, settings=settings), valkey=Valkey(home), database=database)
    in_use = locks.open_file(home.run / "in-use.lock")
    try:
        try:
            with locks.held(home.run / "start.lock", timeout_s=_WAIT_S):
                locks.share(in_use)
                _start_missing(endpoints)
            yield endpoints
        finally:
            with locks.held(home.run / "start.lock", timeout_s=_WAIT_S):
                if locks.try_alone(in_use):
                    _stop_borrowed(endpoints)
    finally:
        os.close(in_use)


def _servers(endpoints: Endpoints) -> dict[str, Postgres | Valkey]:
    return {"postgres": endpoints.postgres, "valkey": endpoints.valkey}


def _record(home: Home) -> Path:
    """File with the process ids of servers that borrowers started, by name."""
    return home.run / "borrowed.json"


def _recorded(home: Home) -> dict[str, int]:
    try:
        found = json.loads(_record(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): int(pid) for name, pid in found.items()} if isinstance(found, dict) else {}


def _start_missing(endpoints: Endpoints) -> None:
    record = _recorded(endpoints.home)
    for name, server in _servers(endpoints).items():
        if server.running():
            continue
        server.start()
        pid = server.pid()
        if pid is not None:
            record[name] = pid
            _record(endpoints.home).write_text(json.dumps(record), encoding="utf-8")


def revive(endpoints: Endpoints) -> None:
    """Start again what died while borrowed, so that the last borrower stops it too. StartFailed when that fails."""
    with locks.held(endpoints.home.run / "start.lock", timeout_s=_WAIT_S):
        _start_missing(endpoints)


def _stop_borrowed(endpoints: Endpoints) -> None:
    record = _recorded(endpoints.home)
    for name, server in reversed(_servers(endpoints).items()):
        pid = server.pid()
        if pid is not None and record.get(name) == pid:
            server.stop()
    _record(endpoints.home).unlink(missing_ok=True)
