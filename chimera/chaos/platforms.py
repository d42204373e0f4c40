"""The simulated platforms of a run: Plaza as each class behaves, X and Instagram, each with its own storage."""

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
    """`variables` is what programs must know of the platform and of its connector; {url} and {connector} are filled in.

    `simulator` plays it, faults in `spared` are none of its; `posts` reads text and label of each post from storage.
    `needs_consent`: its accounts are connected before anything is put in.
    """

    name: str
    effect_class: str
    variables: Mapping[str, str]
    simulator: str = "plaza"
    spared: frozenset[str] = frozenset({"processing_never_ends", "blocked_maybe_live"})
    posts: str = "SELECT text, ai_generated FROM post ORDER BY seq"
    needs_consent: bool = False


APP = {
    "client_id": "chaos-app",
    "client_secret": "chaos-secret",
}  # the developer app on the simulators that ask for one
X = {
    "X_API_URL": "{url}", "X_SITE_URL": "{url}", "X_CONNECTOR_URL": "{connector}/mcp",
    "X_CLIENT_ID": APP["client_id"], "X_CLIENT_SECRET": APP["client_secret"],
}  # fmt: skip
INSTAGRAM = {
    "INSTAGRAM_API_URL": "{url}", "INSTAGRAM_SITE_URL": "{url}", "INSTAGRAM_TOKEN_URL": "{url}/oauth/access_token",
    "INSTAGRAM_CONNECTOR_URL": "{connector}/mcp", "INSTAGRAM_MEDIA_URL": "{connector}",
    "INSTAGRAM_CLIENT_ID": APP["client_id"], "INSTAGRAM_CLIENT_SECRET": APP["client_secret"],
}  # fmt: skip


def _plaza(big: str) -> dict[str, str]:
    return {f"{big}_URL": "{url}", f"{big}_CONNECTOR_URL": "{connector}/mcp"}


ALL = (
    Platform(name="plaza", effect_class="A", variables=_plaza("PLAZA")),
    Platform(name="plaza-b", effect_class="B", variables=_plaza("PLAZA_B")),
    Platform(name="plaza-c", effect_class="C", variables=_plaza("PLAZA_C")),
    Platform(
        name="x",
        effect_class="B",
        variables=X,
        simulator="x",
        spared=frozenset({"blocked_maybe_live"}),
        posts="SELECT text, made_with_ai FROM post ORDER BY id",
        needs_consent=True,
    ),
    Platform(
        name="instagram",
        effect_class="B",
        variables=INSTAGRAM,
        simulator="instagram",
        spared=frozenset({"duplicate_answer"}),
        posts="SELECT c.caption, c.is_ai_generated FROM post p JOIN container c ON c.id = p.container_id ORDER BY p.id",
        needs_consent=True,
    ),
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
        connector = f"http://127.0.0.1:{self.connector_port}"
        return {key: said.format(url=self.url, connector=connector) for key, said in self.platform.variables.items()}

    def plays(self, fault: str) -> bool:
        """Whether its simulator knows this fault."""
        return fault not in self.platform.spared

    def program(self) -> Program:
        """The simulator, a process of its own; no fault of the run ends it."""
        which = ["--platform", self.platform.simulator, "--class", self.platform.effect_class]
        module = [sys.executable, "-m", "chimera.chaos.simulator", *which]
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

    def posts(self) -> list[tuple[str, bool]]:
        """Text and label of everything on the platform as its own storage has it, copies included."""
        if not self.store.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as storage:
            return [(str(text), bool(labelled)) for text, labelled in storage.execute(self.platform.posts)]

    def texts(self) -> list[str]:
        """Every text on it, copies included."""
        return [text for text, _ in self.posts()]


def copies(places: Mapping[str, Place]) -> dict[str, Counter[str]]:
    """How often each text stands on each platform."""
    return {name: Counter(place.texts()) for name, place in places.items()}


def unlabelled(places: Mapping[str, Place]) -> list[str]:
    """A line for everything that is live without its AI label."""
    return [
        f"{text!r} is on {name} without its label"
        for name, place in places.items()
        for text, is_labelled in place.posts()
        if not is_labelled
    ]
