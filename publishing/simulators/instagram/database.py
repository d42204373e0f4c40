"""The one SQLite file of the simulator: its tables, connections and ids.

A change is one transaction, so that no crash leaves a post without its media or a container published twice.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from publishing.simulators import audience
from publishing.simulators.audience import Audience
from publishing.simulators.filed import utc_now
from publishing.simulators.x.database import hashed

__all__ = ["DAY_MS", "Database", "hashed", "is_id", "utc_now"]

DAY_MS = 86_400_000
# Ids are long numbers, as on the platform, and no two things share one: GET /{id} asks for any of them.
_FIRST_ID = 17_900_000_000_000_000

SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL, bio TEXT NOT NULL,
    is_person INTEGER NOT NULL, restricted INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS code (
    hash TEXT PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), scope TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, expires_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS token (
    hash TEXT PRIMARY KEY, kind TEXT NOT NULL, account_id INTEGER NOT NULL REFERENCES account (id),
    scope TEXT NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS container (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), kind TEXT NOT NULL,
    url TEXT NOT NULL, caption TEXT NOT NULL, alt TEXT NOT NULL, is_ai_generated INTEGER NOT NULL,
    is_item INTEGER NOT NULL, fate TEXT NOT NULL, created_ms INTEGER NOT NULL, fetched_ms INTEGER,
    error TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS container_of_account ON container (account_id, created_ms);
CREATE TABLE IF NOT EXISTS child (
    carousel_id INTEGER NOT NULL REFERENCES container (id), position INTEGER NOT NULL,
    container_id INTEGER NOT NULL REFERENCES container (id), PRIMARY KEY (carousel_id, position));
CREATE TABLE IF NOT EXISTS post (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), shortcode TEXT NOT NULL UNIQUE,
    container_id INTEGER NOT NULL UNIQUE REFERENCES container (id), created_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS post_of_account ON post (account_id, id);
CREATE TABLE IF NOT EXISTS removed (post_id INTEGER PRIMARY KEY REFERENCES post (id), removed_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS item (
    post_id INTEGER NOT NULL REFERENCES post (id), position INTEGER NOT NULL,
    container_id INTEGER NOT NULL REFERENCES container (id), PRIMARY KEY (post_id, position));
CREATE INDEX IF NOT EXISTS item_of_container ON item (container_id);
CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES post (id),
    account_id INTEGER NOT NULL REFERENCES account (id), parent_id INTEGER REFERENCES comment (id),
    text TEXT NOT NULL, hidden INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS comment_of_post ON comment (post_id, id);
"""


def is_id(sent: object) -> bool:
    """Whether something is an id as the platform writes them, and fits into a row."""
    is_digits = isinstance(sent, str) and sent.isascii() and sent.isdigit() and len(sent) <= 19
    return is_digits and int(str(sent)) < 2**63


class Database(Audience):
    """The platform's file, and a folder beside it for media."""

    schema: ClassVar[str] = SCHEMA + audience.SCHEMA

    def __init__(self, path: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(path, now=now)
        self.media_dir = path.with_name(path.name + "-media")
        self.media_dir.mkdir(parents=True, exist_ok=True)

    def _next_id(self, db: sqlite3.Connection) -> int:
        row = db.execute(
            "INSERT INTO counter VALUES ('last_id', ?) ON CONFLICT (name) DO UPDATE SET value = value + 1"
            " RETURNING value",
            (_FIRST_ID,),
        ).fetchone()
        return int(row["value"])
