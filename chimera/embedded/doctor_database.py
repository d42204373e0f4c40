"""What doctor finds in a Postgres and a Valkey or Redis, ours or somebody else's: versions, roles, rules. OPS-1, TEN-1.

Everything is read from the catalogue that every login may read, as whoever DATABASE_URL names; nothing is changed.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg

from chimera.embedded.doctor_checks import ASK_TIMEOUT_S, Finding, amber, few, green, reason, red

Connection = psycopg.Connection[Any]
VERSION_MIN = 160_000  # GRANT ... WITH INHERIT FALSE, SET TRUE
PROGRAMS = ("chimera_app", "chimera_operator", "chimera_connector", "chimera_sealer")
MIGRATOR, OWNER = "chimera_migrator", "chimera_owner"
LENDERS = ("chimera_dispatch", "chimera_recorder", "chimera_treasurer", "chimera_archivist", "chimera_comparer")
_ROLES_SQL = "psql -f chimera/core/sql/roles.sql, as a superuser"
_MIGRATE = "manage.py migrate, with the DATABASE_URL of chimera_migrator"
_UNPROTECTED = """
  SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity
         AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
     AND (c.relname = 'core_brand' OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
                                               AND a.attname = 'brand_id' AND NOT a.attisdropped))
   ORDER BY 1
"""
_OWNED = """
  SELECT (SELECT count(*) FROM pg_class WHERE relowner = me.oid)
       + (SELECT count(*) FROM pg_proc WHERE proowner = me.oid)
       + (SELECT count(*) FROM pg_namespace WHERE nspowner = me.oid)
       + (SELECT count(*) FROM pg_database WHERE datdba = me.oid)
    FROM pg_roles me WHERE me.rolname = session_user
