"""`bench publish`: what a post costs beside what the platform takes for it, and what a large video does to memory.

Real Postgres that flushes, the real connector process of each platform before its simulator, real grants, MCP over a
session that stays. The simulator notes how long it took for every request: a call of `publish_post` less the requests
that came in while it ran is the connector's overhead. The same posts go to the same simulator by a bare HTTP client.
Requirements: PUB-1, PUB-2, PUB-3.
"""

import os
import platform as machine
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil

from chimera.bench import films, publish_platform, tally
from chimera.bench.engine import kept
from chimera.bench.ground import NotMeasured, connected, prepared, said, variables
from chimera.bench.publish_figures import MB, Watched, judged, totals
from chimera.bench.publish_platform import CLIENT, SECRET
from chimera.bench.publish_sender import WARM, key_of, payload
from chimera.core import canonical
from chimera.core.errors import Denied
from chimera.embedded import entry
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.processes import free_port
from chimera.embedded.supervisor import Program, Supervisor

REPORT = "bench-publish.json"
PLATFORMS = ("plaza", "x", "instagram")
POSTS, POSTS_MAX = 300, 20_000
VIDEO_MB, VIDEO_MB_MAX = 500, 2_000
SECONDS = 30.0
# The most that a platform takes (docs/platforms), and a length and shape that it takes.
TAKES = {"plaza": (50, 20.0, 720, 1280), "x": (512, 60.0, 720, 1280), "instagram": (300, 60.0, 720, 1280)}
Tell = Callable[[str], None]

_ACT = """
INSERT INTO governance_effect (brand_id, subject, kind, task, platform_class, key, hold_key, scopes, payload_hash,
       grant_jti, sent_fence, status, state_version, sends, sent_at, first_sent_at, call_timeout_s, incarnation,
       platform_id, labelled, made_at)
VALUES (1, %s, 'publish', %s, 'B', %s, %s, ARRAY['fleet', 'brand:1', 'effects'], %s, %s, 1, 'SENT', 2, 1, chimera_now(),
       chimera_now(), 10, 1, '', true, chimera_now())
"""


class BadOrder(Denied):
    """Numbers that make no run."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run. `video_mb` is cut to what a platform takes; 0 sends no video."""

    platforms: tuple[str, ...] = PLATFORMS
    posts: int = POSTS
    video_mb: int = VIDEO_MB
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        unknown = [name for name in self.platforms if name not in PLATFORMS]
        if unknown or not self.platforms:
            raise BadOrder(f"--platform is {unknown[0] if unknown else 'empty'}; it must be all or of {PLATFORMS}.")
        if not 2 * WARM <= self.posts <= POSTS_MAX:
            raise BadOrder(f"--posts is {self.posts}; it must be from {2 * WARM} to {POSTS_MAX:,}.")
        if not 0 <= self.video_mb <= VIDEO_MB_MAX:
            raise BadOrder(f"--video-mb is {self.video_mb}; it must be from 0 to {VIDEO_MB_MAX:,}.")
        if not 1 <= self.seconds <= 3_600:
            raise BadOrder(f"--seconds is {self.seconds:g}; it must be from 1 to 3,600.")


