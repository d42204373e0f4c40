"""What was published, and how it is found again.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import json
import sqlite3
from typing import Any

from publishing.simulators.instagram import errors
from publishing.simulators.instagram.containers import Containers
from publishing.simulators.instagram.database import DAY_MS
from publishing.simulators.instagram.tokens import Caller

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TYPES = {"IMAGE": "IMAGE", "REELS": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}


def shortcode(post_id: int) -> str:
    """The id of a post as it stands in its permalink."""
    code = ""
    while post_id:
        post_id, digit = divmod(post_id, 64)
        code = _ALPHABET[digit] + code
    return code


class Posts(Containers):
    """Everything that was published."""

    def publish(self, *, caller: Caller, container_id: int) -> str:
        """Publish a container once, or raise the Problem that the platform would answer. Plays I-4, I-9, I-12."""
        with self._transaction() as db:
            account = db.execute("SELECT restricted FROM account WHERE id = ?", (caller.account_id,)).fetchone()
            if account["restricted"]:
                raise errors.refused("restricted")
            row = self._container(db, caller.account_id, container_id)
            if row is None:
                raise errors.refused("container")
            status = self._status(db, row)[0]
            if status == "PUBLISHED":
                # What the platform answers to a second publish is not documented: this is our assumption.
                raise errors.refused("create_failed", "The media was already published.")
            if status == "EXPIRED":
                raise errors.refused("container")
            if row["is_item"]:
                raise errors.invalid("A carousel item cannot be published by itself.")
            if status != "FINISHED":
                raise errors.refused("not_ready")
            if self._used(db, caller.account_id) >= self.limits["posts_per_day"]:
                raise errors.refused("daily")
            return str(self._insert(db, row))

    def _insert(self, db: sqlite3.Connection, row: sqlite3.Row) -> int:
        post_id = self._next_id(db)
        db.execute(
            "INSERT INTO post VALUES (?, ?, ?, ?, ?)",
            (post_id, row["account_id"], shortcode(post_id), row["id"], self._now_ms()),
        )
        children = db.execute(
            "SELECT container_id FROM child WHERE carousel_id = ? ORDER BY position", (row["id"],)
        ).fetchall()
        items = [child["container_id"] for child in children] or [row["id"]]
        db.executemany(
            "INSERT INTO item VALUES (?, ?, ?)", [(post_id, position, item) for position, item in enumerate(items)]
        )
        return post_id

    def _used(self, db: sqlite3.Connection, account_id: int) -> int:
        row = db.execute(
            "SELECT count(*) AS used FROM post WHERE account_id = ? AND created_ms > ?",
            (account_id, self._now_ms() - DAY_MS),
        ).fetchone()
        return int(row["used"])

    def quota_used(self, *, account_id: int) -> int:
        """How many posts an account published in the last 24 hours; a carousel is one. Plays I-9."""
        with self._connection() as db:
            return self._used(db, account_id)

    def delete_post(self, *, post_id: int) -> None:
        """Take a post down. Its row stays, so that its id is never another's and its container counts. Plays I-19."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO removed VALUES (?, ?)", (post_id, self._now_ms()))

    def reserved_id(self) -> str:
        """An id that no post will have, for answers that are not true."""
        with self._transaction() as db:
            return str(self._next_id(db))

    def post(self, *, post_id: int | None = None, code: str | None = None) -> dict[str, Any] | None:
        """One post by its id or its shortcode, or None."""
        found = self._posts(post_id=post_id, code=code, count_max=1)
        return found[0] if found else None

    def posts(
        self, username: str | None = None, count_max: int = 50, *, before: int | None = None
    ) -> list[dict[str, Any]]:
        """Newest first: of one account or of all, with ids below `before`. Plays I-15."""
        return self._posts(username=username, before=before, count_max=count_max)

    def _posts(
        self,
        *,
        username: str | None = None,
        post_id: int | None = None,
        code: str | None = None,
        before: int | None = None,
        count_max: int,
    ) -> list[dict[str, Any]]:
        sql, values = _POSTS + "WHERE post.id NOT IN (SELECT post_id FROM removed)", []
        for condition, value in (
            ("account.username = ?", username),
            ("post.id = ?", post_id),
            ("post.shortcode = ?", code),
            ("post.id < ?", before),
        ):
            if value is not None:
                sql += f" AND {condition}"
                values.append(value)
        with self._connection() as db:
            rows = db.execute(sql + " ORDER BY post.id DESC LIMIT ?", (*values, count_max)).fetchall()
        return [_as_post(row) for row in rows]


_POSTS = """
SELECT post.*, account.username, account.name, caption, is_ai_generated, kind,
    (SELECT count(*) FROM comment WHERE post_id = post.id AND NOT deleted AND NOT hidden) AS comment_count,
    (SELECT json_group_array(json_object('id', id, 'alt', alt, 'kind', kind)) FROM
        (SELECT container.id, alt, kind FROM item JOIN container ON container.id = item.container_id
         WHERE post_id = post.id ORDER BY position)) AS media
FROM post JOIN account ON account.id = post.account_id JOIN container ON container.id = post.container_id
"""


def _as_post(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "account_id": str(row["account_id"]),
        "username": row["username"],
        "name": row["name"],
        "caption": row["caption"],
        "is_ai_generated": bool(row["is_ai_generated"]),
        "media_type": _TYPES[row["kind"]],
        "media": [
            {"id": str(item["id"]), "alt": item["alt"], "is_video": item["kind"] == "REELS"}
            for item in json.loads(row["media"])
        ],
        "shortcode": row["shortcode"],
        "permalink": f"/p/{row['shortcode']}/",
        "container_id": str(row["container_id"]),
        "comment_count": row["comment_count"],
        "created_ms": row["created_ms"],
    }
