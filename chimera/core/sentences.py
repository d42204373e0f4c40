"""Outside text to whole sentences, and the sentences of several reports to facts that can be cited.

A post may only say what its sources say (SAF-6), so the unit that travels is the complete sentence with the names of
those who reported it. Sentences that speak to the reader or to a machine instead of reporting are left behind (SAF-1).
Requirements: TRD-2, SAF-1, SAF-6.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chimera.core import embeddings, markers, markup

CHARS_MAX = 50_000  # of one text; a summary is far below
ITEMS_MAX = 50
SENTENCES_PER_ITEM_MAX = 12

# The more figures two sentences share, the less alike their words must be to be one fact: cosine by shared figures.
COSINE_BY_FIGURES = (0.80, 0.66, 0.40)

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|<!\[CDATA\[|<!doctype", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
# Shown as nothing although Unicode does not call them format characters; variation selectors can smuggle bytes.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True)
class Fact:
    """One complete sentence as it was reported. `sources` holds every outlet that reported it, `source` the first."""

    text: str
    source: str
    url: str
    title: str
    sources: tuple[str, ...] = field(default=())


def clean(html_or_text: str) -> str:
    """Plain text as a reader sees it: no tags, entities, zero-width or bidirectional characters; single spaces.

    Paragraphs and list entries are separated by one newline, since running them together would invent sentences.
    At most CHARS_MAX characters are read.
    """
    text = html_or_text[:CHARS_MAX]
    was_markup = False
    # Feeds escape their markup once or twice; beyond six layers somebody is hiding something.
    for _ in range(6):
        if _MARKUP.search(text):
            was_markup = True
            text = markup.shown(text)
        elif _ENTITY.search(text):
            text = markup.unescaped(text)
        else:
            break
    else:
        text = re.sub("[<>&]", " ", text)
    if not was_markup:
        text = "\n".join(line.strip() for line in text.split("\n"))
        # In plain text a single break is a wrapped line, an empty line a new paragraph.
        text = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = "".join(
        " " if character != "\n" and (character.isspace() or unicodedata.category(character) == "Cc") else character
        for character in text
        if unicodedata.category(character) not in ("Cf", "Cs", "Co") or character.isspace()
    )
    lines = (re.sub(r" +", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def split(text: str) -> list[str]:
    """The sentences of a clean text in order. A quotation is never broken in its middle."""
    return [sentence for line in text.split("\n") for sentence in _sentences(line.strip())]


def _sentences(line: str) -> list[str]:
    quoted = _quoted_positions(line)
    found: list[str] = []
    start = 0
    for match in markers.END.finditer(line):
        stop = match.end(1)
        if stop - 1 in quoted or markers.goes_on(line[start:stop], line[match.end() :]):
            continue
        found.append(line[start:stop].strip())
        start = match.end()
    found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def _quoted_positions(line: str) -> frozenset[int]:
    """Positions inside double quotation marks. A line whose marks do not pair is read as if it had none."""
    inside: set[int] = set()
    opened: int | None = None
    for position, character in enumerate(line):
        opens = character == "“" or (character == '"' and opened is None)
        closes = character == "”" or (character == '"' and opened is not None)
        if opens and opened is None:
            opened = position
        elif closes and opened is not None:
            inside.update(range(opened, position))
            opened = None
        elif opens or closes:
            return frozenset()
    return frozenset(inside) if opened is None else frozenset()


def is_instruction(sentence: str) -> bool:
    """Whether the sentence tells its reader, human or machine, what to do instead of reporting something."""
    return markers.is_instruction(sentence)


def is_complete(sentence: str) -> bool:
    """Whether the sentence begins and ends as one: capital or figure, full stop, nothing cut off."""
    if not sentence or markers.CUT_OFF.search(sentence) or not markers.ENDING.search(sentence):
        return False
    first = sentence.lstrip("“\"'‘([")[:1]
    return first.isupper() or first.isdigit()


def leans(sentence: str) -> bool:
    """Whether the sentence needs the one before it to be understood ("They cut it out", "But the second ...")."""
    return bool(markers.LEANING.match(sentence))


def figures(sentence: str) -> frozenset[str]:
    """The numbers in a sentence as written, without thousands separators."""
    return frozenset(found.replace(",", "") for found in markers.FIGURE.findall(sentence))


def facts(items: Sequence[Mapping[str, Any]], *, count_max: int = 6) -> list[Fact]:
    """The most informative complete sentences of the items, at most `count_max`, each once with all its sources.

    Each item has "title", "summary", "source" and "url" (texts; missing ones count as empty). An item without a
    source is left out, since nothing of it could be cited.
    """
    candidates = [found for item in items[:ITEMS_MAX] for found in _candidates(item)]
    candidates.sort(key=lambda scored: -scored[0])
    vectors = embeddings.embed([fact.text for _, fact in candidates])
    kept: list[tuple[int, Fact, set[str]]] = []
    for index, (_, fact) in enumerate(candidates):
        twin = next((entry for entry in kept if _same(entry, index, fact, vectors)), None)
        if twin is None:
            kept.append((index, fact, set()))
        elif fact.source != twin[1].source:
            twin[2].add(fact.source)
    merged = [(candidates[index][0] + 1.5 * len(others), _with_sources(fact, others)) for index, fact, others in kept]
    merged.sort(key=lambda scored: -scored[0])
    return [fact for _, fact in merged[: max(0, count_max)]]


def _with_sources(fact: Fact, others: set[str]) -> Fact:
    sources = (fact.source, *sorted(others))
    return Fact(text=fact.text, source=fact.source, url=fact.url, title=fact.title, sources=sources)


def _same(entry: tuple[int, Fact, set[str]], index: int, fact: Fact, vectors: embeddings.Vectors) -> bool:
    """Whether two sentences report one fact. Different figures never do, however alike the words are."""
    likeness = embeddings.similarity(vectors[entry[0]], vectors[index])
    ours, theirs = figures(entry[1].text), figures(fact.text)
    if not (ours <= theirs or theirs <= ours) or (bool(ours) != bool(theirs)):
        return False
    return likeness >= COSINE_BY_FIGURES[min(2, len(ours & theirs))]


def _candidates(item: Mapping[str, Any]) -> list[tuple[float, Fact]]:
    source, title = (clean(str(item.get(key) or "")).replace("\n", " ") for key in ("source", "title"))
    if not source:
        return []
    found = []
    for place, sentence in enumerate(split(clean(str(item.get("summary") or "")))[:SENTENCES_PER_ITEM_MAX]):
        if is_complete(sentence) and not is_instruction(sentence):
            fact = Fact(text=sentence, source=source, url=str(item.get("url") or ""), title=title, sources=(source,))
            found.append((_information(sentence, place=place), fact))
    return found


def _information(sentence: str, *, place: int) -> float:
    """How much a sentence tells: figures, names and quotations count; leaning and long ones count less."""
    names = markers.NAME.findall(sentence)
    score = 0.8 * min(3, len(figures(sentence))) + 0.5 * min(3, len(names))
    score += 1.2 if markers.QUOTATION.search(sentence) else 0.0
    # The news stands first in a report; what follows explains it.
    score += 2.0 if place == 0 else 0.0
    score -= 4.0 if leans(sentence) else 0.0
    score -= 2.0 if len(sentence) > 230 or len(sentence) < 35 else 0.0
    return score
