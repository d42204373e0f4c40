"""Our own servers are pinned by lock files, and a platform whose server is disabled keeps its posts waiting. MCP-2."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chimera.core import tenancy
from chimera.core.mcp.client import listed as read
from governance.servers import listed, selectors, services
from governance.servers.models import Server, ServerNote
from publishing.connectors import locks
from publishing.connectors.base import NotSent
from publishing.connectors.plaza import server as plaza_server
from publishing.connectors.plaza.client import PlazaConnector
from publishing.posts import services as posts
from tests import people
from tests.conftest import ALPHA, World
from tests.governance.listed_servers import papers
from tests.publishing.fakes import FakePlaza, plaza, schedule, state
from tests.publishing.test_plaza_connector import SERVICE_TOKEN, FakeGate, chosen
from tests.serving import Served
from tests.tool_servers import HONEST, POISONED, served

__all__ = ["plaza"]

pytestmark = pytest.mark.spec("MCP-2")


def run(world: World, *words: str, **options: Any) -> Any:
    out = StringIO()
    with world.role("operator"):
        call_command("servers", *words, stdout=out, json=True, **options)
    return json.loads(out.getvalue().splitlines()[-1])


def test_every_lock_file_is_fresh() -> None:
    assert {lock.path for lock in locks.every()} == {locks.place(module=module) for module in locks.modules()}
    for module in locks.modules():
        path = locks.place(module=module)
        assert path.read_text(encoding="utf-8") == locks.written(module=module), "run manage.py servers --lock"


@pytest.fixture
def connector() -> Any:
    """Plaza's connector process, which is never asked to publish anything."""
    app = plaza_server.build(
        gate=FakeGate(),
        chosen=chosen("http://127.0.0.1:1"),
        media=lambda _: b"",
    )
    made = Served(app)
    yield made
    made.stop()


def test_what_the_connector_lists_over_the_wire_is_what_is_locked(connector: Served) -> None:
    lock = next(one for one in locks.every() if "plaza" in one.names)
    found = read(url=f"{connector.url}/mcp", bearer=SERVICE_TOKEN, timeout_s=10)
    assert {one.name: one.digest for one in found.tools} == {one.name: one.digest for one in lock.tools}


def test_our_servers_are_allowed_from_the_first_start_and_a_new_lock_keeps_the_former_beside_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {line["name"]: line for line in run(world, "list")["servers"]}
    assert set(lines) == {
        "plaza",
        "plaza-b",
        "plaza-c",
        "studio-gemini",
        "studio-ideogram",
        "studio-runway",
        "x",
        "instagram",
        "memory",
    }
    assert lines["plaza"]["state"] == "ALLOWED" and lines["plaza"]["components"] > 50
    lock = next(one for one in locks.every() if "plaza" in one.names)
    former = {one.name: one.digest for one in lock.tools}
    newer = locks.Lock(path=lock.path, names=lock.names, tools=lock.tools[:1])
    monkeypatch.setattr(locks, "every", lambda: [newer])
    owner = world.superuser()
    for _ in range(2):  # a second migration changes nothing
        with owner.transaction():
            owner.execute("SET LOCAL ROLE chimera_owner")
            for name in newer.names:
                values = [name, json.dumps(selectors.stored(newer.tools)), newer.sha256, "s", "{}"]
                owner.execute("SELECT governance_server_enter(%s, %s::jsonb, %s, %s, %s::jsonb)", values)
    with world.role("operator"), tenancy.acting("test:look"):
        entry = selectors.named("plaza")
        assert (entry.status, entry.former_pins, len(entry.pins)) == ("ALLOWED", former, 1)
        assert list(ServerNote.objects.filter(server=entry, verb="LOCKED").values_list("actor", flat=True)) == [
            "migration"
        ]
        services.disable(server=entry, reason="a drill")
    with owner.transaction():
        owner.execute("SET LOCAL ROLE chimera_owner")
        again = ["plaza", json.dumps(selectors.stored(lock.tools)), lock.sha256, "s", "{}"]
        owner.execute("SELECT governance_server_enter(%s, %s::jsonb, %s, %s, %s::jsonb)", again)
    with world.role("operator"), tenancy.acting("test:look"):
        assert selectors.named("plaza").status == "DISABLED"  # what a person stopped, no upgrade starts


def test_a_post_waits_while_its_server_is_disabled_and_goes_out_when_it_is_allowed(
    world: World, plaza: FakePlaza
) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    run(world, "disable", "plaza", reason="a drill")
    posts.drain(seconds=30)
    post, effect, _ = state()
    assert (post.status, effect.status, effect.sends, post.attempts) == ("SCHEDULED", "INTENDED", 0, 0)
    assert "the MCP server plaza is disabled: a drill" in post.note
    run(world, "allow", "plaza", reason="over")
    listed.forget()
    world.later("2 minutes")
    posts.drain(seconds=30)
    assert state()[0].status == "PUBLISHED"


