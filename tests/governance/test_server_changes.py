"""Real servers that turn on us, and processes that stop calling them: one sees it, all stop. MCP-2."""

import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import pytest

from chimera.core import tenancy
from chimera.core.errors import Stopped
from chimera.core.mcp.client import Client, NoAnswer, NotAllowed
from chimera.core.mcp.tools import Listing
from governance.servers import listed, selectors, services
from governance.servers.listed import NotInForce, Reviewed, ToolNotPinned
from tests import servers
from tests.conftest import World
from tests.governance.listed_servers import allowed
from tests.tool_servers import HONEST, POISONED, Peer, eventually, served

pytestmark = pytest.mark.spec("MCP-2")

CALLER = """
import sys, time, django
django.setup()
from chimera.core.errors import Stopped
from chimera.core.mcp.client import Client, close_all
from governance.servers.listed import Reviewed
client = Client(sys.argv[1], bearer="", pins=Reviewed("news"))
while True:
    try:
        client.call(tool="news", arguments={"town": sys.argv[2]}, timeout_s=10)
        print("called", flush=True)
    except Stopped as no:
        print(no, flush=True)
        break
    time.sleep(0.05)
close_all()
"""


def ask(peer: Peer, *, tool: str = "news", **arguments: str) -> dict[str, object]:
    client = Client(peer.url, bearer="", pins=Reviewed("news"))
    return client.call(tool=tool, arguments=arguments or {"town": "Orlowe"}, timeout_s=10)


def refused(peer: Peer, **arguments: Any) -> NotInForce:
    """How a call is refused. The first one after a restart may only find that the old connection is gone."""
    before = tuple(peer.runs)
    for _ in range(5):
        try:
            ask(peer, **arguments)
        except NoAnswer as lost:
            assert not lost.maybe_sent or tuple(peer.runs) == before
        except NotInForce as no:
            return no
    raise AssertionError("the call was not refused")


def status(world: World) -> str:
    found = world.superuser().execute("SELECT status FROM governance_server WHERE name = 'news'").fetchone()
    return str(found[0]) if found else ""


def test_a_description_that_changes_between_two_connects_disables_until_a_reviewer_answers(world: World) -> None:
    with served() as peer:
        allowed(world, url=peer.url)
        assert ask(peer)["town"] == "Orlowe"
        assert listed.client(name="news").call(tool="news", arguments={"town": "Marle"}, timeout_s=10)
        peer.restart(description=POISONED)
        no = refused(peer)
        assert "disabled: it does not list the tools that were reviewed" in str(no)
        assert isinstance(no, Stopped)
        assert no.scope == "server:news"
        assert "evil" not in str(no)
        assert status(world) == "DISABLED"
        peer.restart(description=HONEST)
        refused(peer)  # what it says now does not matter: a person has to answer
        assert peer.runs == ["Orlowe", "Marle"]
        with world.role("operator"), tenancy.acting("user:ada"):
            services.allow(server=selectors.named("news"), reason="it was an attack on their side, mended")
        assert ask(peer, town="Tarn")["town"] == "Tarn"


def test_a_new_tool_is_reviewed_before_anything_is_called(world: World) -> None:
    with served() as peer:
        allowed(world, url=peer.url)
        peer.restart(more=["pay"])
        refused(peer)
        refused(peer, tool="pay", town="x")
        with world.role("operator"), tenancy.acting("user:ada"):
            services.accept(server=selectors.named("news"), reason="we need it")
        assert ask(peer, tool="pay", town="Orlowe")["town"] == "Orlowe"
        with pytest.raises(ToolNotPinned, match="not among the tools that were reviewed"):
            ask(peer, tool="delete_all", town="x")


def test_a_server_that_turns_while_connected_is_disabled_without_a_call_and_closed(world: World) -> None:
    with served(stateless=False) as peer:
        allowed(world, url=peer.url)
        with suppress(NoAnswer, Stopped):
            ask(peer, tool="turn", description=POISONED)
        eventually(lambda: status(world) == "DISABLED")
        with pytest.raises(NotInForce):
            ask(peer)
        assert peer.runs == ["turn"]


def test_one_process_sees_it_and_all_stop(world: World) -> None:
    with served() as peer:
        allowed(world, url=peer.url)
        command = [sys.executable, "-c", CALLER, peer.url]
        env = {**world.variables("app"), "PYTHONPATH": str(servers.CHECKOUT)}
        callers = [
            subprocess.Popen([*command, name], env=env, cwd=servers.CHECKOUT, stdout=subprocess.PIPE, text=True)
            for name in ("first", "second")
        ]
        try:
            eventually(lambda: {"first", "second"} <= set(peer.runs), seconds=60)
            peer.mcp.remove_tool("news")  # silently: neither of the two hears of it
            peer.mcp.add_tool(peer._news, name="news", description=POISONED)
            with pytest.raises(NotInForce):
                ask(peer)  # the third connects, and sees it
            runs = len(peer.runs)
            ends = [caller.communicate(timeout=30)[0].splitlines() for caller in callers]
        finally:
            for caller in callers:
                caller.kill()
        for said in ends:
            assert "called" in said[:-1]
            assert "the MCP server news is disabled" in said[-1]
        assert len(peer.runs) - runs <= 2 * (listed.LOOK_LASTS_S + 1) / 0.05
        assert "Orlowe" not in peer.runs


def test_a_slow_list_is_no_way_in(world: World) -> None:
    with served() as peer:
        allowed(world, url=peer.url)
        peer.answer_s = 5.0
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            Client(peer.url, bearer="x", pins=Reviewed("news")).call(tool="news", arguments={}, timeout_s=0.5)
        assert time.monotonic() - began < 5.0
        assert (status(world), peer.runs) == ("ALLOWED", [])


def test_an_address_that_is_not_the_reviewed_one_is_not_connected_to(world: World) -> None:
    with served() as peer, served() as other:
        allowed(world, url=peer.url)
        with pytest.raises(NotAllowed, match="has no 'news' at"):
            ask(other)
        with pytest.raises(NotAllowed, match="has no 'unlisted'"):
            Client(peer.url, bearer="", pins=Reviewed("unlisted")).call(tool="news", arguments={}, timeout_s=5)
        with pytest.raises(NotAllowed, match="has no 'news' at"):
            Reviewed("news").seen(url=other.url, listing=Listing(()))
        with pytest.raises(NotAllowed, match="is ours"):
            listed.client(name="plaza")
        assert other.methods == []


def test_one_question_a_second_serves_all_calls(world: World, django_assert_num_queries: object) -> None:
    with served() as peer:
        allowed(world, url=peer.url)
        pins = Reviewed("news")
        pins.require(url=peer.url, tool="news")
        with django_assert_num_queries(0):  # type: ignore[operator]
            for _ in range(20):
                pins.require(url=peer.url, tool="news")
                listed.require_in_force(name="news")
                listed.require_in_force(name="unknown")
        listed.forget()
        with django_assert_num_queries(1):  # type: ignore[operator]
            pins.require(url=peer.url, tool="news")
