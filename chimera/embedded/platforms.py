"""X and Instagram on one machine: simulated where no app of the real one is named, else the real ones. OPS-1, PUB-1.

Accounts are connected as a human does it: the command `connect` asks, the platform's page is opened, and somebody says
yes. On the simulated platforms that somebody is the demo's operator.
"""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

import httpx2
from django.conf import settings

from chimera.core import tls
from chimera.embedded import processes
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.errors import StartFailed

BESIDE = ("x", "instagram")
# Of the simulated platforms, which are on this machine alone.
APP = {"client_id": "demo-app", "client_secret": "demo-secret"}
REAL = ("API_URL", "SITE_URL", "CLIENT_ID", "CLIENT_SECRET", "TOKEN_URL", "MEDIA_URL")
CONSENT_S = 30.0
_ADDRESS = re.compile(r"https?://\S+authorize\S+")


@dataclass(frozen=True, kw_only=True)
class Lodging:
    """Loopback ports of one platform's simulator and of the connector before it."""

    simulator: int
    connector: int


def simulated() -> tuple[str, ...]:
    """The platforms that are played here: those of which nobody has named an app."""
    return tuple(name for name in BESIDE if not settings.CONNECTORS[name]["client_id"])


def addresses(lodgings: Mapping[str, Lodging]) -> dict[str, str]:
    """What every program must know: where the connectors are, and where people see the simulated platforms."""
    played = simulated()
    found: dict[str, str] = {}
    for name, lodging in lodgings.items():
        found[f"{name.upper()}_CONNECTOR_URL"] = f"http://127.0.0.1:{lodging.connector}/mcp"
        if name in played:
            found[f"{name.upper()}_SITE_URL"] = f"http://127.0.0.1:{lodging.simulator}"
    return found


def app_of(name: str, lodging: Lodging) -> dict[str, str]:
    """What the connector of a platform, and it alone, is told: the app, and where the platform is."""
    big = name.upper()
    if name not in simulated():
        chosen = settings.CONNECTORS[name]
        keys = {key: chosen.get(key.lower(), "") for key in REAL if key != "SITE_URL"}
        return {f"{big}_{key}": value for key, value in keys.items() if value}
    home = f"http://127.0.0.1:{lodging.simulator}"
    found = {f"{big}_API_URL": home, f"{big}_CLIENT_ID": APP["client_id"], f"{big}_CLIENT_SECRET": APP["client_secret"]}
    if name == "instagram":
        found |= {
            "INSTAGRAM_TOKEN_URL": f"{home}/oauth/access_token",
            "INSTAGRAM_MEDIA_URL": f"http://127.0.0.1:{lodging.connector}",
        }
    return found


def sign_up(*, platform: str, folder: Path, accounts: Mapping[str, str], bio: str) -> None:
    """Accounts of a simulated platform, by handle with their names: as their humans make them; once."""
    store = import_module(f"publishing.simulators.{platform}.store").Store(folder / f"{platform}.sqlite3")
    for handle, name in accounts.items():
        store.add_account(handle, name, bio=bio, **({"automated": True} if platform == "x" else {}))


def connect(*, platform: str, handles: Sequence[str], env: Mapping[str, str]) -> None:
    """Connect accounts of a simulated platform, one after the other, as a human would in a browser. Raises StartFailed.

    `env` is what the command gets: the connector's login and the app.
    """
    port = processes.free_port()
    words = [sys.executable, str(CHECKOUT / "manage.py"), "connect", platform, *handles, "--port", str(port)]
    process = subprocess.Popen(
        words,
        env=processes.environment({"PYTHONUNBUFFERED": "1", **env}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        for handle in handles:
            _say_yes(_asked(process.stderr), handle)
        _, left = process.communicate(timeout=CONSENT_S)
    except (httpx2.HTTPError, subprocess.TimeoutExpired) as error:
        raise StartFailed(f"The accounts of {platform} could not be connected ({type(error).__name__}).") from error
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        raise StartFailed(f"The accounts of {platform} could not be connected: {left.strip()[-300:]}")


def _asked(lines: IO[str]) -> str:
    """The address that the command prints."""
    told = []
    for line in lines:
        if found := _ADDRESS.search(line):
            return found.group()
        told.append(line)
    raise StartFailed(f"Nobody was asked for consent: {''.join(told).strip()[-300:]}")


def _say_yes(address: str, handle: str) -> None:
    """Open the page of consent, choose the account, say yes, and go where the browser is sent."""
    with httpx2.Client(trust_env=False, timeout=CONSENT_S, verify=tls.context()) as browser:
        page = browser.get(address)
        page.raise_for_status()
        form = _Form(handle)
        form.feed(page.text)
        if not form.chosen:
            raise StartFailed(f"@{handle} has no account on the simulated platform at {urlsplit(address).netloc}.")
        given = {**form.fields, "account": form.chosen, "decision": "allow"}
        back = browser.post(urljoin(address, form.action or address), data=given)
        if back.status_code not in (302, 303):
            raise StartFailed(f"The simulated platform gave no consent for @{handle} (HTTP {back.status_code}).")
        browser.get(back.headers["location"]).raise_for_status()


class _Form(HTMLParser):
    """The form of a page of consent: what it sends along, and the value that stands for one account."""

    def __init__(self, handle: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.chosen = self.action = ""
        self._wanted, self._value = f"@{handle}".lower(), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Inputs of the form."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "input" and given.get("name") == "account":
            self._value = given.get("value", "")

    def handle_data(self, data: str) -> None:
        """The words beside a choice."""
        if self._value and self._wanted in data.lower().split():
            self.chosen = self._value
