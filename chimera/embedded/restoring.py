"""Put a backup back: into a new database beside the old one, under quarantine, then the two change names. OPS-9.

Until the names change, nothing that somebody uses has changed: a restore that is killed leaves the former database in
place, and its half-made one is dropped by the next restore. The change of names is one transaction. The former
database is kept under another name until somebody drops it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from chimera.core import tenancy
from chimera.embedded import backing_up, beside
from chimera.embedded import superuser as superusers
from chimera.embedded.archive import DUMP, Archive
from chimera.embedded.bootstrap import OWNER, ROLES_SQL
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.errors import BackupFailed, RestoreRefused
from chimera.embedded.superuser import MAINTENANCE, Superuser

# The shim: with the one of governance.effects.services this import is the only line to change.
from governance.effects.services import quarantine
from governance.leases.models import Leased

OPERATOR = "chimera_operator"
_NAME_BYTES_MAX = 63 - len("_former_20260101t000000")
_TAKEN = "55006"  # object in use
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back; `former` is the name of the kept former database, empty when there was none."""

    former: str
    rows: int
    migrated: list[str]
    freed: int
    media_new: int


def check(archive: Archive, *, disk: set[str]) -> list[str]:
    """The migrations that this code (`disk`) has beyond the backup. RestoreRefused for a backup of newer code."""
    newer = sorted(set(archive.manifest.migrations) - disk)
    if newer:
        raise RestoreRefused(
            f"{archive.path} was made by newer code: it knows {len(newer)} migrations that this code does not "
            f"({', '.join(newer[:3])}). Restore it with that code ({archive.manifest.commit[:12] or 'commit unknown'})."
        )
    return sorted(disk - set(archive.manifest.migrations))


def known_migrations() -> set[str]:
    """The migrations of this code, with those that they replace."""
    from django.db.migrations.loader import MigrationLoader

    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    replaced = {key for one in found.values() for key in one.replaces}
    return {f"{app}.{name}" for app, name in {*found, *replaced}}


def restore(
    *,
    archive: Archive,
    superuser: Superuser,
    media: Path,
    actor: str,
    prepare: Callable[[str], object],
    tell: Tell,
) -> Restored:
    """Bring a verified backup back. `prepare` is called with the new database's name once its tables are there.

    RestoreRefused or BackupFailed with a sentence, and then everything is as it was.
    """
    missing = check(archive, disk=known_migrations())
    if len(superuser.database.encode()) > _NAME_BYTES_MAX:
        raise RestoreRefused(f"The name {superuser.database} is too long: a former database could not be told from it.")
    try:
        with _alone(superuser) as server:
            require_free(server, superuser)
            _require_fit(server, archive, superuser)
            draft = f"{superuser.database}_restoring"
            _drop(server, draft)  # of a restore that was killed
            try:
                server.execute(ROLES_SQL.read_bytes())
                new = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
                server.execute(new.format(sql.Identifier(draft), sql.Identifier(OWNER)))
                freed = _fill(archive, superuser, draft, missing=missing, actor=actor, prepare=prepare, tell=tell)
                media_new = beside.put_back(archive, media, tell=tell)
                tell("swapping names")
                former = _swap(server, superuser.database, draft)
            except BaseException:
                _drop(server, draft)
                raise
    except psycopg.Error as error:
        raise BackupFailed(
            f"The restore broke off: {' '.join(str(error).split())}. The database is as it was."
        ) from error
    rows = sum(archive.manifest.rows.values())
    return Restored(former=former, rows=rows, migrated=missing, freed=freed, media_new=media_new)


def require_free(server: psycopg.Connection[Any], superuser: Superuser) -> None:
    """RestoreRefused, saying who it is, while somebody is connected to the database."""
    found = server.execute(
        "SELECT usename, coalesce(nullif(application_name, ''), 'no name'), coalesce(host(client_addr), 'the socket'),"
        " pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' ORDER BY backend_start",
        [superuser.database],
    ).fetchall()
    if found:
        who = ", ".join(f"{role} from {place} ({name}, backend {pid})" for role, name, place, pid in found[:4])
        more = f" and {len(found) - 4} more" if len(found) > 4 else ""
        raise RestoreRefused(
            f"{superuser.place(superuser.database)} is in use by {who}{more}. "
            "Stop every program of Chimera, then restore."
        )


def formers(superuser: Superuser) -> list[str]:
    """The kept former databases, oldest first."""
    with superuser.connect(MAINTENANCE) as server:
        pattern = superuser.database.replace("_", "\\_") + "\\_former\\_%"
        found = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY 1", [pattern])
        return [row[0] for row in found]


def drop_formers(superuser: Superuser) -> list[str]:
    """Drop the kept former databases; returns their names."""
    names = formers(superuser)
    with _alone(superuser) as server:
        for name in names:
            _drop(server, name)
    return names


