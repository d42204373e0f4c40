"""A studio server over real MCP: its token, its key, what it remembers, and the commands. MCP-1, MCP-2, GEN-3."""

import json
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.test import override_settings

from chimera.core import registry, tenancy
from chimera.core.mcp.client import Client, ToolRefused, Unauthorized, listed
from governance.budgets import services as budgets
from governance.models import Notice
from governance.servers.listed import Reviewed
from publishing.connectors import locks
from publishing.management.commands import studio_server
from publishing.media.making import server, working
from publishing.media.making.base import ClipRequest, Cost, ImageRequest, Later, Made, Maker, Refused, Running, Unknown
from publishing.media.making.journal import Journal
from tests.conftest import ALPHA, World
from tests.publishing.studio_world import KEYS, TOKEN, Providers, Servers, face, providers, serving
from tests.publishing.test_makings import ask, row, step

pytestmark = pytest.mark.spec("MCP-1")

COST = Cost(item="image:ideogram-v3-turbo", count=1)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Providers]:
    with providers(tmp_path / "media") as made:
        yield made


@pytest.fixture
def servers(world: World, found: Providers, tmp_path: Path) -> Iterator[Servers]:
    with serving(found, tmp_path) as made:
        yield made


def maker(name: str) -> Maker:
    return registry.get("MAKERS", name, Maker)


def begun(name: str, *, key: str = "1:making:1:1", timeout_s: float = 8.0) -> Any:
    request: Any = ImageRequest(prompt="x") if name == "ideogram" else ClipRequest(image_sha256=face(), prompt="x")
    return maker(name).begin(request=request, model=maker(name).model, key=key, timeout_s=timeout_s)


@pytest.mark.spec("MCP-2")
def test_each_server_lists_the_tools_that_are_locked_and_nobody_else_is_let_in(servers: Servers) -> None:
    lock = next(one for one in locks.every() if "studio-runway" in one.names)
    assert lock.names == server.NAMES
    for url in servers.urls.values():
        told = listed(url=url, bearer=TOKEN, timeout_s=5)
        assert {tool.name: tool.digest for tool in told.tools} == {tool.name: tool.digest for tool in lock.tools}
        with pytest.raises(Unauthorized):
            listed(url=url, bearer="another", timeout_s=5)
    names = {tool.name for tool in lock.tools}
    assert names == {"make_image", "begin_clip", "what_came", "clip_status", "cancel_clip", "quote"}


def test_the_same_beginning_is_begun_once_and_answered_alike(servers: Servers, found: Providers) -> None:
    first = begun("runway")
    assert isinstance(first, Running)
    assert begun("runway") == first == maker("runway").came(key="1:making:1:1", timeout_s=5)
    assert len(found.studio.begun("runway")) == 1
    assert isinstance(begun("runway", key="1:making:2:1"), Running)
    assert len(found.studio.begun("runway")) == 2


@pytest.mark.spec("GOV-1")
def test_a_worker_that_waited_too_short_hears_later_what_was_made(
    world: World, servers: Servers, found: Providers
) -> None:
    paid(world)
    found.studio.says("ideogram", "slow")
    ask(ImageRequest(prompt="x"), maker="ideogram")
    with override_settings(STUDIO_CALL_TIMEOUT_S=0.5):
        waits = step(world)
    assert (waits.status, waits.attempts) == ("BEGUN", 0) and "it may have run" in waits.note
    still = step(world, after="30 seconds")
    assert (still.status, still.note) == ("BEGUN", "The studio server of ideogram is still at it.")
    found.studio.let_go.set()
    for _ in range(100):
        heard = step(world, after="30 seconds")
        if heard.status != "BEGUN":
            break
        time.sleep(0.05)
    assert (heard.status, heard.spent_usd_micros) == ("MADE", 30_000)
    assert len(found.studio.begun("ideogram")) == 1
    with world.role("operator"):
        assert not Notice.objects.exists(), "nobody was asked about it"


def test_what_nobody_answers_for_is_a_doubt_only_once_its_studio_server_was_asked(
    world: World, servers: Servers, found: Providers
) -> None:
    paid(world)
    found.studio.says("runway", "drop")
    ask()
    assert step(world).status == "BEGUN"
    doubt = step(world)
    assert (doubt.status, doubt.note) == ("IN_DOUBT", "The studio server of runway has no answer for this beginning.")


def test_what_is_still_being_made_is_begun_no_second_time_under_its_name(servers: Servers, found: Providers) -> None:
    found.studio.says("ideogram", "slow")
    assert isinstance(begun("ideogram", timeout_s=0.5), Unknown)
    assert isinstance(begun("ideogram"), Unknown), "Later would say that it surely was not begun"
    assert isinstance(maker("ideogram").came(key="1:making:1:1", timeout_s=5), Later)
    assert len(found.studio.begun("ideogram")) == 1


