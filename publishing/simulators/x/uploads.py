"""Media on their way in: announced, appended in segments, finished, and for moving pictures processed for a while.

Bytes are files in a folder beside the database; the tables hold their sizes and hashes.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from publishing.simulators import films
from publishing.simulators.x import errors
from publishing.simulators.x.meters import PRICES, Meters

MB = 1_000_000
SEGMENT_BYTES_MAX = 5 * MB
SEGMENTS_MAX = 1_000
ALT_MAX = 1_000
IMAGES_MAX = 4
EXPIRES_S = 86_400
PROCESSING_S = 2.0
# category -> (types, the most bytes, how a media key of it begins). Plays X-12.
CATEGORIES = {
    "tweet_image": (("image/jpeg", "image/png", "image/webp"), 5 * MB, 3),
    "tweet_gif": (("image/gif",), 15 * MB, 16),
    "tweet_video": (("video/mp4", "video/quicktime"), 512 * MB, 13),
}


def is_of_type(head: bytes, media_type: str) -> bool:
    """Whether the first bytes of a file are those of its type."""
    if media_type == "image/webp":
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    if media_type.startswith("video/"):
        return head[4:8] == b"ftyp"
    starts = {
        "image/jpeg": (b"\xff\xd8\xff",),
        "image/png": (b"\x89PNG\r\n\x1a\n",),
        "image/gif": (b"GIF87a", b"GIF89a"),
    }
    return head.startswith(starts[media_type])


class Uploads(Meters):
    """Uploads of all accounts. Each belongs to the account that announced it."""

    processing_s = PROCESSING_S

    def initialize(self, *, account_id: int, media_type: str, category: str, total_bytes: int) -> dict[str, Any]:
        """Announce a medium, already checked. Plays X-7."""
        with self._transaction() as db:
            media_id = self._next_id(db)
            db.execute(
                "INSERT INTO upload (id, account_id, media_type, category, total_bytes, created_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (media_id, account_id, media_type, category, total_bytes, self._now_ms()),
            )
            return self._told(self._upload(db, media_id, account_id))

    def _upload(self, db: sqlite3.Connection, media_id: int, account_id: int) -> sqlite3.Row:
        row: sqlite3.Row | None = db.execute("SELECT * FROM upload WHERE id = ?", (media_id,)).fetchone()
        if row is None or row["created_ms"] + EXPIRES_S * 1000 <= self._now_ms():
            raise errors.not_found("media", "id", str(media_id))
        if row["account_id"] != account_id:
            raise errors.forbidden("You are not permitted to use this media.", errors.TYPES["not_yours"])
        return row

    def check_open(self, *, account_id: int, media_id: int) -> None:
        """Whether more of this medium may come. Raises Problem."""
        with self._connection() as db:
            if self._upload(db, media_id, account_id)["finalized_ms"] is not None:
                raise errors.invalid("id", media_id, "The media was finalized already.")

    def append(self, *, account_id: int, media_id: int, position: int, content: IO[bytes], sha256: str) -> int:
        """Keep one segment; the same one again changes nothing. Returns when it expires. Plays X-8. Raises Problem."""
        with self._transaction() as db:
            upload = self._upload(db, media_id, account_id)
            if upload["finalized_ms"] is not None:
                raise errors.invalid("id", media_id, "The media was finalized already.")
            size = content.seek(0, 2)
            known = db.execute(
                "SELECT sha256 FROM segment WHERE upload_id = ? AND position = ?", (media_id, position)
            ).fetchone()
            if known is not None and known["sha256"] != sha256:
                raise errors.invalid("segment_index", position, "This segment was sent before with other bytes.")
            if known is None:
                row = db.execute(
                    "SELECT coalesce(sum(size), 0) AS size FROM segment WHERE upload_id = ?", (media_id,)
                ).fetchone()
                if row["size"] + size > upload["total_bytes"]:
                    raise errors.invalid("media", size, "The segments are larger than total_bytes.")
                content.seek(0)
                with self._segment_path(media_id, position).open("wb") as kept:
                    shutil.copyfileobj(content, kept)
                db.execute("INSERT INTO segment VALUES (?, ?, ?, ?)", (media_id, position, size, sha256))
            return int(upload["created_ms"] // 1000 + EXPIRES_S)

    def _segment_path(self, media_id: int, position: int) -> Path:
        return self.media_dir / f"{media_id}.{position}"

    def finalize(self, *, account_id: int, media_id: int, fate: str = "") -> dict[str, Any]:
        """Join the segments; once more gives the same answer. `fate` is a fault of processing. Plays X-9."""
        with self._transaction() as db:
            upload = self._upload(db, media_id, account_id)
            if upload["finalized_ms"] is None:
                rows = db.execute(
                    "SELECT position, size FROM segment WHERE upload_id = ? ORDER BY position", (media_id,)
                ).fetchall()
                positions = [row["position"] for row in rows]
                if positions != list(range(len(rows))) or sum(row["size"] for row in rows) != upload["total_bytes"]:
                    raise errors.invalid("id", media_id, "The segments do not add up to total_bytes.")
                self._join(media_id, positions, upload["media_type"])
                if upload["category"] == "tweet_video" and films.wrong(self.media_dir / str(media_id)):
                    fate = "processing_fails"
                db.execute(
                    "UPDATE upload SET finalized_ms = ?, fate = ? WHERE id = ?", (self._now_ms(), fate, media_id)
                )
            told = self._told(self._upload(db, media_id, account_id))
        for position in range(SEGMENTS_MAX):
            if not self._segment_path(media_id, position).exists():
                break
            self._segment_path(media_id, position).unlink(missing_ok=True)
        return told

    def _join(self, media_id: int, positions: Sequence[int], media_type: str) -> None:
        whole = self.media_dir / str(media_id)
        with whole.open("wb") as joined:
            for position in positions:
                with self._segment_path(media_id, position).open("rb") as part:
                    shutil.copyfileobj(part, joined)
        with whole.open("rb") as joined:
            if not is_of_type(joined.read(16), media_type):
                raise errors.invalid("media_type", media_type, "The bytes of the media are of another type.")

    def status(self, *, account_id: int, media_id: int) -> dict[str, Any]:
        """How far processing is. Plays X-10. Raises Problem."""
        with self._connection() as db:
            return self._told(self._upload(db, media_id, account_id))

    def _told(self, row: sqlite3.Row) -> dict[str, Any]:
        left_s = EXPIRES_S - (self._now_ms() - row["created_ms"]) // 1000
        media_key = f"{CATEGORIES[row['category']][2]}_{row['id']}"
        told = {"id": str(row["id"]), "media_key": media_key, "expires_after_secs": left_s}
        if row["finalized_ms"] is None:
            return told
        processing = self._processing(row)
        return {**told, "size": row["total_bytes"]} | ({"processing_info": processing} if processing else {})

    def _processing(self, row: sqlite3.Row) -> dict[str, Any] | None:
        if row["category"] == "tweet_image":
            return None
        age_s = (self._now_ms() - row["finalized_ms"]) / 1000
        if age_s < self.processing_s / 2:
            return {"state": "pending", "check_after_secs": 1}
        if age_s < self.processing_s or row["fate"] == "processing_never_ends":
            return {"state": "in_progress", "check_after_secs": 1, "progress_percent": 50}
        if row["fate"] == "processing_fails":
            error = {"code": 1, "name": "InvalidMedia", "message": "The media could not be processed."}
            return {"state": "failed", "progress_percent": 0, "error": error}
        return {"state": "succeeded", "progress_percent": 100}

    def describe(self, *, account_id: int, media_id: int, alt: str) -> None:
        """Set the alternative text of a medium. Plays X-11. Raises Problem."""
        with self._transaction() as db:
            self._upload(db, media_id, account_id)
            self._charge(db, PRICES["metadata"])
            db.execute("UPDATE upload SET alt = ? WHERE id = ?", (alt, media_id))

    def check_attached(self, db: sqlite3.Connection, *, account_id: int, media_ids: Sequence[int]) -> None:
        """Whether a post may hold these: ready, one's own, and 4 images or 1 GIF or 1 video. Plays X-12."""
        categories = []
        for media_id in media_ids:
            row = db.execute("SELECT * FROM upload WHERE id = ? AND account_id = ?", (media_id, account_id)).fetchone()
            is_there = row is not None and row["finalized_ms"] is not None
            if not is_there or row["created_ms"] + EXPIRES_S * 1000 <= self._now_ms():
                raise errors.invalid("media.media_ids", media_id, "Your media IDs are invalid.")
            if (self._processing(row) or {"state": "succeeded"})["state"] != "succeeded":
                raise errors.invalid("media.media_ids", media_id, "The media is not ready to be posted.")
            categories.append(row["category"])
        if len(categories) > 1 and set(categories) != {"tweet_image"}:
            message = "A post holds up to 4 images, or 1 GIF, or 1 video."
            raise errors.invalid("media.media_ids", len(categories), message)

    def media_file(self, *, media_id: int) -> tuple[Path, str] | None:
        """Where a finished medium is, and its content type; or None."""
        with self._connection() as db:
            row = db.execute(
                "SELECT media_type FROM upload WHERE id = ? AND finalized_ms IS NOT NULL", (media_id,)
            ).fetchone()
        return (self.media_dir / str(media_id), row["media_type"]) if row else None
