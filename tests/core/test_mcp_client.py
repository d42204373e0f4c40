"""The MCP client against a real MCP server over HTTP on loopback. MCP-1, PUB-4."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from chimera.core.errors import Denied, Unavailable
from chimera.core.mcp import client as mcp_client
from chimera.core.mcp.client import Client, NoAnswer, NotAllowed, ToolRefused, Unauthorized
from tests.serving import Served

BEARER = "s3cret-service-token"


class Probe:
    """The server's side: what arrived, and a tool for every way of answering."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.peers: set[Any] = set()
        self.runs: list[str] = []
        self.hold = threading.Event()
        self.port = 0
        self.cut = False

    def app(self) -> Any:
        mcp = MCPServer("probe", log_level="CRITICAL")

        @mcp.tool()
        def echo(text: str) -> dict[str, Any]:
            self.runs.append(text)
            return {"text": text}

        @mcp.tool()
        def refuse(why: str) -> dict[str, Any]:
            raise ToolError(f"{why} {BEARER}")

        @mcp.tool()
        def wait() -> dict[str, Any]:
            self.runs.append("wait")
            self.hold.wait(60)
            return {}

        inner = mcp.streamable_http_app(stateless_http=True, json_response=True)

        async def outer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await inner(scope, receive, send)
                return
            headers = dict(scope["headers"])
            self.peers.add(scope["client"])
            method = headers.get(b"mcp-method", b"?").decode()
            self.methods.append(method)
            if headers.get(b"authorization") != f"Bearer {BEARER}".encode():
                await send({"type": "http.response.start", "status": 401, "headers": []})
                await send({"type": "http.response.body", "body": b"no"})
                return
            if self.cut and method == "tools/call":

                async def half(message: Any) -> None:
                    if message["type"] == "http.response.start":
                        headers = [(b"content-length", b"99999"), (b"content-type", b"application/json")]
                        await send({**message, "headers": headers})

                await inner(scope, receive, half)
                return
            await inner(scope, receive, send)

        return outer

    def start(self) -> None:
        self._served = Served(self.app(), port=self.port)
        self.port = self._served.port

    def stop(self) -> None:
        self.hold.set()
        self._served.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"


@pytest.fixture
def probe() -> Iterator[Probe]:
    served = Probe()
    served.start()
    yield served
    Client(served.url, bearer=BEARER, is_allowed=bool).close()
    served.stop()


def _client(probe: Probe, **kwargs: Any) -> Client:
    return Client(probe.url, **{"bearer": BEARER, "is_allowed": lambda url: True, **kwargs})


