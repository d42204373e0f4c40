"""One post on its whole way to each platform: claim, effect, grant, connector process, platform. PUB-1 to PUB-4."""

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

from chimera.core import registry, storage, tenancy
from chimera.embedded.processes import free_port
from governance.effects.models import Effect
from publishing.accounts.models import Account
from publishing.posts import scheduling, verifying
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing import instagram_world, x_world
from tests.publishing.test_plaza_connector import SERVICE_TOKEN
from tests.servers import CHECKOUT

pytestmark = pytest.mark.spec("PUB-1", "PUB-2", "PUB-3", "PUB-4")


SIDES: dict[str, Any] = {"x": x_world, "instagram": instagram_world}
Side = x_world.X | instagram_world.Instagram


@pytest.fixture(params=sorted(SIDES))
def side(
    request: pytest.FixtureRequest, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Side]:
    """A platform with an account that has consented; the connector before it is a process with a login of its own."""
    name: str = request.param
    SIDES[name].register()
    with world.role("connector"):
        made: Side = {"x": x_world.X, "instagram": instagram_world.Instagram}[name](tmp_path / f"{name}.sqlite")
        made.connect()
    port, big = free_port(), name.upper()
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")
    storage.put(instagram_world.POSTER)
    own = {
        f"{big}_API_URL": made.platform.url,
        f"{big}_SITE_URL": made.platform.url,
        f"{big}_CLIENT_ID": "the-app",
        f"{big}_CLIENT_SECRET": "the-secret",
        "INSTAGRAM_MEDIA_URL": f"http://127.0.0.1:{port}",
        "SERVICE_TOKEN": SERVICE_TOKEN,
        "SECRET_KEY": settings.SECRET_KEY,
        "CHIMERA_HOME": str(tmp_path),
    }
    words = [sys.executable, str(CHECKOUT / "manage.py"), "connector", name, "--port", str(port)]
    process = subprocess.Popen(words, env={**os.environ, **world.variables("connector"), **own})
    try:
        _wait(process, f"http://127.0.0.1:{port}/health")
        chosen = {**settings.CONNECTORS[name], "url": f"http://127.0.0.1:{port}/mcp", "service_token": SERVICE_TOKEN}
        monkeypatch.setitem(settings.CONNECTORS, name, {**chosen, "platform_url": made.platform.url})
        monkeypatch.setattr(registry, "_made", registry._made.__wrapped__)
        with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
            people.agent(brand_id=ALPHA)
        yield made
    finally:
        made.close()
        process.kill()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    ends = time.monotonic() + 90  # a busy machine is no failure
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the connector did not come up")


def scheduled(side: Side, *, task: int = 1, **fields: Any) -> None:
    name = side.connector.platform
    with tenancy.brand(ALPHA, actor="test"):
        account = Account.objects.get(platform=name)
        row = scheduling.Scheduled(
            brand_id=ALPHA,
            task=f"agents.task:{task}",
            account=account,
            payload=SIDES[name].payload(**fields),
            scopes=["fleet", f"brand:{ALPHA}", "agent:1", f"platform:{name}"],
            approval="judge",
        )
        scheduling.schedule_all(rows=[row])


def state() -> tuple[Post, Effect]:
    connection.close()
    with tenancy.brand(ALPHA, actor="test"):
        return Post.objects.get(), Effect.objects.get()


def test_a_post_is_granted_published_labelled_and_confirmed_once(side: Side) -> None:
    scheduled(side)
    assert posts.drain(seconds=30) == 1
    post, effect = state()
    (live,) = side.posts()
    assert post.status == "PUBLISHED", post.note
    assert post.platform_id == live.id and post.url.startswith(side.platform.url)
    assert (effect.status, effect.platform_class, effect.sends) == ("CONFIRMED", "B", 1)
    assert getattr(live, "made_with_ai", None) or getattr(live, "is_ai_generated", None)
    assert posts.drain(seconds=5) == 0


def test_an_answer_that_was_lost_is_looked_up_and_nothing_is_sent_twice(world: World, side: Side) -> None:
    side.faults.append("accept_then_drop")
    scheduled(side)
    posts.drain(seconds=30)
    post, effect = state()
    assert (post.status, effect.status) == ("SCHEDULED", "SENT")
    for _ in range(4):
        world.shift_clock("10 minutes")
        posts.drain(seconds=30)
    post, effect = state()
    (live,) = side.posts()
    assert (post.status, post.platform_id, effect.status) == ("PUBLISHED", live.id, "CONFIRMED"), post.note


def test_a_platform_that_lied_is_found_out_and_one_that_did_not_is_believed(world: World, side: Side) -> None:
    side.faults.append("lie_ok")
    scheduled(side, task=1, text="Never kept.")
    posts.drain(seconds=30)
    scheduled(side, task=2, text="Kept.")
    posts.drain(seconds=30)
    for after in ("150 seconds", "5 minutes", "10 minutes"):
        world.shift_clock(after)
        verifying.verify_due()
    connection.close()
    with tenancy.brand(ALPHA, actor="test"):
        found = {post.payload["text"]: (post.status, post.verification) for post in Post.objects.all()}
    assert found == {"Never kept.": ("PUBLISHED", "not_live"), "Kept.": ("PUBLISHED", "live")}
