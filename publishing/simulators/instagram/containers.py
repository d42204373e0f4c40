"""Containers: what is to be published, from their making over the fetching of their media to their end after a day.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publishing.simulators.instagram import errors
from publishing.simulators.instagram.database import DAY_MS
from publishing.simulators.instagram.tokens import Caller, Tokens

PROCESSING_S = 0.2
LIMITS = {"posts_per_day": 100, "containers_per_day": 400}
CAPTION_MAX, HASHTAGS_MAX, NAMED_MAX = 2200, 30, 20
# That a carousel of one is refused is our assumption; the most is documented.
CHILDREN_MIN, CHILDREN_MAX = 2, 10
TEXTS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been published.",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}

_HASHTAG = re.compile(r"(?<![\w&])#\w+")
_NAMED = re.compile(r"(?<![\w@])@[A-Za-z0-9_.]+")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A container that somebody asks for, already well formed. `kind` is IMAGE, REELS or CAROUSEL."""

    kind: str
    url: str = ""
    caption: str = ""
    alt: str = ""
    is_ai_generated: bool = False
    is_item: bool = False
    children: tuple[int, ...] = ()
    fate: str = ""


def check_caption(caption: str) -> None:
    """Refuse a caption that is too long or names too much. Plays I-16. Raises Problem."""
    for what, count, most in (
        ("characters", len(caption), CAPTION_MAX),
        ("hashtags", len(_HASHTAG.findall(caption)), HASHTAGS_MAX),
        ("@ tags", len(_NAMED.findall(caption)), NAMED_MAX),
    ):
        if count > most:
            # The limits are documented; the code is one that others report, and not confirmed here.
            raise errors.refused("caption", f"The caption has {count} {what}; {most} is the most.")


class Containers(Tokens):
    """Containers, and the media that were fetched for them."""

    processing_s: float = PROCESSING_S
    limits: dict[str, int] = LIMITS

    def add_container(self, *, caller: Caller, wish: Wish) -> str:
        """Keep a container, whose medium has still to be fetched; returns its id. Plays I-1, I-2, I-10, I-17."""
        check_caption(wish.caption)
        with self._transaction() as db:
            row = db.execute(
                "SELECT count(*) AS made FROM container WHERE account_id = ? AND created_ms > ?",
                (caller.account_id, self._now_ms() - DAY_MS),
            ).fetchone()
            if row["made"] >= self.limits["containers_per_day"]:
                # The code is our assumption: the limit is known, and not how it is told.
                raise errors.refused("business_rate")
            self._check_children(db, caller, wish.children)
            container_id, now_ms = self._next_id(db), self._now_ms()
            db.execute(
                "INSERT INTO container (id, account_id, kind, url, caption, alt, is_ai_generated, is_item, fate,"
                " created_ms, fetched_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(container_id, caller.account_id, wish.kind, wish.url, wish.caption, wish.alt),
                    *(int(wish.is_ai_generated), int(wish.is_item), wish.fate, now_ms),
                    now_ms if wish.kind == "CAROUSEL" else None,
                ),
            )
            db.executemany(
                "INSERT INTO child VALUES (?, ?, ?)",
                [(container_id, position, child) for position, child in enumerate(wish.children)],
            )
        return str(container_id)

    def _check_children(self, db: sqlite3.Connection, caller: Caller, children: Sequence[int]) -> None:
        for child in children:
            row = self._container(db, caller.account_id, child)
            if row is None or not row["is_item"] or self._status(db, row)[0] in ("EXPIRED", "PUBLISHED"):
                raise errors.refused("container", f"The child {child} is no carousel item that can be used.")

    def _container(self, db: sqlite3.Connection, account_id: int, container_id: int) -> sqlite3.Row | None:
        row: sqlite3.Row | None = db.execute(
            "SELECT *, EXISTS (SELECT 1 FROM item WHERE item.container_id = container.id)"
            " OR EXISTS (SELECT 1 FROM post WHERE post.container_id = container.id) AS is_published"
            " FROM container WHERE id = ? AND account_id = ?",
            (container_id, account_id),
        ).fetchone()
        return row

    def _status(self, db: sqlite3.Connection, row: sqlite3.Row) -> tuple[str, str]:
        """The status of a container and, for ERROR, what is wrong. Plays I-3."""
        age_ms = self._now_ms() - row["created_ms"]
        if row["is_published"]:
            return "PUBLISHED", ""
        if age_ms >= DAY_MS:
            return "EXPIRED", ""
        if row["error"]:
            return "ERROR", row["error"]
        is_young = row["fetched_ms"] is None or self._now_ms() - row["fetched_ms"] < self.processing_s * 1000
        if is_young or row["fate"] == "processing_never_ends":
            return "IN_PROGRESS", ""
        if row["fate"] == "processing_fails":
            return "ERROR", _told(errors.refused("upload"))
        found = db.execute("SELECT container_id FROM child WHERE carousel_id = ?", (row["id"],)).fetchall()
        children = [self._container(db, row["account_id"], one["container_id"]) for one in found]
        states = [self._status(db, child) for child in children if child is not None]
        # A carousel is as far as the slowest of its children.
        for wanted in ("ERROR", "EXPIRED", "IN_PROGRESS"):
            for state in states:
                if state[0] == wanted:
                    return state
        return "FINISHED", ""

    def container(self, *, caller: Caller, container_id: int) -> dict[str, Any] | None:
        """A container as the API tells it: id, status_code and status; or None. Plays I-3."""
        with self._connection() as db:
            row = self._container(db, caller.account_id, container_id)
            if row is None:
                return None
            code, error = self._status(db, row)
        return {"id": str(container_id), "status_code": code, "status": error or TEXTS[code]}

    def to_fetch(self) -> list[int]:
        """The containers whose media have not come yet, as after a crash."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT id FROM container WHERE fetched_ms IS NULL AND error = '' AND created_ms > ?",
                (self._now_ms() - DAY_MS,),
            ).fetchall()
        return [row["id"] for row in rows]

    def source(self, *, container_id: int) -> tuple[str, Path, bool]:
        """From where a medium is fetched, into which file, and whether it is a video."""
        with self._connection() as db:
            row = db.execute("SELECT url, kind FROM container WHERE id = ?", (container_id,)).fetchone()
        return row["url"], self.media_dir / str(container_id), row["kind"] == "REELS"

    def fetched(self, *, container_id: int, problem: errors.Problem | None = None) -> None:
        """Note that a medium has come, or why not."""
        error = _told(problem) if problem else ""
        with self._transaction() as db:
            db.execute(
                "UPDATE container SET fetched_ms = ?, error = ? WHERE id = ?", (self._now_ms(), error, container_id)
            )

    def media_file(self, *, container_id: int) -> tuple[Path, str] | None:
        """Where a published medium is, and its content type; or None."""
        with self._connection() as db:
            row = db.execute(
                "SELECT kind FROM container JOIN item ON item.container_id = container.id WHERE container.id = ?",
                (container_id,),
            ).fetchone()
        kind = "video/mp4" if row and row["kind"] == "REELS" else "image/jpeg"
        return (self.media_dir / str(container_id), kind) if row else None


def _told(problem: errors.Problem) -> str:
    return f"Error: Media upload has failed with error code {problem.refusal.subcode}. {problem.message}"
