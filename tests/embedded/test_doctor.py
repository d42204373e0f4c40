"""doctor says what is wrong, where and how to mend it, mends nothing, and never faints. OPS-1."""

import json
import os
import stat
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
import redis

from agents.personas.states import TrustRung
from chimera.core import tenancy
from chimera.embedded import doctor, processes
from chimera.embedded import doctor_checks as checks
from chimera.embedded import doctor_database as catalogue
from chimera.embedded.doctor_checks import GIB, Finding
from chimera.embedded.home import Home
from chimera.embedded.valkey import Valkey
from publishing.accounts.models import Account
from publishing.trends.models import Feed
from tests import people, servers
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("OPS-1")

CHECKOUT = Path(__file__).resolve().parents[2]
ACTOR = "test:doctor"
Usage = namedtuple("Usage", "total used free")


def named(found: list[Finding], name: str) -> Finding:
    """The one finding of that name."""
    (one,) = [finding for finding in found if finding.name == name]
    return one


def run(variables: dict[str, str], *words: str) -> tuple[int, str, str]:
    """manage.py doctor as somebody runs it: exit code, output, errors."""
    kept = {
        key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START")
    }
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "doctor", *words],
        env={**kept, **variables},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def embedded(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Finding]]:
    """Asks doctor about the embedded servers of the tests, with a database of its own in them."""
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(100 * GIB, 0, 100 * GIB))
    home = Home(servers.HOME)
    return lambda: doctor.examine(home=home, actor=ACTOR, database=world.name)


@contextmanager
def undone(connection: psycopg.Connection) -> Iterator[None]:
    """What the superuser changes in here is seen by this connection only: roles belong to every test's database."""
    with connection.transaction(force_rollback=True):
        yield


def test_healthy_embedded_servers_have_nothing_red_and_stay_as_they_were_found(
    embedded: Callable[[], list[Finding]],
) -> None:
    before = servers._endpoints().postgres.pid()
    found = embedded()
    assert [one for one in found if one.status == "red"] == []
    seen = {one.name for one in found if one.status == "green"}
    assert {"postgres", "login role", "roles", "extension vector", "schema", "row security", "valkey"} <= seen
    assert {"python", "packages", "fonts", "model", "data folder", "secrets", "feeds", "agents", "accounts"} <= seen
    assert "migrations are applied" in named(found, "schema").says
    assert servers._endpoints().postgres.pid() == before


def test_a_broken_feed_a_stopped_agent_and_an_account_without_agent_are_named(
    world: World, embedded: Callable[[], list[Finding]]
) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor=ACTOR):
        agent = people.agent(brand_id=ALPHA)
        people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION, soul_file="zuzka_bubbles")
        Account.objects.create(
            brand_id=ALPHA, platform="plaza", handle="ghost", display_name="Ghost", belongs_to="agents.agent:999"
        )
        Feed.objects.create(url="http://127.0.0.1/broken.xml?key=hidden", error="It is HTML, not a feed.")
    superuser = world.superuser()
    superuser.execute("SELECT set_config('app.actor', %s, false)", [ACTOR])
    superuser.execute("DELETE FROM governance_budgetlimit WHERE scope = %s", [agent.scope])
    found = embedded()
    feed, held, account = (named(found, name) for name in ("feeds", "agents", "accounts"))
    assert (feed.status, feed.where, feed.says) == (
        "amber",
        "http://127.0.0.1/broken.xml",
        "It is HTML, not a feed.",
    )
    assert (held.status, held.where, held.says) == ("amber", f"@{agent.handle}", "Held back: no budget.")
    assert account.status == "amber"
    assert "@ghost on plaza" in account.says
    assert all(one.mend for one in (feed, held, account))


def test_a_database_without_the_extension_is_red_and_says_how_to_get_it(world: World) -> None:
    world.superuser().execute("DROP EXTENSION vector CASCADE")
    login = world.connect("operator")
    (found,) = catalogue.extension(login)
    assert found.status == "red"
    assert found.mend.startswith("CREATE EXTENSION vector")
    (tables,) = catalogue.schema(login)
    assert tables.status == "red"
    assert "publishing_feeditem.vector" in tables.says


def test_a_login_that_may_not_read_the_list_of_migrations_is_told_of_tables_and_columns(world: World) -> None:
    world.superuser().execute("REVOKE ALL ON django_migrations FROM PUBLIC, chimera_operator")
    login = world.connect("operator")
    (found,) = catalogue.schema(login)
    assert found.status == "green"
    assert "for chimera_migrator only" in found.says
    world.superuser().execute("ALTER TABLE publishing_feed DROP COLUMN etag")
    (found,) = catalogue.schema(login)
    assert (found.status, found.says) == ("red", "Not there: publishing_feed.etag.")