@contextmanager
def _alone(superuser: Superuser) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside the database; one restore of it at a time. The lock ends with the process at the latest."""
    name = f"restore {superuser.database}"
    with superuser.connect(MAINTENANCE) as server:
        superuser.require_superuser(server)
        row = server.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()
        if row is None or not row[0]:
            raise RestoreRefused(f"Another restore of {superuser.place(superuser.database)} is under way. Wait for it.")
        try:
            yield server
        finally:
            # A backend ends a moment after its connection is closed: whoever tries again at once would be sent away.
            if not server.closed:
                server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def _require_fit(server: psycopg.Connection[Any], archive: Archive, superuser: Superuser) -> None:
    made, here = archive.manifest.postgres_major, superusers.major_of(server)
    if made != here:
        raise RestoreRefused(
            f"{archive.path} was made by Postgres {made}; {superuser.place(superuser.database)} is {here}. "
            "Restore it into the same major version; moving between versions is the work of pg_upgrade."
        )
    if server.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone() is None:
        raise RestoreRefused("The server does not have the extension vector. Install pgvector on it, then restore.")
    superusers.program_folder(made)


def _fill(
    archive: Archive,
    superuser: Superuser,
    draft: str,
    *,
    missing: list[str],
    actor: str,
    prepare: Callable[[str], object],
    tell: Tell,
) -> int:
    """Everything that happens to the new database before anybody may use it; returns how many leases were freed."""
    manifest = archive.manifest
    tell(f"restoring {sum(manifest.rows.values())} rows of {manifest.at}")
    _run_restore(archive, superuser, draft)
    with superuser.connect(draft) as connection:
        found = backing_up.count_rows(connection)
    if found != manifest.rows:
        odd = sorted(name for name in {*found, *manifest.rows} if found.get(name) != manifest.rows.get(name))
        raise BackupFailed(f"Not every row came back (tables {', '.join(odd[:3])}). The database is as it was.")
    prepare(draft)
    if missing:
        tell(f"migrating: {len(missing)} steps that the backup does not have")
        _migrate(superuser, draft)
    tell("quarantine: no outside act until somebody has reconciled")
    with superuser.django(draft, role=OPERATOR), tenancy.acting(actor):
        quarantine(reason=f"Restored from a backup of {manifest.at}: what was sent since is not known here.")
    with superuser.connect(draft, autocommit=False) as connection:
        freed = _free_leases(connection, actor)
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE")
    return freed


def _run_restore(archive: Archive, superuser: Superuser, draft: str) -> None:
    with tempfile.TemporaryFile() as said:
        reading, writing = os.pipe()
        try:
            program = superuser.program(
                "pg_restore", "--exit-on-error", "--format=custom", major=archive.manifest.postgres_major,
                database=draft, output=said, source=reading,
            )  # fmt: skip
        finally:
            os.close(reading)
        try:
            with os.fdopen(writing, "wb") as pipe:
                archive.copy(DUMP, pipe.write)
            program.wait()
        except BrokenPipeError:
            program.wait()  # it ended before the end; it has said why
        finally:
            backing_up.end(program)
        if program.returncode:
            raise BackupFailed(
                f"pg_restore could not finish: {backing_up.last_words(said)}. The database is as it was."
            )


def _migrate(superuser: Superuser, draft: str) -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"],
        env={**os.environ, **superuser.migrator(draft)}, cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        words = " ".join(done.stderr.split())[-600:]
        raise BackupFailed(f"The backup could not be migrated to this code: {words} The database is as it was.")


def _free_leases(connection: psycopg.Connection[Any], actor: str) -> int:
    """Who held a row when the backup was taken is gone: it is due now. The next claim raises its fencing number."""
    from django.apps import apps

    # As the superuser: the owner sees no rows under forced policies.
    connection.execute("SELECT set_config('app.actor', %s, true)", [actor])
    freed = 0
    for model in apps.get_models():
        if issubclass(model, Leased):
            statement = sql.SQL(
                "UPDATE {} SET lease_until = NULL, lease_owner = '', due_at = chimera_now()"
                " WHERE lease_until IS NOT NULL"
            )
            freed += connection.execute(statement.format(sql.Identifier(model._meta.db_table))).rowcount
    return freed


def _swap(server: psycopg.Connection[Any], database: str, draft: str) -> str:
    """The new one gets the name; returns the name under which the former one is kept."""
    former = f"{database}_former_{datetime.now(UTC):%Y%m%dt%H%M%S}"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    had = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    try:
        with server.transaction():
            if had:
                server.execute(rename.format(sql.Identifier(database), sql.Identifier(former)))
            server.execute(rename.format(sql.Identifier(draft), sql.Identifier(database)))
    except psycopg.Error as error:
        if error.sqlstate != _TAKEN:
            raise
        raise RestoreRefused(
            "Somebody entered the database while it was being restored. "
            "Stop every program of Chimera, then restore again."
        ) from error
    return former if had else ""


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
