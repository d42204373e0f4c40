"""The allow-list in the database: who may do what with an entry, tried from several connections at once. MCP-2."""

import json
import threading
from typing import Any

import psycopg
import pytest

from chimera.core import tenancy
from chimera.core.mcp.tools import Listing
from governance.models import AuditEvent
from governance.servers import difference, listed, selectors, services
from governance.servers.models import Server, ServerNote
from tests.conftest import World
from tests.governance.listed_servers import SCAN, listing, proposed

pytestmark = pytest.mark.spec("MCP-2")

SEEN = "SELECT outcome FROM governance_server_seen(%s, %s, %s::jsonb, %s, 'It lists other tools.', 'worker:1')"
URL = "https://news.example/mcp"


@pytest.fixture
def news(world: World) -> Server:
    """Proposed and allowed, with one tool."""
    with world.role("operator"), tenancy.acting("user:ada"):
        return services.allow(server=proposed(), reason="read it")


def told(found: Listing) -> str:
    return json.dumps(selectors.stored(found.tools))


def row(world: World) -> dict[str, Any]:
    with world.superuser().cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute("SELECT * FROM governance_server WHERE name = 'news'").fetchone()


def test_the_application_reports_and_disables_and_cannot_allow(world: World, news: Server) -> None:
    app = world.connect("app")
    assert app.execute(SEEN, ["news", URL, told(listing("Reads.")), ""]).fetchone() == ("allowed",)
    assert app.execute(SEEN, ["news", "https://evil.example/mcp", told(listing("Reads.")), ""]).fetchone() == (
        "unknown",
    )
    assert row(world)["status"] == "ALLOWED"
    assert app.execute(SEEN, ["news", URL, told(listing("Pays.")), ""]).fetchone() == ("changed",)
    assert row(world)["status"] == "DISABLED"
    assert app.execute(SEEN, ["news", URL, told(listing("Reads.")), ""]).fetchone() == ("disabled",)
    for statement in (
        "UPDATE governance_server SET status = 'ALLOWED', state_version = state_version + 1",
        "UPDATE governance_server SET reason = 'x'",
        "INSERT INTO governance_servernote (server_id, verb, reason, pins_hash, actor) SELECT 1, 'ALLOWED', '', '', ''",
        "SELECT governance_server_enter('evil', '[]', 'x', 'x', '{}')",
        "DELETE FROM governance_server",
    ):
        for role in ("app", "connector"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                world.connect(role).execute(statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("operator").execute("UPDATE governance_servernote SET reason = 'x'")


def test_a_list_that_is_no_list_disables_whatever_it_holds(world: World, news: Server) -> None:
    wrong = "it lists two tools under one name"
    assert world.connect().execute(SEEN, ["news", URL, told(listing("Reads.")), wrong]).fetchone() == ("changed",)
    assert (row(world)["status"], row(world)["seen_wrong"]) == ("DISABLED", wrong)
    with world.role("operator"), tenancy.acting("user:ada"):
        with pytest.raises(services.CannotDecide, match="two tools under one name"):
            services.accept(server=selectors.named("news"), reason="fine")


def test_of_sixteen_processes_that_see_it_at_once_one_disables_and_the_record_has_one_event(
    world: World, news: Server
) -> None:
    connections = [world.connect(actor="") for _ in range(16)]
    start, said = threading.Barrier(16), []

    def tell(connection: psycopg.Connection) -> None:
        start.wait()
        said.append(connection.execute(SEEN, ["news", URL, told(listing("Pays.")), ""]).fetchone()[0])

    threads = [threading.Thread(target=tell, args=(one,)) for one in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(said) <= {"changed", "disabled"}
    assert row(world)["state_version"] == 3
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        events = AuditEvent.objects.filter(subject=news.subject).order_by("id")
        assert [(one.to_status, one.actor) for one in events] == [
            ("PROPOSED", "user:pat"),
            ("ALLOWED", "user:ada"),
            ("DISABLED", "server:worker:1"),
        ]
        note = ServerNote.objects.get(verb="DISABLED")
        assert (note.actor, note.seen[0]["name"]) == ("server:worker:1", "t0")
        assert "Pays" not in "".join(event.body for event in events)


def test_whoever_reports_late_does_not_undo_what_a_reviewer_has_accepted(world: World, news: Server) -> None:
    app = world.connect()
    app.execute(SEEN, ["news", URL, told(listing("Pays.")), ""])
    with world.role("operator"), tenancy.acting("user:bob"):
        accepted = services.accept(server=selectors.named("news"), reason="it does pay, and should")
        assert (accepted.status, accepted.reviewed_by, accepted.seen_hash) == ("ALLOWED", "user:bob", "")
    assert app.execute(SEEN, ["news", URL, told(listing("Pays.")), ""]).fetchone() == ("allowed",)
    assert app.execute(SEEN, ["news", URL, told(listing("Reads.")), ""]).fetchone() == ("changed",)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("url = 'https://evil.example/mcp'", "server_stays_what_it_is"),
        ("name = 'olds'", "server_stays_what_it_is"),
        ("tools = '[]'", "server_pin_changes_with_a_review"),
        ("tools = jsonb_set(tools, '{0,sha256}', to_jsonb(repeat('0', 64)))", "server_pins_are_of_the_tools"),
        ("tools = tools || tools", "server_pins_are_of_the_tools"),
        ("sbom_hash = ''", "server_allowed_has_its_papers"),
        ("scan_hash = ''", "server_allowed_has_its_papers"),
        ("lock_hash = 'x', scan_hash = ''", "server_allowed_has_its_papers|server_only_ours_has_a_lock"),
        ("transport = 'stdio'", "server_transport_is_known|server_stays_what_it_is"),
        ("status = 'PROPOSED', state_version = state_version + 1", "may not go from"),
        ("reason = ''", "server_decided_has_a_reason"),
    ],
)
def test_not_even_the_desk_bends_an_entry(world: World, news: Server, change: str, promise: str) -> None:
    desk = world.connect("operator", actor="user:ada")
    with pytest.raises(psycopg.Error, match=promise):
        desk.execute(f"UPDATE governance_server SET {change} WHERE name = 'news'")


def test_pins_and_reviewers_are_written_by_the_database_whatever_a_statement_says(world: World, news: Server) -> None:
    desk = world.connect("operator", actor="user:eve")
    desk.execute(
        "UPDATE governance_server SET pins = '{}', reviewed_by = 'user:nobody', former_pins = '{\"a\": \"b\"}'"
    )
    assert (row(world)["reviewed_by"], list(row(world)["pins"])) == ("user:ada", ["t0"])
    assert row(world)["former_pins"] == {}


@pytest.mark.spec("REV-8", "MCP-2")
def test_who_proposed_a_server_does_not_allow_it_where_two_people_are_asked_for(world: World, settings: Any) -> None:
    with world.role("operator"), tenancy.acting("cli:Pat"):
        made = proposed()
        with pytest.raises(services.CannotDecide, match="You proposed news"):
            services.allow(server=made, reason="read it")
    allow = "UPDATE governance_server SET status = 'ALLOWED', state_version = state_version + 1, reason = 'x'"
    desk = world.connect("operator", actor="user:pat")
    with pytest.raises(psycopg.errors.CheckViolation, match="server_is_allowed_by_a_second_person"):
        desk.execute(f"{allow} WHERE name = 'news'".encode())
    with pytest.raises(psycopg.errors.CheckViolation, match="server_needs_second_stays"):
        desk.execute("UPDATE governance_server SET needs_second = false WHERE name = 'news'")
    settings.SERVERS_NEED_SECOND_PERSON = False  # too late: an entry keeps the rule that it was proposed under
    with world.role("operator"), tenancy.acting("user:pat"):
        with pytest.raises(services.CannotDecide, match="somebody else"):
            services.allow(server=made, reason="read it")
        alone = proposed(name="olds", url="https://olds.example/mcp")
        assert services.allow(server=alone, reason="read it").status == "ALLOWED"
    with world.role("operator"), tenancy.acting("user:ada"):
        assert services.allow(server=made, reason="read it").reviewed_by == "user:ada"


def test_nothing_is_allowed_without_papers_and_the_owner_allows_ours_alone(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        bare = proposed()
        Server.objects.filter(pk=bare.pk).update(scan_hash="")
        bare.refresh_from_db()
        with pytest.raises(services.CannotDecide, match="no scan; attach"):
            services.allow(server=bare, reason="trust me")
        services.attach(server=bare, scan=SCAN)
        with pytest.raises(services.CannotDecide, match="Nothing was given"):
            services.attach(server=bare)
    owner = world.superuser()
    owner.execute("SET ROLE chimera_owner")
    owner.execute("SET app.actor = 'migration'")
    with pytest.raises(psycopg.errors.CheckViolation, match="server_is_allowed_by_the_operator"):
        owner.execute(
            "UPDATE governance_server SET status = 'ALLOWED', state_version = 2, reason = 'x' WHERE name = 'news'"
        )
    with pytest.raises(psycopg.errors.CheckViolation, match="server_of_ours_is_disabled_not_removed"):
        owner.execute("UPDATE governance_server SET status = 'REMOVED', state_version = 3 WHERE name = 'plaza'")


def test_two_who_propose_one_address_at_once_make_one_entry(world: World) -> None:
    made: list[str] = []
    start = threading.Barrier(4)
    desks = [world.connect("operator", actor="user:ada") for _ in range(4)]
    values = {"url": URL, "transport": "streamable_http", "owner": "third_party", "status": "PROPOSED"}
    columns = ["name", *values, "state_version", "tools", "pins", "former_pins", "pins_hash", "lock_hash", "sbom_hash"]
    columns += [
        "sbom",
        "scan_hash",
        "scan",
        "seen_wrong",
        "seen_hash",
        "kept_hash",
        "reason",
        "proposed_by",
        "reviewed_by",
    ]

    def enter(number: int) -> None:
        start.wait()
        texts = [f"n{number}", *values.values(), 1, told(listing("Reads.")), "{}", "{}", "", "", "", "{}", "", "{}"]
        texts += [""] * 6
        try:
            places = ", ".join(["%s"] * len(columns))
            desks[number].execute(f"INSERT INTO governance_server ({', '.join(columns)}) VALUES ({places})", texts)
            made.append(f"n{number}")
        except psycopg.errors.UniqueViolation as lost:
            assert lost.diag.constraint_name == "server_once_by_url"

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_every_decision_has_a_reason_and_the_story_keeps_them_all(world: World, news: Server) -> None:
    world.connect().execute(SEEN, ["news", URL, told(listing("Pays.")), ""])
    with world.role("operator"), tenancy.acting("user:bob"):
        with pytest.raises(services.CannotDecide, match="Say why"):
            services.keep(server=selectors.named("news"), reason=" ")
        assert selectors.named("news").waits
        services.keep(server=selectors.named("news"), reason="it wants to pay")
        kept = selectors.named("news")
        assert (kept.status, kept.waits) == ("DISABLED", False)
        services.allow(server=kept, reason="it reads again")
        with pytest.raises(services.CannotDecide, match="allowed already"):
            services.allow(server=selectors.named("news"), reason="again")
        with pytest.raises(services.CannotDecide, match="no change that could be accepted"):
            services.accept(server=selectors.named("news"), reason="again")
        with pytest.raises(services.CannotDecide, match="only a disabled server"):
            services.keep(server=selectors.named("news"), reason="again")
        services.disable(server=selectors.named("news"), reason="an incident")
        with pytest.raises(services.CannotDecide, match="not called anyway"):
            services.disable(server=selectors.named("news"), reason="again")
        services.remove(server=selectors.named("news"), reason="not needed")
        with pytest.raises(
            selectors.NoServer, match="on it: instagram, memory, plaza, plaza-b, plaza-c, studio-gemini"
        ):
            selectors.named("news")
        with pytest.raises(services.CannotDecide, match="is ours"):
            services.remove(server=selectors.named("plaza"), reason="x")
        story = [(note.verb, note.reason) for note in ServerNote.objects.filter(server=news).order_by("id")]
        assert story[3:] == [
            ("KEPT", "it wants to pay"),
            ("ALLOWED", "it reads again"),
            ("DISABLED", "an incident"),
            ("REMOVED", "not needed"),
        ]
        assert proposed().status == "PROPOSED"  # name and address are free again


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"url": "news.example"}, "is no web address"),
        ({"url": "https://[::1"}, "is no web address"),
        ({"url": "http://news.example/mcp"}, "clear text"),
        ({"url": "https://a:b@news.example/mcp"}, "password"),
        ({"name": "News!"}, "cannot be a name"),
        ({"name": "plaza"}, "has a server 'plaza' already"),
        ({"tools": Listing.of([], origin="x")}, "lists no tools"),
        ({"tools": Listing.of([{"name": "a b"}], origin="x")}, "a name that is no name"),
    ],
)
def test_what_cannot_enter_is_one_sentence(world: World, words: dict[str, Any], why: str) -> None:
    with world.role("operator"), tenancy.acting("user:ada"), pytest.raises(services.CannotPropose, match=why):
        proposed(**words)


