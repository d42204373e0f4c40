"""Comments on posts: by people, and the account's replies to them.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import re
import sqlite3
from typing import Any

from publishing.simulators.instagram import errors
from publishing.simulators.instagram.database import is_id
from publishing.simulators.instagram.posts import Posts
from publishing.simulators.instagram.tokens import Caller


class Comments(Posts):
    """Every comment, with whom it answers. A deleted one keeps its row, so that its id is never another's."""

    def add_comment(self, author: str, media_id: str, text: str, parent_id: str | None = None) -> str:
        """A comment by a person, whose account is made when needed; returns its id. Raises Problem. Plays I-13."""
        with self._transaction() as db:
            account_id = self._known_or_new(db, author, author)
            return self._add(db, account_id, media_id, text, parent_id)

    def reply(self, *, caller: Caller, comment_id: int, text: str) -> str:
        """The account's reply to a comment on a post of its own. Plays I-14. Raises Problem."""
        with self._transaction() as db:
            row = self._own(db, caller, comment_id)
            if row is None:
                raise errors.missing("post", str(comment_id))
            return self._add(db, caller.account_id, str(row["post_id"]), text, str(comment_id))

    def mentioning(self, *, caller: Caller, comment_id: int) -> dict[str, Any] | None:
        """A comment on somebody else's post that names the account, or None. Plays I-13."""
        with self._connection() as db:
            row = db.execute(
                _COMMENTS + "AND comment.id = ? AND post.account_id <> ?", (comment_id, caller.account_id)
            ).fetchone()
        return _as_comment(row) if row and caller.username.lower() in names_in(row["text"]) else None

    def any_comment(self, *, comment_id: int) -> dict[str, Any] | None:
        """Any comment that is there, with `owner_id`, whose post it is on; for what is delivered."""
        with self._connection() as db:
            row = db.execute(_COMMENTS + "AND comment.id = ?", (comment_id,)).fetchone()
            owner = (
                db.execute("SELECT account_id FROM post WHERE id = ?", (row["post_id"],)).fetchone() if row else None
            )
        return {**_as_comment(row), "owner_id": str(owner["account_id"])} if row and owner else None

    def withdraw(self, *, author: str, comment_id: int) -> bool:
        """Somebody takes an own comment back; False when there is no such one."""
        with self._transaction() as db:
            row = db.execute(_COMMENTS + "AND comment.id = ? AND account.username = ?", (comment_id, author)).fetchone()
            if row is not None:
                db.execute("UPDATE comment SET deleted = 1 WHERE ? IN (id, parent_id)", (comment_id,))
        return row is not None

    def answer_mention(self, *, caller: Caller, comment_id: int, text: str) -> str:
        """The account's reply to a comment elsewhere that names it. Plays I-14. Raises Problem."""
        found = self.mentioning(caller=caller, comment_id=comment_id)
        if found is None:
            raise errors.missing("post", str(comment_id))
        with self._transaction() as db:
            return self._add(db, caller.account_id, found["media_id"], text, str(comment_id))

    def _add(
        self, db: sqlite3.Connection, account_id: int, media_id: str, text: str, parent_id: str | None = None
    ) -> str:
        post_id = int(media_id) if is_id(media_id) else 0
        if db.execute("SELECT 1 FROM post WHERE id = ?", (post_id,)).fetchone() is None:
            raise errors.missing("post", str(media_id))
        thread = None
        if parent_id is not None:
            known = int(parent_id) if is_id(parent_id) else 0
            row = db.execute(
                "SELECT id, parent_id FROM comment WHERE id = ? AND post_id = ? AND NOT deleted", (known, post_id)
            ).fetchone()
            if row is None:
                raise errors.missing("post", str(parent_id))
            # Threads have two levels: who answers a reply answers the comment above it.
            thread = row["parent_id"] or row["id"]
        comment_id = self._next_id(db)
        db.execute(
            "INSERT INTO comment (id, post_id, account_id, parent_id, text, created_ms) VALUES (?, ?, ?, ?, ?, ?)",
            (comment_id, post_id, account_id, thread, text, self._now_ms()),
        )
        return str(comment_id)

    def _own(self, db: sqlite3.Connection, caller: Caller, comment_id: int) -> sqlite3.Row | None:
        row: sqlite3.Row | None = db.execute(
            _COMMENTS + "AND comment.id = ? AND post.account_id = ?", (comment_id, caller.account_id)
        ).fetchone()
        return row

    def comment(self, *, caller: Caller, comment_id: int) -> dict[str, Any] | None:
        """A comment on one of the account's posts, or None."""
        with self._connection() as db:
            row = self._own(db, caller, comment_id)
        return _as_comment(row) if row else None

    def comments(
        self, media_id: str, *, after: int = 0, parent_id: int | None = None, count_max: int = 1000
    ) -> list[dict[str, Any]]:
        """The comments on a post and the replies to them, oldest first, hidden ones among them. Plays I-13.

        With `parent_id` those below one comment alone, with 0 those below none.
        """
        sql, values = _COMMENTS + "AND comment.post_id = ? AND comment.id > ?", [int(media_id), after]
        if parent_id is not None:
            sql += " AND coalesce(comment.parent_id, 0) = ?"
            values.append(parent_id)
        with self._connection() as db:
            rows = db.execute(sql + " ORDER BY comment.id LIMIT ?", (*values, count_max)).fetchall()
        return [_as_comment(row) for row in rows]

    def hide(self, *, caller: Caller, comment_id: int, is_hidden: bool) -> bool:
        """Hide a comment from people, or show it again; False when there is no such one. Plays I-14."""
        with self._transaction() as db:
            if self._own(db, caller, comment_id) is None:
                return False
            db.execute("UPDATE comment SET hidden = ? WHERE id = ?", (int(is_hidden), comment_id))
        return True

    def delete_comment(self, *, caller: Caller, comment_id: int) -> bool:
        """Delete a comment and the replies to it; False when there is no such one. Plays I-14."""
        with self._transaction() as db:
            if self._own(db, caller, comment_id) is None:
                return False
            db.execute("UPDATE comment SET deleted = 1 WHERE ? IN (id, parent_id)", (comment_id,))
        return True


_COMMENTS = """
SELECT comment.*, account.username FROM comment JOIN account ON account.id = comment.account_id
    JOIN post ON post.id = comment.post_id
WHERE NOT comment.deleted
"""


def names_in(text: str) -> set[str]:
    """The usernames that a comment names, in small letters."""
    return {one.lower().rstrip(".") for one in re.findall(r"@([A-Za-z0-9_.]{1,30})", text)}


def _as_comment(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "media_id": str(row["post_id"]),
        "account_id": str(row["account_id"]),
        "username": row["username"],
        "text": row["text"],
        "parent_id": str(row["parent_id"]) if row["parent_id"] else None,
        "hidden": bool(row["hidden"]),
        "created_ms": row["created_ms"],
    }
