"""Dated items replayed in their order: which stories break out, when, and told by whom (TRD-2). Pure.

An item joins the living story that it is nearest to, by meaning and by rare words. A story is a trend from the item on
with which so many tellings by so many sources, within a window, are too many for chance, given how often its subject
was told before. Items of one moment are taken in an order of their content, so the order of arrival says nothing.
"""

import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from chimera.core.embeddings import DIMENSIONS
from publishing.trends.likeness import Likeness, shared
from publishing.trends.scoring import chance_of, parts, weight
from publishing.trends.stories import Story, Told
from publishing.trends.texts import Nearest, Texts
from publishing.trends.words import Rarity, stems

WINDOW = timedelta(hours=4)
SHORT = timedelta(hours=1)  # a dense burst is seen before the window is full
HISTORY = timedelta(hours=72)  # how far back a subject's own rate is looked for
STAYS = timedelta(hours=12)  # a trend takes what comes late
STEADY_LIFE = timedelta(hours=12)
# Meaning alone cannot tell two events of one kind apart, and words alone are chance.
MEANING_MIN, WORDS_MIN = 0.15, 0.12
MERGE_MIN = 0.75  # two stories are parts of one from here on; meaning plus words, as for items
# Compared with an item are all living stories while they are few, else these many that are nearest in meaning and
# these many that share most of what few stories have.
NEAREST_MAX, SHARING_MAX, FEW_STORIES = 16, 16, 40
BLOCK = 256
SOURCES_MIN = 3
TELLINGS_MIN = 3.5  # as they count
CHANCE_MAX = 6e-4
AGAIN = 1.4  # a story that has grown so much is compared with what was before once more
USUAL_MAX = 4  # of a story's tellings: another burst does not make everything usual


def replay(items: Iterable[Told]) -> list[Story]:
    """The trends in order of detection. The same items give the same trends, in whatever order they are given."""
    return Run(items).trends()


