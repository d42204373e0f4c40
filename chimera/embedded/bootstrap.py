"""Roles, their passwords, and the database: what a fresh Postgres needs before migrations. OPS-1, GOV-3.

Runs as the superuser and may run any number of times, also from two processes at once. The roles themselves are in
`chimera/core/sql/roles.sql`, which a production database gets too; passwords are the business of this machine.
"""

from pathlib import Path

import psycopg
from psycopg import sql

from chimera.embedded.errors import StartFailed
from chimera.embedded.postgres import SUPERUSER, Postgres

ROLES_SQL = Path(__file__).resolve().parent.parent / "core" / "sql" / "roles.sql"
OWNER = "chimera_owner"
_ONE_AT_A_TIME = 0x63686D62  # advisory lock; roles belong to the whole server, so all callers share it
_ENTER_SCHEMA = ("chimera_dispatch", "chimera_recorder")


def bootstrap(postgres: Postgres, *, database: str = "chimera", roles_sql: Path = ROLES_SQL) -> None:
    """Make roles, passwords and `database` (owned by chimera_owner, with pgvector). StartFailed when that fails."""
    passwords = postgres.home.secrets().roles
    try:
        statements = roles_sql.read_bytes()
        with psycopg.connect(**postgres.params(SUPERUSER, SUPERUSER), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])  # goes with the connection
            connection.execute(statements)
            for role, password in passwords.items():
                _set_password(connection, role, password)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
                )
            _prepare_database(postgres, database, [*passwords, *_ENTER_SCHEMA])
    except (OSError, psycopg.Error) as error:
        raise StartFailed(
            f"Roles and database {database!r} in the Postgres of {postgres.home.root} could not be prepared: "
            f"{str(error).strip()}"
        ) from error


def _set_password(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    # Only the SCRAM verifier is sent: the server writes a failed statement into its log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def _prepare_database(postgres: Postgres, database: str, roles: list[str]) -> None:
    with psycopg.connect(**postgres.params(SUPERUSER, database)) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
        names = sql.SQL(", ").join(map(sql.Identifier, roles))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(names))
