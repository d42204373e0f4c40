"""Take a backup while the fleet works: one snapshot for the dump and for what is counted, then the media. OPS-9.

Media are copied after the snapshot. They are stored before a row names them, and deleted a day at least after nothing
names them any more: so every file that the snapshot knows is there. What lies in an object store is not copied.
Everything is written into a folder beside the target; the target appears by a rename, after the archive was read back
and is on the disk.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from chimera.embedded import archive as archives
from chimera.embedded import superuser as superusers
from chimera.embedded.archive import DUMP, FORMAT, MEDIA, SECRETS, Manifest
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.errors import BackupFailed
from chimera.embedded.superuser import Superuser

LOCK_WAIT_MS = 60_000
TELL_EVERY_S = 5.0
_POLL_S = 0.05
_MIB = 2**20
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What was made: the file, its size, and what it says of itself."""

    path: Path
    bytes: int
    manifest: Manifest


@dataclass(frozen=True, kw_only=True)
class _Snapshot:
    name: str
    at: datetime
    major: int
    version: str
    database_bytes: int
    migrations: list[str]
    rows: dict[str, int]


def take(
    *, superuser: Superuser, media: Path, target: Path, secrets: Path | None, tell: Tell, cold: Path | None = None
) -> Backup:
    """Write a backup to `target`, whole or not at all. `secrets` is put in when it is given.

    `cold`: where cold media lie, when not in a folder of that name in `media`.

    BackupFailed with a sentence when the target, the disk or the server does not allow it.
    """
    if target.exists():
        raise BackupFailed(f"{target} exists already; a backup overwrites nothing. Name another file with --to.")
    with _workplace(target) as work:
        draft = work / "backup.tar"
        folders = (media, cold or media / "cold")
        dump, found = _dump(superuser, work, folders, tell=tell)
        kept, left_out, media_bytes = _media(folders)  # after the snapshot
        for name in left_out:
            tell(f"{name} is left out: its bytes are not those of its name. Make the asset again.")
        version, commit = _version()
        manifest = Manifest(
            format=FORMAT, at=found.at.isoformat(), version=version, commit=commit, postgres_major=found.major,
            postgres_version=found.version, database=superuser.database, database_bytes=found.database_bytes,
            schema=digest(found.migrations), migrations=found.migrations, rows=found.rows, media_count=len(kept),
            media_bytes=media_bytes, media_left_out=left_out, with_secrets=secrets is not None,
        )  # fmt: skip
        tell(f"packing the dump ({size(dump.stat().st_size)}) and {len(kept)} files of media ({size(media_bytes)})")
        _require_space(target.parent, dump.stat().st_size + media_bytes, what="packing the archive")
        with archives.writing(draft, at_s=int(found.at.timestamp())) as tar:
            tar.put(DUMP, dump, sha256=archives.sha256_of(dump))
            if secrets is not None:
                tar.put(SECRETS, secrets, sha256=archives.sha256_of(secrets))
            for path in kept:
                tar.put(f"{MEDIA}{path.name[:2]}/{path.name}", _where(path, folders), sha256=path.name)
            tar.finish(manifest)
        dump.unlink()
        tell("reading it back")
        with archives.opened(draft) as archive:
            archive.verify()
        _settle(draft, target)
    return Backup(path=target, bytes=target.stat().st_size, manifest=manifest)