def test_a_missing_role_is_named(world: World) -> None:
    superuser = world.superuser()
    with undone(superuser):
        superuser.execute("ALTER ROLE chimera_recorder RENAME TO somebody_else")
        found = list(catalogue.roles(superuser))
    assert found[0].status == "red"
    assert found[0].says == "Missing: chimera_recorder."
    assert "roles.sql" in found[0].mend
    (after,) = catalogue.roles(superuser)
    assert after.status == "green"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER ROLE chimera_app BYPASSRLS", "chimera_app has BYPASSRLS"),
        ("ALTER ROLE chimera_connector CREATEDB CREATEROLE", "chimera_connector has CREATEDB, CREATEROLE"),
        ("ALTER ROLE chimera_owner LOGIN", "chimera_owner has LOGIN"),
        ("ALTER ROLE chimera_operator NOLOGIN", "chimera_operator may not log in"),
        ("GRANT chimera_recorder TO chimera_app", "chimera_app is a member of chimera_recorder"),
        ("GRANT chimera_owner TO chimera_migrator WITH INHERIT TRUE", "chimera_migrator inherits the rights"),
        ("REVOKE chimera_treasurer FROM chimera_owner", "chimera_owner cannot become chimera_treasurer"),
    ],
)
def test_a_role_with_other_rights_than_ours_is_red(world: World, change: str, says: str) -> None:
    superuser = world.superuser()
    with undone(superuser):
        superuser.execute(change)
        (found,) = catalogue.roles(superuser)
    assert found.status == "red"
    assert found.says.startswith(says)
    assert found.mend


def test_a_login_that_owns_tables_is_red(world: World) -> None:
    world.superuser().execute("ALTER TABLE core_clock OWNER TO chimera_operator")
    (found,) = catalogue.login(world.connect("operator"))
    assert found.status == "red"
    assert "owns" in found.says
    assert found.mend.startswith("REASSIGN OWNED BY chimera_operator")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE agents_task NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE agents_task DISABLE ROW LEVEL SECURITY",
        "DO $$ DECLARE p text; BEGIN FOR p IN SELECT policyname FROM pg_policies WHERE tablename = 'agents_task' LOOP"
        " EXECUTE format('DROP POLICY %I ON agents_task', p); END LOOP; END $$",
    ],
    ids=["not forced", "not enabled", "without policies"],
)
@pytest.mark.spec("TEN-1")
def test_a_table_of_brands_without_its_guard_is_red(world: World, change: str) -> None:
    login = world.connect("app")
    (before,) = catalogue.row_security(login)
    assert before.status == "green"
    world.superuser().execute(change)
    (found,) = catalogue.row_security(login)
    assert found.status == "red"
    assert "agents_task:" in found.says.replace("on agents_task", "agents_task")


def test_a_migration_that_is_not_applied_or_not_known_is_named(world: World) -> None:
    superuser = world.superuser()
    superuser.execute("DELETE FROM django_migrations WHERE app = 'agents' AND name LIKE '0001%'")
    superuser.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('agents', '9999_later', now())")
    missing, newer = catalogue.schema(superuser)
    assert (missing.status, newer.status) == ("red", "amber")
    assert missing.says.startswith("Not applied: agents.0001")
    assert "agents.9999_later" in newer.says


def test_an_empty_database_has_no_schema(world: World) -> None:
    superuser = world.superuser()
    superuser.execute("DROP TABLE django_migrations")
    (found,) = catalogue.schema(superuser)
    assert (found.status, found.says) == ("red", "There are no tables yet.")


def test_a_superuser_in_database_url_is_red_and_the_exit_code_says_so(world: World) -> None:
    from chimera.embedded.postgres import SUPERUSER

    variables = world.variables("operator")
    here = world.superuser().info
    password = Home(servers.HOME).secrets().postgres_password
    port = variables["DATABASE_URL"].rsplit(":", 1)[1]
    variables["DATABASE_URL"] = f"postgres://{SUPERUSER}:{password}@127.0.0.1:{port}"
    assert here.dbname == world.name
    code, out, err = run({key: variables[key] for key in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}, "--json")
    answer = json.loads(out.splitlines()[-1])
    assert (code, answer["status"]) == (1, "red")
    (login,) = [one for one in answer["findings"] if one["name"] == "login role"]
    assert login["status"] == "red"
    assert "postgres is a superuser" in login["says"]
    assert set(login) == {"name", "status", "where", "says", "mend"}
    assert {one["status"] for one in answer["findings"] if one["name"] in ("roles", "row security")} == {"green"}
    assert password not in out + err


