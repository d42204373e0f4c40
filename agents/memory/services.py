"""Keeping what was published, in a sweep after it, and forgetting. No stage of any task waits for it."""

import json
import logging
import math
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from agents.memory import choosing
from agents.memory.base import ITEMS_MAX, TEXT_MAX, Item
from chimera.core import clock, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.errors import ChimeraError
from chimera.core.pii import authors
from chimera.core.pii.base import Keeper

log = logging.getLogger("chimera.memory")

SWEEPER = "worker:memory stage:remember"
FEED = "feed"  # the platform of those whose words came by a feed: their name is the feed's title
UNKNOWN = "an earlier post"  # where a post came from when its work is archived
_HASH = re.compile(r"a[0-9a-z]{1,12}\.[0-9a-f]{40}")
_FOR_EVER_DAYS = 36_500
_ALL = 1_000_000
_last_brand = 0  # whose turn it was last in this process: the next sweep begins behind it


def remember_due() -> int:
    """Remember what is new of every brand, and delete elsewhere what was forgotten. Returns how many posts.

    For REMEMBER_FOR_S at most, since the thread that sweeps has queues to look after: what is left is for the next
    sweep, which begins with the brand behind. So is a store that is away; nothing is lost by it.
    """
    global _last_brand
    done, until = 0, time.monotonic() + settings.REMEMBER_FOR_S
    for brand_id in sorted(brands.ids(), key=lambda one: (one <= _last_brand, one)):
        _last_brand = brand_id
        try:
            done += remember(brand_id=brand_id, until=until)
        except ChimeraError as error:
            log.warning("what brand %s published is remembered later: %s", brand_id, error)
        if time.monotonic() >= until:
            break
    return done


def remember(*, brand_id: int, until: float = math.inf) -> int:
    """Remember what is new of a brand until nothing is, or `until` (monotonic) has come; one batch at least.

    Outside of a transaction. Raises StoreFailed, CircuitOpen.
    """
    done = _taken_back(brand_id)
    while rows := _pending(brand_id):
        gone = [row["post_id"] for row in rows if row["is_gone"]]
        due = [row for row in rows if not row["is_gone"]]
        _note(brand_id, [row for row in due if row["is_new"]])
        store, kept = choosing.store(), []
        if due:
            kept = store.keep(brand_id=brand_id, items=[_item(row) for row in due])
        if gone:
            store.forget(brand_id=brand_id, post_ids=gone)
        _elsewhere(brand_id, kept=kept, wiped=gone)
        done += len(kept) + len(gone)
        if len(rows) < ITEMS_MAX or not (kept or gone) or time.monotonic() >= until:
            break
    return done


def _taken_back(brand_id: int) -> int:
    """Forget what was said and is said no more: memories of posts that were taken down. Returns how many."""
    with tenancy.brand(brand_id, actor=_actor()), connection.cursor() as cursor:
        cursor.execute(
            "SELECT agents_memory_forget('{}', array_agg(m.post_id), NULL, %s) FROM publishing_reversal r"
            " JOIN agents_memory m ON m.brand_id = r.brand_id AND m.post_id = r.post_id AND m.forgotten_at IS NULL"
            " WHERE r.brand_id = %s AND r.status = 'DONE'",
            [_ALL, brand_id],
        )
        count: int = cursor.fetchone()[0]
    return count


class Memories(Keeper):
    """Forgets what rests on an author's words, also what was published and is not remembered yet."""

    name = "memories"

    def forget_author(self, *, names: Sequence[str]) -> int:
        """In Postgres at once; what another store has is deleted by the next sweep."""
        brand_id = _brand()
        while rows := [row for row in _pending(brand_id) if row["is_new"]]:
            _note(brand_id, rows)  # so that they are found, and not remembered afterwards
        return _forgotten(authors_=names, before=None, count_max=_ALL)

    def expire(self, *, keep_days: int, count_max: int) -> int:
        """By a time of its own: what is remembered is ours and was published, and lasts longer than others' text."""
        days = settings.RETENTION_MEMORY_DAYS and max(keep_days, settings.RETENTION_MEMORY_DAYS)
        if not days:
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT agents_forget_memories(%s, %s)", [f"{days} days", count_max])
            deleted: int = cursor.fetchone()[0]
        elsewhere = _forgotten(authors_=[], before=clock.now() - timedelta(days=days), count_max=count_max)
        return deleted + elsewhere


def _brand() -> int:
    brand_id = tenancy.current_brand()
    if not brand_id:
        raise tenancy.NoBrand("Memories are forgotten brand by brand; wrap it in tenancy.brand(brand_id).")
    return brand_id


def _pending(brand_id: int) -> list[dict[str, Any]]:
    keep = settings.RETENTION_MEMORY_DAYS or _FOR_EVER_DAYS
    columns = ("post_id", "agent_id", "at", "payload", "draft_kind", "draft", "is_new", "is_gone")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM agents_memory_pending(%s, %s, %s, %s)",
            [brand_id, _actor(), f"{keep} days", ITEMS_MAX],
        )
        return [_read(dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, **{name: json.loads(row[name] or "{}") for name in ("payload", "draft")}}


def _actor() -> str:
    return tenancy.current_actor() or SWEEPER


def _note(brand_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    noted = [
        {
            "post": row["post_id"],
            "agent": row["agent_id"],
            "at": _moment(row["at"]),
            "authors": _authors(brand_id, row),
        }
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT agents_memory_note(%s, %s, %s)", [brand_id, _actor(), json.dumps(noted)])


def _moment(at: datetime) -> str:
    return at.isoformat()


def _elsewhere(brand_id: int, *, kept: Sequence[int], wiped: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT agents_memory_elsewhere(%s, %s, %s, %s)", [brand_id, _actor(), list(kept), list(wiped)])


def _forgotten(*, authors_: Sequence[str], before: datetime | None, count_max: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT agents_memory_forget(%s::text[], '{}', %s, %s)", [list(authors_), before, count_max])
        count: int = cursor.fetchone()[0]
    return count


def _item(row: Mapping[str, Any]) -> Item:
    return Item(
        post_id=row["post_id"],
        agent_id=row["agent_id"],
        at=row["at"],
        text=str(row["payload"].get("text", ""))[:TEXT_MAX],
        origin=_origin(row)[:1_000],
    )


def _sources(row: Mapping[str, Any]) -> list[str]:
    found = [name for cited in row["draft"].get("citations") or [] for name in _named(cited)]
    return sorted(set(found))


def _named(cited: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in cited.get("sources") or [cited.get("source", "")] if name]


def _origin(row: Mapping[str, Any]) -> str:
    """Whose words the post rests on. Empty only for words of the operator's own: what nobody knows is from outside."""
    if row["draft_kind"] == "dictated":
        return ""
    return f"{', '.join(_sources(row))} in a model's words" if _sources(row) else UNKNOWN


def _authors(brand_id: int, row: Mapping[str, Any]) -> list[str]:
    """Hashes of whom the post rests on: the feeds that it cites, and whom it answers (`authors` of its payload)."""
    feeds = [authors.name(brand_id=brand_id, platform=FEED, author_id=name) for name in _sources(row)]
    said = row["payload"].get("authors") or []
    people = [one for one in said if isinstance(one, str) and _HASH.fullmatch(one)] if isinstance(said, list) else []
    return [*feeds, *people]