def digest(migrations: list[str]) -> str:
    """One hash for a list of applied migrations."""
    return hashlib.sha256("\n".join(migrations).encode()).hexdigest()


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / _MIB:.1f} MiB"


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A private folder beside the target, gone afterwards. What the disk refuses becomes a sentence."""
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    except OSError as error:
        raise BackupFailed(
            f"The folder {target.parent} cannot be written to ({error.strerror or error}). Name another place."
        ) from error
    try:
        yield work
    except (OSError, psycopg.Error) as error:
        raise BackupFailed(f"The backup {target} was not made: {' '.join(str(error).split())}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _dump(superuser: Superuser, work: Path, folders: Sequence[Path], *, tell: Tell) -> tuple[Path, _Snapshot]:
    """The dump of one snapshot, and what was counted in the same one."""
    path = work / DUMP
    with superuser.connect(superuser.database, autocommit=False) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        superuser.require_superuser(connection)
        found = _look(connection, superuser)
        # Room for the worst: a dump that does not shrink. A full disk under the database would be worse than no backup.
        worst = found.database_bytes + sum(path.stat().st_size for path in _stored(folders))
        _require_space(work, worst, what="the backup, at the worst,")
        tell(f"dumping {len(found.rows)} tables with {sum(found.rows.values())} rows as of {found.at:%H:%M:%S} UTC")
        _run_dump(superuser, found, path, tell)
    return path, found


def _look(connection: psycopg.Connection[Any], superuser: Superuser) -> _Snapshot:
    def one(statement: str) -> Any:
        row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None

    name = one("SELECT pg_export_snapshot()")  # the snapshot stands from here on
    if one("SELECT to_regclass('public.django_migrations')") is None:
        raise BackupFailed(
            f"{superuser.place(superuser.database)} holds no tables of Chimera; there is nothing to back up."
        )
    return _Snapshot(
        name=name,
        at=one("SELECT transaction_timestamp()").astimezone(UTC),
        major=superusers.major_of(connection),
        version=str(one("SHOW server_version")),
        database_bytes=int(one("SELECT pg_database_size(current_database())")),
        migrations=applied(connection),
        rows=count_rows(connection),
    )


def applied(connection: psycopg.Connection[Any]) -> list[str]:
    """The migrations that a database says are applied, as "app.name"."""
    found = connection.execute("SELECT DISTINCT app || '.' || name FROM public.django_migrations ORDER BY 1")
    return [row[0] for row in found]


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows of every table, by name."""
    tables = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
    ).fetchall()
    counts = {}
    for (table,) in tables:
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM ONLY public.{}").format(sql.Identifier(table))
        ).fetchone()
        counts[str(table)] = int(row[0]) if row else 0
    return counts


def _run_dump(superuser: Superuser, found: _Snapshot, path: Path, tell: Tell) -> None:
    arguments = ["--format=custom", f"--snapshot={found.name}", f"--lock-wait-timeout={LOCK_WAIT_MS}", f"--file={path}"]
    with tempfile.TemporaryFile(dir=path.parent) as said:
        dumping = superuser.program(
            "pg_dump", *arguments, major=found.major, database=superuser.database, output=said
        )  # fmt: skip
        try:
            told_at = time.monotonic()
            while dumping.poll() is None:
                time.sleep(_POLL_S)
                if time.monotonic() - told_at > TELL_EVERY_S:
                    told_at = time.monotonic()
                    tell(f"dumped {size(path.stat().st_size if path.exists() else 0)} so far")
        finally:
            end(dumping)
        if dumping.returncode:
            raise BackupFailed(f"pg_dump could not finish: {last_words(said)}")


def end(program: "subprocess.Popen[bytes]") -> None:
    """Make sure that a program that we started has ended."""
    if program.poll() is None:
        program.kill()
        program.wait()


def last_words(said: Any) -> str:
    """The end of what a program said, in one line."""
    said.seek(0)
    return " ".join(said.read().decode("utf-8", "replace").split())[-600:] or "it said nothing"


def _media(folders: Sequence[Path]) -> tuple[list[Path], list[str], int]:
    """The files that are what their name says, the names of those that are not, and the bytes of the first."""
    kept, left_out, total = [], [], 0
    for path in _stored(folders):
        if archives.sha256_of(path) == path.name:
            kept.append(path)
            total += path.stat().st_size
        else:
            left_out.append(path.name)
    return kept, left_out, total


def _stored(folders: Sequence[Path]) -> list[Path]:
    """Every stored file once; a draft that is being written has another name."""
    found = {
        path.name: path
        for folder in reversed(folders)
        for path in folder.glob("??/*")
        if archives.is_content_hash(path.name) and path.is_file()
    }
    return [found[name] for name in sorted(found)]


def _where(path: Path, folders: Sequence[Path]) -> Path:
    """Where a file lies now: it may have been laid nearer or farther since it was counted."""
    for one in (path, *(folder / path.name[:2] / path.name for folder in folders)):
        if one.exists():
            return one
    raise BackupFailed(f"{path.name} was collected while the backup was taken; take it again.")


def _require_space(folder: Path, needed: int, *, what: str) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupFailed(
            f"The disk of {folder.parent} has {size(free)} free; {what} needs {size(needed)}. "
            "Make room, or name a file on another disk with --to."
        )


def _settle(draft: Path, target: Path) -> None:
    """To the disk, then to its name, then the name to the disk."""
    for path in (draft, target.parent):
        if path == target.parent:
            draft.replace(target)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _version() -> tuple[str, str]:
    """The version of the specification and the commit of this code; the commit is empty where there is no git."""
    version = (CHECKOUT / "specs" / "VERSION").read_text(encoding="utf-8").strip()
    git = shutil.which("git")
    if git is None or not (CHECKOUT / ".git").exists():
        return version, ""
    done = subprocess.run(
        [git, "rev-parse", "HEAD"], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=20
    )
    return version, done.stdout.strip() if done.returncode == 0 else ""
