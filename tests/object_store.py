"""A real server that speaks S3, checks signatures and keeps its objects on disk: `rclone serve s3`, on loopback."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chimera.embedded.processes import free_port

KEY, SECRET = "AKIDOFTHETESTS", "a-secret-of-the-tests"
BUCKET = "media"


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """`settings.MEDIA_S3` for a fresh bucket; the server ends with the block."""
    folder, port = Path(tempfile.mkdtemp(prefix="chimera-s3-")), free_port()
    (folder / BUCKET).mkdir()
    program = str(Path(sys.executable).parent / "rclone")
    arguments = ["serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}", str(folder)]
    server = subprocess.Popen([program, "--config", "/dev/null", *arguments], stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        for line in server.stderr:  # it says so when it listens
            if "Starting s3 server" in line:
                break
        else:
            raise AssertionError("the object store of the tests did not start")
        yield {
            "name": BUCKET, "endpoint": f"http://127.0.0.1:{port}", "region": "us-east-1",
            "key": KEY, "secret": SECRET, "outside": f"http://localhost:{port}",
        }  # fmt: skip
    finally:
        server.kill()
        server.wait()
        assert server.stderr is not None
        server.stderr.close()
        shutil.rmtree(folder)


def chosen(settings: Any, told: dict[str, str], **others: str) -> None:
    """Let the settings of a test name this server, and wait until it answers."""
    settings.MEDIA_STORE, settings.MEDIA_S3 = "s3", {**told, **others}
    from chimera.core import storage
    from chimera.core.errors import Unavailable

    for left in range(20, -1, -1):
        try:
            storage.exists("0" * 64)
            return
        except Unavailable:
            if not left or others:
                return
            time.sleep(0.05)
