"""The words on the poster: complete phrases that fit, never a cut title. Requirements: GEN-2, SAF-6."""

import re
from collections.abc import Sequence

from chimera.core.llm.offline import affinity
from chimera.core.llm.offline.values import Brief, Reported, plain
from chimera.core.llm.schemas import ALT_CHARS_MAX, KICKER_CHARS_MAX, TITLE_CHARS_MAX

_BROKEN = re.compile(r"(?:…|\.\.\.|[,;:–—-])[\"”’')\]]*$")
_JOINTS = re.compile(r":\s|;\s|\s[–—|-]\s|,\s(?=as|after|while|with|and|but)|\s(?=after |as |while |because |despite )")
_WORDS_MIN = 3
TOPIC_FLOOR = affinity.TOPIC_CLEAR


def title(*, brief: Brief, cited: Sequence[Reported], banned: Sequence[str]) -> str:
    """The headline of a cited item if it fits, else of the trend, else a complete part of one of them."""
    others = [fact for fact in brief.facts if fact not in cited]
    whole = [_without_outlet(fact) for fact in cited] + [brief.trend_title] + [_without_outlet(fact) for fact in others]
    allowed = [text for text in whole if text and not any(plain(span) in plain(text) for span in banned)]
    for candidate in (*allowed, *(part for text in allowed for part in _parts(text))):
        if len(candidate) <= TITLE_CHARS_MAX and not _BROKEN.search(candidate):
            return candidate
    short = next((fact.text for fact in cited if len(fact.text) <= TITLE_CHARS_MAX), "")
    return short or _first_that_fits((f"News from {cited[0].source}", "News from the field"), TITLE_CHARS_MAX)


def kicker(*, brief: Brief, story: affinity.Passage) -> str:
    """The persona's interest that the story touches, else the persona's name."""
    ranked = sorted(zip(story.nearness, brief.interests, strict=True), reverse=True)
    for nearness, topic in ranked[:1]:
        if nearness >= TOPIC_FLOOR and len(topic) <= KICKER_CHARS_MAX:
            return topic[0].upper() + topic[1:]
    return _first_that_fits((brief.name, brief.name.split(" ")[0], "News"), KICKER_CHARS_MAX)


def alt_text(*, brief: Brief, poster_title: str, poster_kicker: str) -> str:
    """What somebody who cannot see the poster should hear."""
    return _first_that_fits(
        (
            f"Poster by {brief.name}, a virtual character. Large letters read: {_stopped(poster_title)} "
            f"Above them, small: {_stopped(poster_kicker)}",
            f"Poster. Large letters read: {_stopped(poster_title)} Above them, small: {_stopped(poster_kicker)}",
        ),
        ALT_CHARS_MAX,
    )


def _without_outlet(fact: Reported) -> str:
    """The title without the outlet's name that some feeds hang on it."""
    return re.sub(rf"\s[-–—|]\s{re.escape(fact.source)}$", "", fact.title, flags=re.IGNORECASE).strip()


def _parts(text: str) -> list[str]:
    """Leading parts of a headline that can stand alone, the longest first."""
    cuts = [text[: joint.start()].strip() for joint in _JOINTS.finditer(text)]
    return [part for part in reversed(cuts) if len(part.split()) >= _WORDS_MIN]


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _first_that_fits(texts: Sequence[str], chars_max: int) -> str:
    found = list(texts)
    return next((text for text in found if text and len(text) <= chars_max), found[-1])
