"""Posts as X keeps them: who may post what, once, and for how much; and how they are found again.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from publishing.simulators.x import errors
from publishing.simulators.x.meters import PRICES
from publishing.simulators.x.tokens import Caller, Tokens
from publishing.simulators.x.uploads import Uploads
from publishing.simulators.x.wording import has_url, name_of, named

DUPLICATE_S = 86_400


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A post that somebody asks for, already well formed."""

    text: str
    media_ids: tuple[int, ...] = ()
    reply_to: int | None = None
    made_with_ai: bool = False
    paid_partnership: bool = False
    reply_settings: str = ""


class Posts(Tokens, Uploads):
    """Everything that was posted. A deleted post keeps its row, so that its id is never another's."""

    def add_post(self, *, caller: Caller, draft: Draft) -> str:
        """Accept a post, or raise the Problem that X would answer; returns its id. Plays X-1, X-20, X-21, X-24."""
        with self._transaction() as db:
            self._check_not_suspended(db, caller.account_id)
            self.check_attached(db, account_id=caller.account_id, media_ids=draft.media_ids)
            target = self._replied_to(db, draft.reply_to)
            if target is not None and not self._may_reply(db, caller, target):
                raise errors.forbidden(errors.REPLY_DETAIL)
            self._check_new(db, caller.account_id, draft.text)
            is_answer = target is not None and target["account_id"] != caller.account_id
            # The address decides before the summons: it is what makes a post dear.
            price = "create_url" if has_url(draft.text) else "reply" if is_answer else "create"
            self._charge(db, PRICES[price])
            return str(self._insert(db, caller.account_id, draft, target))

    def add_persons_post(self, *, handle: str, text: str, reply_to: int | None) -> tuple[str, str]:
        """A post by a person, whose account is made when needed; returns (post id, account id). Raises Problem."""
        with self._transaction() as db:
            account_id = self._known_or_new(db, handle, name_of(handle))
            target = self._replied_to(db, reply_to)
            draft = Draft(text=text, reply_to=reply_to)
            return str(self._insert(db, account_id, draft, target)), str(account_id)

    def reserved_id(self) -> str:
        """An id that no post will have, for answers that are not true."""
        with self._transaction() as db:
            return str(self._next_id(db))

    def _check_not_suspended(self, db: sqlite3.Connection, account_id: int) -> None:
        # Read again within the transaction: the token was looked up a moment earlier.
        if db.execute("SELECT suspended FROM account WHERE id = ?", (account_id,)).fetchone()["suspended"]:
            raise errors.suspended()

    def _replied_to(self, db: sqlite3.Connection, reply_to: int | None) -> sqlite3.Row | None:
        if reply_to is None:
            return None
        row: sqlite3.Row | None = db.execute(_POSTS + "WHERE post.id = ? AND NOT post.deleted", (reply_to,)).fetchone()
        if row is None:
            raise errors.forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        return row

    def _may_reply(self, db: sqlite3.Connection, caller: Caller, target: sqlite3.Row) -> bool:
        """Only whoever was summoned by the author, or carries on a thread of its own, may reply. Plays X-20."""
        if target["account_id"] == caller.account_id:
            return True
        found = db.execute(
            "SELECT 1 FROM mention WHERE handle = ? AND post_id = ?", (caller.handle.lower(), target["id"])
        ).fetchone()
        return found is not None

    def _check_new(self, db: sqlite3.Connection, account_id: int, text: str) -> None:
        """Plays X-24."""
        after_ms = self._now_ms() - DUPLICATE_S * 1000
        found = db.execute(
            "SELECT 1 FROM post WHERE account_id = ? AND text = ? AND text <> '' AND created_ms > ? AND NOT deleted",
            (account_id, text, after_ms),
        ).fetchone()
        if found is not None:
            raise errors.duplicate()

    def _insert(self, db: sqlite3.Connection, account_id: int, draft: Draft, target: sqlite3.Row | None) -> int:
        post_id = self._next_id(db)
        db.execute(
            "INSERT INTO post (id, account_id, text, made_with_ai, paid_partnership, reply_settings, reply_to,"
            " conversation_id, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                post_id,
                account_id,
                draft.text,
                int(draft.made_with_ai),
                int(draft.paid_partnership),
                draft.reply_settings,
                draft.reply_to,
                target["conversation_id"] if target is not None else post_id,
                self._now_ms(),
            ),
        )
        meant = named(draft.text) | ({target["handle"].lower()} if target is not None else set())
        db.executemany("INSERT INTO mention VALUES (?, ?)", [(handle, post_id) for handle in meant])
        db.executemany(
            "INSERT INTO post_media VALUES (?, ?, ?)",
            [(post_id, position, media_id) for position, media_id in enumerate(draft.media_ids)],
        )
        return post_id

    def delete_post(self, *, caller: Caller, post_id: int) -> None:
        """Take an own post away. Plays X-27. Raises Problem."""
        with self._transaction() as db:
            self._check_not_suspended(db, caller.account_id)
            row = db.execute("SELECT account_id FROM post WHERE id = ? AND NOT deleted", (post_id,)).fetchone()
            if row is None:
                raise errors.not_found("tweet", "id", str(post_id))
            if row["account_id"] != caller.account_id:
                raise errors.forbidden("You are not authorized to delete this Tweet.", errors.TYPES["not_yours"])
            self._charge(db, PRICES["delete"])
            db.execute("UPDATE post SET deleted = 1 WHERE id = ?", (post_id,))

    def hide_reply(self, *, caller: Caller, post_id: int, is_hidden: bool) -> None:
        """Hide a reply in a conversation that the caller began, or show it again; twice is once. Plays X-32.

        Raises Problem. How X words the refusals is our assumption: it documents who may, and no error of its own.
        """
        with self._transaction() as db:
            self._check_not_suspended(db, caller.account_id)
            row = db.execute("SELECT * FROM post WHERE id = ? AND NOT deleted", (post_id,)).fetchone()
            if row is None:
                raise errors.not_found("tweet", "id", str(post_id))
            if row["reply_to"] is None:
                raise errors.invalid("id", post_id, "Only a reply can be hidden.")
            first = db.execute("SELECT account_id FROM post WHERE id = ?", (row["conversation_id"],)).fetchone()
            if first["account_id"] != caller.account_id:
                detail = "You are not authorized to hide a reply in this conversation."
                raise errors.forbidden(detail, errors.TYPES["not_yours"])
            self._charge(db, PRICES["manage"])
            sql = "INSERT OR IGNORE INTO hidden VALUES (?)" if is_hidden else "DELETE FROM hidden WHERE post_id = ?"
            db.execute(sql, (post_id,))

    def withdraw(self, *, handle: str, post_id: int) -> None:
        """A person takes an own post away. Raises Problem."""
        with self._transaction() as db:
            row = db.execute(_POSTS + "WHERE post.id = ? AND NOT post.deleted", (post_id,)).fetchone()
            if row is None or row["handle"].lower() != handle.lower():
                raise errors.not_found("tweet", "id", str(post_id))
            db.execute("UPDATE post SET deleted = 1 WHERE id = ?", (post_id,))

    def post(self, *, post_id: int) -> dict[str, Any] | None:
        """One post that is there, or None."""
        found = self.posts(post_id=post_id, count_max=1)
        return found[0] if found else None

    def posts(
        self,
        *,
        handle: str | None = None,
        mentioning: str | None = None,
        reply_to: int | None = None,
        post_id: int | None = None,
        after: int | None = None,
        before: int | None = None,
        count_max: int = 50,
    ) -> list[dict[str, Any]]:
        """Newest first: of one account, naming or answering one, answering one post; ids between after and before."""
        sql, values = _POSTS + "WHERE NOT post.deleted", []
        for condition, value in (
            ("account.handle = ?", handle),
            ("post.reply_to = ?", reply_to),
            ("post.id = ?", post_id),
            ("post.id > ?", after),
            ("post.id < ?", before),
        ):
            if value is not None:
                sql += f" AND {condition}"
                values.append(value)
        if mentioning is not None:
            # What an account says to itself is no mention.
            sql += " AND post.id IN (SELECT post_id FROM mention WHERE handle = ?) AND account.handle <> ?"
            values += [mentioning.lower(), mentioning]
        with self._connection() as db:
            rows = db.execute(sql + " ORDER BY post.id DESC LIMIT ?", (*values, count_max)).fetchall()
        return [_as_post(row) for row in rows]


