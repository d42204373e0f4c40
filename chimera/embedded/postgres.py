"""PostgreSQL 18 on this machine, from the wheel's programs, under our own supervision. OPS-1.

Every connection proves its password (SCRAM), on the socket too. The server is detached: it outlives the process
that started it and is found again by what Postgres itself writes into postmaster.pid.
"""

import os
import secrets as tokens
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from chimera.embedded import identity as identities
from chimera.embedded import locks, processes
from chimera.embedded.errors import NotRunning, StartFailed, StopFailed, UnknownRole
from chimera.embedded.home import Home
from chimera.embedded.identity import Identity

SUPERUSER = "postgres"
_NAME = "postgres"
_TRIES = 3
_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "listen_addresses": processes.LOOPBACK,
    "unix_socket_permissions": "0700",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


@dataclass(frozen=True)
class _Postmaster:
    pid: int
    port: int
    sockets: Path


class Postgres:
    """The Postgres server of one data folder. `settings` are server settings by name; they win over ours."""

    def __init__(self, home: Home, *, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.settings = dict(settings or {})
        self.log = home.logs / "postgres.log"

    def pid(self) -> int | None:
        """Process id of the server, or None while it is down."""
        postmaster = self._postmaster()
        return postmaster.pid if postmaster else None

    def running(self) -> bool:
        """Whether the server's process is there."""
        return self.pid() is not None

    def params(self, role: str, database: str) -> dict[str, Any]:
        """Keywords for psycopg.connect: the socket when this process can reach it, else loopback TCP.

        NotRunning while the server is down; UnknownRole for a role without a password.
        """
        postmaster = self._required()
        socket = postmaster.sockets / f".s.PGSQL.{postmaster.port}"
        reachable = os.access(socket, os.R_OK | os.W_OK)
        return {
            "host": str(postmaster.sockets) if reachable else processes.LOOPBACK,
            "port": postmaster.port,
            "user": role,
            "password": self._password(role),
            "dbname": database,
        }

    def url(self, role: str, database: str) -> str:
        """postgres:// address over loopback TCP: the one form that psycopg and django-environ read alike."""
        postmaster = self._required()
        password = quote(self._password(role), safe="")
        place = f"{processes.LOOPBACK}:{postmaster.port}"
        return f"postgres://{quote(role, safe='')}:{password}@{place}/{quote(database, safe='')}"

    def start(self, *, timeout_s: float = 60.0) -> None:
        """Make the database files when there are none, start when down, wait until it answers.

        StartFailed with a sentence and the last log lines when it does not within `timeout_s`.
        """
        self.home.prepare()
        deadline = time.monotonic() + timeout_s
        with locks.held(self.home.run / "postgres.lock", timeout_s=timeout_s):
            pid = self.pid()
            if pid is not None:
                self._wait_ready(pid, deadline)
                return
            identity = identities.choose(self.home)
            if identity.data.exists():
                self._check_files(identity)
            else:
                self._create_files(identity)
            self._clear_stale(identity, deadline)
            self._launch(identity, deadline)
            self._check_password()

    def stop(self, *, timeout_s: float = 20.0) -> None:
        """End the server, closing its connections; nothing happens when it is down. StopFailed when it stays."""
        self.home.prepare()
        with locks.held(self.home.run / "postgres.lock", timeout_s=timeout_s):
            postmaster = self._postmaster()
            if postmaster is None:
                return
            self._end(postmaster, timeout_s)

    def _end(self, postmaster: _Postmaster, timeout_s: float) -> None:
        os.kill(postmaster.pid, signal.SIGINT)  # "fast": does not wait for clients
        if not processes.wait_gone(postmaster.pid, timeout_s=timeout_s):
            raise StopFailed(
                f"Postgres (process {postmaster.pid}) did not end within {timeout_s:.0f} s.\n"
                f"{processes.last_lines(self.log)}"
            )
        if postmaster.sockets.exists() and not any(postmaster.sockets.iterdir()):
            postmaster.sockets.rmdir()  # it may be in the temporary folder, where nobody else would clear it

    def _password(self, role: str) -> str:
        secrets = self.home.secrets()
        if role == SUPERUSER:
            return secrets.postgres_password
        if role not in secrets.roles:
            raise UnknownRole(f"There is no database role {role!r}; known are {', '.join(sorted(secrets.roles))}.")
        return secrets.roles[role]

    def _required(self) -> _Postmaster:
        postmaster = self._postmaster()
        if postmaster is None:
            raise NotRunning(f"Postgres of {self.home.root} is not running, so it has no address. Start it first.")
        return postmaster

    def _postmaster(self) -> _Postmaster | None:
        data = identities.data_folder(self.home)
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            found = _Postmaster(pid=int(lines[0]), port=int(lines[3]), sockets=Path(lines[4]))
        except (OSError, ValueError, IndexError):
            return None  # absent, or still being written
        return found if processes.works_in(found.pid, name=_NAME, folder=data) else None

    def _check_files(self, identity: Identity) -> None:
        owner = os.geteuid() if identity.user is None else identity.user
        if identity.data.stat().st_uid != owner:
            raise StartFailed(
                f"The database in {identity.data} belongs to user id {identity.data.stat().st_uid}, not to the one "
                f"that would run it ({owner}). Run chimera as the user who made it."
            )
        try:
            version = (identity.data / "PG_VERSION").read_text(encoding="ascii").strip()
        except OSError as error:
            raise StartFailed(
                f"{identity.data} exists but holds no Postgres database (PG_VERSION cannot be read: "
                f"{error.strerror}). Move it away, or restore it from a backup."
            ) from error
        if version != str(identity.major):
            raise StartFailed(
                f"The database in {identity.data} was made by Postgres {version}, the installed one is "
                f"{identity.major}. Dump it with the old version and restore it with the new one, or install the old."
            )

    def _create_files(self, identity: Identity) -> None:
        """initdb into a draft folder that is renamed when complete, so that a killed initdb leaves no half database."""
        draft = identity.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        password_file = identity.data.with_name(f"initdb-{tokens.token_hex(4)}")
        owner = os.geteuid() if identity.user is None else identity.user
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.home.secrets().postgres_password)
        try:
            os.chown(password_file, owner, -1)
            arguments = ["-D", str(draft), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
            arguments += ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", f"--pwfile={password_file}"]
            if self.settings.get("fsync") == "off":
                arguments.append("--no-sync")
            if "scram_iterations" in self.settings:  # counts when a password is set, and initdb sets the first
                arguments += ["-c", f"scram_iterations={self.settings['scram_iterations']}"]
            with processes.open_log(self.log) as output:
                done = subprocess.run(
                    identity.argv("initdb", *arguments), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                    cwd="/", env=_environment(), check=False, timeout=300, umask=0o077,
                    user=identity.user, group=identity.group, extra_groups=None if identity.user is None else [],
                )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StartFailed(f"The database files in {identity.data} could not be made: {error}") from error
        finally:
            password_file.unlink()
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise StartFailed(
                f"The database files in {identity.data} could not be made (initdb ended with {done.returncode}).\n"
                f"{processes.last_lines(self.log)}"
            )
        draft.rename(identity.data)

    def _clear_stale(self, identity: Identity, deadline: float) -> None:
        """After a kill: let the orphaned backends end, then drop a postmaster.pid whose id now is somebody else's."""
        while left := processes.find(name=_NAME, folder=identity.data):
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"Processes of an earlier Postgres still use {identity.data}: {left}. End them, then start again."
                )
            time.sleep(0.05)
        stale = identity.data / "postmaster.pid"
        try:
            number = abs(int(stale.read_text(encoding="utf-8").splitlines()[0]))
        except (OSError, ValueError, IndexError):
            return  # no such file, or one that Postgres itself will judge
        if processes.id_taken(number):
            stale.unlink()  # Postgres would take the stranger (ids repeat in containers) or a zombie for its twin

    def _launch(self, identity: Identity, deadline: float) -> None:
        owner = os.geteuid() if identity.user is None else identity.user
        sockets = identities.private_folder(identities.socket_folder(self.home), owner=owner)
        for _ in range(_TRIES):
            port = processes.settle_port(self.home.run / "postgres.port")
            arguments = ["-D", str(identity.data), "-k", str(sockets), "-p", str(port)]
            for name, setting in (_SETTINGS | self.settings).items():
                arguments += ["-c", f"{name}={setting}"]
            pid = processes.detach(
                identity.argv(_NAME, *arguments), log=self.log, env=_environment(),
                user=identity.user, group=identity.group,
            )  # fmt: skip
            if self._wait_ready(pid, deadline):
                return
            if processes.port_is_free(port):
                break  # it ended for another reason than a port that was taken meanwhile
        raise StartFailed(f"Postgres of {self.home.root} ended while starting.\n{processes.last_lines(self.log)}")

    def _wait_ready(self, pid: int, deadline: float) -> bool:
        """True when it answers, False when the process ended; StartFailed when neither happens in time."""
        while processes.exists(pid):
            postmaster = self._postmaster()
            if postmaster is not None and postmaster.pid == pid:
                place = make_conninfo(
                    host=processes.LOOPBACK, port=postmaster.port, user=SUPERUSER, dbname=SUPERUSER,
                    sslmode="disable", connect_timeout=2,
                )  # fmt: skip
                if PGconn.ping(place.encode()) == Ping.OK:
                    return True
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"Postgres of {self.home.root} runs (process {pid}) but does not accept connections yet. It may be "
                    f"recovering after a crash; try again in a minute.\n{processes.last_lines(self.log)}"
                )
            time.sleep(0.02)
        return False

    def _check_password(self) -> None:
        try:
            psycopg.connect(**self.params(SUPERUSER, SUPERUSER), connect_timeout=10).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise StartFailed(f"Postgres of {self.home.root} came up but refused us: {error}") from error
            self._end(self._required(), timeout_s=20)
            raise StartFailed(
                f"Postgres of {self.home.root} came up but refused its own password, so secrets.json is not the one "
                f"this database was made with: {str(error).strip()}. Restore secrets.json from a backup."
            ) from error


def _environment() -> dict[str, str]:
    return processes.environment({"LC_ALL": "C.UTF-8", "TZ": "UTC"})
