"""The audience of a simulated platform: nobody looks, likes or shares; the figures are made up, the same every time.

They grow with a post's age and level off, by a quality that its account and its text are hashed into, so that charts
have a shape and some posts do better than others. Replies are counted, not made up. A test may say figures exactly.
Requirements: MET-1.
"""

import hashlib
import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from publishing.simulators.filed import Filed

NAMES = ("views", "likes", "replies", "reposts", "saves")
SCHEMA = """
CREATE TABLE IF NOT EXISTS said_figures (post_id TEXT PRIMARY KEY, figures TEXT NOT NULL);
"""
USUAL_VIEWS = 240.0  # what a middling post comes to in the end
LEVELS_OFF_S = 9 * 3600.0  # after so long two thirds of it are there
FIGURE_MAX = 10**12


def quality(*, account: str, text: str) -> tuple[float, float, float, float]:
    """How far a post reaches (about 0.2 to 5), and the shares of viewers who like it, share it and keep it."""
    digest = hashlib.sha256(f"{account.lower()}\n{text}".encode()).digest()
    reach, liked, shared, kept = (int.from_bytes(digest[n : n + 4], "big") / 2**32 for n in (0, 4, 8, 12))
    return math.exp(3.2 * (reach - 0.5)), 0.02 + 0.10 * liked**2, 0.002 + 0.03 * shared**3, 0.001 + 0.02 * kept**2


def made_up(*, account: str, text: str, age_s: float, replies: int) -> dict[str, int]:
    """The figures of a post at an age; none ever falls."""
    reach, liked, shared, kept = quality(account=account, text=text)
    views = USUAL_VIEWS * reach * -math.expm1(-max(0.0, age_s) / LEVELS_OFF_S)
    told = {"views": views, "likes": views * liked, "reposts": views * shared, "saves": views * kept}
    return {**{name: int(number) for name, number in told.items()}, "replies": replies}


def exact(sent: Any) -> dict[str, int]:
    """The figures in an object such as `{"views": 12}`. Raises ValueError with a sentence."""
    if not isinstance(sent, dict) or not sent or not set(sent) <= set(NAMES):
        raise ValueError(f"figures must be an object with some of {', '.join(NAMES)}.")
    for name, number in sent.items():
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= FIGURE_MAX:
            raise ValueError(f"{name} must be a whole number from 0 to {FIGURE_MAX}.")
    return sent


def words(post: Mapping[str, Any]) -> str:
    """One line under a measured post, which says what it is."""
    shown = " · ".join(f"{post['figures'][name]:,} {name}" for name in NAMES if name != "replies")
    return f'<p class="audience handle soft">{escape(shown)} <small>(simulated audience)</small></p>'


class Audience(Filed):
    """Figures of posts, by what a platform keeps of them: a part of its storage."""

    def say_figures(self, *, post_id: str, figures: Mapping[str, int]) -> None:
        """From now on a post has exactly these; those that are not named stay made up."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO said_figures VALUES (?, ?) ON CONFLICT (post_id) DO UPDATE SET figures = excluded.figures",
                (post_id, json.dumps(dict(figures))),
            )

    def measured(self, posts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same posts, each with its `figures` now."""
        with self._connection() as db:
            said = self._said(db, [str(one["id"]) for one in posts])
        return [{**one, "figures": {**self._made_up(one), **said.get(str(one["id"]), {})}} for one in posts]

    def _said(self, db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, dict[str, int]]:
        marks = ",".join("?" * len(ids))
        rows = db.execute(f"SELECT post_id, figures FROM said_figures WHERE post_id IN ({marks})", ids).fetchall()
        return {row["post_id"]: json.loads(row["figures"]) for row in rows}

    def _made_up(self, post: Mapping[str, Any]) -> dict[str, int]:
        if "created_ms" in post:
            at_s = post["created_ms"] / 1000
        else:
            at_s = datetime.fromisoformat(post["created_at"]).timestamp()
        return made_up(
            account=str(post.get("handle") or post.get("username") or post.get("account")),
            text=str(post.get("text") or post.get("caption") or ""),
            age_s=self.now().timestamp() - at_s,
            replies=int(post.get("reply_count", post.get("comment_count", 0))),
        )
