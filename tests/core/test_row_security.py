"""Two brands in one database, seen with each role's own eyes: raw SQL, so that no code of ours can help."""

from collections.abc import Iterator

import psycopg
import pytest
import tenant_rows
from django.apps import apps

from tests import servers
from tests.conftest import ALPHA, BETA, World

TABLES = sorted(
    model._meta.db_table
    for model in apps.get_models()
    if any(field.attname == "brand_id" for field in model._meta.concrete_fields)
)
ROW_OF_ALPHA, ROW_OF_BETA = 9001, 9002
STAYS, APPEND_ONLY = "CH001", "CH003"


class Eyes:
    """Open connections by role and brand, each rolled back after every look."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[tuple[str, int | None], psycopg.Connection] = {}

    def of(self, role: str, brand: int | None) -> psycopg.Connection:
        if (role, brand) not in self._open:
            superuser = role == "superuser"
            self._open[role, brand] = self._world.superuser() if superuser else self._world.connect(role, brand=brand)
        return self._open[role, brand]

    def sees(self, role: str, brand: int | None, table: str) -> set[int]:
        """The brands of the rows that come back."""
        rows = self.of(role, brand).execute(f"SELECT brand_id, count(*) FROM {table} GROUP BY 1").fetchall()
        return {found for found, count in rows if count}


@pytest.fixture(scope="module")
def eyes(django_db_setup: None) -> Iterator[Eyes]:
    """A database with a row of both brands in every tenant table."""
    name = f"{servers.database()}_rows"
    servers.drop(name)
    servers.clone(name)
    world = World(name)
    try:
        owner = world.superuser()
        tenant_rows.fill(owner, brand=ALPHA, number=ROW_OF_ALPHA)
        tenant_rows.fill(owner, brand=BETA, number=ROW_OF_BETA)
        yield Eyes(world)
    finally:
        world.close()
        servers.drop(name)


def _last(cursor: psycopg.Cursor) -> psycopg.Cursor:
    while cursor.nextset():
        pass
    return cursor


def refused(connection: psycopg.Connection, statement: str) -> str:
    """The SQLSTATE with which a statement is refused, or how many rows it touched; nothing stays."""
    try:
        with connection.transaction(force_rollback=True):
            return f"{_last(connection.execute(statement)).rowcount} rows"
    except psycopg.Error as error:
        return error.sqlstate or ""


def test_every_tenant_table_is_looked_at(eyes: Eyes) -> None:
    assert tenant_rows.tables(eyes.of("operator", None)) == TABLES
    assert len(TABLES) > 15


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("table", TABLES)
def test_the_app_sees_its_own_brand_and_nothing_without_one(eyes: Eyes, table: str) -> None:
    assert eyes.sees("app", ALPHA, table) == {ALPHA}
    assert eyes.sees("app", BETA, table) == {BETA}
    assert eyes.sees("app", None, table) == set()


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("table", TABLES)
def test_the_desk_sees_every_brand_or_the_one_it_chose(eyes: Eyes, table: str) -> None:
    of_the_fleet = {None} if table == "governance_auditevent" else set()  # acts on the fleet are the desk's to see
    assert eyes.sees("operator", None, table) == {ALPHA, BETA} | of_the_fleet
    assert eyes.sees("operator", BETA, table) == {BETA}


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("table", TABLES)
def test_the_owner_itself_changes_nothing_without_a_brand(eyes: Eyes, table: str) -> None:
    assert refused(eyes.of("superuser", None), f"SET LOCAL ROLE chimera_owner; DELETE FROM {table}") == "0 rows"


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("table", TABLES)
def test_the_row_of_another_brand_cannot_be_changed_deleted_or_taken(eyes: Eyes, table: str) -> None:
    app = eyes.of("app", ALPHA)
    nothing = {"0 rows", "42501"}  # the policy hides it, or the role was never granted the act
    assert refused(app, f"UPDATE {table} SET brand_id = brand_id WHERE brand_id = {BETA}") in nothing
    assert refused(app, f"UPDATE {table} SET brand_id = {ALPHA} WHERE id = {ROW_OF_BETA}") in nothing
    assert refused(app, f"DELETE FROM {table} WHERE id = {ROW_OF_BETA}") in nothing
    assert refused(app, f"TRUNCATE {table}") == "42501"


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("table", TABLES)
def test_a_row_cannot_be_given_to_another_brand(eyes: Eyes, table: str) -> None:
    for role, brand in (("app", ALPHA), ("operator", ALPHA), ("operator", None), ("superuser", None)):
        outcome = refused(eyes.of(role, brand), f"UPDATE {table} SET brand_id = {BETA} WHERE id = {ROW_OF_ALPHA}")
        assert outcome in {STAYS, APPEND_ONLY, "42501"}, role


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("table", TABLES)
def test_a_row_for_another_brand_cannot_be_inserted(eyes: Eyes, table: str) -> None:
    app = eyes.of("app", ALPHA)
    may = app.execute("SELECT has_table_privilege(%s, 'INSERT')", [table]).fetchone() == (True,)
    says = "violates row-level security policy" if may else "permission denied"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=says):
        with app.transaction(force_rollback=True):
            tenant_rows.insert(app, table, brand=BETA, number=9003)


@pytest.mark.spec("TEN-1")
def test_the_own_row_can_be_inserted_so_the_refusals_above_mean_something(eyes: Eyes) -> None:
    app = eyes.of("app", ALPHA)
    for table in ("publishing_trend", "core_callrecord", "governance_attempt"):
        with app.transaction(force_rollback=True):
            assert tenant_rows.insert(app, table, brand=ALPHA, number=9003).rowcount == 1


@pytest.mark.spec("TEN-1")
def test_a_key_cannot_point_at_a_row_of_another_brand(eyes: Eyes) -> None:
    """Checks of foreign keys do not ask the policies: the key itself carries the brand."""
    app = eyes.of("app", ALPHA)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="fk_agents_plan_goal_id"):
        with app.transaction(force_rollback=True):
            app.execute(
                "INSERT INTO agents_plan (brand_id, goal_id, steps, estimate_usd_micros) VALUES (%s, %s, '[]', 0)",
                [ALPHA, ROW_OF_BETA],
            )


@pytest.mark.spec("TEN-1")
def test_brands_themselves_are_apart(eyes: Eyes) -> None:
    def slugs(role: str, brand: int | None) -> list[str]:
        return [row[0] for row in eyes.of(role, brand).execute("SELECT slug FROM core_brand ORDER BY 1")]

    assert slugs("app", ALPHA) == ["alpha"]
    assert slugs("app", None) == []
    assert slugs("operator", None) == ["alpha", "beta"]
    assert slugs("operator", BETA) == ["beta"]


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("table", TABLES)
def test_the_connector_and_the_dispatcher_read_no_content(eyes: Eyes, table: str) -> None:
    if table == "publishing_credential":  # the connector's own: here it is the others who read no content
        for role in ("app", "operator"):
            assert refused(eyes.of(role, ALPHA), f"SELECT sealed FROM {table}") == "42501"
    else:
        assert refused(eyes.of("connector", ALPHA), f"SELECT * FROM {table}") == "42501"
    dispatcher = f"SET LOCAL ROLE chimera_dispatch; SELECT * FROM {table}"
    assert refused(eyes.of("superuser", None), dispatcher) == "42501"
