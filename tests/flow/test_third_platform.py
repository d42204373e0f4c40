"""A third platform is one folder and one line: in a copy of the checkout it publishes a labelled post. PUB-1."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from chimera.core import scaffold, tenancy
from chimera.embedded.processes import free_port
from tests import people, servers
from tests.conftest import ALPHA, World
from tests.flow.test_new import copy_of_the_checkout
from tests.servers import CHECKOUT

pytestmark = [pytest.mark.spec("PUB-1", "PUB-2", "PUB-3"), pytest.mark.timeout(600)]

FOLDER = Path("publishing/connectors/harbour")
LINE = '    "harbour": "publishing.connectors.harbour.client.HarbourConnector",\n'
PUBLISH = f"""
import django, json
django.setup()
from chimera.core import tenancy
from governance.effects.models import Effect
from publishing.accounts import services as accounts
from publishing.posts import scheduling, services as posts
from publishing.posts.models import Post
with tenancy.brand({ALPHA}, actor="test:third"):
    account = accounts.register(
        brand_id={ALPHA}, belongs_to="agents.agent:1", platform="harbour", handle="nova", display_name="Nova"
    )
    payload = {{"platform": "harbour", "account_handle": "nova", "text": "Low tide at five.", "ai_generated": True}}
    scopes = ["fleet", "brand:{ALPHA}", "agent:1", "platform:harbour"]
    scheduling.schedule_all(rows=[scheduling.Scheduled(
        brand_id={ALPHA}, task="agents.task:1", account=account, payload=payload, scopes=scopes, approval="judge"
    )])
posts.drain(seconds=30)
with tenancy.brand({ALPHA}, actor="test:look"):
    post, effect = Post.objects.get(), Effect.objects.get()
    print(json.dumps([post.status, post.platform_id, effect.status, effect.labelled, effect.sends, post.note]))
"""


class Harbour(BaseHTTPRequestHandler):
    """The platform: keeps what it is sent."""

    posts: list[dict[str, Any]]

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.posts.append(sent)
        body = json.dumps({"number": f"h{len(self.posts)}"}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def harbour() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    kept: list[dict[str, Any]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Its", (Harbour,), {"posts": kept}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", kept
    server.shutdown()
    server.server_close()


def added(root: Path) -> Path:
    """The copy with the one folder and the one line."""
    shutil.copytree(CHECKOUT / "tests/flow/third_platform", root / FOLDER, ignore=shutil.ignore_patterns("__pycache__"))
    board = root / scaffold.SWITCHBOARD
    text = board.read_text(encoding="utf-8")
    board.write_text(text.replace('    "plaza": "publishing.', LINE + '    "plaza": "publishing.'), encoding="utf-8")
    assert LINE in board.read_text(encoding="utf-8")
    return root


def run(root: Path, variables: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{words[:3]}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def up(process: "subprocess.Popen[bytes]", url: str) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the connector did not come up")


def test_a_folder_and_a_line_are_enough_to_publish(
    world: World, tmp_path: Path, harbour: tuple[str, list[dict[str, Any]]]
) -> None:
    url, kept = harbour
    root = added(copy_of_the_checkout(tmp_path / "copy"))
    port = free_port()
    own = {
        "PYTHONPATH": str(root),
        "CHIMERA_HOME": str(tmp_path / "home"),
        "HARBOUR_URL": url,
        "HARBOUR_CONNECTOR_URL": f"http://127.0.0.1:{port}/mcp",
        "SERVICE_TOKEN": "of-the-test",
        "SECRET_KEY": "of-the-copy",
    }
    run(root, {**world.variables("operator"), **own}, "manage.py", "servers", "--lock")
    assert json.loads((root / FOLDER / "tools.lock.json").read_text())["servers"] == ["harbour"]
    # Whoever migrates enters the lock into the allow-list, and there is no migration to write.
    run(
        root,
        {**os.environ, **servers.variables("chimera_migrator", world.name), **own},
        "manage.py",
        "migrate",
        "--no-input",
        "-v",
        "0",
    )
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
    words = [sys.executable, "manage.py", "connector", "harbour", "--port", str(port)]
    process = subprocess.Popen(words, cwd=root, env={**world.variables("connector"), **own})
    try:
        up(process, f"http://127.0.0.1:{port}/health")
        said = run(root, {**world.variables("app", with_grant_key=True), **own}, "-c", PUBLISH)
    finally:
        process.kill()
        process.wait(20)
    assert json.loads(said.splitlines()[-1]) == ["PUBLISHED", "h1", "CONFIRMED", True, 1, ""]
    assert kept == [{"who": "nova", "words": "Low tide at five.", "made_by_machine": True}]


def test_a_platforms_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    root = added(copy_of_the_checkout(tmp_path / "copy"))
    (root / FOLDER / "platform.toml").write_text("[settings]\nurl = 3\n")
    done = subprocess.run(
        [sys.executable, "-c", "import chimera.settings"],
        cwd=root, env={"PYTHONPATH": str(root), "SECRET_KEY": "x"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "publishing/connectors/harbour/platform.toml cannot be read" in done.stderr.splitlines()[-1]
    assert "under [settings] it needs at least url and platform_url" in done.stderr.splitlines()[-1]
