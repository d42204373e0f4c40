"""`manage.py connect`: a human says yes in a browser, and the connector has the tokens. PUB-1, PUB-7."""

import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qsl

import httpx2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from chimera.core import tenancy, tls
from chimera.embedded.processes import free_port
from publishing.accounts.models import AccountCheck
from publishing.credentials import sealing
from publishing.credentials.models import Credential
from publishing.management.commands import connect
from tests.conftest import ALPHA, World
from tests.publishing import instagram_world
from tests.publishing.x_world import X, register

pytestmark = pytest.mark.spec("PUB-1", "PUB-7")


@pytest.fixture
def x(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[X]:
    register()
    with world.role("connector"):
        made = X(tmp_path / "x.sqlite")
        monkeypatch.setitem(settings.CONNECTORS, "x", {**settings.CONNECTORS["x"], **made.chosen})
        yield made
        made.close()


class Asked:
    """The command in a thread, and what it printed."""

    def __init__(self, *words: str, platform: str = "x") -> None:
        self.out, self.err, self.error = StringIO(), StringIO(), ""
        self.port = free_port()
        self._words = [platform, *words, "--port", str(self.port)]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            call_command("connect", *self._words, stdout=self.out, stderr=self.err)
        except CommandError as error:
            self.error = str(error)
        finally:
            connection.close()

    @property
    def url(self) -> str:
        ends = time.monotonic() + 10
        while time.monotonic() < ends:
            if found := re.search(r"http\S+authorize\S+", self.err.getvalue()):
                return found.group()
            time.sleep(0.02)
        raise AssertionError(self.err.getvalue() + self.error)

    def answered(self, url: str) -> httpx2.Response:
        """Once and at once: who is asked can answer."""
        return httpx2.get(url, trust_env=False)

    def says(self, account_id: str, decision: str = "allow") -> httpx2.Response:
        """Open the page, say yes or no as this account, and go where the browser is sent."""
        with httpx2.Client(trust_env=False, verify=tls.context()) as browser:
            page = browser.get(self.url)
            assert page.status_code == 200 and f'value="{account_id}"' in page.text
            asked = dict(parse_qsl(self.url.partition("?")[2]))
            back = browser.post(self.url, data={**asked, "account": account_id, "decision": decision})
        assert back.status_code == 302, back.text
        return self.answered(back.headers["location"])


def test_an_account_is_connected_by_a_yes_in_the_browser_and_its_tokens_are_not_shown(x: X) -> None:
    asked = Asked("@nova", "--json")
    page = asked.says(x.user_id)
    asked.thread.join(10)
    assert asked.error == "" and page.status_code == 200 and "Connected" in page.text
    with tenancy.brand(ALPHA, actor="test"):
        row = Credential.objects.get()
    assert row.platform_user_id == x.user_id and "tweet.write" in row.scopes
    told = asked.out.getvalue()
    kept = sealing.opened(row.sealed)
    assert '"account": "nova"' in told and kept["access"] not in told and kept["refresh"] not in told
    connection.close()
    x.publish()
    assert len(x.posts()) == 1


@pytest.mark.spec("PUB-2")
@pytest.mark.parametrize(("bio", "lacks"), [("", ""), ("I love the sea", "the bio does not say that it is an AI")])
def test_the_bio_of_an_x_account_is_read_when_it_is_connected(
    world: World, x: X, tmp_path: Path, bio: str, lacks: str
) -> None:
    if bio:
        with closing(sqlite3.connect(tmp_path / "x.sqlite")) as file, file:
            file.execute("UPDATE account SET bio = ? WHERE handle = 'nova'", [bio])
    asked = Asked("@nova")
    asked.says(x.user_id)
    asked.thread.join(10)
    assert asked.error == "" and (lacks in asked.out.getvalue())
    with world.role("operator"), tenancy.brand(ALPHA, actor="test"):
        (check,) = AccountCheck.objects.all()
    assert (check.name, check.holds, check.by) == ("bio", not lacks, "connector:x") and check.lacks.startswith(lacks)


def test_who_is_signed_in_as_somebody_else_connects_nothing(x: X) -> None:
    eve = x.store.add_account("eve", "Eve")
    asked = Asked("nova")
    asked.says(eve)
    asked.thread.join(10)
    assert asked.error.startswith("The browser was signed in as @eve, not as @nova")
    with tenancy.brand(ALPHA, actor="test"):
        assert not Credential.objects.exists()


def test_an_answer_to_another_question_and_a_no_connect_nothing(x: X) -> None:
    strange = Asked("nova")
    assert strange.url
    page = strange.answered(f"http://127.0.0.1:{strange.port}/connected?code=abc&state=other")
    strange.thread.join(10)
    assert page.status_code == 400 and "not to our question" in strange.error and "not to our question" in page.text
    denied = Asked("nova")
    page = denied.says(x.user_id, "deny")
    denied.thread.join(10)
    assert page.status_code == 400 and "access_denied" in denied.error


def test_nobody_who_answers_a_busy_port_and_a_missing_app_are_sentences(x: X, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "WAITS_S", 0.2)
    asked = Asked("nova")
    asked.thread.join(10)
    assert asked.error == "Nobody answered within 0.2 s; nothing was connected. Run it again."
    taken = x.platform.url.rpartition(":")[2]
    with pytest.raises(CommandError, match="cannot be listened on"):
        call_command("connect", "x", "nova", "--port", taken, stderr=StringIO())
    monkeypatch.setitem(settings.CONNECTORS, "x", {**x.chosen, "client_id": ""})
    with pytest.raises(CommandError, match="X_CLIENT_ID, X_CLIENT_SECRET"):
        call_command("connect", "x", "nova", stderr=StringIO())


def test_instagram_is_connected_the_same_way(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instagram_world.register()
    with world.role("connector"):
        there = instagram_world.Instagram(tmp_path / "i.sqlite")
        monkeypatch.setitem(settings.CONNECTORS, "instagram", {**settings.CONNECTORS["instagram"], **there.chosen})
        asked = Asked("nova", platform="instagram")
        asked.says(there.user_id)
        asked.thread.join(10)
        assert asked.error == "" and "@nova is connected to instagram" in asked.out.getvalue()
        there.publish()
        assert len(there.posts()) == 1
        there.close()


def test_whoever_is_asked_can_answer_at_once(x: X) -> None:
    answers: list[int] = []

    class Quick(StringIO):
        """A browser that comes back while the address is still being printed; it has another state, and is refused."""

        def write(self, said: str) -> int:
            if "authorize" in said:
                with socket.create_connection(("127.0.0.1", port), timeout=10) as browser:
                    browser.sendall(b"GET /connected?state=none HTTP/1.0\r\n\r\n")
                    answers.append(len(said))
            return super().write(said)

    port = free_port()
    with pytest.raises(CommandError, match="the answer was not to our question"):
        call_command("connect", "x", "@nova", "--port", str(port), stdout=StringIO(), stderr=Quick())
    assert len(answers) == 1