def test_with_database_url_nothing_embedded_is_asked_and_a_narrow_login_says_what_it_cannot_see(world: World) -> None:
    found = doctor.examine(home=None, actor=ACTOR)
    names = {one.name for one in found}
    assert not names & {"data folder", "secrets", "free space", "web", "simulator"}
    assert [one for one in found if one.status == "red"] == []
    assert named(found, "agents").status == "amber"
    assert "only chimera_operator does" in named(found, "agents").says
    assert named(found, "login role").says.startswith("chimera_app:")
    assert named(found, "feeds").status == "green"


def test_servers_out_of_reach_are_red_without_a_traceback_and_no_folder_is_made(tmp_path: Path) -> None:
    variables = {
        "DATABASE_URL": "postgres://chimera_app:hidden@127.0.0.1:1/chimera",
        "REDIS_URL": "redis://:hidden@127.0.0.1:1/0",
        "DATABASE_POOL_MAX": "4",
        "CHIMERA_HOME": str(tmp_path / "none"),
    }
    code, out, err = run(variables, "--json")
    answer = json.loads(out.splitlines()[-1])
    assert (code, answer["status"]) == (1, "red")
    red = {one["name"]: one for one in answer["findings"] if one["status"] == "red"}
    assert set(red) == {"postgres", "valkey"}
    assert red["postgres"]["where"] == "127.0.0.1:1/chimera"
    assert "DATABASE_URL" in red["postgres"]["mend"]
    assert "hidden" not in out + err
    assert "2 red" in err
    assert not (tmp_path / "none").exists()


def test_an_address_that_cannot_be_read_is_one_sentence_that_keeps_the_password_to_itself() -> None:
    code, out, err = run({"DATABASE_URL": "postgres://chimera_app:hid/den@127.0.0.1:1/chimera"})
    assert (code, out) == (1, "")
    assert err.startswith("doctor: DATABASE_URL cannot be read")
    assert "hid" not in err


def test_a_person_reads_words_beside_the_colours_and_a_new_folder_stays_unmade(tmp_path: Path) -> None:
    code, out, _ = run({"CHIMERA_HOME": str(tmp_path / "none")})
    assert code == 0
    assert "0 red" in out
    assert "green" in out
    assert "Not made yet; the first command makes it." in out
    assert not (tmp_path / "none").exists()


def test_a_database_that_cannot_start_is_red_with_its_sentence_and_the_rest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL")
    home = Home(tmp_path / "home").prepare()
    home.postgres.mkdir()
    (home.postgres / "PG_VERSION").write_text("9")
    found = doctor.examine(home=home, actor=ACTOR)
    assert named(found, "postgres").status == "red"
    assert str(home.postgres) in named(found, "postgres").says
    assert named(found, "valkey").status == "amber"
    assert named(found, "data folder").status == "green"
    assert processes.find(name="valkey-server", folder=home.valkey) == []


