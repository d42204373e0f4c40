"""How often and how soon planted bursts are found, beside two others on the same streams (TRD-2).

*count*: a word that N items have within the window is a trend. *tfidf*: items are clustered by words alone, and a
cluster of N within the window is a trend. Their thresholds are those that did best on the tuned half.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from chimera.core.embeddings import embed
from chimera.core.measures import said as said_share
from chimera.core.measures import share
from publishing.trends import bursts, streams
from publishing.trends.bursts import WINDOW, Run
from publishing.trends.rows import checked
from publishing.trends.stories import Story, Told
from publishing.trends.words import stems

SEEDS = tuple(range(1, 6))
COUNT_MIN = 6
TFIDF_MIN = 0.1
TFIDF_COUNT_MIN = 5


class TfIdf(Run):
    """Clusters by words alone, and counts."""

    near_min = TFIDF_MIN
    count_min = TFIDF_COUNT_MIN

    def nearest(self, index: int, weights: dict[str, float]) -> int | None:
        """The story with the most alike words."""
        alike = {k: round(self.alike(k, weights), 9) for k in self.candidates(index, weights)}
        best = max(alike, key=lambda k: (alike[k], -k), default=None)
        return best if best is not None and alike[best] >= self.near_min else None

    def look(self, k: int) -> None:
        """So many within the window."""
        story = self._stories[k]
        now = story.items[-1].at
        if story.detected_at is None and sum(now - item.at <= WINDOW for item in story.items) >= self.count_min:
            story.detected_at = now


def counted(items: Iterable[Told], *, count_min: int = COUNT_MIN) -> list[Story]:
    """Words that so many items have within the window; a word whose items mostly are another's is the same trend."""
    latest: dict[str, list[Told]] = {}
    found: list[Story] = []
    by_word: dict[str, Story] = {}
    for item in sorted(items, key=lambda item: item.order):
        for stem in sorted(stems(f"{item.title} {item.summary}")):
            recent = [one for one in latest.get(stem, []) if item.at - one.at <= WINDOW]
            latest[stem] = [*recent, item]
            story = by_word.get(stem)
            if story is not None and item.at - story.items[-1].at <= WINDOW:
                if item not in story.items:
                    story.items.append(item)
            elif len(latest[stem]) >= count_min:
                by_word[stem] = _known(found, latest[stem]) or Story(items=list(latest[stem]), detected_at=item.at)
                if by_word[stem] not in found:
                    found.append(by_word[stem])
    return found


def _known(found: list[Story], items: list[Told]) -> Story | None:
    for story in reversed(found):
        if 2 * sum(item in story.items for item in items) > len(items):
            return story
    return None


PEERS: dict[str, Callable[[list[Told]], list[Story]]] = {
    "chimera": bursts.replay,
    "count": counted,
    "tfidf": lambda items: TfIdf(items).trends(),
}


def embedded(rows: list[dict[str, Any]]) -> list[Told]:
    """Checked rows with their vectors."""
    vectors = embed([f"{row['title']}. {row['summary']}" for row in rows])
    return [Told(**row, vector=vector) for row, vector in zip(rows, vectors, strict=True)]


def measured(*, half: str, seeds: Iterable[int] = SEEDS) -> dict[str, Any]:
    """For each peer, over the streams of these seeds together: precision, recall, delay, purity of items, seconds."""
    planted = [streams.planted(half=half, seed=seed) for seed in seeds]
    items = [embedded([checked(row, where="A row") for row in one.rows]) for one in planted]
    found = {}
    for who, find in PEERS.items():
        begun = time.perf_counter()
        trends = [find(one) for one in items]
        seconds = time.perf_counter() - begun
        found[who] = {**_judged(planted, trends), "seconds": round(seconds, 2)}
    return found


def _judged(planted: list[streams.Planted], found: list[list[Story]]) -> dict[str, Any]:
    """A trend is right when most of its items are of one burst; a second one of that burst is wrong."""
    right, named, pure, of_items = 0, 0, 0, 0
    delays: list[float] = []
    for stream, trends in zip(planted, found, strict=True):
        story_of = {name: story for story, names in stream.bursts.items() for name in names}
        seen: set[str] = set()
        for trend in trends:
            ids = [item.id for item in (*trend.items, *trend.copies)]
            tally = Counter(story_of.get(name, "") for name in ids)
            story, count = tally.most_common(1)[0]
            named += 1
            if not story or story in seen or 2 * count <= len(ids) or trend.detected_at is None:
                continue
            seen.add(story)
            right, pure, of_items = right + 1, pure + count, of_items + len(ids)
            delays.append((trend.detected_at - stream.begun[story]).total_seconds() / 60)
    return {
        "precision": share(hits=right, of=named),
        "recall": share(hits=right, of=sum(len(stream.bursts) for stream in planted)),
        "delay_minutes_p50": round(statistics.median(delays), 1) if delays else None,
        "delay_minutes_max": round(max(delays), 1) if delays else None,
        "items_right": share(hits=pure, of=of_items),
    }


def said(found: dict[str, Any]) -> str:
    """The figures of one peer for a person."""
    return (
        f"precision {said_share(found['precision'])}, recall {said_share(found['recall'])}, "
        f"{found['delay_minutes_p50']} minutes after the first item in the middle"
    )
