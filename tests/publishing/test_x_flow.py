"""One post on its whole way to X: claim, effect, grant, connector process, platform, record. PUB-1 to PUB-4."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from chimera.core import registry, tenancy
from chimera.embedded.processes import free_port
from governance.effects.models import Effect
from publishing.accounts.models import Account
from publishing.connectors.x.client import XConnector
from publishing.posts import scheduling
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.test_plaza_connector import SERVICE_TOKEN
from tests.publishing.x_world import CLIENT, SECRET, X, payload, register
from tests.servers import CHECKOUT

pytestmark = pytest.mark.spec("PUB-1", "PUB-2", "PUB-3", "PUB-4")


@pytest.fixture
def x(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[X]:
    """X with an account that has consented; the connector before it is a process with a login of its own."""
    register()
    with world.role("connector"):
        made = X(tmp_path / "x.sqlite")
        made.connect()
    port = free_port()
    own = {
        "X_API_URL": made.platform.url,
        "X_SITE_URL": made.platform.url,
        "X_CLIENT_ID": CLIENT,
        "X_CLIENT_SECRET": SECRET,
        "SERVICE_TOKEN": SERVICE_TOKEN,
        "SECRET_KEY": settings.SECRET_KEY,
    }
    words = [sys.executable, str(CHECKOUT / "manage.py"), "connector", "x", "--port", str(port)]
    process = subprocess.Popen(words, env={**os.environ, **world.variables("connector"), **own})
    try:
        _wait(process, f"http://127.0.0.1:{port}/health")
        chosen = {**settings.CONNECTORS["x"], "url": f"http://127.0.0.1:{port}/mcp", "service_token": SERVICE_TOKEN}
        monkeypatch.setitem(settings.CONNECTORS, "x", {**chosen, "platform_url": made.platform.url})
        monkeypatch.setattr(registry, "_made", registry._made.__wrapped__)
        with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
            people.agent(brand_id=ALPHA)
        yield made
    finally:
        made.close()
        process.kill()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    ends = time.monotonic() + 40
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the connector did not come up")


def scheduled(**fields: Any) -> None:
    with tenancy.brand(ALPHA, actor="test"):
        account = Account.objects.get(platform="x")
        row = scheduling.Scheduled(
            brand_id=ALPHA,
            task="agents.task:1",
            account=account,
            payload=payload(**fields),
            scopes=["fleet", f"brand:{ALPHA}", "agent:1", "platform:x"],
            approval="judge",
        )
        scheduling.schedule_all(rows=[row])


def state() -> tuple[Post, Effect]:
    connection.close()
    with tenancy.brand(ALPHA, actor="test"):
        return Post.objects.get(), Effect.objects.get()


def test_a_post_for_x_is_granted_published_labelled_and_confirmed_once(x: X) -> None:
    scheduled()
    assert posts.drain(seconds=30) == 1
    post, effect = state()
    (live,) = x.posts()
    assert post.status == "PUBLISHED", post.note
    assert (post.platform_id, post.url) == (live.id, f"{x.platform.url}/nova/status/{live.id}")
    assert (effect.status, effect.platform_class, effect.sends) == ("CONFIRMED", "B", 1)
    assert live.made_with_ai is True and posts.drain(seconds=5) == 0


def test_an_answer_that_was_lost_is_looked_up_and_nothing_is_sent_twice(world: World, x: X) -> None:
    x.faults.append("accept_then_drop")
    scheduled()
    posts.drain(seconds=30)
    post, effect = state()
    assert (post.status, effect.status) == ("SCHEDULED", "SENT")
    for _ in range(4):
        world.shift_clock("10 minutes")
        posts.drain(seconds=30)
    post, effect = state()
    (live,) = x.posts()
    assert (post.status, post.platform_id) == ("PUBLISHED", live.id), post.note
    assert effect.status == "CONFIRMED" and isinstance(registry.get("CONNECTORS", "x", XConnector), XConnector)
