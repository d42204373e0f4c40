"""The whole schema as one file: an empty database is made from it at once, not by a hundred migrations. OPS-1.

`schema.sql` beside this file is written by `manage.py schema` from a database that was migrated one by one: what
`pg_dump` says of it, and the few rows that migrations leave. Migrations stay what is true; the file names the digest
of those that it was made from, and where that is another, they are run. docs/adr/0062.
"""

import hashlib
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from chimera.embedded.errors import BackupFailed
from chimera.embedded.superuser import Superuser, major_of

CHECKOUT = Path(__file__).resolve().parent.parent.parent
FILE = Path(__file__).with_name("schema.sql")
OWNER = "chimera_owner"
_DUMP_S_MAX = 120
_HEAD = """-- Every table, function, policy and right of an empty database, and the rows that it begins with.
-- Written by manage.py schema from the migrations, never by hand. docs/adr/0062-an-empty-database-is-made-at-once.md
-- migrations: {digest}
-- postgres: {major}
"""
# Loads pgvector, whose settings functions name; and what a dump wants, for this transaction alone.
_BEGIN = """
SELECT '[0]'::public.vector;
SET LOCAL check_function_bodies = false;
SET LOCAL search_path = '';
"""
# Rows are written as migrations write them: with their name, and triggers find what they look for.
_THEN = """
SET LOCAL search_path = DEFAULT;
SET LOCAL app.actor = 'migration';
"""
# In the order in which they name each other. What Django and our receivers write behind the migrations (rights, groups,
# servers) is not among them, nor is what triggers write.
_ROWS = (
    "core_clock",
    "governance_incarnation",
    "governance_fleetlimit",
    "governance_sealing",
    "publishing_quota",
    "django_celery_beat_intervalschedule",
    "django_celery_beat_periodictask",
    "django_migrations",
)
# Rows that were there before the record was: they are on no page of it.
_BEFORE_THE_RECORD = frozenset(("governance_incarnation",))
# What is every database's own.
_OWN: Mapping[tuple[str, str], str] = {
    ("governance_sealing", "installation"): "left(replace(gen_random_uuid()::text, '-', ''), 16)"
}
_ANNOUNCED = re.compile(r"^--\n-- (?:Name|PostgreSQL database dump)[^\n]*\n--\n+", re.MULTILINE)
_LEFT_OUT = re.compile(
    r"^(?:\\(?:un)?restrict [^\n]*|-- Dumped [^\n]*|-- \*not\* creating schema[^\n]*|SET [^\n]*;"
    r"|SELECT pg_catalog\.set_config[^\n]*;|(?:ALTER|COMMENT ON) SCHEMA [^\n]*;|(?:CREATE|COMMENT ON) EXTENSION [^\n]*;"
    rf"|ALTER [^\n]* OWNER TO {OWNER};)\n",
    re.MULTILINE,
)
_MAY_ENTER = re.compile(r"^(?:GRANT|REVOKE) [^\n]* ON SCHEMA [^\n]*;\n", re.MULTILINE)
_HANDED_OVER = re.compile(r"^ALTER FUNCTION ([^\n]*) OWNER TO (\w+);\n", re.MULTILINE)
_LENT_BACK = re.compile(rf"^GRANT [^\n]* ON FUNCTION ([^\n]*) TO {OWNER};\n", re.MULTILINE)
_EMPTY = """
SELECT NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
"""
_ONE_AT_A_TIME = 0x63686D63  # advisory lock: two that migrate at once


def digest() -> str:
    """Changes whenever a migration or the SQL that it installs does."""
    hasher = hashlib.sha256()
    found = [path for app in ("chimera", "governance", "publishing", "agents") for path in (CHECKOUT / app).rglob("*")]
    for path in sorted(found):
        written = path.suffix == ".py" and (path.parent.name == "migrations" or path.name == "sqlops.py")
        if (path.suffix == ".sql" and path.name != "schema.sql") or written:
            hasher.update(path.relative_to(CHECKOUT).as_posix().encode() + path.read_bytes())
    return hasher.hexdigest()


def text(superuser: Superuser, database: str) -> str:
    """The file for a database that was migrated one by one. BackupFailed when pg_dump cannot say it."""
    with superuser.connect(database) as connection:
        major = major_of(connection)
        rows = [line for table in _ROWS for line in _inserts(connection, table)]
    head = _HEAD.format(digest=digest(), major=major)
    return "\n".join([head.rstrip(), _BEGIN.strip(), "", tables(superuser, database), _THEN.strip(), *rows, ""])