def arrange(connection: tally.Superuser, *, sent: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Acts that were just sent: for each the key, which is also its grant's number, and the payload."""
    connection.execute("SET session_replication_role = replica")
    rows = [
        (f"publishing.post:{number}", f"agents.task:{number}", key, key, canonical.digest(dict(one)), key)
        for number, (key, one) in enumerate(sent)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_ACT.encode(), rows)
    connection.execute("SET session_replication_role = origin")
    connection.execute("ANALYZE governance_effect")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One platform with its connector, on a database of its own."""

    name: str
    ends: Endpoints
    folder: Path
    url: str
    connector: str
    pids: Mapping[str, int]

    def act(self, step: str, *words: str, role: str = "chimera_app", timeout_s: float = 600) -> dict[str, Any]:
        """One step of the sender, with the login of who does it in the product."""
        command = [sys.executable, "-m", "chimera.bench.publish_sender", step, "--platform", self.name]
        own = entry.environment(self.ends, role, with_grant_key=role == "chimera_app")
        env = {**variables(self.ends, role), **own, **_places(self.name, self.url, self.connector)}
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*command, "--folder", str(self.folder), *words],
            env=env, cwd=entry.CHECKOUT, stdout=pipe, stderr=pipe, text=True,
        )  # fmt: skip
        return said(process, what=f"{self.name}: {step}", timeout_s=timeout_s)


def _places(name: str, url: str, connector: str) -> dict[str, str]:
    big = name.upper()
    return {
        "SWITCHBOARD": "chimera.switchboard",
        f"{big}_CONNECTOR_URL": f"{connector}/mcp",
        f"{big}_URL": url,
        f"{big}_API_URL": url,
        f"{big}_SITE_URL": url,
        f"{big}_TOKEN_URL": f"{url}/oauth/access_token",
        f"{big}_CLIENT_ID": CLIENT,
        f"{big}_CLIENT_SECRET": SECRET,
        "PLAZA_TOKEN": publish_platform.TOKEN,
        "INSTAGRAM_MEDIA_URL": connector,
    }


@contextmanager
def _running(name: str, ends: Endpoints, folder: Path) -> Iterator[Bench]:
    port, other = free_port(), free_port()
    url, connector = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other}"
    places = _places(name, url, connector)
    module = [sys.executable, "-m", "chimera.bench.publish_platform", name]
    crew = Supervisor(ends.home.logs)
    try:
        crew.start(
            [
                Program(
                    name=f"bench-{name}",
                    argv=[*module, "--port", str(port), "--folder", str(folder)],
                    env=variables(ends, "chimera_app"),
                    ready_url=f"{url}/health",
                    restart=False,
                ),
                Program(
                    name=f"bench-connector-{name}",
                    argv=[sys.executable, "manage.py", "connector", name, "--port", str(other)],
                    env={**variables(ends, "chimera_connector"), **places, "DATABASE_POOL_MAX": "4"},
                    ready_url=f"{connector}/health",
                    restart=False,
                ),
            ]
        )
        crew.wait_ready(60)
        pids = crew.pids()
        seen = {"connector": pids[f"bench-connector-{name}"], "platform": pids[f"bench-{name}"]}
        yield Bench(name=name, ends=ends, folder=folder, url=url, connector=connector, pids=seen)
    finally:
        crew.stop()


def _stored(ends: Endpoints, order: Order, name: str) -> tuple[str, str, int]:
    """A picture and a video in the storage of the bench: their hashes, and how long the video is in bytes."""
    from django.test.utils import override_settings
    from PIL import Image

    from chimera.core import storage

    with override_settings(MEDIA_ROOT=ends.home.root / "media"):
        file = BytesIO()
        Image.new("RGB", (1080, 1350), "teal").save(file, "PNG")
        picture = storage.put(file.getvalue())
        most, seconds, width, height = TAKES[name]
        size = min(order.video_mb, most) * MB
        if not size:
            return picture, "", 0
        path = ends.home.root / "film.mp4"
        films.write(path, size_bytes=size, seconds=seconds, width=width, height=height)
        with path.open("rb") as film:
            video = storage.keep(film)
        path.unlink()
    return picture, video, size


def _measured(bench: Bench, order: Order, picture: str, video: str, size: int, tell: Tell) -> dict[str, Any]:
    bench.act("account")
    if bench.name != "plaza":
        bench.act("connect", role="chimera_connector")
    tell(f"{bench.name}: {order.posts} posts one after the other, then as many with several threads")
    words = ["--posts", str(order.posts), "--seconds", str(order.seconds), "--media", picture]
    connector = psutil.Process(bench.pids["connector"])
    spent = connector.cpu_times()
    sent = bench.act("send", *words)
    used = connector.cpu_times()
    requests = publish_platform.read(bench.folder / f"{bench.name}.log")
    found: dict[str, Any] = {}
    if size:
        tell(f"{bench.name}: a video of {size // MB} MB")
        watched = Watched(bench.pids)
        upload = bench.act("video", "--media", video, "--number", str(2 * order.posts), timeout_s=900)
        found["video"] = {
            "bytes": size,
            "seconds": round(upload["seconds"], 2),
            "mb_per_s": round(size / MB / upload["seconds"], 1),
            "tries": upload["tries"],
            **watched.told(),
        }
    counts = publish_platform.counted(bench.name, bench.folder)
    address = f"{bench.url}/health" if bench.name != "instagram" else _picture_address(bench, picture)
    tell(f"{bench.name}: {order.posts} posts by a bare client")
    alone = bench.act("bare", "--url", bench.url, "--posts", str(order.posts), "--media", address)
    figures = judged(sent=sent, bare=alone, requests=requests)
    if counts["published"] != figures["posts"] + bool(size):
        raise NotMeasured(f"{bench.name} has {counts['published']} posts; {figures['posts'] + bool(size)} were sent.")
    cpu_ms = (used.user + used.system - spent.user - spent.system) * 1000 / figures["posts"]
    return {**figures, "connector_cpu_ms": round(cpu_ms, 2), **counts, **found}


def _picture_address(bench: Bench, picture: str) -> str:
    import hashlib

    from publishing.connectors.instagram.pictures import Shelf

    key = hashlib.sha256(f"chimera instagram {SECRET}".encode()).digest()
    return Shelf(base=bench.connector, key=key, media=lambda _: b"").address(picture)


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """Measure platform by platform; the report is also written into the data folder."""
    load = round(os.getloadavg()[0], 2)
    platforms: dict[str, Any] = {}
    with prepared() as ground:
        for name in order.platforms:
            with ground.database() as ends:
                picture, video, size = _stored(ends, order, name)
                shown = [{"sha256": picture, "alt": "A toaster"}] if name == "instagram" else []
                sent = [(key_of(name, n), payload(name, n, media=shown)) for n in range(2 * order.posts)]
                film = [{"sha256": video, "alt": "A toaster", "kind": "video"}]
                sent.append((key_of(name, 2 * order.posts), payload(name, 2 * order.posts, media=film)))
                with connected(ends, ends.database) as connection:
                    arrange(connection, sent=sent)
                folder = ends.home.root / f"publish-{name}"
                folder.mkdir()
                with _running(name, ends, folder) as bench:
                    platforms[name] = _measured(bench, order, picture, video, size, tell)
    report = {
        "platforms": platforms,
        **totals(platforms),
        "machine": {"cores": os.cpu_count(), "python": machine.python_version(), "load_before": load},
    }
    path = kept(report, name=REPORT)
    tell(f"written to {path}")
    return report
