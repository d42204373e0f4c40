"""Memories in Postgres with vectors: beside the work, under the same row-level security. The usual store.

Each call is one statement that sets its own brand, so it costs one round trip wherever it is made.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from agents.memory.base import Ask, Item, Memory, Recalled, Store
from chimera.core import embeddings, tenancy

ACTOR = "worker:memory"


class PostgresStore(Store):
    """May be called in a transaction of the same brand."""

    def keep(self, *, brand_id: int, items: Sequence[Item]) -> list[int]:
        """See `Store.keep`."""
        if not items:
            return []
        rows = [
            {
                "post": item.post_id,
                "agent": item.agent_id,
                "at": item.at.isoformat(),
                "text": item.text,
                "origin": item.origin,
                "vector": vector,
            }
            for item, vector in zip(items, vectors([item.text for item in items]), strict=True)
        ]
        actor = tenancy.current_actor() or ACTOR
        found = _rows("SELECT agents_memory_keep(%s, %s, %s)", [brand_id, actor, json.dumps(rows)])
        return [row[0] for row in found]

    def recall(self, *, brand_id: int, asks: Sequence[Ask]) -> list[Recalled]:
        """See `Store.recall`."""
        if not asks:
            return []
        rows = [
            {
                "n": number,
                "agent": ask.agent_id,
                "vector": vector,
                "count": ask.count,
                "recent_s": ask.recent_s,
                "recent_max": ask.recent_max,
            }
            for number, (ask, vector) in enumerate(zip(asks, vectors([ask.text for ask in asks]), strict=True))
        ]
        found: list[dict[str, list[Memory]]] = [{"recent": [], "alike": []} for _ in asks]
        statement = "SELECT n, part, post_id, agent_id, at, words, origin, away FROM agents_memory_recall(%s, %s)"
        for number, part, post_id, agent_id, at, words, origin, away in _rows(statement, [brand_id, json.dumps(rows)]):
            near = round(10_000 * (1 - away)) if away is not None else None
            found[number][part].append(
                Memory(post_id=post_id, agent_id=agent_id, at=at, text=words, origin=origin, similarity_bp=near)
            )
        return [Recalled(recent=tuple(one["recent"]), alike=tuple(one["alike"])) for one in found]

    def forget(self, *, brand_id: int, post_ids: Sequence[int]) -> int:
        """See `Store.forget`."""
        with tenancy.brand(brand_id, actor=tenancy.current_actor() or ACTOR):
            statement = "SELECT agents_memory_forget('{}', %s, NULL, %s)"
            (row,) = _rows(statement, [list(post_ids), len(post_ids)])
        return int(row[0])


def vectors(texts: Sequence[str]) -> list[str | None]:
    """The vectors of texts as Postgres reads them; None for a text without words, which is like nothing."""
    return [
        "[" + ",".join(f"{part:.6f}" for part in vector) + "]" if vector.any() else None
        for vector in embeddings.embed(texts)
    ]


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