class Run:
    """One replay. Peers that are measured beside it change how an item finds its story and what makes a trend."""

    def __init__(self, items: Iterable[Told]) -> None:
        self._items = sorted(items, key=lambda item: item.order)
        self._likeness, self._rarity = Likeness(), Rarity()
        self._texts = Texts(self._items, self._likeness)
        self._near = Nearest(self._texts.vectors, block=BLOCK, count_max=NEAREST_MAX)
        self._stories: list[Story] = []
        self._centroids = np.zeros((len(self._items), DIMENSIONS), dtype=np.float32)
        self._living: list[tuple[datetime, int]] = []  # a heap; the time may be that of an earlier item
        self._alive: list[bool] = []
        self._owner: list[int] = []  # the story of each item so far
        self._having: dict[str, set[int]] = {}  # living stories by word
        self._by_url: dict[str, int] = {}
        self._broken_out: list[int] = []  # living stories that are trends
        self._known_before: dict[tuple[int, timedelta], tuple[int, int]] = {}  # how often, seen with how many items

    def trends(self) -> list[Story]:
        """Takes every item in turn. In order of detection."""
        for index, item in enumerate(self._items):
            first = self._by_url.get(item.url) if item.url else None
            if first is None:
                self._take(index, item)
                continue
            self._texts.add({})
            self._owner.append(first)
            if item.at - self._stories[first].items[-1].at <= WINDOW:
                self._stories[first].copies.append(item)
        found = [story for story in self._stories if story.detected_at and not self._steady(story)]
        return sorted(found, key=lambda story: (story.detected_at or story.items[0].at, story.items[0].order))

    def _take(self, index: int, item: Told) -> None:
        said = stems(f"{item.title} {item.summary}")
        weights = self._rarity.weighed(said)
        self._rarity.learn(said)
        texts = self._texts
        texts.add(weights)
        self._forget(item.at)
        self._likeness.learn(
            index,
            vectors=texts.vectors,
            weights=texts.weights,
            lengths=texts.lengths,
            apart=texts.since(item.at - WINDOW),
        )
        chosen = self.nearest(index, weights)
        if chosen is None:
            chosen = len(self._stories)
            self._stories.append(Story())
            self._alive.append(True)
            heapq.heappush(self._living, (item.at, chosen))
        self._owner.append(chosen)
        self._join(chosen, index)
        self.look(chosen)

    def _join(self, k: int, index: int) -> None:
        item, weights = self._items[index], self._texts.weights[index]
        self._stories[k].take(item, index=index, weights=weights, says=float(self._texts.lengths[index]))
        self._centroids[k] = self._stories[k].centroid
        for stem in weights:
            self._having.setdefault(stem, set()).add(k)
        if item.url:
            self._by_url[item.url] = k

    def _merge(self, k: int) -> int:
        """The trend that a story is a part of, with its items; itself when it is none."""
        story = self._stories[k]
        best, best_near = k, MERGE_MIN
        for other in self._broken_out:
            trend = self._stories[other]
            cosine = float(self._centroids[other] @ self._centroids[k])
            near = self._likeness.meaning(cosine, says=trend.says * story.says) + (
                shared(story.words, trend.words) / (trend.size * story.size)
            )
            if round(near, 6) >= best_near:
                best, best_near = other, round(near, 6)
        if best == k:
            return k
        for index in story.members:
            self._owner[index] = best
            self._join(best, index)
        self._stories[best].in_order()
        self._stories[best].copies += story.copies
        self._bury(k)
        return best

    def _bury(self, k: int) -> None:
        self._alive[k] = False
        for stem in self._stories[k].words:
            self._having[stem].discard(k)
        if k in self._broken_out:
            self._broken_out.remove(k)

    def _forget(self, now: datetime) -> None:
        """Stories that nothing joined within the window take no more, trends a while longer."""
        while self._living and now - self._living[0][0] > WINDOW:
            _, k = heapq.heappop(self._living)
            if not self._alive[k]:
                continue
            story = self._stories[k]
            until = story.items[-1].at + (STAYS - WINDOW if story.detected_at else timedelta(0))
            if now - until <= WINDOW:
                heapq.heappush(self._living, (until, k))
            else:
                self._bury(k)

    def candidates(self, index: int, weights: dict[str, float]) -> list[int]:
        """The living stories that an item is compared with, oldest first."""
        if len(self._living) <= FEW_STORIES:
            return sorted(k for _, k in self._living if self._alive[k])
        since = self._texts.since(self._items[index].at - WINDOW)
        near = {self._owner[n] for n in self._near.to(index, since=since)}
        sharing: dict[int, float] = {}
        for stem, part in weights.items():
            having = self._having.get(stem, ())
            if len(having) <= FEW_STORIES:
                for k in having:
                    sharing[k] = sharing.get(k, 0.0) + part
        most = heapq.nsmallest(SHARING_MAX, [(-part, k) for k, part in sharing.items()])
        return sorted({*(k for k in near if self._alive[k]), *(k for _, k in most), *self._broken_out[-8:]})

    def alike(self, k: int, weights: dict[str, float]) -> float:
        """The cosine over words with a story."""
        return shared(weights, self._stories[k].words) / self._stories[k].size

    def nearest(self, index: int, weights: dict[str, float]) -> int | None:
        """The living story that an item joins; None when it opens its own. Of equals the oldest."""
        best, best_near = None, self._likeness.near_min
        found = self.candidates(index, weights)
        if not found:
            return None
        says = np.array([self._stories[k].says for k in found]) * self._texts.lengths[index]
        # Rounded, so that the last digit of a product does not choose.
        meanings = self._likeness.meanings(self._centroids[found] @ self._texts.vectors[index], says=says).round(6)
        for k, meaning in zip(found, meanings.tolist(), strict=True):
            if meaning < MEANING_MIN:
                continue
            alike = self.alike(k, weights)
            if alike >= WORDS_MIN and round(meaning + alike, 6) > best_near:
                best, best_near = k, round(meaning + alike, 6)
        return best

    def look(self, k: int) -> None:
        """Score a story that something joined, and say when it has become a trend."""
        story = self._stories[k]
        now = story.items[-1].at
        for span in (SHORT, WINDOW):
            recent = [item for item in story.items if now - item.at <= span]
            tellings = Counter(item.source for item in recent)
            count = weight(tellings, copies=len(recent) - len({item.wording for item in recent}))
            if len(tellings) < self._sources_min(now) or count < TELLINGS_MIN:
                continue
            if span > SHORT and now - span - self._texts.times[0] < WINDOW:
                continue  # at the beginning of a stream nobody knows what is steady in it
            chance = self._chance(k, count=count, span=span, now=now)
            if chance > CHANCE_MAX:
                continue
            if story.detected_at is None:
                into = self._merge(k)
                if into != k:
                    self.look(into)
                    return
                story.detected_at = now
                self._broken_out.append(k)
            found = parts(tellings=tellings, chance=chance)
            story.parts = found if story.parts is None or found.total > story.parts.total else story.parts

    def _sources_min(self, now: datetime) -> int:
        """SOURCES_MIN, or two while no more have told anything since a day."""
        if len(self._items) < SOURCES_MIN or now - self._texts.times[0] < 2 * WINDOW:
            return SOURCES_MIN
        first, last = self._texts.since(now - HISTORY), len(self._owner)
        sources: set[str] = set()
        for n in range(last - 1, first - 1, -1):
            sources.add(self._items[n].source)
            if len(sources) == SOURCES_MIN:
                break
        return max(2, len(sources))

    def _chance(self, k: int, *, count: float, span: timedelta, now: datetime) -> float:
        """The chance of so many tellings within `span`; more than CHANCE_MAX as soon as that is certain."""
        story, until = self._stories[k], now - span
        hours, seen = (part / timedelta(hours=1) for part in (span, min(HISTORY, until - self._texts.times[0])))
        seen = max(0.0, seen)
        known, with_items = self._known_before.get((k, span), (0, 0))
        if len(story.items) < AGAIN * with_items:
            chance = chance_of(count=count, hours=hours, before=known, before_hours=seen)
            if chance > CHANCE_MAX:
                return chance  # what was told before does not become less
        else:
            chance = chance_of(count=count, hours=hours, before=0, before_hours=seen)
            if chance > CHANCE_MAX:
                return chance
            first, last = self._texts.since(until - HISTORY), self._texts.since(until)
            known = self._texts.told_before(story, first=first, last=last)
            self._known_before[k, span] = known, len(story.items)
        usual_hours = self._usual_hours(k, now=now, span=span)
        return chance_of(count=count, hours=hours, before=known, before_hours=seen, usual_hours=usual_hours)

    def _usual_hours(self, k: int, *, now: datetime, span: timedelta) -> float:
        """In how many hours the other stories of now are told half a time more than once, in the mean."""
        sizes = Counter(owner for owner in self._owner[self._texts.since(now - span) :] if owner != k)
        mean = sum(min(size, USUAL_MAX) for size in sizes.values()) / len(sizes) if sizes else 1.0
        return min(4.0, 0.5 * (span / timedelta(hours=1)) / max(1e-9, mean - 1))

    def _steady(self, story: Story) -> bool:
        """Whether what looked like a burst at the beginning of the stream went on like that."""
        begun, end = self._texts.times[0], story.items[-1].at
        if story.items[0].at - begun > WINDOW or end - begun < STEADY_LIFE:
            return False
        windows = Counter((item.at - begun) // WINDOW for item in story.items)
        return max(windows.values()) * ((end - begun) / WINDOW) < 3 * len(story.items)
