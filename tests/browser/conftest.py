"""A real browser in front of the real web: Chromium, a server of its own, a database of its own for each test.

Chromium is the machine's own (Debian's package); as root it is installed when it is missing.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import Permission, User
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from chimera.core import tenancy
from tests.conftest import World

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # tests run as root in a container, on pages of their own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000  # with what a page must show in the end; the machine may be busy with other tests
expect.set_options(timeout=PATIENCE_MS)
# A refused answer is part of what is tested; Chromium logs its status as an error.
EXPECTED = ("status of 409", "status of 403", "status of 404")


def _chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu"]):
            subprocess.run(["apt-get", *words], check=False, capture_output=True)
        found = shutil.which("chromium")
    if found is None:
        pytest.skip("NOT RUN: no Chromium, and it cannot be installed here. Install the package `chromium`; run again.")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file: its loop must not run in this thread while other tests do."""
    # Playwright's loop runs in this thread; Django would take every query for one inside of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_chromium(), args=list(FLAGS))
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Site:
    """The web of one test, and the people in front of it. `complaints` is what their consoles said."""

    address: str
    browser: Browser
    world: World
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def sign_in(
        self,
        name: str,
        *,
        may: tuple[str, ...] | None = None,
        width: int = 1280,
        height: int = 900,
        theme: str = "light",
    ) -> Page:
        """A new browser of a person: a superuser, or with these permissions alone."""
        with tenancy.acting("test:operator"):
            user = User.objects.filter(username=name).first()
            if user is None:
                user = User.objects.create_user(name, password="x", is_staff=True, is_superuser=may is None)
                for codename in may or ():
                    user.user_permissions.add(Permission.objects.get(codename=codename))
        client = Client()
        client.force_login(user)
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            has_touch=width < 600,
        )
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.address}])
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(one in message.text for one in EXPECTED):
            self.complaints.append(message.text)


@pytest.fixture
def site(world: World, browser: Browser) -> Iterator[Site]:
    """The web as the operator's role, on a free port. Ends with an empty console, or the test has failed."""
    with world.role("operator"):
        server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
        server.set_app(get_wsgi_application())
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        made = Site(address=f"http://127.0.0.1:{server.server_port}", browser=browser, world=world)
        yield made
        for context in made.contexts:
            context.close()
        server.shutdown()
        server.server_close()
        serving.join(5)
    assert not made.complaints, made.complaints


@pytest.fixture
def open_desk(site: Site) -> Callable[..., Page]:
    """Sign somebody in and open the desk: the next card of the queue is on screen, in their hands."""

    def opened(name: str = "ada", at: str = "/admin/governance/reviewitem/desk/", **more: object) -> Page:
        page = site.sign_in(name, **more)  # type: ignore[arg-type]
        page.goto(at)
        page.wait_for_selector("#desk-title")
        return page

    return opened
