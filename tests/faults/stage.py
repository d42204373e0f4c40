"""A stage for fault tests: a real platform, a real connector process, and worker processes that can be killed."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from chimera.embedded.processes import free_port
from publishing.simulators.plaza import app as plaza
from publishing.simulators.plaza.store import Store
from tests.conftest import World
from tests.servers import CHECKOUT
from tests.serving import Served

CLASSES = {"plaza": "A", "plaza-b": "B", "plaza-c": "C"}
TOKEN = "demo-token"  # what settings.CONNECTORS gives to the platform by default


def published(store: Path) -> list[str]:
    """What accounts of ours have on the platform, oldest first, read from its own storage."""
    with contextlib.closing(sqlite3.connect(store)) as platform:
        return [row[0] for row in platform.execute("SELECT text FROM post WHERE ai_generated ORDER BY seq")]


class Stage:
    """Simulator in a thread (its faults can be scripted), connector and workers as processes of their own."""

    def __init__(self, world: World, folder: Path, *, platform: str = "plaza", lag_s: float = 0.0) -> None:
        """`platform` is "plaza" (class A), "plaza-b" or "plaza-c"; the last two stand on a switchboard of tests."""
        self.world, self.folder, self.platform = world, folder, platform
        self.faults: list[str] = []
        self.store = Store(folder / "plaza.sqlite3")
        self.platform_port, self.connector_port = free_port(), free_port()
        app = plaza.build(
            store=self.store, token=TOKEN, faults=self.faults, late_s=1.0, lag_s=lag_s, platform_class=CLASSES[platform]
        )
        self._served = Served(app, port=self.platform_port)
        self.connector: subprocess.Popen[bytes] | None = None

    def _shared(self) -> dict[str, str]:
        name = self.platform.upper().replace("-", "_")
        return {
            f"{name}_URL": f"http://127.0.0.1:{self.platform_port}",
            f"{name}_CONNECTOR_URL": f"http://127.0.0.1:{self.connector_port}/mcp",
            "PYTHONPATH": str(CHECKOUT),
            "SWITCHBOARD": "chimera.switchboard" if self.platform == "plaza" else "tests.faults.boards",
        }

    def start_connector(self) -> None:
        """Start the connector and wait until it answers."""
        command = [sys.executable, "manage.py", "connector", self.platform, "--port", str(self.connector_port)]
        variables = {**self.world.variables("connector"), **self._shared()}
        with (self.folder / "connector.log").open("ab") as log:
            self.connector = subprocess.Popen(command, cwd=CHECKOUT, env=variables, stdout=log, stderr=log)
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.connector_port}/health", timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "connector.log").read_text()[-2000:])

    def kill_connector(self) -> None:
        """kill -9, as a machine that loses power."""
        assert self.connector is not None
        self.connector.kill()
        self.connector.wait()

    def worker(
        self, *, fault: str = "", seconds: float = 40, switchboard: str = "", program: str = "drainer"
    ) -> subprocess.Popen[bytes]:
        """Start a worker process, with a fault point armed when one is named."""
        variables = {
            **self.world.variables("app", with_grant_key=True),
            **self._shared(),
            "CHIMERA_FAULT": fault,
            "LOG_LEVEL": "INFO",
            **({"SWITCHBOARD": switchboard} if switchboard else {}),
        }
        command = [sys.executable, "-m", f"tests.faults.{program}", str(seconds)]
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(command, cwd=CHECKOUT, env=variables, stdout=log, stderr=log)

    def frozen(self, process: subprocess.Popen[bytes], *, seconds: float = 60) -> bool:
        """Wait until a process has stopped itself; False when it ended instead."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and process.poll() is None:
            if Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                return True
            time.sleep(0.02)
        return False

    def command(self, *words: str) -> dict[str, Any]:
        """Run a management command as the application, and read its JSON."""
        variables = {**self.world.variables("app"), **self._shared()}
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=CHECKOUT,
            env=variables,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def log(self) -> str:
        """What the processes said, for a failing test."""
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("*.log")))

    def posts(self) -> list[str]:
        """The texts on the platform, as its own storage has them."""
        return published(self.folder / "plaza.sqlite3")

    def close(self) -> None:
        """End the processes that were started here."""
        if self.connector is not None and self.connector.poll() is None:
            self.connector.terminate()
            self.connector.wait(10)
        self._served.stop()


assert os.name == "posix", "fault tests kill processes"