"""


def where(connection: Connection) -> str:
    """Host, port and database, without user and password."""
    found = connection.info
    return f"{found.host}:{found.port}/{found.dbname}"


def version(connection: Connection) -> Iterator[Finding]:
    """The server is new enough for our grants."""
    shown = str(connection.info.server_version // 10_000)
    if connection.info.server_version < VERSION_MIN:
        says = f"Postgres {shown} is too old: the roles need GRANT ... WITH INHERIT, which came with 16."
        yield red("postgres", where(connection), says, "Move the database to Postgres 16 or newer.")
    else:
        yield green("postgres", where(connection), f"Postgres {shown} answers.")


def login(connection: Connection) -> Iterator[Finding]:
    """The role of DATABASE_URL is one of ours, and no rule makes an exception for it."""
    role, superuser, bypasses = connection.execute(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = session_user"
    ).fetchone() or ("nobody", False, False)
    place, mend = where(connection), f"Put {', '.join(PROGRAMS)} or {MIGRATOR} into DATABASE_URL."
    before = None
    if superuser:
        before = red("login role", place, f"{role} is a superuser: no rule of the database holds for it.", mend)
    elif bypasses:
        before = red("login role", place, f"{role} has BYPASSRLS: it sees the rows of every brand.", mend)
    elif role not in (*PROGRAMS, MIGRATOR):
        before = red("login role", place, f"{role} is none of our login roles.", mend)
    if before:
        yield before
    row = connection.execute(_OWNED).fetchone()
    owned = int(row[0]) if row else 0
    if owned and not superuser:  # a superuser owns the catalogue; that it is one has been said
        says = f"{role} owns {owned} tables, functions, schemas or databases; an owner may change their rules."
        yield red("login role", place, says, f"REASSIGN OWNED BY {role} TO {OWNER}, as a superuser")
    elif not before:
        yield green("login role", place, f"{role}: no superuser, bypasses no policy, owns nothing.")


def roles(connection: Connection) -> Iterator[Finding]:
    """All roles exist, with the attributes and the memberships of roles.sql and no others."""
    wanted = dict.fromkeys((*PROGRAMS, MIGRATOR), True) | dict.fromkeys((OWNER, *LENDERS), False)
    found = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = ANY(%s)",
            [list(wanted)],
        )
    }
    place, before = where(connection), False
    if missing := sorted(set(wanted) - set(found)):
        before = True
        yield red("roles", place, f"Missing: {few(missing)}.", _ROLES_SQL)
    for name, (may_login, *rights) in sorted(found.items()):
        names = ("SUPERUSER", "BYPASSRLS", "CREATEDB", "CREATEROLE")
        extra = [right for right, has in zip(names, rights, strict=True) if has]
        if may_login and not wanted[name]:
            extra.append("LOGIN")
        if extra:
            before = True
            mend = f"ALTER ROLE {name} {' '.join(f'NO{right}' for right in extra)}, as a superuser"
            yield red("roles", place, f"{name} has {', '.join(extra)} and must not.", mend)
        elif wanted[name] and not may_login:
            before = True
            yield red("roles", place, f"{name} may not log in.", f"ALTER ROLE {name} LOGIN, as a superuser")
    for finding in _memberships(connection, place):
        before = True
        yield finding
    if not before:
        yield green("roles", place, f"All {len(wanted)} roles are there, with the rights of roles.sql.")


def _memberships(connection: Connection, place: str) -> Iterator[Finding]:
    if connection.info.server_version < VERSION_MIN:
        return  # no such options there; the version has been found wanting already
    found = {
        (row[0], row[1]): (row[2], row[3])
        for row in connection.execute(
            "SELECT m.rolname, g.rolname, bool_or(a.inherit_option), bool_or(a.set_option) FROM pg_auth_members a"
            " JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid"
            " WHERE m.rolname LIKE 'chimera\\_%' GROUP BY 1, 2"
        )
    }
    for member, group in sorted(found):
        if member in PROGRAMS:
            mend = f"REVOKE {group} FROM {member}, as a superuser"
            yield red("roles", place, f"{member} is a member of {group} and has its rights.", mend)
    wanted = [(MIGRATOR, OWNER), *((member, lender) for member in (MIGRATOR, OWNER) for lender in LENDERS)]
    for member, group in wanted:
        inherits, may_become = found.get((member, group), (False, False))
        if inherits:
            says = f"{member} inherits the rights of {group}; it should only be able to become it."
            yield red("roles", place, says, _ROLES_SQL)
        elif not may_become:
            yield red("roles", place, f"{member} cannot become {group}, which migrations need.", _ROLES_SQL)


def extension(connection: Connection) -> Iterator[Finding]:
    """pgvector is in this database."""
    place = where(connection)
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    if row:
        yield green("extension vector", place, f"pgvector {row[0]}.")
        return
    on_server = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    first = "" if on_server else "Install pgvector on the server, then "
    says = "The extension vector is not in this database" + (" (the server has it)." if on_server else ".")
    yield red("extension vector", place, says, f"{first}CREATE EXTENSION vector, as a superuser, in this database")


def schema(connection: Connection, *, mend: str = _MIGRATE) -> Iterator[Finding]:
    """All migrations are applied, where this login may read their list, and every table and column is there."""
    row = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
    if not row or not row[0]:
        yield red("schema", where(connection), "There are no tables yet.", mend)
        return
    # A list can say more than is there: somebody dropped a column, or an extension with its columns.
    if missing := _missing_columns(connection):
        yield red("schema", where(connection), f"Not there: {few(missing)}.", mend)
    row = connection.execute("SELECT has_table_privilege('public.django_migrations', 'SELECT')").fetchone()
    if row and row[0]:
        found = list(_migrations(connection, mend))
        yield from [one for one in found if not missing or one.status != "green"]
    elif not missing:
        says = "Every table and column of this code is there (the list of migrations is for chimera_migrator only)."
        yield green("schema", where(connection), says)


def _migrations(connection: Connection, mend: str) -> Iterator[Finding]:
    from django.db.migrations.loader import MigrationLoader

    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    applied = {(row[0], row[1]) for row in connection.execute("SELECT app, name FROM public.django_migrations")}
    known = {key for key, one in disk.items() if key in applied or (one.replaces and applied.issuperset(one.replaces))}
    missing = sorted(f"{app}.{name}" for app, name in set(disk) - known)
    ours = {app for app, _ in disk}
    newer = sorted(f"{app}.{name}" for app, name in applied - set(disk) if app in ours)
    if missing:
        yield red("schema", where(connection), f"Not applied: {few(missing)}.", mend)
    if newer:
        says = f"The database knows migrations that this code does not: {few(newer)}."
        yield amber("schema", where(connection), says, "Run the newer code, or restore the backup from before.")
    if not missing and not newer:
        yield green("schema", where(connection), f"All {len(disk)} migrations are applied.")


def _missing_columns(connection: Connection) -> list[str]:
    from django.apps import apps

    there = {
        (row[0], row[1])
        for row in connection.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
        )
    }
    models = [one for one in apps.get_models() if one._meta.managed]
    wanted = {(one._meta.db_table, str(field.column)) for one in models for field in one._meta.local_concrete_fields}
    return sorted(f"{table}.{column}" for table, column in wanted - there)


def row_security(connection: Connection) -> Iterator[Finding]:
    """Every table whose rows belong to a brand has policies that hold for its owner too."""
    found = connection.execute(_UNPROTECTED).fetchall()
    if not found:
        says = "No table of a brand is there to be looked at."
        yield amber("row security", where(connection), says, _MIGRATE)
    elif open_ := [name for name, forced in found if not forced]:
        says = f"Row security is not forced, or there is no policy, on {few(open_)}: brands may see each other's rows."
        mend = "ALTER TABLE ... FORCE ROW LEVEL SECURITY, as chimera_owner; then find out who changed it"
        yield red("row security", where(connection), says, mend)
    else:
        yield green("row security", where(connection), f"Forced on all {len(found)} tables of brands.")


def valkey(*, url: str, ours: bool) -> Iterator[Finding]:
    """It answers, refuses instead of forgetting when it is full, and (ours) keeps its file. Asks no CONFIG."""
    import redis

    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 6379}"
    limits = {"socket_connect_timeout": ASK_TIMEOUT_S, "socket_timeout": ASK_TIMEOUT_S}
    try:
        with redis.Redis.from_url(url, **limits) as client:
            server, memory, kept = (client.info(part) for part in ("server", "memory", "persistence"))
    except (redis.RedisError, OSError, ValueError) as error:
        mend = "Ask again in a minute." if ours else "Start it, or mend REDIS_URL. Workers wait for it."
        yield red("valkey", place, f"It does not answer ({reason(error)}).", mend)
        return
    policy, shown = memory.get("maxmemory_policy"), server.get("valkey_version") or server.get("redis_version")
    if policy != "noeviction":
        says = f"maxmemory-policy is {policy}: a full server would drop queued work without a word."
        yield red("valkey", place, says, "Set maxmemory-policy noeviction in its configuration.")
    elif ours and not kept.get("aof_enabled"):
        says = "It keeps no append-only file, so a restart forgets queued wake-ups."
        yield amber("valkey", place, says, "Stop it and run any command: it starts with our configuration.")
    elif kept.get("aof_enabled") and kept.get("aof_last_write_status", "ok") != "ok":
        yield red("valkey", place, "Its last write to its append-only file failed.", "Look for a full or broken disk.")
    else:
        file = "append-only" if kept.get("aof_enabled") else "without an append-only file"
        yield green("valkey", place, f"{shown} answers: noeviction, {file}.")
