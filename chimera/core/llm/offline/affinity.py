"""How near two short texts are when one of them has only a handful of words. Requirements: TRD-3, GEN-1.

Embeddings of five words are noisy, and rare words ("miso", "kvass") hardly move them. So a shared word counts beside
the cosine, and a line about one of the persona's topics is not taken for a story about another.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chimera.core import embeddings, markers
from chimera.core.llm.offline.values import plain

SHARED_WORD = 0.12
SHARED_WORDS_MAX = 2
# A topic's own word says more than any cosine.
TOPIC_WORD = 0.25
# From here on a text is clearly about a topic.
TOPIC_CLEAR = 0.24
# Below this the text has nothing to do with any topic.
FIELD_FLOOR = 0.24
# How far a line's topic may lie behind the topic that the story is mostly about.
TOPIC_BEHIND_MAX = 0.18

_ENDINGS = re.compile(r"(?<=ch|sh|ss)es$|(?<=[a-z]{3})(?:ing|ed|s)$")
_WORD_CHARS_MIN = 4
_COMMON = markers.words(
    "about after again against also another anyone around back because been before behind being between both call "
    "calls came come could does done down each even ever every everyone first food found from gave gets give goes "
    "good half hand hands have here home into just keep keeps kept know knows last later less like long lost "
    "machine machines made make makes many more most much must need never news next nobody nothing number once "
    "only open opens other over part people person place ready right said same says should small some somebody "
    "something still story street such take than that their them then there these they thing things this those "
    "three through time times today until upon used very want wants week well went were what when where which "
    "while will with without word words work worked works would year years your"
)


@dataclass(frozen=True)
class Topics:
    """The interests of a persona with their vectors."""

    names: tuple[str, ...]
    vectors: embeddings.Vectors
    stems: tuple[frozenset[str], ...]

    @property
    def everywhere(self) -> frozenset[str]:
        """Words of several topics: in this field they tell nothing apart."""
        counts = Counter(stem for words in self.stems for stem in words)
        return frozenset(stem for stem, count in counts.items() if count > 1)


@dataclass(frozen=True)
class Passage:
    """A text with its vector, its telling words and its nearness to each topic."""

    text: str
    vector: embeddings.Vectors
    stems: frozenset[str]
    nearness: tuple[float, ...]

    @property
    def topic(self) -> int | None:
        """The position of the topic that the text is clearly about, None if there is no such topic."""
        best = max(range(len(self.nearness)), key=self.nearness.__getitem__, default=None)
        return best if best is not None and self.nearness[best] >= TOPIC_CLEAR else None


def topics(names: Sequence[str]) -> Topics:
    """Topics from the persona's interests."""
    return Topics(names=tuple(names), vectors=embeddings.embed(names), stems=tuple(stems(name) for name in names))


def passages(texts: Sequence[str], *, about: Topics) -> list[Passage]:
    """Each text read against the topics."""
    found = []
    for text, vector in zip(texts, embeddings.embed(texts), strict=True):
        own = stems(text) - about.everywhere
        nearness = tuple(
            embeddings.similarity(vector, topic) + TOPIC_WORD * bool(own & words)
            for topic, words in zip(about.vectors, about.stems, strict=True)
        )
        found.append(Passage(text=text, vector=vector, stems=own, nearness=nearness))
    return found


def fit(line: Passage, story: Passage) -> float:
    """How well a line suits a story: cosine plus shared words, 0.0 when the line is about another topic."""
    if line.topic is not None and line.nearness and story.nearness:
        behind = max(story.nearness) - story.nearness[line.topic]
        if behind > TOPIC_BEHIND_MAX:
            return 0.0
    return embeddings.similarity(line.vector, story.vector) + _shared(line.stems, story.stems)


def stems(text: str) -> frozenset[str]:
    """The telling words of a text without their endings, so that "counting" meets "counts"."""
    return frozenset(
        _ENDINGS.sub("", word.removesuffix("ies") + "y" if word.endswith("ies") else word)
        for word in plain(text).split()
        if len(word) >= _WORD_CHARS_MIN and word not in _COMMON and not word.isdigit()
    )


def _shared(first: frozenset[str], second: frozenset[str]) -> float:
    return SHARED_WORD * min(SHARED_WORDS_MAX, len(first & second))
