"""What a studio server was asked to begin, and what came of it: so that nothing is begun twice under one name.

A worker whose call broke off asks what came; a server that was started again still knows, where it was given a file. A
beginning without an answer in here is one of which nobody knows. Requirements: GOV-1, MCP-1.
"""

import sqlite3
import threading
from pathlib import Path

KEPT_MAX = 20_000  # beginnings; the oldest are forgotten

_TABLE = "CREATE TABLE IF NOT EXISTS begun (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, answer TEXT)"


class Journal:
    """Keys and answers in one SQLite file, or in memory without a path. Used by many threads of one process."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._base.execute(_TABLE)

    def begins(self, *, key: str) -> bool:
        """Note that this is about to be begun; False when it was begun before. On disk before it returns."""
        with self._lock:
            noted = self._base.execute("INSERT INTO begun (key) VALUES (?) ON CONFLICT DO NOTHING", [key]).rowcount
            self._base.execute("DELETE FROM begun WHERE number <= (SELECT max(number) FROM begun) - ?", [KEPT_MAX])
        return noted == 1

    def ended(self, *, key: str, answer: str) -> None:
        """Keep what came of it."""
        with self._lock:
            self._base.execute("UPDATE begun SET answer = ? WHERE key = ?", [answer, key])

    def forgotten(self, *, key: str) -> None:
        """It surely was not begun: it may be, under the same name."""
        with self._lock:
            self._base.execute("DELETE FROM begun WHERE key = ?", [key])

    def came(self, *, key: str) -> str | None:
        """What came of it: JSON; None for what is not known, or has no answer yet."""
        with self._lock:
            found = self._base.execute("SELECT answer FROM begun WHERE key = ?", [key]).fetchone()
        return found[0] if found else None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._base.close()
