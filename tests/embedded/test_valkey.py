"""The embedded Valkey: a password, an append-only file, one server per folder. OPS-1."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from chimera.embedded import processes
from chimera.embedded.errors import NotRunning, StartFailed
from chimera.embedded.home import Home
from chimera.embedded.valkey import Valkey

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(Home(tmp_path / 'ho me"s'))
    server.start()
    yield server
    server.stop()


@pytest.mark.spec("OPS-1")
def test_it_answers_only_with_the_password_and_forgets_nothing_by_policy(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url()) as client:
        assert client.ping()
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
    port = valkey.url().rsplit(":", 1)[1].split("/")[0]
    once = Retry(NoBackoff(), 0)
    with (
        redis.Redis(host="127.0.0.1", port=int(port), retry=once) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_the_password_is_not_on_the_command_line_and_its_file_is_private(valkey: Valkey) -> None:
    secret = valkey.home.secrets().valkey_password
    assert secret not in " ".join(psutil.Process(valkey.pid()).cmdline())
    assert stat.S_IMODE((valkey.home.run / "valkey.conf").stat().st_mode) == 0o600


def test_values_survive_a_stop_and_a_kill(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url(db=1)) as client:
        client.set("kept", "yes")
    valkey.stop()
    valkey.stop()
    assert not valkey.running()
    valkey.start()
    old = valkey.pid()
    assert old is not None
    with redis.Redis.from_url(valkey.url(db=1)) as client:
        assert client.get("kept") == b"yes"
        client.set("later", "yes")
        time.sleep(1.2)  # appendfsync everysec
    os.kill(old, signal.SIGKILL)
    assert processes.wait_gone(old, timeout_s=5)
    valkey.start()
    assert valkey.pid() != old
    with redis.Redis.from_url(valkey.url(db=1)) as client:
        assert client.get("later") == b"yes"


def test_a_second_start_finds_the_first_server(valkey: Valkey) -> None:
    before = valkey.pid()
    Valkey(valkey.home).start()
    assert valkey.pid() == before
    assert len(processes.find(name="valkey-server", folder=valkey.home.valkey)) == 1


def test_a_taken_port_is_replaced(valkey: Valkey) -> None:
    old = processes.recorded_port(valkey.home.run / "valkey.port")
    assert old is not None
    valkey.stop()
    with socket.create_server(("127.0.0.1", old)):
        valkey.start()
        assert processes.recorded_port(valkey.home.run / "valkey.port") != old


def test_it_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    code = "import sys; from pathlib import Path; from chimera.embedded.home import Home;"
    code += "from chimera.embedded.valkey import Valkey; Valkey(Home(Path(sys.argv[1]))).start()"
    subprocess.run([sys.executable, "-c", code, str(home.root)], check=True, timeout=30, cwd=CHECKOUT)
    server = Valkey(home)
    try:
        assert server.running()
    finally:
        server.stop()
    assert not server.running()


def test_no_address_before_the_first_start_and_a_broken_file_is_a_sentence(tmp_path: Path) -> None:
    server = Valkey(Home(tmp_path / "home").prepare())
    with pytest.raises(NotRunning, match="never been started"):
        server.url()
    (server.home.valkey / "appendonlydir").write_text("not a folder")
    with pytest.raises(StartFailed, match=r"(?s)ended while starting.*Last lines of"):
        server.start()
