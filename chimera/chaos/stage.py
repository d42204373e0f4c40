"""The servers of one run: Postgres as in production (it flushes), Valkey, in a folder of their own, and how they fail.

A server that is taken down comes back in a side thread on the port it had. Only processes that were started here are
signalled, by id.
"""

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from chimera.embedded import entry, identity, processes
from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.errors import StartFailed
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.postgres import SUPERUSER, Postgres
from chimera.embedded.valkey import Valkey

# Below the range from which the kernel takes ports for callers: one could sit on the port of a server that is down.
_PORTS = range(15_000, 31_000)
_GONE_S = 20.0
# Everything is flushed as always. After a crash the folder is synced in one call: file by file takes seconds on a busy
# disk and is no part of what is tried here.
SETTINGS = {"recovery_init_sync_method": "syncfs"}
PEER_DATABASE = "peer"


def pick_ports(count: int) -> list[int]:
    """Different loopback ports that nobody listens on and that no caller will be given."""
    found: list[int] = []
    for port in random.sample(_PORTS, k=2_000):
        if len(found) == count:
            return found
        if processes.port_is_free(port):
            found.append(port)
    raise StartFailed(f"There are no {count} free ports between {_PORTS.start} and {_PORTS.stop} on this machine.")


def remove(home: Home) -> None:
    """Delete a folder whose servers have ended, with what Postgres had to put elsewhere."""
    spare = identity.data_folder(home).parent.parent
    for folder in {home.root, spare, identity.socket_folder(home)}:
        if folder == home.root or not folder.is_relative_to(home.root):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Window:
    """A time in which a server was away, in seconds since the epoch; open while `end` is None."""

    start: float
    end: float | None = None

    def holds(self, at: float, *, margin_s: float = 0.0) -> bool:
        """Whether `at` lies within, `margin_s` at both ends included."""
        return self.start - margin_s <= at <= (self.end if self.end is not None else at) + margin_s


@dataclass
class Stage:
    """The servers in `folder`, and when each of them was away."""

    folder: Path
    valkey_away: list[Window] = field(default_factory=list)
    postgres_away: list[Window] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = Home(self.folder).prepare()
        for name, port in zip(("postgres", "valkey"), pick_ports(2), strict=True):
            (self.home.run / f"{name}.port").write_text(str(port), encoding="ascii")
        self.postgres, self.valkey = Postgres(self.home, settings=SETTINGS), Valkey(self.home)
        self.endpoints = Endpoints(home=self.home, postgres=self.postgres, valkey=self.valkey)
        self._addresses: tuple[str, ...] = ()

    def start_servers(self) -> None:
        """Both servers with their roles. StartFailed when something does not come up."""
        self.postgres.start()
        self.valkey.start()
        self._addresses = self._now()
        bootstrap(self.postgres)

    def start(self) -> None:
        """Both servers with roles and schema; the clock may be shifted here."""
        self.start_servers()
        entry.ensure_schema(self.endpoints)
        with self.look() as owner:
            owner.execute("UPDATE core_clock SET simulated = true")

    def stop(self) -> None:
        """End both, whatever state they are in."""
        self.settle()
        self.valkey.stop()
        self.postgres.stop()

    def look(self, database: str = "chimera") -> psycopg.Connection:
        """A superuser's connection, past every policy: to count, and to shift the clock. Never for the work itself."""
        return psycopg.connect(**self.postgres.params(SUPERUSER, database), autocommit=True, connect_timeout=5)

    def make_peer_database(self) -> str:
        """An empty database for the bare chain; its address."""
        with self.look() as owner:
            owner.execute(
                sql.SQL("CREATE DATABASE {} OWNER chimera_app TEMPLATE template0").format(sql.Identifier(PEER_DATABASE))
            )
        return self.postgres.url("chimera_app", PEER_DATABASE)

    def shift_clock(self, seconds: float) -> None:
        """Let the database's clock jump forward."""
        with self.look() as owner:
            owner.execute("UPDATE core_clock SET shift = shift + %s * interval '1 second'", [seconds])

    @property
    def valkey_is_away(self) -> bool:
        return bool(self.valkey_away) and self.valkey_away[-1].end is None

    @property
    def postgres_is_away(self) -> bool:
        return bool(self.postgres_away) and self.postgres_away[-1].end is None

    def kill_valkey(self, *, for_s: float) -> str:
        """kill -9 now, and start again after `for_s`. The target, or "" when it is away already."""
        pid = None if self.valkey_is_away else self.valkey.pid()
        if pid is None:
            return ""
        window = Window(time.time())
        self.valkey_away.append(window)
        os.kill(pid, signal.SIGKILL)
        self._later(lambda: self._back_valkey(pid, window, for_s))
        return f"valkey {pid}"

    def _back_valkey(self, pid: int, window: Window, for_s: float) -> None:
        processes.wait_gone(pid, timeout_s=_GONE_S)
        time.sleep(for_s)
        self.valkey.start()
        window.end = time.time()

    def end_postgres(self, number: signal.Signals) -> str:
        """SIGQUIT (immediate: as a crash) or SIGINT (fast), then start again. "" when it is away already."""
        pid = None if self.postgres_is_away else self.postgres.pid()
        if pid is None:
            return ""
        window = Window(time.time())
        self.postgres_away.append(window)
        os.kill(pid, number)
        self._later(lambda: self._back_postgres(pid, window))
        return f"postgres {pid}"

    def _back_postgres(self, pid: int, window: Window) -> None:
        if not processes.wait_gone(pid, timeout_s=_GONE_S):
            raise StartFailed(f"Postgres (process {pid}) did not end within {_GONE_S:.0f} s of its signal.")
        self.postgres.start()
        window.end = time.time()

    def _later(self, what: Callable[[], None]) -> None:
        def _run() -> None:
            try:
                what()
            except Exception as error:  # noqa: BLE001 - told by `check` in the main thread, which ends the run
                self.failures.append(str(error))

        thread = threading.Thread(target=_run, name="server-comes-back", daemon=True)
        self._threads.append(thread)
        thread.start()

    def check(self) -> None:
        """StartFailed when a server did not come back, or came back somewhere else."""
        if self.failures:
            raise StartFailed(self.failures[0])
        if not (self.valkey_is_away or self.postgres_is_away) and self._now() != self._addresses:
            raise StartFailed("A server came back on another port than before, so the programs cannot find it.")

    def settle(self) -> None:
        """Wait until whatever was away is back."""
        for thread in self._threads:
            thread.join(_GONE_S * 6)
        self._threads.clear()

    def _now(self) -> tuple[str, ...]:
        ports = [self.home.run / f"{name}.port" for name in ("postgres", "valkey")]
        return tuple(port.read_text(encoding="ascii") for port in ports)
