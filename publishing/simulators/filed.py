"""The storage of a simulated platform: one SQLite file in WAL mode. What was answered as accepted is in the file.

Requirements: PUB-1, PUB-4.
"""

import contextlib
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar


def utc_now() -> datetime:
    """The clock of a simulator unless a test brings its own."""
    return datetime.now(UTC)


class Filed:
    """Connections of their own for every method, so threads and processes may share the file."""

    schema: ClassVar[str]

    def __init__(self, path: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        self._path = path
        self.now = now
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(self.schema)
        # Held as long as the store: when the last connection goes SQLite empties its log into the file and waits for
        # the disk, which would be after each post.
        held = sqlite3.connect(path, check_same_thread=False)
        held.execute("SELECT count(*) FROM sqlite_master").fetchall()
        weakref.finalize(self, held.close)

    def _now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        # Autocommit: a transaction is begun by hand where there is one.
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = NORMAL")
            yield db
        finally:
            db.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
