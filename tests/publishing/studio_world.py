"""Simulated providers of images and clips, and our studio servers before them, on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import override_settings

from chimera.core import storage
from chimera.core.mcp.client import close_all
from publishing.media.making import server
from publishing.media.making.journal import Journal
from publishing.media.making.vendors.base import Vendor
from publishing.media.making.vendors.gemini import Gemini
from publishing.media.making.vendors.ideogram import Ideogram
from publishing.media.making.vendors.runway import Runway
from publishing.simulators.studio import app
from publishing.simulators.studio.world import Studio, picture
from tests.serving import Served

KEYS = {"ideogram": "ideo-planted-1f", "runway": "key-planted-2e", "gemini": "AIza-planted-3d"}
TOKEN = "studio-token"


@dataclass
class Providers:
    """The simulated world, and where it is."""

    studio: Studio
    url: str
    made: list[Vendor] = field(default_factory=list)

    def vendor(self, name: str, *, key: str = "", timeout_s: float = 5.0) -> Vendor:
        """A provider as its studio server speaks to it."""
        shown, at = key or KEYS[name], f"{self.url}/{name}"
        if name == "runway":
            self.made.append(Runway(url=at, key=shown, timeout_s=timeout_s, poll_s=0.0))
        else:
            made = {"ideogram": Ideogram, "gemini": Gemini}[name]
            self.made.append(made(url=at, key=shown, timeout_s=timeout_s))
        return self.made[-1]


@contextmanager
def providers(media: Path) -> Iterator[Providers]:
    """The three providers on a free port; what is made is stored under `media`."""
    studio = Studio(keys=dict(KEYS))
    served = Served(app.build(studio))
    studio.public_url = served.url
    with override_settings(MEDIA_ROOT=str(media)):
        found = Providers(studio=studio, url=served.url)
        try:
            yield found
        finally:
            studio.let_go.set()
            for vendor in found.made:
                vendor.close()
            served.stop()


class Servers:
    """Our studio server of each provider; each can be started again, as after a crash, with what its file knows."""

    def __init__(self, found: Providers, home: Path) -> None:
        self._found, self._home = found, home
        self.urls: dict[str, str] = {}
        self._served: dict[str, Served] = {}

    def start(self, name: str, *, timeout_s: float = 5.0, forgets: bool = False) -> None:
        """Serve it, at another port than before."""
        journal = Journal(None if forgets else self._home / f"{name}.sqlite3")
        vendor = self._found.vendor(name, timeout_s=timeout_s)
        self._served[name] = Served(server.build(vendor=vendor, journal=journal, service_token=TOKEN))
        self.urls[name] = f"{self._served[name].url}/mcp"

    def stop(self, name: str) -> None:
        """End it."""
        self._served.pop(name).stop()

    def close(self) -> None:
        """End all of them."""
        close_all()
        for name in list(self._served):
            self.stop(name)


@contextmanager
def serving(found: Providers, home: Path, **more: Any) -> Iterator[Servers]:
    """All three studio servers, and settings with which workers find them."""
    servers = Servers(found, home)
    for name in KEYS:
        servers.start(name)
    with override_settings(STUDIO_URLS=servers.urls, STUDIO_TOKEN=TOKEN, STUDIO_CALL_TIMEOUT_S=8.0, **more):
        try:
            yield servers
        finally:
            servers.close()


def face() -> str:
    """A stored picture of somebody; its content hash."""
    return storage.put(picture(seed=7))
