"""The simulated platforms of a run: one of each class that the house has a connector for, with its storage."""

import contextlib
import json
import sqlite3
import sys
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chimera.embedded.entry import CHECKOUT
from chimera.embedded.supervisor import Program

_TIMEOUT_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Platform:
    """`variables` are the names under which programs look for the platform and for its connector."""

    name: str
    effect_class: str
    variables: tuple[str, str]


ALL = (
    Platform(name="plaza", effect_class="A", variables=("PLAZA_URL", "PLAZA_CONNECTOR_URL")),
    Platform(name="plaza-b", effect_class="B", variables=("PLAZA_B_URL", "PLAZA_B_CONNECTOR_URL")),
    Platform(name="plaza-c", effect_class="C", variables=("PLAZA_C_URL", "PLAZA_C_CONNECTOR_URL")),
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A platform in a run: where it and its connector listen, and the file in which it keeps its posts."""

    platform: Platform
    port: int
    connector_port: int
    store: Path

    @property
    def name(self) -> str:
        """The platform's."""
        return self.platform.name

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.port}"

    def variables(self) -> dict[str, str]:
        """What programs must know of it."""
        url, connector = self.platform.variables
        return {url: self.url, connector: f"http://127.0.0.1:{self.connector_port}/mcp"}

    def program(self) -> Program:
        """The simulator, a process of its own; no fault of the run ends it."""
        module = [sys.executable, "-m", "chimera.chaos.simulator", "--class", self.platform.effect_class]
        return Program(
            name=f"simulator-{self.name}",
            argv=[*module, "--port", str(self.port), "--store", str(self.store)],
            env={
                "PYTHONPATH": str(CHECKOUT),
                "DJANGO_SETTINGS_MODULE": "chimera.settings",
                "SECRET_KEY": "none",
                "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            },
            ready_url=f"{self.url}/health",
        )

    def misbehave(self, fault: str) -> bool:
        """Script one fault for the next post; False when the simulator does not take it."""
        body = json.dumps({"faults": [fault]}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_faults", data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                return bool(200 <= answer.status < 300)
        except OSError:
            return False

    def idle_s(self) -> float:
        """For how long it has had no request in hand; 0 while it has one, or does not say."""
        try:
            with urllib.request.urlopen(f"{self.url}/_in_hand", timeout=_TIMEOUT_S) as answer:
                return float(json.load(answer)["idle_s"])
        except OSError:
            return 0.0

    def texts(self) -> list[str]:
        """Every text on the platform as its own storage has it, copies included."""
        if not self.store.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as storage:
            return [str(row[0]) for row in storage.execute("SELECT text FROM post ORDER BY seq")]


def copies(places: Mapping[str, Place]) -> dict[str, Counter[str]]:
    """How often each text stands on each platform."""
    return {name: Counter(place.texts()) for name, place in places.items()}
