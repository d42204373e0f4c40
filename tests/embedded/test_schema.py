"""An empty database is made at once from the file that the migrations made, or left as it was. OPS-1."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from chimera.embedded import schema
from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.management.commands.migrate import Command
from chimera.embedded.superuser import Superuser
from tests import servers

pytestmark = pytest.mark.spec("OPS-1")
TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


@pytest.fixture
def empty(django_db_setup: None) -> Iterator[str]:
    """The name of a database with roles and pgvector, and nothing else."""
    name = f"{servers.database()}_empty"
    servers.drop(name)
    bootstrap(servers._endpoints().postgres, database=name)
    yield name
    servers.drop(name)


@pytest.fixture
def as_owner(empty: str, django_db_blocker: Any) -> Iterator[None]:
    """Django's connection on the empty database, as `manage.py migrate` has it."""
    with Superuser.of(servers._endpoints()).django(empty, role="chimera_owner"), django_db_blocker.unblock():
        connection.ensure_connection()
        yield


def owner(name: str, role: str = "chimera_owner") -> psycopg.Connection:
    address = servers._endpoints().postgres.url("chimera_migrator", name)
    return psycopg.connect(address, options=f"-c role={role}")


def tables(name: str) -> int:
    with servers.admin(name) as look:
        (count,) = look.execute(TABLES).fetchone() or (-1,)
    return int(count)


def made_of(monkeypatch: pytest.MonkeyPatch, folder: Path, former: str, instead: str) -> None:
    """The file with something else in it, for the length of a test."""
    text = schema.FILE.read_text(encoding="utf-8")
    assert former in text
    changed = folder / "schema.sql"
    changed.write_text(text.replace(former, instead, 1), encoding="utf-8")
    monkeypatch.setattr(schema, "FILE", changed)


def test_the_file_is_of_the_migrations_that_are_here() -> None:
    known = f"-- migrations: {schema.digest()}\n"
    assert known in schema.FILE.read_text(encoding="utf-8"), "the migrations have changed; run: manage.py schema"


def test_two_that_migrate_an_empty_database_at_once_make_it_once(empty: str) -> None:
    def one(_: int) -> str:
        with owner(empty) as entered:
            return schema.enter(entered)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(4))) == [""] * 4
    with servers.admin(empty) as look:
        rows = look.execute("SELECT count(*), count(DISTINCT name || app) FROM django_migrations").fetchone()
        own = look.execute("SELECT installation FROM governance_sealing").fetchall()
    assert rows is not None and rows[0] == rows[1] > 100
    assert own[0][0] not in schema.FILE.read_text(encoding="utf-8"), "two installations would have one name"


def test_a_database_with_anything_in_it_is_left_alone(empty: str) -> None:
    with servers.admin(empty) as other:
        other.execute("CREATE TABLE somebodys (id bigint)")
    with owner(empty) as entered:
        assert not schema.is_empty(entered)
        assert schema.enter(entered) == ""
    assert tables(empty) == 1


@pytest.mark.parametrize(
    ("former", "instead", "why"),
    [
        ("-- migrations: ", "-- migrations: 0", "not of these migrations"),
        ("-- postgres: ", "-- postgres: 9", "another version of Postgres"),
    ],
)
def test_a_file_of_other_migrations_or_of_another_server_is_not_used(
    empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, former: str, instead: str, why: str
) -> None:
    made_of(monkeypatch, tmp_path, former, instead)
    with owner(empty) as entered:
        assert why in schema.enter(entered)
    assert tables(empty) == 0


def test_who_is_not_the_owner_does_not_make_tables_that_would_be_somebody_elses(empty: str) -> None:
    with owner(empty, role="chimera_migrator") as entered:
        assert "chimera_owner" in schema.enter(entered)
    assert tables(empty) == 0


def test_a_file_that_fails_half_way_leaves_nothing_and_a_sentence(
    empty: str, as_owner: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made_of(monkeypatch, tmp_path, "INSERT INTO public.core_clock", "INSERT INTO public.core_klock")
    said = StringIO()
    Command(stderr=said)._enter("default", tell=True)
    assert "core_klock" in said.getvalue() and "run one by one" in said.getvalue()
    assert tables(empty) == 0


def test_an_empty_database_is_made_without_a_word_when_none_is_wanted(empty: str, as_owner: None) -> None:
    said = StringIO()
    Command(stdout=said, stderr=said)._enter("default", tell=False)
    assert said.getvalue() == "" and tables(empty) > 100
    Command(stdout=said, stderr=said)._enter("default", tell=True)  # nothing is left to do
    assert said.getvalue() == ""


def test_a_stale_file_is_a_sentence_that_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from chimera.embedded.management.commands.schema import Command as Writing

    stale = schema.CHECKOUT / "chimera" / "embedded" / "nothing.sql"
    monkeypatch.setattr(schema, "FILE", stale)
    monkeypatch.setattr(Writing, "_migrated", lambda *_: "what the migrations make")
    with pytest.raises(CommandError, match=r"nothing\.sql is stale; run: manage\.py schema"):
        call_command("schema", "--check")
    assert not stale.exists()


def test_a_database_that_cannot_be_entered_is_a_sentence() -> None:
    away = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": "none"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        env={"PATH": os.environ["PATH"], **away},
        cwd=schema.CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "The database cannot be entered" in done.stderr