def tables(superuser: Superuser, database: str) -> str:
    """Everything but rows, in an order in which the owner alone can make it.

    Whoever gets a function must be let in first, and who hands one over has no rights to it any more, unless the new
    owner lends it back.
    """
    rest = _LEFT_OUT.sub("", _ANNOUNCED.sub("", _dumped(superuser, database)))
    owners = dict(_HANDED_OVER.findall(rest))
    parts: dict[re.Pattern[str], list[str]] = {}
    for pattern in (_MAY_ENTER, _HANDED_OVER, _LENT_BACK):
        parts[pattern] = [found.group() for found in pattern.finditer(rest)]
        rest = pattern.sub("", rest)
    lent = [
        f"SET LOCAL ROLE {owners[found.group(1)]};\n{line}"
        for line in parts[_LENT_BACK]
        if (found := _LENT_BACK.match(line))
    ]
    whole = "".join(
        [*parts[_MAY_ENTER], "\n", rest.strip("\n"), "\n\n", *parts[_HANDED_OVER], *lent, f"SET LOCAL ROLE {OWNER};\n"]
    )
    return re.sub(r"\n{2,}(?=[A-Z])", "\n\n", whole)


def is_empty(connection: psycopg.Connection[Any]) -> bool:
    """Whether a database has no table yet, nor anything else that migrations make first."""
    row = connection.execute(_EMPTY).fetchone()
    return bool(row and row[0])


def enter(connection: psycopg.Connection[Any]) -> str:
    """Make an empty database what the migrations would have made of it, in the transaction that is open.

    Returns "" when there is nothing to do or it is done, otherwise why migrations have to be run one by one.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    if not is_empty(connection):
        return ""
    row = connection.execute("SELECT current_user").fetchone()
    if row != (OWNER,):
        return f"who migrates is not {OWNER}"
    said = FILE.read_text(encoding="utf-8")
    if f"-- postgres: {major_of(connection)}\n" not in said:
        return "schema.sql was made by another version of Postgres"
    if f"-- migrations: {digest()}\n" not in said:
        return "schema.sql is not of these migrations; manage.py schema writes it"
    connection.execute(said.encode())
    return ""


def _dumped(superuser: Superuser, database: str) -> str:
    with superuser.connect(database) as connection:
        major = major_of(connection)
    with tempfile.TemporaryFile() as said:
        dumping = superuser.program("pg_dump", "--schema-only", major=major, database=database, output=said)
        code = dumping.wait(_DUMP_S_MAX)
        said.seek(0)
        found = said.read().decode()
    if code:
        raise BackupFailed(f"pg_dump could not describe the schema: {found.strip()[-600:]}")
    return found


def _inserts(connection: psycopg.Connection[Any], table: str) -> list[str]:
    """The rows of a table, each as one statement; its numbers go on where they are."""
    known = connection.execute(
        "SELECT attname::text, atttypid::regtype::text, pg_get_serial_sequence(%s, attname) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [table, table],
    ).fetchall()
    names = ", ".join(f'"{name}"' for name, _, _ in known)
    asked = ", ".join(_asked(table, name, kind) for name, kind, _ in known)
    found = connection.execute(f'SELECT {asked} FROM {table} ORDER BY "{known[0][0]}"'.encode()).fetchall()
    lines = [f"INSERT INTO public.{table} ({names}) VALUES ({', '.join(row)});" for row in found]
    if table in _BEFORE_THE_RECORD:
        alter = f"ALTER TABLE public.{table} %s TRIGGER USER;"
        lines = [alter % "DISABLE", *lines, alter % "ENABLE"]
    for name, _, sequence in known:
        if sequence and found:
            lines.append(f"SELECT pg_catalog.setval('{sequence}', (SELECT max({name}) FROM public.{table}));")
    return lines


def _asked(table: str, name: str, kind: str) -> str:
    if own := _OWN.get((table, name)):
        return "'" + own.replace("'", "''") + "'"
    if kind == "timestamp with time zone":
        return f"CASE WHEN \"{name}\" IS NULL THEN 'NULL' ELSE 'public.chimera_now()' END"
    return f'quote_nullable("{name}"::text)'