def paid(world: World) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        for scope in ("brand:1", "agent:7"):
            budgets.set_limit(brand_id=ALPHA, scope=scope, limit_usd_micros=1_000_000)


def test_what_was_surely_not_begun_may_be_begun_under_the_same_name(servers: Servers, found: Providers) -> None:
    found.studio.says("ideogram", "busy")
    assert isinstance(begun("ideogram"), Later)
    assert isinstance(begun("ideogram"), Made)


def test_a_provider_that_does_not_make_it_says_so(servers: Servers, found: Providers) -> None:
    client = Client(servers.urls["ideogram"], bearer=TOKEN, pins=Reviewed("studio-ideogram"))
    request = ClipRequest(image_sha256=face(), prompt="x").model_dump(mode="json")
    asked = {"key": "k", "model": "v3-turbo", "request": request, "cost": COST.model_dump()}
    told = client.call(tool="begin_clip", arguments=asked, timeout_s=5)
    assert told["outcome"] == "refused" and "ask runway or gemini_video" in told["words"]
    assert found.studio.asked == []


@pytest.mark.spec("GEN-7")
def test_a_quote_names_its_price_and_where_that_is_from_and_begins_nothing(servers: Servers, found: Providers) -> None:
    client = Client(servers.urls["runway"], bearer=TOKEN, pins=Reviewed("studio-runway"))
    cost = {"item": "video_second:gen4_turbo", "count": 5}
    asked = {"cost": cost, "at": "2026-11-29T12:00:00Z"}
    told = client.call(tool="quote", arguments=asked, timeout_s=5)
    assert told["usd_micros"] == 250_000 and "runwayml" in told["source"]
    with pytest.raises(ToolRefused, match="No price of video_second:gen4_turbo is known before 2026"):
        client.call(tool="quote", arguments={**asked, "at": "2025-01-01T12:00:00Z"}, timeout_s=5)
    assert found.studio.asked == []


def test_a_key_of_a_provider_leaves_its_server_in_no_answer_and_stands_in_no_row(
    world: World, servers: Servers, found: Providers
) -> None:
    found.studio.keys["runway"] = "another key"
    answer = begun("runway")
    assert isinstance(answer, Refused)
    assert KEYS["runway"] not in answer.words
    ask()
    with tenancy.brand(ALPHA, actor="test:look"):
        assert KEYS["runway"] not in json.dumps(row().as_json())


def test_a_journal_keeps_what_was_begun_when_its_process_ends(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    first = Journal(path)
    assert first.begins(key="a") and first.begins(key="b") and not first.begins(key="a")
    first.ended(key="a", answer="{}")
    first.close()
    again = Journal(path)
    assert (again.came(key="a"), again.came(key="b"), again.came(key="c")) == ("{}", None, None)
    assert not again.begins(key="b")
    again.forgotten(key="b")
    assert again.begins(key="b")
    again.close()


def test_a_server_without_a_token_or_a_key_does_not_start(found: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    with pytest.raises(ValueError, match="STUDIO_TOKEN"):
        server.build(vendor=found.vendor("runway"), journal=journal, service_token="")
    journal.close()
    monkeypatch.setattr(live, "RUNWAYML_API_SECRET", "")
    with pytest.raises(CommandError, match="set RUNWAYML_API_SECRET"):
        call_command("studio_server", "runway", port=1)
    made = studio_server.vendor(name="gemini", key="k")
    assert made.name == "gemini"
    made.close()


def test_the_command_shows_what_runs_estimates_posts_and_takes_a_humans_answer(
    world: World, found: Providers, servers: Servers
) -> None:
    found.studio.says("runway", "drop")
    paid(world)
    number = ask().pk
    assert step(world, times=2).status == "IN_DOUBT"
    with world.role("operator"):
        shown = run("--json")
        assert [(one["making"], one["status"]) for one in shown["makings"]] == [(number, "IN_DOUBT")]
        plans = {one["plan"]: one for one in run("--estimate", "--json")["plans"]}
        with pytest.raises(CommandError, match="Say one thing of it"):
            run(str(number))
        with pytest.raises(CommandError, match="There is no making 99"):
            run("99", "--lost")
        assert run(str(number), "--nothing", "--json")["answer"] == "nothing"
    assert plans["image and 5 s (ideogram, runway)"]["usd_micros"] == 350_000
    assert not plans["image and 10 s (ideogram, runway)"]["default_tier"]
    working.drain(seconds=20)
    assert (row().status, row().spent_usd_micros) == ("FAILED", 0)


def run(*words: str) -> Any:
    out = StringIO()
    call_command("makings", *words, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])