@pytest.mark.spec("MCP-1")
def test_many_calls_of_many_clients_and_threads_share_one_session_and_its_connections(probe: Probe) -> None:
    for number in range(5):
        answer = _client(probe).call(tool="echo", arguments={"text": str(number)}, timeout_s=10)
        assert answer == {"text": str(number)}
    assert len(probe.peers) == 1
    assert probe.methods.count("tools/call") == 5
    assert probe.methods.count("server/discover") == 1

    threads = [
        threading.Thread(
            target=_client(probe).call, kwargs={"tool": "echo", "arguments": {"text": "t"}, "timeout_s": 10}
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert probe.runs.count("t") == 8
    assert probe.methods.count("server/discover") == 1


def test_after_a_restart_of_the_server_the_next_call_works(probe: Probe) -> None:
    client = _client(probe)
    client.call(tool="echo", arguments={"text": "before"}, timeout_s=10)
    probe.stop()
    with pytest.raises(NoAnswer) as down:
        client.call(tool="echo", arguments={"text": "down"}, timeout_s=5)
    assert down.value.maybe_sent is False
    probe.start()
    assert client.call(tool="echo", arguments={"text": "after"}, timeout_s=10) == {"text": "after"}
    assert probe.runs == ["before", "after"]


@pytest.mark.spec("PUB-4")
def test_a_call_that_outlasts_its_time_may_have_run_and_the_session_stays_usable(probe: Probe) -> None:
    client = _client(probe)
    client.call(tool="echo", arguments={"text": "warm"}, timeout_s=10)
    started = time.monotonic()
    with pytest.raises(NoAnswer) as late:
        client.call(tool="wait", arguments={}, timeout_s=1)
    assert late.value.maybe_sent is True
    assert isinstance(late.value, Unavailable)
    assert time.monotonic() - started < 10
    probe.hold.set()
    assert client.call(tool="echo", arguments={"text": "on"}, timeout_s=10) == {"text": "on"}
    assert probe.methods.count("server/discover") == 1


@pytest.mark.spec("PUB-4")
def test_an_answer_cut_short_may_have_run_and_is_never_asked_for_again(probe: Probe) -> None:
    client = _client(probe)
    client.call(tool="echo", arguments={"text": "warm"}, timeout_s=10)
    probe.cut = True
    with pytest.raises(NoAnswer) as cut:
        client.call(tool="echo", arguments={"text": "cut"}, timeout_s=5)
    assert cut.value.maybe_sent is True
    probe.cut = False
    time.sleep(0.2)
    assert probe.runs.count("cut") == 1
    assert client.call(tool="echo", arguments={"text": "rebuilt"}, timeout_s=10) == {"text": "rebuilt"}
    assert probe.runs == ["warm", "cut", "rebuilt"]


@pytest.mark.spec("PUB-4")
def test_a_refused_connection_was_surely_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/mcp"
        with pytest.raises(NoAnswer) as refused:
            Client(url, bearer=BEARER, is_allowed=lambda url: True).call(tool="echo", arguments={}, timeout_s=5)
    assert refused.value.maybe_sent is False


def test_a_server_that_accepts_and_says_nothing_takes_no_longer_than_the_call_may() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        client = Client(f"http://127.0.0.1:{mute.getsockname()[1]}/mcp", bearer=BEARER, is_allowed=lambda url: True)
        started = time.monotonic()
        with pytest.raises(NoAnswer) as silent:
            client.call(tool="echo", arguments={}, timeout_s=0.5)
        assert time.monotonic() - started < 10
        assert silent.value.maybe_sent is True


@pytest.mark.spec("MCP-1")
def test_a_server_that_is_not_on_the_list_is_not_even_connected_to(probe: Probe) -> None:
    asked: list[str] = []
    with pytest.raises(NotAllowed, match="not on the list"):
        _client(probe, is_allowed=lambda url: bool(asked.append(url))).call(tool="echo", arguments={}, timeout_s=5)
    assert asked == [probe.url]
    assert probe.methods == []


def test_a_tool_that_refuses_is_heard_without_the_token(probe: Probe) -> None:
    with pytest.raises(ToolRefused, match="over the budget") as refused:
        _client(probe).call(tool="refuse", arguments={"why": "over the budget"}, timeout_s=10)
    assert isinstance(refused.value, Denied)
    assert BEARER not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_bad_arguments_and_unknown_tools_are_refusals(probe: Probe) -> None:
    for tool, arguments in (("echo", {"nonsense": 1}), ("no_such_tool", {})):
        with pytest.raises(ToolRefused):
            _client(probe).call(tool=tool, arguments=arguments, timeout_s=10)
    assert probe.runs == []


def test_a_wrong_token_is_told_apart_from_silence(probe: Probe) -> None:
    stranger = _client(probe, bearer="wrong-token")
    with pytest.raises(Unauthorized, match="401") as refused:
        stranger.call(tool="echo", arguments={"text": "x"}, timeout_s=10)
    assert "wrong-token" not in str(refused.value)
    stranger.close()


def test_a_closed_client_opens_again_with_the_next_call(probe: Probe) -> None:
    client = _client(probe)
    client.call(tool="echo", arguments={"text": "1"}, timeout_s=10)
    client.close()
    client.close()
    assert client.call(tool="echo", arguments={"text": "2"}, timeout_s=10) == {"text": "2"}
    assert probe.methods.count("server/discover") == 2


def test_a_forked_child_gets_its_own_session_and_ends_in_time(probe: Probe) -> None:
    # In a process of its own: forking the test runner, which has threads, would test the runner.
    script = f"""
import os, signal, sys
from chimera.core.mcp.client import Client
client = Client({probe.url!r}, bearer={BEARER!r}, is_allowed=lambda url: True)
assert client.call(tool="echo", arguments={{"text": "parent"}}, timeout_s=10) == {{"text": "parent"}}
child = os.fork()
if child == 0:
    signal.alarm(20)  # a child that hangs ends itself
    assert client.call(tool="echo", arguments={{"text": "child"}}, timeout_s=10) == {{"text": "child"}}
    sys.exit(7)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 7, status
assert client.call(tool="echo", arguments={{"text": "again"}}, timeout_s=10) == {{"text": "again"}}
"""
    root = Path(mcp_client.__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env={**os.environ}, capture_output=True, text=True, timeout=40
    )
    assert done.returncode == 0, done.stderr
    assert probe.runs == ["parent", "child", "again"]
    assert probe.methods.count("server/discover") == 2


def test_the_sdk_is_not_imported_before_the_first_call() -> None:
    script = "import sys, chimera.core.mcp.client; assert not {'mcp', 'anyio', 'httpx2'} & set(sys.modules)"
    root = Path(mcp_client.__file__).parents[3]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True, timeout=20)
