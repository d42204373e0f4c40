"""The official TypeScript client of MCP before our connector processes; run by tools/foreign.sh. MCP-1, PUB-3."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from chimera.embedded.processes import free_port
from publishing.connectors import locks
from publishing.simulators.plaza import app as plaza
from publishing.simulators.plaza.store import Store
from tests.conftest import World
from tests.publishing.test_platform_flow import Side, _wait, side
from tests.publishing.test_plaza_connector import SERVICE_TOKEN
from tests.servers import CHECKOUT
from tests.serving import Served

__all__ = ["side"]

pytestmark = [pytest.mark.spec("MCP-1", "PUB-3"), pytest.mark.timeout(240)]


def asked(url: str) -> dict[str, Any]:
    """What the client saw of one connector."""
    words = ["node", "client.mjs", url, SERVICE_TOKEN, "nova"]
    done = subprocess.run(
        words, cwd=os.environ["CHIMERA_FOREIGN"], capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def holds(said: dict[str, Any], *, platform: str, reads: bool) -> None:
    """It listed what the lock file says, called everything, and got nothing published."""
    (lock,) = [one for one in locks.every() if platform in one.names]
    assert set(said["tools"]) == {tool.name for tool in lock.tools}
    assert set(said["called"]) == set(said["tools"])
    for name in {"publish_post", "delete_post", "hide_comment"} & set(said["called"]):
        turned_away = said["called"][name]
        assert turned_away["isError"] and '"grant_refused"' in turned_away["told"], (name, turned_away)
    if reads:
        assert not said["called"]["list_posts"]["isError"], said["called"]["list_posts"]
    assert "401" in said["stranger"] or "nauthorized" in said["stranger"], said["stranger"]


def test_platforms_with_accounts_are_listed_and_called(side: Side) -> None:
    name = side.connector.platform
    holds(asked(str(settings.CONNECTORS[name]["url"])), platform=name, reads=True)
    assert side.posts() == []


@pytest.fixture
def plaza_url(world: World, tmp_path: Path) -> Iterator[str]:
    platform = Served(plaza.build(store=Store(tmp_path / "plaza.sqlite"), token="of-the-test"))
    port = free_port()
    own = {"PLAZA_URL": platform.url, "PLAZA_TOKEN": "of-the-test", "SERVICE_TOKEN": SERVICE_TOKEN}
    words = [sys.executable, str(CHECKOUT / "manage.py"), "connector", "plaza", "--port", str(port)]
    variables = {**os.environ, **world.variables("connector"), **own, "CHIMERA_HOME": str(tmp_path)}
    process = subprocess.Popen(words, env=variables)
    try:
        _wait(process, f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait(20)
        platform.stop()


def test_plaza_is_listed_and_called(plaza_url: str) -> None:
    holds(asked(plaza_url), platform="plaza", reads=True)
