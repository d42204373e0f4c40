"""Which sentences may carry a post, alone or in pairs that do not repeat or contradict each other.

Requirements: SAF-1, SAF-6.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chimera.core import embeddings, markers, sentences
from chimera.core.llm.offline.values import Brief, Reported, plain

FACTS_MAX = 8
# Two sentences nearer than this say the same or, worse, nearly the same with other figures.
REPEATING_COSINE = 0.5
# A sentence that opens a post must be about the trend by itself ("The repair took 11 weekends" is not): its nearness
# to the headlines, less what is vague about it, as a share of the nearest sentence's.
ABOUT_SHARE = 0.66
_CONNECTIVE = re.compile(
    r"^(?:Meanwhile|However|Moreover|Also|In addition|Besides|Additionally|Furthermore),\s+|^(?:But|And)\s+"
)
_SPEAKER = re.compile(
    r"[”\"],?\s+(?:said|says|added|adds|told|wrote|writes)\s+(?P<after>(?:[A-Z][a-z]{1,3}\.\s)?[^,.]+)"
    r"|,\s+(?P<before>[^,.“\"]+)\s+(?:said|says)\."
)
_QUOTED = re.compile(r"[“\"]")


@dataclass(frozen=True)
class Group:
    """One or two facts in reading order, and how well they carry a post."""

    facts: tuple[Reported, ...]
    score: float


def usable(given: Brief, *, spans: Sequence[str]) -> list[Reported]:
    """The facts that may be quoted: complete, with a source, no instruction, not forbidden, not objected to.

    Facts that this persona has published lately are left out as long as others remain.
    """
    objected = [plain(span) for span in spans if plain(span)]
    forbidden = [plain(topic) for topic in given.forbidden if plain(topic)]
    found = []
    for fact in given.facts[:FACTS_MAX]:
        trimmed = replace(fact, text=trim(fact))
        words = plain(fact.text)
        if not fact.source or not sentences.is_complete(trimmed.text) or sentences.is_instruction(fact.text):
            continue
        if any(span in words or words in span for span in objected) or any(topic in words for topic in forbidden):
            continue
        found.append(trimmed)
    lately = [plain(text) for text in given.recent]
    fresh = [fact for fact in found if not any(plain(fact.text) in text for text in lately)]
    return fresh if any(not sentences.leans(fact.text) for fact in fresh) else found


def trim(fact: Reported) -> str:
    """The sentence without a leading connective or its own outlet's "According to ..."; nothing else is touched."""
    text = " ".join(fact.text.split())
    for source in fact.sources:
        text = re.sub(rf"^According to (?:the )?{re.escape(source)},\s+", "", text, flags=re.IGNORECASE)
    text = _CONNECTIVE.sub("", text)
    return text[:1].upper() + text[1:]


def groups(given: Brief, facts: Sequence[Reported]) -> list[Group]:
    """Single facts that can stand alone, then pairs, each with a score; the best facts come first in `facts`."""
    vectors = embeddings.embed([fact.text for fact in facts])
    headline = embeddings.embed([" ".join([given.trend_title, *dict.fromkeys(fact.title for fact in facts)])])[0]
    about = [
        embeddings.similarity(vector, headline) - _vagueness(fact) for vector, fact in zip(vectors, facts, strict=True)
    ]
    alone = [index for index, fact in enumerate(facts) if _stands_alone(fact)]
    alone = alone or [index for index, fact in enumerate(facts) if not sentences.leans(fact.text)]
    nearest = max((about[index] for index in alone), default=0.0)
    carrying = [index for index in alone if about[index] >= min(nearest, ABOUT_SHARE * nearest)]
    worth = {index: 1.2 * about[index] - 0.12 * index for index in carrying}
    found = [Group(facts=(facts[index],), score=worth[index]) for index in carrying]
    for first in carrying:
        for second, other in enumerate(facts):
            if second == first or sentences.leans(other.text):
                continue
            if embeddings.similarity(vectors[first], vectors[second]) >= REPEATING_COSINE:
                continue
            if not _introduced(other, by=facts[first]):
                continue
            # Somebody's own words make a report human.
            more = 0.35 - 0.05 * second + (0.25 if _QUOTED.search(other.text) else 0.0)
            found.append(Group(facts=(facts[first], other), score=worth[first] + more))
    return found


def _stands_alone(fact: Reported) -> bool:
    return not sentences.leans(fact.text) and not fact.text.startswith(("“", '"'))


def _vagueness(fact: Reported) -> float:
    """What it costs to begin with somebody or something that the reader has not met ("The network began ...")."""
    opening = fact.text.split()[:7]
    named = any(word[:1].isupper() for word in opening[1:])
    if opening[0] in ("The", "Its", "About"):
        return 0.0 if named else 0.3
    return 0.0 if markers.NAME.search(fact.text) or named else 0.1


def _introduced(fact: Reported, *, by: Reported) -> bool:
    """Whether a speaker named by surname alone is known from the sentence before."""
    found = _SPEAKER.search(fact.text)
    if found is None:
        return True
    speaker = (found["after"] or found["before"]).strip()
    names = re.findall(r"[A-Z][\w’'-]+", speaker)
    return len(names) != 1 or len(speaker.split()) > 1 or names[0] in by.text