def test_two_names_for_one_address_are_refused_with_the_name_that_it_has(world: World, news: Server) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        with pytest.raises(services.CannotPropose, match="is on the list already, as 'news'"):
            proposed(name="olds")


def test_a_process_that_cannot_read_the_list_calls_nothing(world: World, news: Server) -> None:
    world.superuser().execute("REVOKE SELECT ON governance_server FROM chimera_app")
    with pytest.raises(listed.ListAway, match="cannot be read"):
        listed.Reviewed("news").require(url=URL, tool="t0")
    world.superuser().execute("REVOKE EXECUTE ON FUNCTION governance_server_seen FROM chimera_app")
    with pytest.raises(listed.ListAway, match="cannot be read"):
        listed.Reviewed("news").seen(url=URL, listing=listing("Reads."))


def test_the_difference_is_by_words_and_lines_and_hides_nothing(world: World, news: Server) -> None:
    before = Listing.of([{"name": "a", "description": "Reads the news."}, {"name": "b"}], origin="x").tools
    after = Listing.of(
        [
            {"name": "a", "description": "Reads the\u200b mail.", "inputSchema": {"type": "object"}},
            {"name": "c", "description": "w " * 2000},
        ],
        origin="x",
    ).tools
    found = {change.name: change for change in difference.between(reviewed=before, seen=after)}
    assert {name: change.kind for name, change in found.items()} == {"a": "changed", "b": "removed", "c": "added"}
    words, schema = found["a"].fields
    assert [(part.mark, part.text) for part in words.parts] == [
        ("same", "Reads "),
        ("gone", "the news."),
        ("new", "the\\u{200b} mail."),
    ]
    assert (schema.name, schema.parts[0].mark) == ("inputSchema", "new")
    assert found["c"].as_json()["fields"]["description"] == [["new", "w " * 2000]]
    assert difference.between(reviewed=before, seen=before) == []
