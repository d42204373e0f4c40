"""The one SQLite file of the simulator: its tables, connections and ids.

A change is one transaction, so that no crash leaves a post without its charge or a refresh token used without its
successor.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from publishing.simulators import audience
from publishing.simulators.audience import Audience
from publishing.simulators.filed import utc_now

SNOWFLAKE_EPOCH_MS = 1_288_834_974_657

SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL, bio TEXT NOT NULL,
    automated INTEGER NOT NULL, suspended INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS code (
    hash TEXT PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), scope TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, challenge TEXT NOT NULL, expires_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS token (
    hash TEXT PRIMARY KEY, kind TEXT NOT NULL, account_id INTEGER NOT NULL REFERENCES account (id),
    scope TEXT NOT NULL, expires_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS post (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), text TEXT NOT NULL,
    made_with_ai INTEGER NOT NULL, paid_partnership INTEGER NOT NULL, reply_settings TEXT NOT NULL,
    reply_to INTEGER REFERENCES post (id), conversation_id INTEGER NOT NULL, created_ms INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS post_of_account ON post (account_id, id);
CREATE INDEX IF NOT EXISTS post_replies ON post (reply_to, id) WHERE reply_to IS NOT NULL;
CREATE TABLE IF NOT EXISTS mention (
    handle TEXT NOT NULL, post_id INTEGER NOT NULL REFERENCES post (id), PRIMARY KEY (handle, post_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hidden (post_id INTEGER PRIMARY KEY REFERENCES post (id));
CREATE TABLE IF NOT EXISTS upload (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), media_type TEXT NOT NULL,
    category TEXT NOT NULL, total_bytes INTEGER NOT NULL, alt TEXT NOT NULL DEFAULT '', fate TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL, finalized_ms INTEGER);
CREATE TABLE IF NOT EXISTS segment (
    upload_id INTEGER NOT NULL REFERENCES upload (id), position INTEGER NOT NULL, size INTEGER NOT NULL,
    sha256 TEXT NOT NULL, PRIMARY KEY (upload_id, position));
CREATE TABLE IF NOT EXISTS post_media (
    post_id INTEGER NOT NULL REFERENCES post (id), position INTEGER NOT NULL,
    upload_id INTEGER NOT NULL REFERENCES upload (id), PRIMARY KEY (post_id, position));
CREATE TABLE IF NOT EXISTS rate (
    bucket TEXT NOT NULL, who TEXT NOT NULL, started_ms INTEGER NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (bucket, who));
CREATE TABLE IF NOT EXISTS bought (
    day TEXT NOT NULL, kind TEXT NOT NULL, thing INTEGER NOT NULL, PRIMARY KEY (day, kind, thing)) WITHOUT ROWID;
"""


def hashed(secret: str) -> str:
    """What is kept of a token or a code."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Database(Audience):
    """The platform's file, and a folder beside it for media."""

    schema: ClassVar[str] = SCHEMA + audience.SCHEMA

    def __init__(self, path: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(path, now=now)
        self.media_dir = path.with_name(path.name + "-media")
        self.media_dir.mkdir(parents=True, exist_ok=True)

    def _count(self, db: sqlite3.Connection, name: str) -> int:
        row = db.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
        return int(row["value"]) if row else 0

    def _set(self, db: sqlite3.Connection, name: str, value: int) -> None:
        db.execute(
            "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def _next_id(self, db: sqlite3.Connection) -> int:
        """An id like X's: the time in its upper bits, and always above the one before."""
        snowflake = max((self._now_ms() - SNOWFLAKE_EPOCH_MS) << 22, self._count(db, "last_id") + 1)
        self._set(db, "last_id", snowflake)
        return snowflake
