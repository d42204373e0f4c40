"""What X counts: calls against its limits, and money against the app's credits.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publishing.simulators.filed import utc_now
from publishing.simulators.x import errors
from publishing.simulators.x.database import Database

WINDOW_S = 900
DAY_S = 86_400
POST_READS_MONTH_MAX = 3_000_000

# Calls per account and 15 minutes; those that end in _app per app: 24 hours for writes, 15 minutes for mentions.
LIMITS = {
    "create": 100,
    "create_app": 10_000,
    "delete": 50,
    "hide": 50,
    "lookup": 900,
    "posts": 900,
    "mentions": 300,
    "mentions_app": 450,
    "me": 75,
    "user": 900,
    "usage": 50,
    "media_initialize": 1_875,
    "media_initialize_app": 180_000,
    "media_append": 1_875,
    "media_append_app": 180_000,
    "media_finalize": 1_875,
    "media_finalize_app": 180_000,
    "media_status": 1_875,
    "media_metadata": 1_875,
}
# Micros of a dollar.
PRICES = {
    "create": 15_000,
    "create_url": 200_000,
    "reply": 10_000,
    "delete": 10_000,
    "manage": 5_000,
    "metadata": 5_000,
    "post_read": 5_000,
    "user_read": 10_000,
}


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One window after a call was counted in it. Plays X-5."""

    limit: int
    remaining: int
    reset: int
    is_over: bool

    def headers(self, prefix: str = "x-rate-limit") -> dict[str, str]:
        """The three headers that tell of a window."""
        told = {"limit": self.limit, "remaining": self.remaining, "reset": self.reset}
        return {f"{prefix}-{name}": str(value) for name, value in told.items()}


class Meters(Database):
    """Windows and credits of the one app."""

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime] = utc_now,
        limits: Mapping[str, int] | None = None,
        credit_usd_micros: int | None = None,
    ) -> None:
        super().__init__(path, now=now)
        unknown = set(limits or {}) - set(LIMITS)
        if unknown:
            raise ValueError(f"There are no such limits: {sorted(unknown)}.")
        self._limits = {**LIMITS, **(limits or {})}
        self._credit = credit_usd_micros

    def count_call(self, *, bucket: str, account_id: int) -> tuple[dict[str, str], bool]:
        """Count a call; returns the headers of its windows and whether one of them is over. Plays X-5."""
        with self._transaction() as db:
            own = self._take(db, bucket, str(account_id), WINDOW_S)
            headers, is_over = own.headers(), own.is_over
            if f"{bucket}_app" in self._limits and not is_over:
                is_short = bucket == "mentions"
                app = self._take(db, f"{bucket}_app", "app", WINDOW_S if is_short else DAY_S)
                if not is_short:
                    headers |= app.headers("x-app-limit-24hour")
                elif app.is_over:
                    headers = app.headers()
                is_over = app.is_over
        return headers, is_over

    def _take(self, db: sqlite3.Connection, bucket: str, who: str, window_s: int) -> Rate:
        now_ms = self._now_ms()
        row = db.execute("SELECT started_ms, used FROM rate WHERE bucket = ? AND who = ?", (bucket, who)).fetchone()
        started_ms, used = (row["started_ms"], row["used"]) if row else (now_ms, 0)
        if now_ms >= started_ms + window_s * 1000:
            started_ms, used = now_ms, 0
        limit = self._limits[bucket]
        is_over = used >= limit
        if not is_over:
            used += 1
            db.execute(
                "INSERT INTO rate VALUES (?, ?, ?, ?) ON CONFLICT (bucket, who)"
                " DO UPDATE SET started_ms = excluded.started_ms, used = excluded.used",
                (bucket, who, started_ms, used),
            )
        # Rounded up: whoever comes back at this second is not a moment early.
        reset = -(-started_ms // 1000) + window_s
        return Rate(limit=limit, remaining=max(0, limit - used), reset=reset, is_over=is_over)

    def _charge(self, db: sqlite3.Connection, micros: int) -> None:
        """Take money within a transaction; all of it or, with a 402, nothing. Plays X-21, X-22. Raises Problem."""
        spent = self._count(db, "spent") + micros
        if self._credit is not None and spent > self._credit:
            raise errors.no_credits()
        self._set(db, "spent", spent)

    def charge_reads(self, *, posts: Collection[int] = (), users: Collection[int] = ()) -> None:
        """Pay for what is about to be shown; each thing once per UTC day. Plays X-21. Raises Problem."""
        today = self.now().astimezone(UTC).date().isoformat()
        with self._transaction() as db:
            fresh = {
                kind: sum(
                    db.execute("INSERT OR IGNORE INTO bought VALUES (?, ?, ?)", (today, kind, thing)).rowcount
                    for thing in set(things)
                )
                for kind, things in (("post_read", posts), ("user_read", users))
            }
            self._charge(db, sum(PRICES[kind] * count for kind, count in fresh.items()))

    def spent_usd_micros(self) -> int:
        """What the app has spent so far."""
        with self._connection() as db:
            return self._count(db, "spent")

    def usage(self) -> dict[str, Any]:
        """Posts read this month. Plays X-18."""
        month = self.now().astimezone(UTC).strftime("%Y-%m")
        with self._connection() as db:
            row = db.execute(
                "SELECT count(*) AS read FROM bought WHERE kind = 'post_read' AND day LIKE ?", (f"{month}-%",)
            ).fetchone()
        return {
            "project_id": "1",
            "project_cap": str(POST_READS_MONTH_MAX),
            "project_usage": str(row["read"]),
            "cap_reset_day": 1,
        }
