"""A stream of dated items replayed, for `manage.py evaluate trends --stream FILE.jsonl` (TRD-2).

A row has `id`, `at`, `title`, `source`, and perhaps `summary` and `url`. Times are ISO 8601 (a date alone is its
midnight; without an offset it is UTC), RFC 822 or seconds since 1970. A row whose id, or whose address apart from
what tracks its reader, came before tells nothing new.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chimera.core.measures import BadCorpus, Measure, numbered
from publishing.trends import bursts, figures, streams
from publishing.trends.rows import checked
from publishing.trends.stories import Story, Told

ROWS_MAX = 100_000


class TrendsMeasure(Measure):
    """Replays, and says which stories broke out and when."""

    takes_file = True
    halves = streams.HALVES

    def found(self, *, file: Path | None, half: str | None) -> dict[str, Any]:
        """The trends of a file; without one the figures on streams of our own, by half. Raises BadCorpus."""
        if file is None:
            return {one: figures.measured(half=one) for one in ([half] if half else streams.HALVES)}
        begun = time.perf_counter()
        items, again = read(file)
        found = bursts.replay(items)
        return {
            "items": len(items),
            "repeated_ids": again,
            "trends": [shown(story) for story in found],
            "seconds": round(time.perf_counter() - begun, 2),
        }

    def words(self, found: dict[str, Any]) -> Iterator[str]:
        """One line for each trend, or for each who was measured."""
        if "trends" not in found:
            for half, by in found.items():
                for who, one in by.items():
                    yield f"{half}: {who}: {figures.said(one)}"
            return
        yield f"{len(found['trends'])} trends in {found['items']} items ({found['seconds']} s)"
        for trend in found["trends"]:
            told = f"{len(trend['items'])} items, {len(trend['sources'])} sources"
            yield f"  {trend['detected_at']} score {trend['score']:.2f} ({told}) {trend['title']}"


def shown(story: Story) -> dict[str, Any]:
    """A trend as JSON; ids as they were given, as text."""
    assert story.detected_at is not None and story.parts is not None, "only trends are shown"
    return {
        "title": story.items[0].title,
        "detected_at": story.detected_at.isoformat(),
        "first_at": story.items[0].at.isoformat(),
        "last_at": story.items[-1].at.isoformat(),
        "expires_at": story.expires_at.isoformat(),
        "items": [item.id for item in sorted([*story.items, *story.copies], key=lambda item: item.order)],
        "sources": story.sources,
        "score": round(story.parts.total, 4),
        "burst": round(story.parts.burst, 4),
        "diversity": round(story.parts.diversity, 4),
        "decay": round(story.parts.decay, 4),
    }


def read(file: Path) -> tuple[list[Told], int]:
    """The items of a stream, and how many rows repeated an id. Raises BadCorpus with the line."""
    kept: dict[str, dict[str, Any]] = {}
    again = 0
    for where, row in numbered(file, keys=("id", "at", "title", "source")):
        one = checked(row, where=where)
        again += one["id"] in kept
        kept.setdefault(one["id"], one)
        if len(kept) > ROWS_MAX:
            raise BadCorpus(f"{file} has more than {ROWS_MAX:,} items. Replay a part of it.")
    if not kept:
        raise BadCorpus(f"{file} has no row. Write one JSON object a line, with id, at, title, summary and source.")
    return figures.embedded(list(kept.values())), again