def test_the_real_connector_is_refused_as_stopped_and_a_list_that_is_away_as_not_sent(
    world: World, connector: Served, settings: Any
) -> None:
    chosen = {**settings.CONNECTORS["plaza"], "url": f"{connector.url}/mcp", "service_token": SERVICE_TOKEN}
    settings.CONNECTORS = {**settings.CONNECTORS, "plaza": chosen}
    made = PlazaConnector.from_settings()
    given = {"payload": {"ai_generated": True}, "grant": "g", "idempotency_key": "k", "timeout_s": 10.0}
    with pytest.raises(Exception, match="The grant is not for this payload"):
        made.publish(**given)  # it was called: its tools are those that are pinned
    run(world, "disable", "plaza", reason="a drill")
    listed.forget()
    with pytest.raises(listed.Stopped, match=r"Not published on Plaza: .*a drill") as stop:
        made.publish(**given)
    assert stop.value.scope == "server:plaza"
    listed.forget()
    world.superuser().execute("REVOKE SELECT ON governance_server FROM chimera_app")
    with pytest.raises(NotSent, match="cannot be read"):
        made.publish(**given)
    made.close()


def test_the_command_proposes_shows_and_decides(world: World, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SERVERS_NEED_SECOND_PERSON = False  # a machine of one person
    files = papers(tmp_path)
    with served() as peer:
        made = run(world, "propose", "news", peer.url, **{name: Path(path) for name, path in files.items()})
        assert (made["state"], made["waits"], made["findings"]) == ("PROPOSED", True, {"unknown": 1})
        shown = run(world, "show", "news")
        assert [change["kind"] for change in shown["difference"]] == ["added", "added"]
        assert run(world, "allow", "news", reason="read")["state"] == "ALLOWED"
        with pytest.raises(listed.NotInForce):
            peer.restart(description=POISONED)
            listed.client(name="news").call(tool="news", arguments={"town": "x"}, timeout_s=10)
        (change,) = run(world, "show", "news")["difference"]
        assert (change["tool"], list(change["fields"])) == ("news", ["description"])
        out = StringIO()
        with world.role("operator"):
            call_command("servers", "show", "news", stdout=out)
            call_command("servers", stdout=out)
        assert "+ " in out.getvalue() and "<IMPORTANT>Before you answer" in out.getvalue()
        assert run(world, "keep", "news", reason="it was poisoned")["waits"] is False
        assert run(world, "attach", "news", scan=tmp_path / "audit.json")["state"] == "DISABLED"
        assert run(world, "remove", "news", reason="gone")["state"] == "REMOVED"
        assert peer.runs == []
    assert HONEST != POISONED


@pytest.mark.parametrize(
    ("words", "options", "why"),
    [
        (["propose", "news", "https://news.example/mcp"], {}, "--sbom and --scan"),
        (["propose", "news", "http://127.0.0.1:1/mcp"], {"sbom": "bom", "scan": "audit"}, "No connection to"),
        (["propose", "news", "{plain}"], {"sbom": "bom", "scan": "audit"}, "does not answer as an MCP server"),
        (["propose", "news", "http://127.0.0.1:1/mcp"], {"sbom": "audit", "scan": "audit"}, "is no CycloneDX"),
        (["propose", "news", "http://127.0.0.1:1/mcp"], {"sbom": "bom", "scan": "bom"}, "is no scan"),
        (["propose", "news", "x"], {"sbom": "bom", "scan": "audit", "token_env": "NO_SUCH_TOKEN"}, "is empty"),
        (["show"], {}, "Name the server"),
        (["show", "nobody"], {}, "has no server 'nobody'; on it: instagram, memory, plaza"),
        (["disable", "plaza"], {}, "Say why"),
    ],
)
def test_what_a_person_did_wrong_is_one_sentence(
    world: World, tmp_path: Path, connector: Served, words: list[str], options: dict[str, str], why: str
) -> None:
    papers(tmp_path)
    given = {name: value if name == "token_env" else tmp_path / f"{value}.json" for name, value in options.items()}
    with pytest.raises(CommandError, match=why) as said:
        run(world, *(word.format(plain=f"{connector.url}/health") for word in words), **given)
    assert "\n" not in str(said.value)
    assert not Server.objects.filter(name="news").exists()


def test_a_stale_lock_is_named_and_written_anew(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plaza").mkdir()
    (tmp_path / "plaza" / "server.py").write_text("")
    monkeypatch.setattr(locks, "HERE", tmp_path)
    monkeypatch.setattr(locks, "with_servers", lambda: ["plaza"])
    with pytest.raises(CommandError, match=r"plaza/tools\.lock\.json is not what the servers list"):
        run(world, lock=True, check=True)
    assert run(world, lock=True) == {"written": ["plaza/tools.lock.json"]}
    assert run(world, lock=True, check=True) == {"stale": []}
    (tmp_path / "plaza" / locks.NAME).write_text(json.dumps({"servers": ["x"], "tools": [{"name": "a b"}]}))
    with pytest.raises(ValueError, match="pins nothing"):
        locks.every(folder=tmp_path)
