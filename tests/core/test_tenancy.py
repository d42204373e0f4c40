"""The context that says for which brand and as whom: required, restored on the way out, gone with its transaction."""

import logging
import threading

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from chimera.core import tenancy
from chimera.core.brands.models import Brand
from chimera.core.clock import Clock
from chimera.core.tenancy import guard
from publishing.accounts.models import Account
from tests.conftest import ALPHA, BETA, World

BRAND_MODELS = sorted(
    (
        model
        for model in apps.get_models()
        if model is Brand or any(field.attname == "brand_id" for field in model._meta.concrete_fields)
    ),
    key=lambda model: model._meta.db_table,
)


def raw(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


def settings_now() -> tuple[str, str]:
    """Brand and actor as the database has them; an unset brand is an empty text."""
    return raw("SELECT coalesce(current_setting('app.brand', true), ''), current_setting('app.actor', true)")


def account(brand_id: int, handle: str = "rosie") -> Account:
    return Account.objects.create(
        brand_id=brand_id, platform="plaza", handle=handle, belongs_to=f"agents.agent:{handle}"
    )


ACTS = {
    "select": lambda model: list(model._base_manager.all()),
    "stream": lambda model: next(model._base_manager.all().iterator(), None),
    "count": lambda model: model._base_manager.count(),
    "insert": lambda model: model._base_manager.bulk_create([model(pk=1)]),
    "update": lambda model: model._base_manager.update(**{model._meta.pk.name: 1}),
    "delete": lambda model: models.QuerySet(model)._raw_delete("default"),
    "raw SQL": lambda model: raw(f"SELECT 1 FROM {model._meta.db_table}"),
    "raw SQL with the schema": lambda model: raw(f"DELETE FROM public.{model._meta.db_table}"),
    "raw SQL with a column list": lambda model: raw(f"INSERT INTO {model._meta.db_table}(id) VALUES (1)"),
    "raw SQL in capitals": lambda model: raw(f"TABLE {model._meta.db_table.upper()}"),
    "raw SQL quoted": lambda model: raw(f'UPDATE "public"."{model._meta.db_table}" SET id = 1'),
    "raw SQL in a join": lambda model: raw(f"SELECT 1 FROM core_clock c,{model._meta.db_table} t"),
}


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("model", BRAND_MODELS, ids=lambda model: model.__name__)
def test_a_query_on_a_brand_table_outside_of_a_brand_raises(db: None, model: type[models.Model], act: str) -> None:
    with pytest.raises(tenancy.NoBrand, match=f"(?i)A query on {model._meta.db_table} ran outside of a brand"):
        ACTS[act](model)


def test_tables_of_the_fleet_need_no_brand(db: None) -> None:
    assert Clock.objects.count() == 1
    assert raw("SELECT core_brand_ids()") == (ALPHA,)  # a function that lends ids is no table


def test_a_fleet_context_does_not_open_brand_tables(db: None) -> None:
    with tenancy.acting("test:fleet"):
        assert settings_now() == ("", "test:fleet")
        with pytest.raises(tenancy.NoBrand):
            Account.objects.count()


def test_another_thread_has_no_brand_of_its_own(world: World) -> None:
    caught: list[str] = []

    def look() -> None:
        try:
            Account.objects.count()
        except tenancy.NoBrand as error:
            caught.append(str(error))
        finally:
            connection.close()

    with tenancy.brand(ALPHA, actor="test:main"):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_in_production_the_query_is_logged_and_comes_back_empty(
    db: None, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TENANCY_STRICT = False
    with caplog.at_level(logging.ERROR, logger="chimera.tenancy"):
        assert Brand.objects.count() == 0
    assert "A query on core_brand ran outside of a brand" in caplog.text


def test_migrations_and_the_sealer_run_without_the_guard(settings: object) -> None:
    class Fresh:
        def __init__(self, alias: str = "default") -> None:
            self.alias = alias
            self.execute_wrappers: list[object] = []

    fresh, migrating, sealing = Fresh(), Fresh(), Fresh("sealer")
    guard.install(connection=sealing)
    guard.install(connection=fresh)
    guard.install(connection=fresh)
    settings.CHIMERA_ROLE = "migrator"
    guard.install(connection=migrating)
    assert fresh.execute_wrappers == [guard.check]
    assert migrating.execute_wrappers == sealing.execute_wrappers == []


@pytest.mark.spec("TEN-1")
def test_inside_a_brand_only_its_own_rows_are_there(db: None) -> None:
    with tenancy.brand(ALPHA, actor="test:a"):
        account(ALPHA)
    with tenancy.brand(BETA, actor="test:b"):
        assert [row.slug for row in Brand.objects.all()] == ["beta"]
        assert Account.objects.count() == 0
        assert Account.objects.filter(brand_id=ALPHA).update(handle="stolen") == 0
    with tenancy.brand(ALPHA, actor="test:a"):
        assert Account.objects.get().handle == "rosie"


@pytest.mark.spec("TEN-1")
def test_a_row_of_another_brand_is_refused_by_the_policy(db: None) -> None:
    with pytest.raises(DatabaseError, match="violates row-level security policy"):
        with tenancy.brand(ALPHA, actor="test:a"):
            account(BETA)


def test_a_nested_context_gives_the_former_one_back(db: None) -> None:
    with tenancy.brand(ALPHA, actor="test:outer"):
        with tenancy.brand(ALPHA, actor="test:inner"):
            assert settings_now() == ("1", "test:inner")
        assert settings_now() == ("1", "test:outer")
        assert (tenancy.current_brand(), tenancy.current_actor()) == (ALPHA, "test:outer")
        with tenancy.acting("test:inner"):
            assert settings_now() == ("1", "test:inner")
        assert settings_now() == ("1", "test:outer")
    assert settings_now() == ("", "")
    assert (tenancy.current_brand(), tenancy.current_actor()) == (None, "")


def test_a_nested_context_that_fails_gives_the_former_one_back(db: None) -> None:
    with tenancy.all_brands(actor="test:outer"):
        with pytest.raises(ZeroDivisionError), tenancy.brand(ALPHA, actor="test:inner"):
            assert settings_now() == ("1", "test:inner")
            raise ZeroDivisionError
        assert settings_now() == ("", "test:outer")
        with pytest.raises(DatabaseError), tenancy.brand(ALPHA, actor="test:inner"):
            raw("SELECT 1 / 0")
        assert settings_now() == ("", "test:outer")
        assert (tenancy.current_brand(), tenancy.current_actor()) == (0, "test:outer")


def test_an_actor_that_is_not_given_is_the_one_who_acts_already(db: None) -> None:
    with tenancy.all_brands(actor="user:ada"), tenancy.brand(BETA):
        assert settings_now() == ("2", "user:ada")


@pytest.mark.spec("TEN-1")
def test_inside_a_brand_nothing_may_look_across(db: None) -> None:
    with tenancy.brand(ALPHA, actor="test:a"):
        with pytest.raises(tenancy.NoBrand, match="belongs to brand 1; it cannot turn to brand 2"):
            with tenancy.brand(BETA):
                pass
        with pytest.raises(tenancy.NoBrand, match="belongs to brand 1; it cannot widen to all brands"):
            with tenancy.all_brands():
                pass
        assert settings_now() == ("1", "test:a")


@pytest.mark.parametrize("nothing", [None, 0])
def test_no_brand_is_not_a_brand(db: None, nothing: int | None) -> None:
    with pytest.raises(tenancy.NoBrand, match="No brand given"):
        with tenancy.brand(nothing, actor="test:a"):
            pass


@pytest.mark.spec("TEN-1")
def test_over_all_brands_the_desk_sees_everything_and_the_app_nothing(world: World) -> None:
    with tenancy.all_brands(actor="test:app"):
        assert Brand.objects.count() == 0
    with world.role("operator"):
        with tenancy.all_brands(actor="user:ada"):
            assert sorted(Brand.objects.values_list("slug", flat=True)) == ["alpha", "beta"]
        with tenancy.brand(BETA, actor="user:ada"):
            assert [row.slug for row in Brand.objects.all()] == ["beta"]


@pytest.mark.spec("TEN-1")
def test_the_setting_ends_with_its_transaction(world: World, settings: object) -> None:
    with tenancy.brand(ALPHA, actor="test:a"):
        backend = raw("SELECT pg_backend_pid()")
        assert Brand.objects.count() == 1
    settings.TENANCY_STRICT = False
    with transaction.atomic():
        assert raw("SELECT pg_backend_pid()") == backend
        assert settings_now() == ("", "")
        assert Brand.objects.count() == 0


def test_the_setting_ends_with_a_transaction_that_fails_too(world: World) -> None:
    with pytest.raises(ZeroDivisionError), tenancy.brand(ALPHA, actor="test:a"):
        account(ALPHA)
        raise ZeroDivisionError
    assert settings_now() == ("", "")
    assert tenancy.current_brand() is None
    with tenancy.brand(ALPHA, actor="test:a"):
        assert Account.objects.count() == 0


def test_what_runs_after_the_commit_has_no_brand_any_more(world: World) -> None:
    seen: list[object] = []
    with tenancy.brand(ALPHA, actor="test:a"):
        transaction.on_commit(lambda: seen.append((tenancy.current_brand(), tenancy.current_actor(), settings_now())))
        assert seen == []
    assert seen == [(None, "", ("", ""))]


@pytest.mark.spec("AUD-1")
def test_a_change_without_an_actor_is_refused(world: World) -> None:
    with pytest.raises(DatabaseError, match="a change of publishing_account without an actor is refused") as caught:
        with tenancy.brand(ALPHA):
            account(ALPHA)
    assert caught.value.__cause__.sqlstate == "CH004"
    with tenancy.brand(ALPHA, actor="worker:think-1 stage:judge"):
        made = account(ALPHA)
        assert raw(f"SELECT actor FROM governance_auditevent WHERE subject = 'publishing.account:{made.pk}'") == (
            "worker:think-1 stage:judge",
        )
