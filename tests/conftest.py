"""Fixtures: a database per worker rolled back after each test (`db`), or one of its own with real commits (`world`)."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, settings

from agents import pipeline
from chimera.core import tenancy
from chimera.core.mcp import sessions
from governance.controls import looking
from governance.servers import listed
from tests import servers

settings.register_profile("chimera", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("chimera")  # a busy machine is no failure

ALPHA, BETA = 1, 2
ACTOR = "test:fixture"
LONG = {"flow", "embedded"}  # folders of few tests that take long
_numbers = itertools.count(1)
# What asks for a client that is not installed with the rest: tools/foreign.sh brings it and runs these.
collect_ignore = [] if os.environ.get("CHIMERA_FOREIGN") else ["foreign"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first: begun last, one of them would keep one core busy while the other has nothing to do."""
    items.sort(key=lambda item: LONG.isdisjoint(item.path.parts))


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    """This worker's copy of the template."""
    servers.drop(servers.database())
    servers.clone(servers.database())
    yield
    connection.close()
    servers.drop(servers.database())


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A password costs half a second on purpose; the ones of tests guard nothing."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def own_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What signs media in tests is made for this run, and not kept in the checkout."""
    path = tmp_path_factory.mktemp("authority") / "test-authority.pem"
    with override_settings(PROVENANCE_TEST_AUTHORITY_FILE=path):
        yield


@pytest.fixture(autouse=True)
def look_again() -> Iterator[None]:
    """No test goes by what the one before it saw of stops and allowed servers, or drains its queues by itself.

    Nor does a session outlive it: its thread would look for a server that is gone, every few seconds until the end.
    """
    looking.forget()
    listed.forget()
    pipeline.serves_nothing()
    yield
    sessions.close_all()


@pytest.fixture
def alpha(db: None) -> Iterator[int]:
    """Inside brand alpha, as a test actor; rolled back."""
    with tenancy.brand(ALPHA, actor=ACTOR):
        yield ALPHA


class World:
    """A database of its own: several connections, several roles, real commits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._open: list[psycopg.Connection] = []

    def connect(self, role: str = "app", *, brand: int | None = None, actor: str = "test:world") -> psycopg.Connection:
        """A new connection of a role; with `brand` its session settings stand for the whole connection."""
        fresh = psycopg.connect(**servers._endpoints().postgres.params(servers.ROLES[role], self.name), autocommit=True)
        self._open.append(fresh)
        fresh.execute("SELECT set_config('app.actor', %s, false)", [actor])
        if brand:
            fresh.execute("SELECT set_config('app.brand', %s, false)", [str(brand)])
        return fresh

    def superuser(self) -> psycopg.Connection:
        """Past every rule: to arrange what no role may, or to look at everything."""
        fresh = servers.admin(self.name)
        self._open.append(fresh)
        return fresh

    def shift_clock(self, interval: str) -> None:
        """Move this database's clock, as its owner: "13 hours"."""
        with servers.admin(self.name) as owner:
            owner.execute("UPDATE core_clock SET shift = %s::interval", [interval])

    def later(self, interval: str) -> None:
        """Move this database's clock on by so much more."""
        with servers.admin(self.name) as owner:
            owner.execute("UPDATE core_clock SET shift = shift + %s::interval", [interval])

    @contextmanager
    def role(self, role: str) -> Iterator[None]:
        """Django's connection as another role for a while."""
        former = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
        found = servers._endpoints().postgres.params(servers.ROLES[role], self.name)
        connection.close()
        connection.settings_dict.update(USER=found["user"], PASSWORD=found["password"])
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(former)

    def variables(self, role: str, *, with_grant_key: bool = False) -> dict[str, str]:
        """The environment of a process on this database."""
        kept = {key: value for key, value in os.environ.items() if key != "GRANT_PRIVATE_KEY"}
        return {**kept, **servers.variables(servers.ROLES[role], self.name, with_grant_key=with_grant_key)}

    def close(self) -> None:
        """End every connection."""
        for one in self._open:
            one.close()


@contextmanager
def own_world(django_db_blocker: object) -> Iterator[World]:
    """A fresh database; Django's default connection points at it, as chimera_app, and commits for real."""
    name = f"{servers.database()}_{next(_numbers)}"
    servers.clone(name)
    made = World(name)
    former = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield made
        connection.close()
    made.close()
    connection.settings_dict["NAME"] = former
    servers.drop(name)


@pytest.fixture
def world(django_db_blocker: object, django_db_setup: None) -> Iterator[World]:
    """`own_world` for one test."""
    with own_world(django_db_blocker) as made:
        yield made
