"""How a persona sounds: its temper, read from the traits, and the line of its own that fits a story.

A line is taken only when it is about what the story is about (cosine above a floor), was not used lately, and only
for stories in which nobody came to harm: a joke beside a death is worse than no voice. Requirements: PER-1, GEN-1.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from chimera.core import embeddings
from chimera.core.llm.offline import affinity
from chimera.core.llm.offline.values import plain

# Lines share few words with reports: fitting ones lie at 0.2 to 0.6, chance below 0.15.
FIT_FLOOR = 0.20
# Two lines about the same thing in one post read as an echo.
ECHO_CEILING = 0.62
CHOICES_MAX = 3
CHOICE_SHARE = 0.6

Structure = tuple[str, ...]


@dataclass(frozen=True)
class Temper:
    """Habits of composition: weights of structures, ways to name a source, gaps, a fair length."""

    structures: Mapping[Structure, float]
    styles: tuple[str, ...]
    gap_before: str
    gap_after: str
    chars_fair: int


GAP_CHARS_MAX = 2
PLAIN: Structure = ("facts",)
# Ways to name a source that suit a story in which somebody came to harm.
SOBER_STYLES = ("reports after", "bracketed", "via")
_SPARE = Temper(
    structures={
        ("facts", "aside"): 1.0,
        ("facts", "closer"): 0.9,
        ("opener", "facts"): 0.6,
        ("opener", "facts", "closer"): 0.8,
        ("aside", "facts"): 0.5,
        PLAIN: 0.0,
    },
    styles=("bracketed", "reports before", "reports after", "so says"),
    gap_before="\n\n",
    gap_after="\n\n",
    chars_fair=205,
)
_FLOWING = Temper(
    structures={
        ("facts", "aside"): 1.0,
        ("opener", "facts"): 0.7,
        ("opener", "facts", "closer"): 0.8,
        ("aside", "facts"): 0.7,
        ("facts", "aside", "closer"): 0.7,
        ("opener", "facts", "aside"): 0.8,
        PLAIN: 0.0,
    },
    styles=("according", "reports after", "read in", "story"),
    gap_before=" ",
    gap_after="\n\n",
    chars_fair=250,
)
_FULL = Temper(
    structures={
        ("opener", "facts", "closer"): 1.0,
        ("opener", "facts", "aside"): 1.0,
        ("facts", "aside", "closer"): 0.8,
        ("opener", "facts"): 0.5,
        ("aside", "facts", "closer"): 0.7,
        ("facts", "aside"): 0.4,
        PLAIN: 0.0,
    },
    styles=("via", "from", "story", "thanks"),
    gap_before="\n\n",
    gap_after="\n\n",
    chars_fair=260,
)
_EVEN = Temper(
    structures={
        ("facts", "aside"): 0.8,
        ("opener", "facts"): 0.8,
        ("opener", "facts", "closer"): 0.8,
        ("facts", "closer"): 0.8,
        PLAIN: 0.2,
    },
    styles=("bracketed", "via", "reports after", "reports before", "story"),
    gap_before="\n\n",
    gap_after="\n\n",
    chars_fair=230,
)
_SIGNS = (
    (_SPARE, "terse dry short brief laconic exact precise blunt spare curt"),
    (_FLOWING, "unhurried quiet gentle calm patient lyrical wistful observant soft thoughtful slow"),
    (_FULL, "exuberant bossy loud talkative chatty playful funny lively warm bubbly enthusiastic greedy"),
)
_HARM = re.compile(
    r"\b(?:die[sd]?|dying|death|deaths|dead|killed|fatal(?:ly|ities)?|victims?|drowned|injur\w+|wounded|suicide|murder\w*|"
    r"assault\w*|hospital\w*|patients?|insulin|cancer|diagnos\w+|war|bomb\w*|hostages?|abuse\w*|famine|grief|funeral)\b",
    re.IGNORECASE,
)
_SPARED = re.compile(r"\b(?:no|nobody|no one|without|none|not|nor)\b(?:\W+\w+){0,3}", re.IGNORECASE)


def temper(traits: Sequence[str]) -> Temper:
    """The habits that the traits speak for; even ones when they say nothing of the kind."""
    words = set(plain(" ".join(traits)).split())
    scored = [(len(words & set(signs.split())), -place, found) for place, (found, signs) in enumerate(_SIGNS)]
    best = max(scored, key=lambda entry: entry[:2])
    return best[2] if best[0] else _EVEN


def is_grave(texts: Sequence[str]) -> bool:
    """Whether people come to harm in any of the sentences ("without injuries" is none)."""
    return any(_HARM.search(_SPARED.sub(" ", text)) for text in texts)


def lines(texts: Sequence[str], *, recent: Sequence[str], about: affinity.Topics) -> list[affinity.Passage]:
    """The lines that none of the recent posts contains, read against the persona's topics."""
    used = [plain(text) for text in recent]
    return affinity.passages([text for text in texts if not any(plain(text) in post for post in used)], about=about)


def pick(
    *,
    among: Sequence[affinity.Passage],
    story: affinity.Passage,
    beside: Sequence[affinity.Passage],
    chars_max: int,
    rng: Random,
) -> tuple[affinity.Passage, float] | None:
    """One of the best fitting lines and its fit, None if no line fits. `beside` are lines already in the post."""
    fitting = []
    for line in among:
        fit = affinity.fit(line, story)
        echoes = any(embeddings.similarity(line.vector, other.vector) > ECHO_CEILING for other in beside)
        if fit >= FIT_FLOOR and len(line.text) <= chars_max and not echoes:
            fitting.append((fit, line))
    fitting.sort(key=lambda entry: (-entry[0], entry[1].text))
    # A line that fits half as well as the best one is a stranger in the room.
    best = [entry for entry in fitting[:CHOICES_MAX] if entry[0] >= fitting[0][0] * CHOICE_SHARE]
    if not best:
        return None
    fit, line = rng.choices(best, weights=[fit**2 for fit, _ in best])[0]
    return line, fit


def joined(parts: Sequence[tuple[str, str]], *, temper: Temper) -> str:
    """The parts as one text; each part is (slot, text). Two lines in a row share a paragraph."""
    text = parts[0][1]
    for (before, _), (slot, part) in itertools.pairwise(parts):
        if slot == "facts":
            text += temper.gap_before + part
        else:
            text += (temper.gap_after if before == "facts" else " ") + part
    return text
