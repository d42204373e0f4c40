"""Ways to name the source of a sentence without changing the sentence. Requirements: SAF-6."""

import re
from collections.abc import Callable, Mapping, Sequence

from chimera.core import markers
from chimera.core.llm.offline.values import Reported

# First words that are never names, so they may lose their capital inside a sentence.
_LOWERABLE = markers.words(
    "A An The Every Each Some Most More About Around Nearly Almost Only One Two Three Four Five Six Seven Eight "
    "Nine Ten Eleven Twelve After Before Since When While In On At By For From With Under Part"
)
_ATTRIBUTED = re.compile(
    r"\b(?:according to|said|says|say|wrote|writes|told|reports?|reported|announced|found)\b|[“\"]", re.IGNORECASE
)


def lower_first(text: str) -> str | None:
    """The sentence as it reads after a comma, None if its first word may be a name."""
    word = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if word in _LOWERABLE else None


def _named(facts: Sequence[Reported]) -> str:
    names = list(dict.fromkeys(fact.source for fact in facts))
    return " and ".join(names)


def _one_source(facts: Sequence[Reported]) -> bool:
    return len({fact.source for fact in facts}) == 1


def _body(facts: Sequence[Reported]) -> str:
    return " ".join(fact.text for fact in facts)


def _bracketed(facts: Sequence[Reported]) -> str | None:
    if _one_source(facts):
        return f"{_body(facts)} ({facts[0].source})"
    return " ".join(f"{fact.text} ({fact.source})" for fact in facts)


def _via(facts: Sequence[Reported]) -> str | None:
    return f"{_body(facts)} Via {_named(facts)}."


def _reports_after(facts: Sequence[Reported]) -> str | None:
    first = facts[0].text
    if not _one_source(facts) or not first.endswith(".") or _ATTRIBUTED.search(first):
        return None
    rest = "".join(f" {fact.text}" for fact in facts[1:])
    return f"{first[:-1]}, {facts[0].source} reports.{rest}"


def _reports_before(facts: Sequence[Reported]) -> str | None:
    return f"{facts[0].source} reports: {_body(facts)}" if _one_source(facts) else None


def _from(facts: Sequence[Reported]) -> str | None:
    return f"From {facts[0].source}: {_body(facts)}" if _one_source(facts) else None


def _according(facts: Sequence[Reported]) -> str | None:
    lowered = lower_first(facts[0].text)
    if lowered is None or not _one_source(facts) or _ATTRIBUTED.search(facts[0].text):
        return None
    rest = "".join(f" {fact.text}" for fact in facts[1:])
    return f"According to {facts[0].source}, {lowered}{rest}"


def _has_the_story(facts: Sequence[Reported]) -> str | None:
    names = list(dict.fromkeys(fact.source for fact in facts))
    if len(facts) == 1 and len(facts[0].sources) > 1:
        # Two outlets with the same fact are worth saying.
        names = list(facts[0].sources[:2])
    if len(names) == 1:
        return f"{_body(facts)} {names[0]} has the story."
    return f"{_body(facts)} {names[0]} and {names[1]} both have the story."


def _read_in(facts: Sequence[Reported]) -> str | None:
    return f"{_body(facts)} I read it in {_named(facts)}."


def _so_says(facts: Sequence[Reported]) -> str | None:
    return f"{_body(facts)} So says {facts[0].source}." if _one_source(facts) else None


def _thanks(facts: Sequence[Reported]) -> str | None:
    return f"{_body(facts)} Thank you, {_named(facts)}."


Style = Callable[[Sequence[Reported]], str | None]

# Ways that begin with the source do not follow an opener that ends in a colon.
HEADS: Mapping[str, Style] = {"reports before": _reports_before, "from": _from, "according": _according}
TAILS: Mapping[str, Style] = {
    "bracketed": _bracketed,
    "via": _via,
    "reports after": _reports_after,
    "story": _has_the_story,
    "read in": _read_in,
    "so says": _so_says,
    "thanks": _thanks,
}
STYLES: Mapping[str, Style] = {**HEADS, **TAILS}

# How each way is recognised in a post of before, so that the same one does not come up every time.
_MARKS: Mapping[str, re.Pattern[str]] = {
    "reports before": re.compile(r"\breports: "),
    "from": re.compile(r"(?:^|\s)From [A-Z][^.:]{1,60}: "),
    "according": re.compile(r"\bAccording to "),
    "bracketed": re.compile(r" \([A-Z][^)]{1,60}\)"),
    "via": re.compile(r"\bVia [A-Z]"),
    "reports after": re.compile(r", [A-Z][^,.]{1,60} reports\."),
    "story": re.compile(r"\b(?:has|have) the story\."),
    "read in": re.compile(r"\bI read it in "),
    "so says": re.compile(r"\bSo says "),
    "thanks": re.compile(r"\bThank you, "),
}


def worn(style: str, *, recent: Sequence[str]) -> float:
    """The share of recent posts that named their source in this way, 0.0 to 1.0."""
    return sum(1 for text in recent if _MARKS[style].search(text)) / len(recent) if recent else 0.0
