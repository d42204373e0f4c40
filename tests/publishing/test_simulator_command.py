"""Deliveries without code: the command's simulated X and Instagram bring theirs, signed, to where they are told to."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from chimera.embedded.processes import free_port
from tests.conftest import ALPHA, World
from tests.publishing import instagram_world, x_world
from tests.publishing.instagram_world import Instagram
from tests.publishing.x_world import X
from tests.servers import CHECKOUT

pytestmark = pytest.mark.spec("ENG-1", "SAF-1")
KEPT = "SELECT brand_id, platform, kind, platform_id FROM publishing_delivery ORDER BY id"
COUNTS = "SELECT platform, kept, refused FROM publishing_deliverycount ORDER BY platform"


@pytest.fixture
def sides(world: World, tmp_path: Path) -> Iterator[tuple[X, Instagram]]:
    """Both connectors with their doors, and nova connected to both; the command's simulators use the same files."""
    x_world.register()
    instagram_world.register()
    with world.role("connector"):
        x, instagram = X(tmp_path / "x.sqlite3"), Instagram(tmp_path / "instagram.sqlite3", processing_s=0)
        x.connect()
        instagram.connect()
        instagram.publish()
        yield x, instagram
        instagram.close()
        x.close()


class Running:
    """The command, as a person starts it."""

    def __init__(self, world: World, folder: Path, x: X, instagram: Instagram) -> None:
        self.x, self.instagram = free_port(), free_port()
        own = {
            "X_CLIENT_ID": "the-app",
            "X_CLIENT_SECRET": "the-secret",
            "X_WEBHOOK_SECRET": str(x.chosen["webhook_secret"]),
            "INSTAGRAM_CLIENT_ID": str(instagram.chosen["client_id"]),
            "INSTAGRAM_CLIENT_SECRET": str(instagram.chosen["client_secret"]),
            "SECRET_KEY": settings.SECRET_KEY,
            "CHIMERA_HOME": str(folder),
        }
        words = ["simulator", "--port", str(free_port()), "--store", str(folder / "plaza.sqlite3")]
        words += ["--x-port", str(self.x), "--x-deliver", f"{x.server.url}/webhooks"]
        words += ["--instagram-port", str(self.instagram), "--instagram-deliver", f"{instagram.server.url}/webhooks"]
        self.process = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            env={**os.environ, **world.variables("app"), **own},
            stdout=subprocess.PIPE,
            text=True,
        )

    def post(self, port: int, path: str, **sent: Any) -> str:
        """What a person does there; waits until it is served."""
        ends = time.monotonic() + 60
        while True:
            try:
                with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as http:
                    made = http.post(path, **sent).raise_for_status().json()
                return str(made.get("data", made)["id"])
            except httpx2.ConnectError:
                assert time.monotonic() < ends and self.process.poll() is None, "the command is not serving"
                time.sleep(0.1)

    def said(self) -> str:
        """The next line that it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        """Stop it."""
        self.process.kill()
        self.process.communicate(timeout=20)


def test_what_people_say_on_the_simulated_platforms_arrives_signed_and_is_told(
    world: World, tmp_path: Path, sides: tuple[X, Instagram]
) -> None:
    x, instagram = sides
    running = Running(world, tmp_path, x, instagram)
    try:
        said = running.post(running.x, "/_people/posts", json={"author": "ada", "text": "@nova when is low tide?"})
        assert running.said() == f"x delivered to {x.server.url}/webhooks: 200"
        (own,) = instagram.posts()
        comment = {"author": "ada", "code": own.shortcode, "text": "which fuse do I need?"}
        other = running.post(running.instagram, "/_people/comments", data=comment)
        assert running.said() == f"instagram delivered to {instagram.server.url}/webhooks: 200"
        x.server.stop()
        running.post(running.x, "/_people/posts", json={"author": "ada", "text": "@nova hello?"})
        assert running.said() == f"x delivered to {x.server.url}/webhooks: nobody answered"
    finally:
        running.end()
    owner = world.superuser()
    assert owner.execute(KEPT).fetchall() == [(ALPHA, "x", "said", said), (ALPHA, "instagram", "said", other)]
    assert owner.execute(COUNTS).fetchall() == [("instagram", 1, 0), ("x", 1, 0)]


@pytest.mark.parametrize(
    ("words", "secret", "says"),
    [
        ({"x_deliver": "http://127.0.0.1:1/webhooks"}, "s", "--x-deliver needs --x-port"),
        ({"x_deliver": "somewhere", "x_port": 2}, "s", "'somewhere' is no web address"),
        ({"x_deliver": "http://127.0.0.1:1/webhooks", "x_port": 2}, "", "X_WEBHOOK_SECRET is empty"),
        (
            {"instagram_deliver": "http://127.0.0.1:1/webhooks", "instagram_port": 2},
            "",
            "INSTAGRAM_CLIENT_SECRET is empty",
        ),
    ],
)
def test_what_cannot_be_delivered_is_one_sentence_before_anything_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, Any], secret: str, says: str
) -> None:
    for name, key in (("x", "webhook_secret"), ("instagram", "client_secret")):
        monkeypatch.setitem(settings.CONNECTORS, name, {**settings.CONNECTORS[name], key: secret})
    store = tmp_path / "none" / "plaza.sqlite3"
    with pytest.raises(CommandError, match=says):
        call_command("simulator", port=1, store=store, **words)
    assert not store.parent.exists()
