"""What migrations do beyond Django: above all, that a data migration under forced security says how much it changed."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import scalar_row

from chimera.core import sqlops
from tests.conftest import World


@pytest.fixture
def owner(world: World) -> Iterator[psycopg.Connection]:
    """A migration's connection: as the owner, inside one transaction. It plays the schema editor, too."""
    connection = world.superuser()
    connection.execute("SET ROLE chimera_owner")
    connection.row_factory = scalar_row
    with connection.transaction():
        yield connection


def forced(connection: psycopg.Connection, *tables: str) -> list[bool]:
    return [
        connection.execute("SELECT relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]).fetchone()
        for table in tables
    ]


RENAME = "UPDATE core_brand SET name = upper(name)"


@pytest.mark.spec("TEN-1")
def test_a_data_migration_without_the_helper_changes_nothing_and_says_nothing(owner: psycopg.Connection) -> None:
    assert owner.execute(RENAME).rowcount == 0


@pytest.mark.spec("TEN-1")
def test_with_the_helper_the_rows_of_every_brand_are_changed(owner: psycopg.Connection) -> None:
    with sqlops.over_all_brands(owner, "core_brand"):
        assert forced(owner, "core_brand") == [False]
        assert owner.execute(RENAME).rowcount == 2
    assert forced(owner, "core_brand") == [True]
    assert owner.execute(RENAME).rowcount == 0


@pytest.mark.spec("AUD-1")
def test_what_a_migration_changes_is_on_the_record(owner: psycopg.Connection, world: World) -> None:
    with sqlops.over_all_brands(owner, "core_brand"):
        assert owner.execute("UPDATE core_brand SET slug = slug || '-2'").rowcount == 2
    owner.execute("RESET ROLE")
    events = owner.execute("SELECT actor FROM governance_auditevent WHERE subject LIKE 'core.brand:%' ORDER BY id DESC")
    assert events.fetchmany(2) == ["migration", "migration"]


@pytest.mark.spec("TEN-1")
def test_rows_may_be_inserted_although_their_keys_are_checked_at_the_end(owner: psycopg.Connection) -> None:
    """A deferred check that is pending would forbid to force the policies again."""
    owner.execute("CREATE TABLE agents_diary (brand_id bigint REFERENCES core_brand DEFERRABLE INITIALLY DEFERRED)")
    owner.execute(sqlops.tenant("agents_diary").sql)
    with sqlops.over_all_brands(owner, "agents_diary", "core_brand"):
        assert owner.execute("INSERT INTO agents_diary SELECT id FROM core_brand").rowcount == 2
    assert forced(owner, "agents_diary", "core_brand") == [True, True]


@pytest.mark.spec("TEN-1")
def test_a_key_that_points_nowhere_fails_the_migration_all_the_same(owner: psycopg.Connection) -> None:
    owner.execute("CREATE TABLE agents_diary (brand_id bigint REFERENCES core_brand DEFERRABLE INITIALLY DEFERRED)")
    owner.execute(sqlops.tenant("agents_diary").sql)
    with pytest.raises(psycopg.errors.ForeignKeyViolation), owner.transaction():
        with sqlops.over_all_brands(owner, "agents_diary"):
            owner.execute("INSERT INTO agents_diary VALUES (99)")


@pytest.mark.spec("TEN-1")
def test_a_data_migration_that_fails_leaves_the_policies_forced(owner: psycopg.Connection) -> None:
    with pytest.raises(ZeroDivisionError), sqlops.over_all_brands(owner, "core_brand", "agents_task"):
        assert forced(owner, "core_brand", "agents_task") == [False, False]
        raise ZeroDivisionError
    assert forced(owner, "core_brand", "agents_task") == [True, True]


@pytest.mark.spec("TEN-1")
def test_a_failing_statement_is_what_the_migration_tells(owner: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), owner.transaction():
        with sqlops.over_all_brands(owner, "core_brand"):
            owner.execute("SELECT 1 / 0")
    assert forced(owner, "core_brand") == [True]


def test_each_table_passes_through_once_and_nothing_of_it_is_undone() -> None:
    for operation in (sqlops.tenant("agents_diary"), sqlops.fleet("core_diary"), sqlops.append_only("core_diary")):
        assert operation.reverse_sql == operation.noop


@pytest.mark.spec("TEN-1")
def test_a_new_tenant_table_is_closed_to_other_brands(owner: psycopg.Connection, world: World) -> None:
    owner.execute("CREATE TABLE agents_diary (id int, brand_id bigint NOT NULL)")
    owner.execute(sqlops.tenant("agents_diary", connector="SELECT").sql)
    owner.execute("RESET ROLE")
    owner.execute("INSERT INTO agents_diary VALUES (1, 1), (2, 2)")
    for role, brand, seen in (
        ("app", "1", [1]),
        ("app", "", []),
        ("connector", "2", [2]),
        ("operator", "", [1, 2]),
        ("operator", "2", [2]),
    ):
        owner.execute(f"SET LOCAL ROLE chimera_{role}")
        owner.execute("SELECT set_config('app.brand', %s, true)", [brand])
        assert owner.execute("SELECT id FROM agents_diary ORDER BY id").fetchall() == seen, (role, brand)
        owner.execute("RESET ROLE")


@pytest.mark.spec("PLN-4", "AUD-1")
def test_a_guarded_and_audited_table_refuses_and_records(owner: psycopg.Connection) -> None:
    owner.execute("CREATE TABLE agents_diary (id int, brand_id bigint, status text, state_version int, page text)")
    owner.execute(sqlops.guarded("agents_diary", arrows={"OPEN": ["SHUT"], "SHUT": []}, initial=["OPEN"]).sql)
    owner.execute(sqlops.audited("agents_diary", subject="agents.diary", body=["page"]).sql)
    owner.execute("SELECT set_config('app.actor', 'test:diary', true)")
    owner.execute("INSERT INTO agents_diary VALUES (1, 1, 'OPEN', 1, 'a')")
    for statement, says in (
        ("INSERT INTO agents_diary VALUES (2, 1, 'SHUT', 1, 'a')", "cannot be born as SHUT"),
        ("INSERT INTO agents_diary VALUES (2, 1, 'OPEN', 2, 'a')", "starts with state_version 1, not 2"),
        ("UPDATE agents_diary SET status = 'LOST', state_version = 2", "may not go from OPEN to LOST"),
        ("UPDATE agents_diary SET status = 'SHUT'", "changes state without the next state_version"),
        ("UPDATE agents_diary SET state_version = 3", "jumps from state_version 1 to 3"),
    ):
        with pytest.raises(psycopg.Error, match=says), owner.transaction():
            owner.execute(statement)
    owner.execute("UPDATE agents_diary SET status = 'SHUT', state_version = 2")
    owner.execute("UPDATE agents_diary SET page = 'b'")
    owner.execute("UPDATE agents_diary SET page = 'b'")  # nothing changes: no event
    owner.execute("DELETE FROM agents_diary")
    owner.execute("RESET ROLE")
    events = owner.execute(
        "SELECT action || ' ' || from_status || '>' || to_status || ' ' || body FROM governance_auditevent"
        " WHERE subject = 'agents.diary:1' ORDER BY id"
    ).fetchall()
    assert events == [
        'insert >OPEN {"page": "a"}',
        'update OPEN>SHUT {"page": "a"}',
        'update SHUT>SHUT {"page": "b"}',
        'delete SHUT> {"page": "b"}',
    ]


@pytest.mark.spec("AUD-2")
def test_an_append_only_table_keeps_its_rows_from_its_owner_too(owner: psycopg.Connection) -> None:
    owner.execute("CREATE TABLE core_diary (id int)")
    owner.execute(sqlops.append_only("core_diary").sql)
    owner.execute("INSERT INTO core_diary VALUES (1)")
    for act in ("UPDATE core_diary SET id = 2", "DELETE FROM core_diary", "TRUNCATE core_diary"):
        with pytest.raises(psycopg.Error, match="core_diary is append-only") as caught, owner.transaction():
            owner.execute(act)
        assert caught.value.sqlstate == "CH003"
    assert owner.execute("SELECT id FROM core_diary").fetchall() == [1]