_POSTS = """
SELECT post.*, account.handle, account.name, account.automated, target.account_id AS reply_account_id,
    answered.handle AS reply_handle, post.id IN (SELECT post_id FROM hidden) AS hidden,
    (SELECT count(*) FROM post AS reply WHERE reply.reply_to = post.id AND NOT reply.deleted) AS reply_count,
    (SELECT json_group_array(json_object('id', id, 'alt', alt, 'media_type', media_type)) FROM
        (SELECT upload.id, alt, media_type FROM post_media JOIN upload ON upload.id = upload_id
         WHERE post_id = post.id ORDER BY position)) AS media
FROM post JOIN account ON account.id = post.account_id
    LEFT JOIN post AS target ON target.id = post.reply_to
    LEFT JOIN account AS answered ON answered.id = target.account_id
"""


def _as_post(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "author_id": str(row["account_id"]),
        "handle": row["handle"],
        "name": row["name"],
        "automated": bool(row["automated"]),
        "text": row["text"],
        "made_with_ai": bool(row["made_with_ai"]),
        "paid_partnership": bool(row["paid_partnership"]),
        "reply_settings": row["reply_settings"],
        "reply_to": str(row["reply_to"]) if row["reply_to"] else None,
        "reply_handle": row["reply_handle"],
        "reply_account_id": str(row["reply_account_id"]) if row["reply_account_id"] else None,
        "reply_count": row["reply_count"],
        "hidden": bool(row["hidden"]),
        "conversation_id": str(row["conversation_id"]),
        "media": [{**item, "id": str(item["id"])} for item in json.loads(row["media"])],
        "created_ms": row["created_ms"],
    }
