"""`doctor`: what is wrong, where, and how to mend it, on the embedded servers or on somebody's own. OPS-1.

With a data folder it borrows the embedded servers and leaves them as found; a folder without a database stays without
one. With DATABASE_URL it reads there and touches nothing embedded. Nothing is mended here.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg

from chimera.core.errors import Unavailable
from chimera.embedded import doctor_checks as checks
from chimera.embedded import doctor_database as catalogue
from chimera.embedded import identity, lifecycle
from chimera.embedded.doctor_checks import STATUSES, Finding, Status, amber, few, green, looked, reason, red
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.home import Home
from chimera.embedded.postgres import Postgres

CONNECT_TIMEOUT_S = 5
OPERATOR = "chimera_operator"
_SHOWN_MAX = 5
_DJANGO_ONLY = ("pool", "assume_role", "isolation_level", "server_side_binding")


def worst(findings: Iterable[Finding]) -> Status:
    """The status of all together: red when one is red, else amber when one is amber, else green."""
    return max((finding.status for finding in findings), key=STATUSES.index, default="green")


def examine(*, home: Home | None, actor: str, database: str = "chimera") -> list[Finding]:
    """Every finding, in the order of looking. `home` is the data folder, None when DATABASE_URL names servers.

    Raises nothing: what cannot be looked at is an amber finding.
    """
    found = [
        *looked("python", "", checks.python),
        *looked("packages", "", partial(checks.packages, checkout=CHECKOUT)),
        *looked(".env", str(CHECKOUT), partial(checks.dotenv, checkout=CHECKOUT, embedded=home is not None)),
        *looked("fonts", "", checks.fonts),
        *looked("model", "", checks.model),
    ]
    if home is None:
        return [*found, *looked("servers", "DATABASE_URL", partial(_own, actor))]
    place = str(home.root)
    return [
        *found,
        # Before the servers: reading secrets.json closes its mode again.
        *looked("data folder", place, partial(checks.folder, home=home)),
        *looked("secrets", place, partial(checks.secrets, home=home)),
        *looked("servers", place, partial(_embedded, home, actor, database)),
        *looked("ports", place, partial(checks.listeners, home=home)),
    ]


def _embedded(home: Home, actor: str, database: str) -> list[Finding]:
    """The servers of the data folder, and what is in them."""
    place = str(home.root)
    try:
        files = identity.data_folder(home)
        if not files.exists():
            says = "Not made yet; the first command makes it."
            return [green("postgres", str(files), says), green("valkey", str(home.valkey), says)]
        with lifecycle.borrowed(home, database=database) as endpoints:
            url = endpoints.valkey.url()
            return [
                *_database(endpoints.postgres, database, actor),
                *looked("valkey", place, lambda: catalogue.valkey(url=url, ours=True)),
            ]
    except Unavailable as error:
        return _not_started(home, error)


def _not_started(home: Home, error: Unavailable) -> list[Finding]:
    """Why a server did not come up; the other one was not looked at, because they come up together."""
    first, *rest = str(error).strip().splitlines()
    down, beside = "postgres", "valkey"
    if first.startswith(("Valkey", "There is no Valkey")):
        down, beside = beside, down
    log = home.logs / f"{down}.log"
    mend = f"Do what it says; the end of {log}: {' / '.join(rest[-3:])}" if rest else f"Do what it says; see {log}."
    says = f"Not looked at, because {down} does not come up."
    return [
        red(down, str(home.root), first, mend),
        amber(beside, str(home.root), says, f"Mend {down}, then ask again."),
    ]


def _database(postgres: Postgres, database: str, actor: str) -> list[Finding]:
    params = postgres.params(OPERATOR, database)
    mend = "Run any command that needs the database, such as manage.py fleet: it makes roles, tables and extension."
    found = _read(params, {}, mend=mend, listed=False)
    # The list of migrations is the migrator's, as it is in production.
    owner = {**postgres.params(catalogue.MIGRATOR, database), "options": f"-c role={catalogue.OWNER}"}
    found += looked("schema", database, lambda: _with(owner, partial(catalogue.schema, mend=mend)))
    if worst(found) == "red":
        return found
    django = {"HOST": params["host"], "PORT": params["port"], "NAME": database, "USER": OPERATOR}
    return found + _rows(actor, {**django, "PASSWORD": params["password"], "OPTIONS": {}})


def _own(actor: str) -> list[Finding]:
    """The servers of DATABASE_URL and REDIS_URL."""
    from django.conf import settings
    from django.db import connection

    known = connection.settings_dict
    options = {key: value for key, value in (known.get("OPTIONS") or {}).items() if key not in _DJANGO_ONLY}
    params = {"host": known["HOST"], "port": known["PORT"], "dbname": known["NAME"]}
    params |= {"user": known["USER"], "password": known["PASSWORD"], "connect_timeout": CONNECT_TIMEOUT_S}
    params = {key: value for key, value in params.items() if value}
    mend = "Start that server, or mend DATABASE_URL."
    found = _read(params, options, mend=mend, listed=True)
    found += looked("valkey", "REDIS_URL", lambda: catalogue.valkey(url=settings.REDIS_URL, ours=False))
    if any(one.name in ("postgres", "schema") and one.status == "red" for one in found):
        return found + _connector()
    return found + _rows(actor, {"OPTIONS": {**options, "connect_timeout": CONNECT_TIMEOUT_S}}) + _connector()


def _read(params: dict[str, Any], options: dict[str, Any], *, mend: str, listed: bool) -> list[Finding]:
    """The catalogue checks on one connection; `listed`: the schema too. A server out of reach is one red finding."""
    place = f"{params.get('host', 'localhost')}:{params.get('port', 5432)}/{params.get('dbname', '')}"
    try:
        connection = psycopg.connect(**{**options, **params}, autocommit=True)
    except (psycopg.Error, OSError) as error:
        return [red("postgres", place, f"The database cannot be entered: {reason(error)}", mend)]
    looks: list[tuple[str, Callable[[psycopg.Connection[Any]], Iterable[Finding]]]] = [
        ("postgres", catalogue.version),
        ("login role", catalogue.login),
        ("roles", catalogue.roles),
        ("extension vector", catalogue.extension),
        ("row security", catalogue.row_security),
    ]
    if listed:
        looks.append(("schema", catalogue.schema))
    with connection:
        return [found for name, look in looks for found in looked(name, place, partial(look, connection))]


def _with(params: dict[str, Any], look: Callable[[psycopg.Connection[Any]], Iterable[Finding]]) -> list[Finding]:
    with psycopg.connect(**params, autocommit=True) as connection:
        return list(look(connection))


@contextmanager
def _turned(values: dict[str, Any]) -> Iterator[None]:
    """Django's connection with other settings for a while: they were read before the servers had an address."""
    from django.db import connection

    former = {key: connection.settings_dict[key] for key in values}
    connection.close()
    connection.settings_dict.update(values)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(former)


