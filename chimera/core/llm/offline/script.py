"""Makes a script for a short video out of a finished draft: no word is added. Requirements: GEN-3, SAF-6.

The first scene is the title, for a thumb stops at it or not at all. Then come one or two of the draft's thoughts, each
in the template that suits it, and in the end what the persona thinks, with the source. What does not fit into the
seconds is left out whole; nothing is cut in its middle.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chimera.core import sentences
from chimera.core.llm.offline import affinity, staging
from chimera.core.llm.offline.captions import captions, quotation, told
from chimera.core.llm.offline.values import Unwritten

SCENES_MAX = 4
SOURCE = "Source: "
TITLE_MAX, POINT_MAX, CLOSING_MAX = 90, 60, 90
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_COUNTED = re.compile(
    r"\b(?P<n>[2-9]|10|two|three|four|five|six|seven|eight|nine|ten) "
    r"(?:days?|hours?|weeks?|months?|minutes?|nights?) (?:left|to go|until|before)\b",
    re.IGNORECASE,
)
# Where a sentence that is too long may end early and still say something whole.
_JOINTS = re.compile(r"(?:,(?= which| after| while| because| who)| after| while| because| with)\s", re.IGNORECASE)
_WORDS_MIN = 7


@dataclass(frozen=True, kw_only=True)
class _Scene:
    template: str
    lines: tuple[str, ...]
    worth: float
    count: int = 3

    @property
    def text(self) -> str:
        return " ".join(self.lines)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """The draft, taken apart: its title, what is reported, what the persona says, and the outlets."""

    title: str
    kicker: str
    facts: tuple[str, ...]
    voice: tuple[str, ...]
    sources: tuple[str, ...]
    ms_max: int
    reading: Mapping[str, int]

    def ms(self, scenes: Sequence[_Scene]) -> int:
        """How long these scenes take."""
        return sum(_ms(scene.lines, self.reading) for scene in scenes)


def write(variables: Mapping[str, Any]) -> dict[str, Any] | Unwritten:
    """The fields of schemas.Script, or why there is none. Raises KeyError or TypeError on malformed variables."""
    given = _taken_apart(variables)
    if not given.title:
        return Unwritten(reason="The draft has no title to begin with.")
    chosen = max(_ways(given), key=lambda way: (_worth(way), -given.ms(way)), default=None)
    if chosen is None:
        seconds = given.ms_max / 1000
        return Unwritten(reason=f"Nothing of the draft can be read in {seconds:g} s; ask for a longer video.")
    poses, places = list(variables["poses"]), list(variables["places"])
    home = staging.place(" ".join((given.title, *given.facts)), places=places)
    taken: list[str] = []
    scenes = []
    for number, scene in enumerate(chosen):
        is_last = number == len(chosen) - 1
        first = "talk" if scene.template == "quote" else "wave" if is_last and not given.voice else ""
        words = " ".join(line for line in scene.lines if not line.startswith(SOURCE))
        taken.append(staging.pose(words, poses=poses, taken=taken, first=first))
        scenes.append(
            {
                "template": scene.template,
                "lines": list(scene.lines),
                "pose": taken[-1],
                # One place for all, so that the scenes are one story; the last word is spoken at home.
                "place": "studio" if is_last and "studio" in places else home,
                "count": scene.count,
            }
        )
    return {"scenes": scenes}


def _taken_apart(variables: Mapping[str, Any]) -> _Told:
    draft, persona = variables["draft"], variables["persona"]
    said = persona.get("voice") or {}
    # An opener says that something follows: it begins a text, and ends no video.
    openers, spoken = said.get("openers") or [], [*(said.get("asides") or []), *(said.get("closers") or [])]
    sources = tuple(dict.fromkeys(name for fact in draft["citations"] for name in fact["sources"]))
    facts, voice = [], []
    for sentence in sentences.split(str(draft["text"])):
        if any(sentence in line for line in spoken):
            voice.append(sentence)
        elif any(sentence in line for line in openers):
            continue
        elif reported := told(sentence, sources=sources):
            facts.append(reported)
    return _Told(
        title=str(draft["title"]).strip()[:TITLE_MAX],
        kicker=str(draft["kicker"]).strip(),
        facts=tuple(facts),
        voice=tuple(voice),
        sources=sources,
        ms_max=int(variables["ms_max"]),
        reading=variables["reading"],
    )


def _ways(given: _Told) -> Iterator[list[_Scene]]:
    """Every way to tell it within its time: some of the facts in their order, and each ending."""
    hook = _Scene(template="title", lines=(given.title,), worth=0.0)
    thoughts = [_thought(fact, given) for fact in given.facts[:5]]
    endings = list(_endings(given))
    for count in range(min(SCENES_MAX - 2, len(thoughts)), -1, -1):
        for some in itertools.combinations(range(len(thoughts)), count):
            for ending in endings:
                way = [hook, *_listed([thoughts[place] for place in some], given), ending]
                if given.ms(way) <= given.ms_max:
                    yield way
    # Where no thought fits whole, the beginning of one that says something by itself.
    for fact in given.facts[:2]:
        for part in _parts(fact):
            for ending in endings:
                way = [hook, _thought(part, given, worth=0.9), ending]
                if given.ms(way) <= given.ms_max:
                    yield way


def _thought(text: str, given: _Told, *, worth: float = 2.0) -> _Scene:
    """One thought in the template that suits it. What the title says already is worth less."""
    if said := quotation(text):
        return _Scene(template="quote", lines=said, worth=worth + 0.6)
    worth -= _overlap(text, given.title)
    if (found := _COUNTED.search(text)) and len(text) <= POINT_MAX:
        number = found["n"].lower()
        return _Scene(template="countdown", lines=(text,), worth=worth, count=_NUMBERS.get(number) or int(number))
    return _Scene(template="story", lines=tuple(captions(text)[:6]), worth=worth)


def _listed(thoughts: list[_Scene], given: _Told) -> list[_Scene]:
    """Two or more short facts under one heading are a list."""
    points = [scene.text for scene in thoughts if scene.template == "story" and len(scene.text) <= POINT_MAX]
    if len(points) < 2 or len(points) != len(thoughts) or not given.kicker:
        return thoughts
    return [_Scene(template="list", lines=(given.kicker, *points), worth=sum(one.worth for one in thoughts))]


def _endings(given: _Told) -> Iterator[_Scene]:
    """What the persona thinks, the last word first; else what it is about. The source stands below."""
    source = (f"{SOURCE}{', '.join(given.sources[:2])}",) if given.sources else ()
    for place, line in enumerate(reversed(given.voice)):
        if len(line) <= CLOSING_MAX and not line.endswith(":"):
            yield _Scene(template="title", lines=(line, *source), worth=1.9 - 0.2 * place)
    if given.kicker:
        yield _Scene(template="title", lines=(given.kicker, *source), worth=0.3)


def _parts(fact: str) -> list[str]:
    """Beginnings of a sentence that stand alone."""
    if quotation(fact):
        return []
    cuts = [fact[: joint.start()].rstrip(" ,") for joint in _JOINTS.finditer(fact)]
    return [f"{cut}." for cut in cuts if len(cut.split()) >= _WORDS_MIN and cut.count("“") == cut.count("”")]


def _worth(way: Sequence[_Scene]) -> float:
    return sum(scene.worth for scene in way)


def _overlap(text: str, title: str) -> float:
    """The share of the text's telling words that the title has."""
    words, known = affinity.stems(text), affinity.stems(title)
    return len(words & known) / len(words) if words else 1.0


def _ms(lines: Sequence[str], reading: Mapping[str, int]) -> int:
    each = [max(reading["line_ms_min"], round(1000 * len(line) / reading["characters_per_s"])) for line in lines]
    return max(reading["scene_ms_min"], sum(each) + reading["scene_ms"])
