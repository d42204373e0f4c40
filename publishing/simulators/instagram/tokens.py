"""Accounts, and what opens them: authorization codes, tokens for an hour and tokens for 60 days.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from publishing.simulators.instagram import errors
from publishing.simulators.instagram.database import DAY_MS, Database, hashed

SCOPES = (
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
    "instagram_business_manage_insights",
)
USERNAME = re.compile(r"[A-Za-z0-9_.]{1,30}")
CODE_S = 3600
SHORT_S = 3600
LONG_S = 5_183_944  # 60 days less some seconds, as the platform tells it


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The account for which a token speaks, and what it may do."""

    account_id: int
    username: str
    scopes: frozenset[str]


class Tokens(Database):
    """Accounts and tokens. Tokens and codes are kept as hashes."""

    def add_account(self, username: str, name: str, *, bio: str = "") -> str:
        """Make a professional account, or give a known one this name and bio; returns its id."""
        if not USERNAME.fullmatch(username):
            raise ValueError("A username is 1 to 30 letters, digits, _ or full stops.")
        with self._transaction() as db:
            account_id = self._known_or_new(db, username, name)
            db.execute("UPDATE account SET name = ?, bio = ?, is_person = 0 WHERE id = ?", (name, bio, account_id))
        return str(account_id)

    def _known_or_new(self, db: sqlite3.Connection, username: str, name: str) -> int:
        row = db.execute("SELECT id FROM account WHERE username = ?", (username,)).fetchone()
        if row is not None:
            return int(row["id"])
        account_id = self._next_id(db)
        db.execute(
            "INSERT INTO account (id, username, name, bio, is_person, created_ms) VALUES (?, ?, ?, '', 1, ?)",
            (account_id, username, name, self._now_ms()),
        )
        return account_id

    def restrict(self, username: str) -> None:
        """Restrict an account. For tests and demos; not reachable over HTTP. Plays I-12."""
        with self._transaction() as db:
            db.execute("UPDATE account SET restricted = 1 WHERE username = ?", (username,))

    def account(self, *, username: str = "", account_id: int = 0) -> dict[str, Any] | None:
        """One account by its username or its id, with the number of its posts; or None."""
        with self._connection() as db:
            row = db.execute(
                "SELECT *, (SELECT count(*) FROM post WHERE account_id = account.id"
                " AND post.id NOT IN (SELECT post_id FROM removed)) AS post_count"
                " FROM account WHERE (?1 <> '' AND username = ?1) OR id = ?2",
                (username, account_id),
            ).fetchone()
        return {**dict(row), "id": str(row["id"])} if row else None

    def accounts(self, *, count_max: int = 200) -> list[dict[str, Any]]:
        """The professional accounts by their usernames; people who only comment are not among them."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT * FROM account WHERE NOT is_person ORDER BY username LIMIT ?", (count_max,)
            ).fetchall()
        return [{**dict(row), "id": str(row["id"])} for row in rows]

    def add_code(self, *, account_id: int, scope: str, redirect_uri: str) -> str:
        """An authorization code that lives for an hour and works once. Plays I-11."""
        code, now_ms = secrets.token_urlsafe(48), self._now_ms()
        with self._transaction() as db:
            db.execute("DELETE FROM code WHERE expires_ms <= ?", (now_ms,))
            row = (hashed(code), account_id, scope, redirect_uri, now_ms + CODE_S * 1000)
            db.execute("INSERT INTO code VALUES (?, ?, ?, ?, ?)", row)
        return code

    def redeem_code(self, *, code: str, redirect_uri: str) -> dict[str, Any]:
        """A short-lived token for a code, which is used up by the first try. Plays I-11. Raises Problem."""
        with self._transaction() as db:
            row = db.execute("SELECT * FROM code WHERE hash = ?", (hashed(code),)).fetchone()
            db.execute("DELETE FROM code WHERE hash = ?", (hashed(code),))
        if row is None or row["expires_ms"] <= self._now_ms():
            raise errors.invalid("This authorization code was not found or has been used or has expired.")
        if row["redirect_uri"] != redirect_uri:
            raise errors.invalid("The redirect_uri is not the one for which the code was given.")
        with self._transaction() as db:
            token = self._issue(db, "short", row["account_id"], row["scope"], SHORT_S)
        return {"access_token": token, "user_id": str(row["account_id"]), "permissions": row["scope"]}

    def exchange(self, *, token: str) -> dict[str, Any]:
        """A long-lived token for a short-lived one. Plays I-11. Raises Problem."""
        with self._transaction() as db:
            row = self._token(db, token)
            if row["kind"] != "short":
                raise errors.refused("token", "The access token is not a short-lived one.")
            return self._long(self._issue(db, "long", row["account_id"], row["scope"], LONG_S))

    def refresh(self, *, token: str) -> dict[str, Any]:
        """60 more days for a long-lived token that is a day old and has not expired. Plays I-11. Raises Problem."""
        with self._transaction() as db:
            row = self._token(db, token)
            if row["kind"] != "long":
                raise errors.refused("token", "Only a long-lived access token can be refreshed.")
            if self._now_ms() - row["created_ms"] < DAY_MS:
                raise errors.refused("token", "The access token is less than 24 hours old; it cannot be refreshed yet.")
            return self._long(self._issue(db, "long", row["account_id"], row["scope"], LONG_S))

    def _long(self, token: str) -> dict[str, Any]:
        return {"access_token": token, "token_type": "bearer", "expires_in": LONG_S}

    def revoke(self, *, token: str) -> None:
        """Make a token worthless, as its owner does in the app; one that is not known is nothing new."""
        with self._transaction() as db:
            db.execute("DELETE FROM token WHERE hash = ?", (hashed(token),))

    def tokens_for(self, username: str, scopes: Sequence[str] = SCOPES) -> dict[str, Any]:
        """A long-lived token of an account, without the way through the browser."""
        scope = ",".join(scopes)
        with self._transaction() as db:
            row = db.execute("SELECT id FROM account WHERE username = ?", (username,)).fetchone()
            if row is None:
                raise LookupError(f"There is no account {username}.")
            token = self._issue(db, "long", row["id"], scope, LONG_S)
        return {"access_token": token, "expires_in": LONG_S, "user_id": str(row["id"]), "permissions": scope}

    def _issue(self, db: sqlite3.Connection, kind: str, account_id: int, scope: str, life_s: int) -> str:
        token, now_ms = f"IG{secrets.token_urlsafe(60)}", self._now_ms()
        row = (hashed(token), kind, account_id, scope, now_ms, now_ms + life_s * 1000)
        db.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?)", row)
        return token

    def _token(self, db: sqlite3.Connection, token: str) -> sqlite3.Row:
        row: sqlite3.Row | None = db.execute(
            "SELECT token.*, username FROM token JOIN account ON account.id = account_id WHERE hash = ?",
            (hashed(token),),
        ).fetchone()
        if row is None:
            raise errors.refused("token")
        if row["expires_ms"] <= self._now_ms():
            raise errors.refused("token_expired")
        return row

    def caller(self, *, token: str) -> Caller:
        """For whom a token speaks. Plays I-11, I-12. Raises Problem."""
        with self._connection() as db:
            row = self._token(db, token)
        scopes = frozenset(row["scope"].split(","))
        return Caller(account_id=row["account_id"], username=row["username"], scopes=scopes)