def test_a_folder_and_secrets_that_others_may_read_are_red_and_left_as_they_are(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.secrets()
    assert [one.status for one in (*checks.folder(home=home), *checks.secrets(home=home)) if one.status == "red"] == []
    path = home.root / "secrets.json"
    path.chmod(0o640)
    home.media.chmod(0o755)
    folder, secrets = (
        named(list(checks.folder(home=home)), "data folder"),
        named(list(checks.secrets(home=home)), "secrets"),
    )
    assert (folder.status, secrets.status) == ("red", "red")
    assert "home/media (0755)" in folder.says
    assert folder.mend == f"chmod 700 {home.media}"
    assert "0640" in secrets.says
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_where_the_folder_should_be_is_red(tmp_path: Path) -> None:
    place = tmp_path / "home"
    place.write_text("")
    assert named(list(checks.folder(home=Home(place))), "data folder").status == "red"


def test_a_folder_of_somebody_else_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home").prepare()
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    found = named(list(checks.folder(home=home)), "data folder")
    assert found.status == "red"
    assert "4000000" in found.says


@pytest.mark.parametrize(
    ("free", "status"), [(GIB - 1, "red"), (GIB, "amber"), (5 * GIB - 1, "amber"), (5 * GIB, "green")]
)
def test_free_space_is_red_under_one_gibibyte_and_amber_under_five(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(free * 2, free, free))
    assert named(list(checks.folder(home=Home(tmp_path / "home"))), "free space").status == status


@pytest.mark.parametrize(
    ("version", "status"), [((3, 10), "red"), ((3, 11), "green"), ((3, 13), "green"), ((3, 14), "amber")]
)
def test_pythons_are_judged_by_what_is_tested(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], status: str
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    (found,) = checks.python()
    assert found.status == status


def test_a_missing_package_is_red_and_another_version_amber(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("no-such-package[extra]==1.0  # why\nredis==0.0.1\n")
    (tmp_path / "constraints.txt").write_text("no-such-package==1.0\nredis==0.0.1\nonly-for-tests==2\n")
    missing, other = checks.packages(checkout=tmp_path)
    assert (missing.status, missing.says) == ("red", "Not installed: no-such-package 1.0.")
    assert other.status == "amber"
    assert "redis" in other.says
    assert "only-for-tests" not in missing.says + other.says


def test_of_dotenv_only_names_are_told_and_a_slip_of_the_pen_is_seen(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("# Default: none.\n#DATABASE_URL=x\n")
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://a:hidden@b/c\nDATABSE_URL=hidden\n# OTHER=hidden\n")
    (tmp_path / ".env").chmod(0o644)
    found = [one for one in checks.dotenv(checkout=tmp_path, embedded=True) if one.name == ".env"]
    assert [one.status for one in found] == ["amber", "amber", "green"]
    assert "DATABSE_URL" in found[0].says
    assert found[1].mend == f"chmod 600 {tmp_path / '.env'}"
    assert found[2].says == "It sets DATABASE_URL."
    assert "hidden" not in str(found)


def test_a_redis_url_alone_is_told_to_be_without_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    found = list(checks.dotenv(checkout=CHECKOUT, embedded=True))
    assert any(one.where == "REDIS_URL" and one.status == "amber" for one in found)


def test_a_valkey_that_forgets_is_red_and_one_that_is_gone_too(tmp_path: Path) -> None:
    server = Valkey(Home(tmp_path / "home"))
    server.start()
    url = server.url()
    try:
        with redis.Redis.from_url(url) as client:
            (healthy,) = catalogue.valkey(url=url, ours=True)
            client.config_set("appendonly", "no")
            (unkept,) = catalogue.valkey(url=url, ours=True)
            (theirs,) = catalogue.valkey(url=url, ours=False)
            client.config_set("maxmemory-policy", "allkeys-lru")
            (forgetful,) = catalogue.valkey(url=url, ours=True)
    finally:
        server.stop()
    (gone,) = catalogue.valkey(url=url, ours=False)
    assert [one.status for one in (healthy, unkept, theirs, forgetful, gone)] == [
        "green",
        "amber",
        "green",
        "red",
        "red",
    ]
    assert "allkeys-lru" in forgetful.says
    assert all(server.home.secrets().valkey_password not in str(one) for one in (healthy, gone))


def test_a_check_that_breaks_is_amber_with_its_reason_and_keeps_what_it_found() -> None:
    def look() -> Iterator[Finding]:
        yield checks.green("teapot", "kitchen", "It is warm.")
        raise RuntimeError("the lid is stuck\nand more")

    first, second = checks.looked("teapot", "kitchen", look)
    assert first.status == "green"
    assert (second.status, second.where) == ("amber", "kitchen")
    assert second.says.endswith("RuntimeError: the lid is stuck")
    assert doctor.worst([first, second]) == "amber"
    assert doctor.worst([]) == "green"


class Health(BaseHTTPRequestHandler):
    """Says 200 at /health of the first port that asks and 503 elsewhere."""

    code = 200

    def do_GET(self) -> None:
        self.send_response(self.code)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.mark.parametrize(("code", "status"), [(200, "green"), (503, "amber")])
def test_a_program_on_its_recorded_port_is_asked_how_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, status: str
) -> None:
    monkeypatch.setattr(Health, "code", code)
    home = Home(tmp_path / "home").prepare()
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        (home.run / "connector.port").write_text(str(server.server_port))
        found = list(checks.listeners(home=home))
        server.shutdown()
        thread.join()
    connector = named(found, "connector")
    assert connector.status == status
    assert f":{server.server_port}/" in connector.where
    assert named(found, "web").says == "Not running."


def test_a_part_of_a_running_demo_that_is_down_is_amber(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    for _ in range(5):
        port = processes.free_port()
        (home.run / "connector.port").write_text(str(port))
        with subprocess.Popen([sys.executable, "-c", "input()", "manage.py"], stdin=subprocess.PIPE) as running:
            (home.run / "up.lock").write_text(json.dumps({"pid": running.pid, "address": "http://127.0.0.1:1/"}))
            during = named(list(checks.listeners(home=home)), "connector")
            running.kill()
        after = named(list(checks.listeners(home=home)), "connector")
        if "answers" not in during.says + after.says:  # else a server of another test has just taken that port
            break
    assert (during.status, after.status) == ("amber", "green")
    assert str(running.pid) in during.says
    assert after.says == f"Not running; its port {port} is free."
