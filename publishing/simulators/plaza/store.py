"""Plaza's storage: one SQLite file in WAL mode. What was answered as accepted is in the file, whatever dies next.

A post, its key and the stored answer are one transaction, so that no crash leaves one without the others.

Requirements: PUB-1, PUB-4.
"""

import hashlib
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from publishing.simulators import audience
from publishing.simulators.audience import Audience
from publishing.simulators.filed import utc_now

VIDEO = "video/mp4"
KEY_KEPT = timedelta(hours=24)
RATE_WINDOW = timedelta(minutes=15)

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    handle TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL, suspended INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS media (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, content BLOB NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS post (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    handle TEXT NOT NULL COLLATE NOCASE REFERENCES account (handle), text TEXT NOT NULL,
    ai_generated INTEGER NOT NULL, reply_to TEXT REFERENCES post (id), created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS post_of_account ON post (handle, seq);
CREATE INDEX IF NOT EXISTS post_replies ON post (reply_to, seq) WHERE reply_to IS NOT NULL;
CREATE TABLE IF NOT EXISTS post_media (
    post_id TEXT NOT NULL REFERENCES post (id), position INTEGER NOT NULL,
    media_id TEXT NOT NULL REFERENCES media (id), alt TEXT NOT NULL, PRIMARY KEY (post_id, position));
CREATE TABLE IF NOT EXISTS removed (post_id TEXT PRIMARY KEY REFERENCES post (id), removed_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, body_hash TEXT NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL);
"""


class Problem(Exception):
    """A refusal of the platform: HTTP `status`, `code`, sentence, and further `headers`."""

    def __init__(self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A post that somebody asks for, already well formed. `media` is (media id, alt text) in order."""

    handle: str
    text: str
    media: tuple[tuple[str, str], ...]
    ai_generated: bool
    reply_to: str | None


class Store(Audience):
    """All of Plaza's state."""

    schema: ClassVar[str] = SCHEMA + audience.SCHEMA

    def __init__(self, path: Path, *, now: Callable[[], datetime] = utc_now, posts_per_window_max: int = 300) -> None:
        """`posts_per_window_max` counts accepted posts of one account in 15 minutes."""
        super().__init__(path, now=now)
        self._posts_per_window_max = posts_per_window_max
        self.media_dir = path.with_name(path.name + "-media")
        self.media_dir.mkdir(parents=True, exist_ok=True)

    def add_media(self, *, content: bytes, kind: str) -> tuple[str, bool]:
        """Keep an image under its SHA-256; returns (id, whether it is new)."""
        media_id = hashlib.sha256(content).hexdigest()
        return media_id, self._note_media(media_id, content, kind)

    def add_video(self, *, file: Path, media_id: str) -> tuple[str, bool]:
        """Keep a video that has come in as a file, which is moved; returns (id, whether it is new)."""
        file.replace(self.media_dir / media_id)
        return media_id, self._note_media(media_id, b"", VIDEO)

    def _note_media(self, media_id: str, content: bytes, kind: str) -> bool:
        with self._transaction() as db:
            found = db.execute("SELECT 1 FROM media WHERE id = ?", (media_id,)).fetchone()
            if found is None:
                stamp = self.now().isoformat()
                db.execute("INSERT INTO media VALUES (?, ?, ?, ?)", (media_id, kind, content, stamp))
        return found is None

    def media(self, *, media_id: str) -> tuple[bytes | Path, str] | None:
        """The bytes and the content type of an image, or where a video is; or None."""
        with self._connection() as db:
            row = db.execute("SELECT content, kind FROM media WHERE id = ?", (media_id,)).fetchone()
        if row is None:
            return None
        return (self.media_dir / media_id if row["kind"] == VIDEO else row["content"]), row["kind"]

    def add_post(self, *, draft: Draft, key: str, body_hash: str, base_url: str) -> tuple[dict[str, Any], bool]:
        """Accept a post once per key; returns (answer, whether it is a replay).

        Only accepted posts use up a key: a refused one may be corrected and sent under it again. Raises Problem.
        """
        now = self.now()
        with self._transaction() as db:
            db.execute("DELETE FROM answer WHERE created_at <= ?", ((now - KEY_KEPT).isoformat(),))
            stored = db.execute("SELECT body_hash, body FROM answer WHERE key = ?", (key,)).fetchone()
            if stored is not None:
                if stored["body_hash"] != body_hash:
                    detail = "This Idempotency-Key was used for another post; take a new one."
                    raise Problem(409, "duplicate_key", detail)
                return json.loads(stored["body"]), True
            self._admit(db, draft, now)
            post_id = secrets.token_hex(8)
            db.execute(
                "INSERT INTO post (id, handle, text, ai_generated, reply_to, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (post_id, draft.handle, draft.text, int(draft.ai_generated), draft.reply_to, now.isoformat()),
            )
            db.executemany(
                "INSERT INTO post_media VALUES (?, ?, ?, ?)",
                [(post_id, position, media_id, alt) for position, (media_id, alt) in enumerate(draft.media)],
            )
            row = db.execute(_POSTS + "post.id = ?", (post_id,)).fetchone()
            answer = {**_as_post(row), "url": f"{base_url}/p/{post_id}", "status": "published"}
            stamp = now.isoformat()
            db.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", (key, body_hash, json.dumps(answer), stamp))
        return answer, False

    def _admit(self, db: sqlite3.Connection, draft: Draft, now: datetime) -> None:
        account = db.execute("SELECT suspended FROM account WHERE handle = ?", (draft.handle,)).fetchone()
        if account is None:
            db.execute(
                "INSERT INTO account (handle, name, created_at) VALUES (?, ?, ?)",
                (draft.handle, _name_of(draft.handle), now.isoformat()),
            )
        elif account["suspended"]:
            raise Problem(403, "account_suspended", f"The account @{draft.handle} is suspended and cannot post.")
        recent = db.execute(
            "SELECT count(*), min(created_at) FROM post WHERE handle = ? AND created_at > ?",
            (draft.handle, (now - RATE_WINDOW).isoformat()),
        ).fetchone()
        if recent[0] >= self._posts_per_window_max:
            reset = datetime.fromisoformat(recent[1]) + RATE_WINDOW if recent[1] else now + RATE_WINDOW
            wait_s = max(1, int((reset - now).total_seconds()) + 1)
            detail = f"@{draft.handle} has posted {recent[0]} times in 15 minutes; wait {wait_s} s."
            headers = {"X-Rate-Limit-Reset": str(int(reset.timestamp()) + 1), "Retry-After": str(wait_s)}
            raise Problem(429, "rate_limited", detail, headers=headers)
        for media_id, _ in draft.media:
            if db.execute("SELECT 1 FROM media WHERE id = ?", (media_id,)).fetchone() is None:
                raise Problem(422, "media_unknown", f"There is no image {media_id[:64]}; upload it first.")
        if draft.reply_to and db.execute(_POSTS + "post.id = ?", (draft.reply_to,)).fetchone() is None:
            raise Problem(422, "post_unknown", f"There is no post {draft.reply_to[:40]} to reply to.")

    def posts(
        self, *, handle: str | None = None, reply_to: str | None = None, before: int | None = None, count_max: int = 50
    ) -> list[dict[str, Any]]:
        """Newest first; of one account, of one thread, older than position `before`."""
        with self._connection() as db:
            rows = db.execute(
                _POSTS + "(?1 IS NULL OR post.handle = ?1) AND (?2 IS NULL OR post.reply_to = ?2)"
                " AND (?3 IS NULL OR post.seq < ?3) ORDER BY post.seq DESC LIMIT ?4",
                (handle, reply_to, before, count_max),
            ).fetchall()
        return [_as_post(row) for row in rows]

    def mentions(self, *, handles: Collection[str], after: int, count_max: int) -> tuple[list[dict[str, Any]], int]:
        """Posts after position `after` that name or answer one of these accounts, oldest first; and where to go on.

        Of at most `count_max` posts that were looked at. What an account says to itself is no mention.
        """
        wanted = {handle.lower() for handle in handles}
        with self._connection() as db:
            rows = db.execute(_POSTS + "post.seq > ? ORDER BY post.seq LIMIT ?", (after, count_max)).fetchall()
            found = []
            for row in rows:
                post = _as_post(row)
                named = {handle.lower() for handle in _NAMED.findall(post["text"])} | {
                    (post["reply_handle"] or "").lower()
                }
                meant = sorted((named & wanted) - {post["account"].lower()})
                if meant:
                    first = self._first(db, post["id"])
                    more = {"mentions": meant, "author_id": post["account"].lower(), "conversation": first}
                    found.append({**post, **more})
        return found, rows[-1]["seq"] if rows else after

    def _first(self, db: sqlite3.Connection, post_id: str) -> str:
        """The id of the first post of a thread."""
        rows = db.execute(
            "WITH RECURSIVE up (id, reply_to, depth) AS (SELECT id, reply_to, 0 FROM post WHERE id = ? UNION ALL"
            " SELECT post.id, post.reply_to, depth + 1 FROM up JOIN post ON post.id = up.reply_to WHERE depth < 200)"
            " SELECT id FROM up ORDER BY depth DESC LIMIT 1",
            (post_id,),
        ).fetchone()
        return str(rows["id"])

    def post(self, *, post_id: str) -> dict[str, Any] | None:
        """One post, or None."""
        with self._connection() as db:
            row = db.execute(_POSTS + "post.id = ?", (post_id,)).fetchone()
        return _as_post(row) if row else None

    def remove_post(self, *, handle: str, post_id: str) -> bool:
        """Take a post of this account down for good; False when it never had such a one. Its row stays."""
        with self._transaction() as db:
            found = db.execute("SELECT 1 FROM post WHERE id = ? AND handle = ?", (post_id, handle)).fetchone()
            if found is not None:
                db.execute("INSERT OR IGNORE INTO removed VALUES (?, ?)", (post_id, self.now().isoformat()))
        return found is not None

    def these(self, *, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Those of these posts that there are."""
        with self._connection() as db:
            marks = ",".join("?" * len(ids))
            return [_as_post(row) for row in db.execute(_POSTS + f"post.id IN ({marks})", tuple(ids)).fetchall()]

    def account(self, *, handle: str) -> dict[str, Any] | None:
        """Handle, name, suspended, created_at and post_count of an account, or None."""
        with self._connection() as db:
            row = db.execute(
                "SELECT handle, name, suspended, created_at,"
                " (SELECT count(*) FROM post WHERE post.handle = account.handle AND post.id NOT IN"
                " (SELECT post_id FROM removed)) AS post_count"
                " FROM account WHERE handle = ?",
                (handle,),
            ).fetchone()
        return dict(row) if row else None

    def suspend(self, *, handle: str) -> None:
        """Suspend an account, known or not. For tests and demos; not reachable over HTTP."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO account VALUES (?, ?, 1, ?) ON CONFLICT (handle) DO UPDATE SET suspended = 1",
                (handle, _name_of(handle), self.now().isoformat()),
            )


_POSTS = """
SELECT post.*, account.name, target.handle AS reply_handle,
    (SELECT count(*) FROM post AS reply WHERE reply.reply_to = post.id
       AND reply.id NOT IN (SELECT post_id FROM removed)) AS reply_count,
    (SELECT json_group_array(json_object('id', media_id, 'alt', alt, 'type', kind)) FROM
        (SELECT media_id, alt, kind FROM post_media JOIN media ON media.id = media_id
         WHERE post_id = post.id ORDER BY position)) AS media
FROM post JOIN account ON account.handle = post.handle LEFT JOIN post AS target ON target.id = post.reply_to
WHERE post.id NOT IN (SELECT post_id FROM removed) AND
"""

_NAMED = re.compile(r"(?<![\w@])@([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,28}[A-Za-z0-9_])?)")


def _name_of(handle: str) -> str:
    return " ".join(part.capitalize() for part in handle.replace(".", "_").replace("-", "_").split("_") if part)


def _as_post(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "seq": row["seq"],
        "account": row["handle"],
        "name": row["name"],
        "text": row["text"],
        "media": json.loads(row["media"]),
        "ai_generated": bool(row["ai_generated"]),
        "reply_to": row["reply_to"],
        "reply_handle": row["reply_handle"],
        "reply_count": row["reply_count"],
        "created_at": row["created_at"],
    }