def _rows(actor: str, values: dict[str, Any]) -> list[Finding]:
    """What stands in the tables: feeds, agents, accounts. Only the operator's login sees every brand."""
    with _turned(values):
        return [
            *looked("feeds", "publishing_feed", partial(_feeds, actor)),
            *looked("agents", "agents_agent", partial(_agents, actor)),
            *looked("accounts", "publishing_account", partial(_accounts, actor)),
        ]


def _feeds(actor: str) -> Iterator[Finding]:
    from chimera.core import tenancy
    from publishing.trends.models import Feed

    with tenancy.acting(actor):
        followed = list(Feed.objects.filter(active=True).order_by("id").values_list("url", "error"))
    broken = [(url, error) for url, error in followed if error]
    mend = "Read it again with manage.py scan_trends, or correct its address."
    for url, error in broken[:_SHOWN_MAX]:
        # An address may carry a key in its query.
        yield amber("feeds", urlsplit(url)._replace(query="", fragment="").geturl(), error[:300], mend)
    if len(broken) > _SHOWN_MAX:
        yield amber("feeds", "publishing_feed", f"{len(broken) - _SHOWN_MAX} more feeds have errors.", mend)
    if not broken:
        yield green("feeds", "publishing_feed", f"{len(followed)} are followed, none has an error.")


def _blind() -> bool:
    """Whether this login cannot see every brand, so that empty lists would mean nothing."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return bool(cursor.fetchone()[0] != OPERATOR)


def _blinded(name: str, table: str) -> Finding:
    mend = f"Ask again with the DATABASE_URL of {OPERATOR}."
    return amber(name, table, f"This login does not see every brand; only {OPERATOR} does.", mend)


def _agents(actor: str) -> Iterator[Finding]:
    from agents import fleet
    from chimera.core import tenancy

    with tenancy.all_brands(actor=actor):
        if _blind():
            yield _blinded("agents", "agents_agent")
            return
        lines = fleet.lines()
    # Probation is how every agent begins: nothing is wrong with it.
    wrong = [line for line in lines if line.held_back_by and not line.held_back_by.startswith("on probation")]
    for line in wrong[:_SHOWN_MAX]:
        mend = "manage.py fleet shows every agent; manage.py resume lifts a pause or stop."
        yield amber("agents", f"@{line.handle}", f"Held back: {line.held_back_by}.", mend)
    if len(wrong) > _SHOWN_MAX:
        yield amber("agents", "agents_agent", f"{len(wrong) - _SHOWN_MAX} more are held back.", "manage.py fleet")
    if not wrong:
        yield green("agents", "agents_agent", f"{len(lines)} agents, none held back beyond probation.")


def _accounts(actor: str) -> Iterator[Finding]:
    from django.conf import settings

    from agents.personas.models import Agent
    from chimera.core import tenancy
    from publishing.accounts.models import Account

    with tenancy.all_brands(actor=actor):
        if _blind():
            yield _blinded("accounts", "publishing_account")
            return
        accounts = list(Account.objects.order_by("id"))
        owners = {agent.subject for agent in Agent.objects.all()}
    homeless = [str(one) for one in accounts if one.platform not in settings.CONNECTORS]
    orphans = [str(one) for one in accounts if one.belongs_to not in owners]
    if homeless:
        mend = "Configure a connector for that platform in CONNECTORS."
        yield amber("accounts", "publishing_account", f"No connector knows the platform of {few(homeless)}.", mend)
    if orphans:
        mend = "Launch the agent again with manage.py launch_agent, or leave the account unused."
        yield amber("accounts", "publishing_account", f"No agent has {few(orphans)}.", mend)
    if not homeless and not orphans:
        yield green("accounts", "publishing_account", f"{len(accounts)} accounts, each with an agent and a connector.")


def _connector() -> list[Finding]:
    """The connector that the settings name, when they name one."""
    url = os.environ.get("PLAZA_CONNECTOR_URL")
    if not url:
        return [green("connector", "PLAZA_CONNECTOR_URL", "Not set, so none is asked.")]
    place = urlsplit(url)._replace(path="/health", query="", fragment="").geturl()
    mend = "Start it with manage.py connector plaza, or mend PLAZA_CONNECTOR_URL."
    return looked("connector", place, lambda: [checks.answers(name="connector", url=place, mend=mend)])
