"""The record: written by the database itself, by nobody else, and never changed. AUD-1, AUD-2, AUD-4."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction

from chimera.core import tenancy
from governance import transitions
from governance.audit import selectors as record
from governance.machine import Stateful
from governance.models import AuditEvent, ReviewItem
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

STATEFUL = [model._meta.db_table for model in apps.get_models() if issubclass(model, Stateful)]
# Every requirement of the record names these as well.
OTHERS = ["governance_budgetlimit", "core_brand", "publishing_account"]
NO_ACTOR = "CH004"
APPEND_ONLY = "CH003"
FORGED = (
    "INSERT INTO governance_auditevent (brand_id, subject, task_id, actor, action, from_status, to_status, "
    "state_version, body) VALUES (1, 'agents.task:42', '', 'user:ada', 'update', '', 'DONE', 9, '{}')"
)


@contextmanager
def refused(sqlstate: str) -> Iterator[None]:
    with pytest.raises(psycopg.DatabaseError) as error:
        yield
    assert error.value.sqlstate == sqlstate, error.value


def events(world: World) -> list[tuple[object, ...]]:
    """The whole record, whoever may see it."""
    return world.superuser().execute("SELECT * FROM governance_auditevent ORDER BY id").fetchall()


@pytest.mark.spec("AUD-1")
def test_a_life_of_a_row_is_told_in_order_with_who_what_and_when(alpha: int) -> None:
    card = rows.card()
    with tenancy.acting("user:ada"):
        transitions.move(row=card, to="WITHDRAWN")
    born, moved = record.of(subject=card.subject)
    assert [event.pk for event in record.story(task_id="agents.task:1")] == [born.pk, moved.pk]
    assert not record.story(task_id="agents.task:2").exists()
    assert (born.action, born.from_status, born.to_status, born.state_version) == ("insert", "", "PENDING", 1)
    assert (moved.action, moved.from_status, moved.to_status, moved.state_version) == (
        "update",
        "PENDING",
        "WITHDRAWN",
        2,
    )
    assert (born.actor, moved.actor) == ("test:fixture", "user:ada")
    assert born.brand_id == moved.brand_id == alpha
    assert born.at < moved.at
    assert str(moved) == f"{card.subject} PENDING -> WITHDRAWN by user:ada"


@pytest.mark.spec("AUD-1")
def test_a_change_by_plain_sql_is_on_the_record_too(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        card = rows.card()
    world.connect("operator", actor="cli:ada").execute(
        "UPDATE governance_reviewitem SET status = 'REJECTED', state_version = state_version + 1, "
        "decided_by = 'ada', reason_code = 'facts', reason = 'This never happened.'"
    )
    world.connect("app", brand=ALPHA, actor="worker:7").execute(
        "UPDATE governance_reviewitem SET consumed_at = chimera_now()"
    )
    owner = world.superuser()
    owner.execute("SET app.actor = 'cli:owner'")
    owner.execute("DELETE FROM governance_reviewitem")
    with tenancy.brand(ALPHA):
        told = [
            (event.actor, event.action, event.from_status, event.to_status) for event in record.of(subject=card.subject)
        ]
    assert told == [
        ("test:begin", "insert", "", "PENDING"),
        ("cli:ada", "update", "PENDING", "REJECTED"),
        ("worker:7", "update", "REJECTED", "REJECTED"),
        ("cli:owner", "delete", "REJECTED", ""),
    ]


@pytest.mark.spec("AUD-1")
def test_a_change_that_is_rolled_back_leaves_no_event(alpha: int) -> None:
    card = rows.card()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        transitions.move(row=card, to="WITHDRAWN")
        assert record.of(subject=card.subject).count() == 2
        raise ZeroDivisionError
    assert record.of(subject=card.subject).count() == 1


@pytest.mark.spec("AUD-1")
def test_an_event_belongs_to_the_transaction_of_its_change(alpha: int) -> None:
    card = rows.card()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject = %s, xid = pg_current_xact_id() FROM governance_auditevent GROUP BY 1, 2", [card.subject]
        )
        assert set(cursor.fetchall()) == {(True, True), (False, False)}, "rows of the seed are of an older one"


@pytest.mark.spec("AUD-1")
def test_a_change_without_an_actor_is_refused_from_everybody(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.card()
    before = events(world)
    for psql in (
        world.connect("app", brand=ALPHA, actor=""),
        world.connect("operator", actor=""),
        world.superuser(),
    ):
        with refused(NO_ACTOR):
            psql.execute("UPDATE governance_reviewitem SET status = 'WITHDRAWN', state_version = state_version + 1")
    with refused(NO_ACTOR):
        world.connect("operator", actor="").execute(
            "INSERT INTO governance_control (scope, kind, reason, status, state_version) "
            "VALUES ('fleet', 'stop', 'x', 'IN_FORCE', 1)"
        )
    assert events(world) == before
    with tenancy.brand(ALPHA):
        assert ReviewItem.objects.get().status == "PENDING"


@pytest.mark.spec("AUD-2")
def test_no_program_may_change_or_write_the_record(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.card()
    before = events(world)
    for role in ("app", "operator", "connector"):
        for brand in (None, ALPHA):
            psql = world.connect(role, brand=brand)
            for statement in (
                "UPDATE governance_auditevent SET actor = 'nobody'",
                "DELETE FROM governance_auditevent",
                "TRUNCATE governance_auditevent",
                FORGED,
            ):
                with refused("42501"):
                    psql.execute(statement)
    assert events(world) == before != []


@pytest.mark.spec("AUD-2")
def test_the_owner_of_the_table_cannot_change_the_record_either(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.card()
    before = events(world)
    owner = world.superuser()
    owner.execute("SET ROLE chimera_owner")
    with refused(APPEND_ONLY):
        owner.execute("TRUNCATE governance_auditevent")
    # The owner sees no row to begin with; with the policy lifted it is the trigger that refuses.
    assert owner.execute("DELETE FROM governance_auditevent").rowcount == 0
    owner.execute("ALTER TABLE governance_auditevent NO FORCE ROW LEVEL SECURITY")
    for psql in (owner, world.superuser()):
        for statement in (
            "UPDATE governance_auditevent SET actor = 'nobody'",
            "DELETE FROM governance_auditevent",
            "TRUNCATE governance_auditevent",
        ):
            with refused(APPEND_ONLY):
                psql.execute(statement)
    owner.execute("SET ROLE chimera_recorder")
    for statement in ("UPDATE governance_auditevent SET actor = 'nobody'", "DELETE FROM governance_auditevent"):
        with refused("42501"):
            owner.execute(statement)
    assert events(world) == before


@pytest.mark.spec("AUD-2")
def test_the_trigger_cannot_be_borrowed_to_write_what_never_happened(world: World) -> None:
    before = events(world)
    for role in ("app", "operator", "connector"):
        psql = world.connect(role, brand=ALPHA)
        psql.execute("CREATE TEMP TABLE mine (id bigint, brand_id bigint, status text, state_version integer)")
        with refused("42501"):
            psql.execute(
                "CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH ROW "
                "EXECUTE FUNCTION chimera_record('agents.task', 'id')"
            )
        psql.execute("INSERT INTO mine VALUES (42, 1, 'DONE', 9)")
    assert events(world) == before


@pytest.mark.spec("AUD-1")
def test_acts_on_the_fleet_are_the_operators_to_read_and_brands_see_their_own(world: World) -> None:
    for brand_id in (ALPHA, BETA):
        with tenancy.brand(brand_id, actor="test:begin"):
            rows.card(brand_id=brand_id)
    world.connect("operator").execute(
        "INSERT INTO governance_control (scope, kind, reason, status, state_version) "
        "VALUES ('fleet', 'stop', 'x', 'IN_FORCE', 1)"
    )
    every = "SELECT array_agg(DISTINCT brand_id ORDER BY brand_id) FROM governance_auditevent"
    brands = {
        (role, brand): world.connect(role, brand=brand).execute(every).fetchone()[0]
        for role, brand in (("app", None), ("app", ALPHA), ("operator", None), ("operator", BETA))
    }
    assert brands == {
        ("app", None): None,
        ("app", ALPHA): [ALPHA],
        ("operator", None): [ALPHA, BETA, None],
        ("operator", BETA): [BETA],
    }


# What the catalogue of the database must say.


def _triggers(function: str) -> list[tuple[str, int, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgrelid::regclass::text, t.tgtype, t.tgargs FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgenabled = 'O' "
            "AND p.proname IN (%s, %s || '_' || t.tgrelid::regclass::text)",  # a hot table has a function of its own
            [function, function],
        )
        return [(table, kind, bytes(args).decode().split("\0")[:-1]) for table, kind, args in cursor.fetchall()]


@pytest.mark.parametrize("table", [*STATEFUL, *OTHERS])
@pytest.mark.spec("AUD-1")
def test_every_table_with_a_state_is_on_the_record(alpha: int, table: str) -> None:
    row, insert, delete, update = 1, 4, 8, 16  # bits of tgtype
    seen = 0
    for name, kind, _ in _triggers("chimera_record"):
        if name == table:
            assert kind & row
            seen |= kind
    assert seen & (insert | delete | update) == insert | delete | update


@pytest.mark.spec("AUD-4")
def test_bodies_of_the_record_hold_no_text_that_somebody_wrote(alpha: int) -> None:
    found = _triggers("chimera_record")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN ('text', 'json', 'jsonb', 'bytea')"
        )
        texts = {row[0] for row in cursor.fetchall()}
    bodies = {f"{table}.{column}" for table, _, arguments in found for column in arguments[2:]}
    assert {"governance_reviewitem.reason", "publishing_post.payload"} <= texts, "the question must be able to fail"
    assert bodies
    assert not bodies & texts


@pytest.mark.spec("AUD-4")
def test_a_reviewers_words_stay_out_of_the_record(world: World) -> None:
    with tenancy.brand(ALPHA, actor="user:ada"):
        card = rows.card(text="Hettie Lamb lives here.")
        transitions.move(
            row=card, to="REJECTED", decided_by="user:ada", reason_code="facts", reason="Hettie asked us not to."
        )
        bodies = " ".join(AuditEvent.objects.values_list("body", flat=True))
    assert "Hettie" not in bodies
    assert card.content_hash in bodies
