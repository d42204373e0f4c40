"""Accounts, and what opens them: authorization codes with PKCE, access tokens, refresh tokens for one use.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import base64
import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from publishing.simulators.x import errors
from publishing.simulators.x.database import Database, hashed
from publishing.simulators.x.wording import HANDLE

SCOPES = ("tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "media.write", "offline.access")
CODE_S = 30
ACCESS_S = 7200
REFRESH_S = 180 * 86_400


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The account for which a token speaks, and what it may do."""

    account_id: int
    handle: str
    scopes: frozenset[str]
    suspended: bool


class Tokens(Database):
    """Accounts and tokens. Tokens and codes are kept as hashes."""

    def add_account(self, handle: str, name: str, *, bio: str = "", automated: bool = False) -> str:
        """Make an account, or give a known one this name, bio and label; returns its id. Plays X-28."""
        if not HANDLE.fullmatch(handle):
            raise ValueError("A handle is 1 to 15 letters, digits or _.")
        with self._transaction() as db:
            account_id = self._known_or_new(db, handle, name)
            db.execute(
                "UPDATE account SET name = ?, bio = ?, automated = ? WHERE id = ?",
                (name, bio, int(automated), account_id),
            )
        return str(account_id)

    def _known_or_new(self, db: sqlite3.Connection, handle: str, name: str) -> int:
        row = db.execute("SELECT id FROM account WHERE handle = ?", (handle,)).fetchone()
        if row is not None:
            return int(row["id"])
        account_id = self._next_id(db)
        db.execute(
            "INSERT INTO account (id, handle, name, bio, automated, created_ms) VALUES (?, ?, ?, '', 0, ?)",
            (account_id, handle, name, self._now_ms()),
        )
        return account_id

    def suspend(self, handle: str) -> None:
        """Suspend an account. For tests and demos; not reachable over HTTP. Plays X-25."""
        with self._transaction() as db:
            db.execute("UPDATE account SET suspended = 1 WHERE handle = ?", (handle,))

    def account(self, *, handle: str = "", account_id: int = 0) -> dict[str, Any] | None:
        """One account by its handle or its id, with its automated label and the number of its posts; or None."""
        with self._connection() as db:
            row = db.execute(
                "SELECT *, (SELECT count(*) FROM post WHERE account_id = account.id AND NOT deleted) AS post_count"
                " FROM account WHERE (?1 <> '' AND handle = ?1) OR id = ?2",
                (handle, account_id),
            ).fetchone()
        return _as_account(row) if row else None

    def accounts(self, *, count_max: int = 200) -> list[dict[str, Any]]:
        """All accounts by their handles."""
        with self._connection() as db:
            rows = db.execute("SELECT *, 0 AS post_count FROM account ORDER BY handle LIMIT ?", (count_max,)).fetchall()
        return [_as_account(row) for row in rows]

    def add_code(self, *, account_id: int, scope: str, redirect_uri: str, challenge: str) -> str:
        """An authorization code that lives for 30 s. Plays X-4."""
        code = secrets.token_urlsafe(48)
        with self._transaction() as db:
            db.execute("DELETE FROM code WHERE expires_ms <= ?", (self._now_ms(),))
            expires_ms = self._now_ms() + CODE_S * 1000
            db.execute(
                "INSERT INTO code VALUES (?, ?, ?, ?, ?, ?)",
                (hashed(code), account_id, scope, redirect_uri, challenge, expires_ms),
            )
        return code

    def redeem_code(self, *, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Tokens for a code. A code is used up by the first try, whatever comes of it. Raises Problem."""
        with self._transaction() as db:
            row = db.execute("SELECT * FROM code WHERE hash = ?", (hashed(code),)).fetchone()
            db.execute("DELETE FROM code WHERE hash = ?", (hashed(code),))
        if row is None or row["expires_ms"] <= self._now_ms():
            raise errors.oauth("invalid_request", "Value passed for the authorization code was invalid.")
        if row["redirect_uri"] != redirect_uri:
            raise errors.oauth(
                "invalid_request", "Value passed for the redirect uri did not match the uri of the code."
            )
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        if not hmac.compare_digest(digest, row["challenge"].encode()):
            raise errors.oauth(
                "invalid_request", "Value passed for the code verifier did not match the code challenge."
            )
        with self._transaction() as db:
            return self._issue(db, row["account_id"], row["scope"])

    def redeem_refresh(self, *, token: str) -> dict[str, Any]:
        """New tokens for a refresh token, which is thereby used up. Plays X-4. Raises Problem."""
        with self._transaction() as db:
            row = db.execute("SELECT * FROM token WHERE hash = ? AND kind = 'refresh'", (hashed(token),)).fetchone()
            if row is None or row["expires_ms"] <= self._now_ms():
                raise errors.token_invalid()
            db.execute("DELETE FROM token WHERE hash = ?", (hashed(token),))
            return self._issue(db, row["account_id"], row["scope"])

    def revoke(self, *, token: str) -> None:
        """Make a token of either kind worthless; one that is not known is nothing new."""
        with self._transaction() as db:
            db.execute("DELETE FROM token WHERE hash = ?", (hashed(token),))

    def tokens_for(self, handle: str, scopes: Sequence[str] = SCOPES) -> dict[str, Any]:
        """Tokens of an account as the token endpoint would answer, without the way through the browser."""
        with self._transaction() as db:
            row = db.execute("SELECT id FROM account WHERE handle = ?", (handle,)).fetchone()
            if row is None:
                raise LookupError(f"There is no account @{handle}.")
            return self._issue(db, row["id"], " ".join(scopes))

    def _issue(self, db: sqlite3.Connection, account_id: int, scope: str) -> dict[str, Any]:
        now_ms = self._now_ms()
        db.execute("DELETE FROM token WHERE expires_ms <= ?", (now_ms,))
        answer: dict[str, Any] = {"token_type": "bearer", "expires_in": ACCESS_S, "scope": scope}
        lives = {"access": ACCESS_S, "refresh": REFRESH_S}
        if "offline.access" not in scope.split():
            del lives["refresh"]
        for kind, life_s in lives.items():
            token = secrets.token_urlsafe(48)
            row = (hashed(token), kind, account_id, scope, now_ms + life_s * 1000)
            db.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?)", row)
            answer[f"{kind}_token"] = token
        return answer

    def caller(self, *, token: str) -> Caller:
        """For whom an access token speaks. Plays X-26. Raises Problem."""
        with self._connection() as db:
            row = db.execute(
                "SELECT account.id, handle, suspended, scope FROM token JOIN account ON account.id = account_id"
                " WHERE hash = ? AND kind = 'access' AND expires_ms > ?",
                (hashed(token), self._now_ms()),
            ).fetchone()
        if row is None:
            raise errors.unauthorized()
        return Caller(
            account_id=row["id"],
            handle=row["handle"],
            scopes=frozenset(row["scope"].split()),
            suspended=bool(row["suspended"]),
        )


def _as_account(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "handle": row["handle"],
        "name": row["name"],
        "bio": row["bio"],
        "automated": bool(row["automated"]),
        "suspended": bool(row["suspended"]),
        "created_ms": row["created_ms"],
        "post_count": row["post_count"],
    }
