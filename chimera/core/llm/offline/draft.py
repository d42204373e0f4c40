"""Writes a draft from the trend's own sentences and the persona's own lines. Requirements: GEN-1, GEN-2, SAF-6.

Every candidate is facts + source + lines in one of the structures that suit the persona's temper; the best one that
fits the limit is taken. Chance comes from the seed alone, so the same variables give the same draft.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from chimera.core import canonical
from chimera.core.llm.offline import affinity, attribution, poster, selection, voice
from chimera.core.llm.offline.values import Brief, Remark, Reported, Unwritten, brief, plain

REMARKS_MAX = 6
# From the second objection on the persona stays silent and lets the report speak.
REMARKS_WITH_VOICE = 1


@dataclass(frozen=True)
class _Candidate:
    text: str
    structure: voice.Structure
    facts: tuple[Reported, ...]
    score: float


def write(variables: Mapping[str, Any]) -> dict[str, Any] | Unwritten:
    """The fields of schemas.Draft, or why nothing honest fits. Raises KeyError or TypeError on malformed variables."""
    given = brief(variables)
    remarks = given.remarks[:REMARKS_MAX]
    attempts: list[_Candidate] = []
    best: _Candidate | None = None
    # What the earlier attempts looked like is found by writing them again: the writer keeps no state.
    for count in range(len(remarks) + 1):
        best = _best(given, remarks[:count], attempts)
        if best is not None:
            attempts.append(best)
    if best is None:
        return Unwritten(reason=_why_nothing(given))
    banned = [remark.span for remark in remarks if remark.span]
    heading = poster.title(brief=given, cited=best.facts, banned=banned)
    words = " ".join([heading, *(fact.text for fact in best.facts)])
    topic = poster.kicker(brief=given, story=affinity.passages([words], about=affinity.topics(given.interests))[0])
    return {
        "text": best.text,
        "poster_title": heading,
        "poster_kicker": topic,
        "alt_text": poster.alt_text(brief=given, poster_title=heading, poster_kicker=topic),
        "citations": sorted(fact.position for fact in best.facts),
    }


def _best(given: Brief, remarks: Sequence[Remark], attempts: Sequence[_Candidate]) -> _Candidate | None:
    facts = selection.usable(given, spans=[remark.span for remark in remarks if remark.span])
    if not facts:
        return None
    rng = Random(canonical.digest([given.seed, given.handle, given.trend_title, str(len(remarks))]))
    seen = {attempt.text for attempt in attempts}
    groups = selection.groups(given, facts)
    found = [one for one in _candidates(given, groups, _desk(given, remarks, rng)) if one.text not in seen]
    tried = {attempt.structure for attempt in attempts}
    fresh = [one for one in found if one.structure not in tried] or found
    return max(fresh, key=lambda one: one.score, default=None)


@dataclass(frozen=True)
class _Desk:
    """What one attempt composes with: habits, free lines per slot, and chance."""

    temper: voice.Temper
    topics: affinity.Topics
    structures: tuple[voice.Structure, ...]
    styles: tuple[str, ...]
    pools: Mapping[str, Sequence[affinity.Passage]]
    limit_chars: int
    rng: Random


def _desk(given: Brief, remarks: Sequence[Remark], rng: Random) -> _Desk:
    temper = voice.temper(given.traits)
    topics = affinity.topics(given.interests)
    grave = voice.is_grave([fact.text for fact in given.facts])
    silent = grave or len(remarks) > REMARKS_WITH_VOICE or _is_foreign(given, topics)
    spans = [plain(remark.span) for remark in remarks if plain(remark.span)]
    pools = {
        slot: [line for line in voice.lines(texts, recent=given.recent, about=topics) if not _touches(line.text, spans)]
        for slot, texts in (("opener", given.openers), ("aside", given.asides), ("closer", given.closers))
    }
    return _Desk(
        temper=temper,
        topics=topics,
        structures=(voice.PLAIN,) if silent else tuple(temper.structures),
        styles=voice.SOBER_STYLES if grave else temper.styles,
        pools=pools,
        limit_chars=given.limit_chars,
        rng=rng,
    )


def _is_foreign(given: Brief, topics: affinity.Topics) -> bool:
    """Whether the trend lies outside everything that the persona cares about: then its sayings would be noise."""
    headlines = " ".join([given.trend_title, *dict.fromkeys(fact.title for fact in given.facts)])
    reports = " ".join(fact.text for fact in given.facts)
    nearness = [near for passage in affinity.passages([headlines, reports], about=topics) for near in passage.nearness]
    return bool(nearness) and max(nearness) < affinity.FIELD_FLOOR


def _candidates(given: Brief, groups: Sequence[selection.Group], desk: _Desk) -> Iterator[_Candidate]:
    for group in groups:
        story = affinity.passages([" ".join(fact.text for fact in group.facts)], about=desk.topics)[0]
        for structure, style in itertools.product(desk.structures, desk.styles):
            body = attribution.STYLES[style](group.facts)
            filled = _filled(structure, body, style, story, desk) if body else None
            if filled is None:
                continue
            text, fit = filled
            score = group.score + desk.temper.structures.get(structure, 0.0) + 1.5 * fit + desk.rng.uniform(0, 0.7)
            # The same words for every source would be a template.
            score -= attribution.worn(style, recent=given.recent)
            # Far from its fair length a post reads thin or crammed.
            score -= abs(len(text) - desk.temper.chars_fair) / 120
            yield _Candidate(text=text, structure=structure, facts=group.facts, score=score)


def _filled(
    structure: voice.Structure, body: str, style: str, story: affinity.Passage, desk: _Desk
) -> tuple[str, float] | None:
    """The text and the mean fit of its lines; None if a slot stays empty or the whole does not fit."""
    parts: list[tuple[str, str]] = []
    chosen: list[affinity.Passage] = []
    fits: list[float] = []
    room = desk.limit_chars - len(body)
    for slot in structure:
        if slot == "facts":
            parts.append((slot, body))
            continue
        picked = voice.pick(
            among=desk.pools[slot], story=story, beside=chosen, chars_max=room - voice.GAP_CHARS_MAX, rng=desk.rng
        )
        if picked is None or (picked[0].text.endswith(":") and style in attribution.HEADS):
            return None
        line, fit = picked
        parts.append((slot, line.text))
        chosen.append(line)
        fits.append(fit)
        room -= len(line.text) + voice.GAP_CHARS_MAX
    if room < 0:
        return None
    return voice.joined(parts, temper=desk.temper), sum(fits) / len(fits) if fits else 0.0


def _touches(text: str, spans: Sequence[str]) -> bool:
    return any(span in plain(text) or plain(text) in span for span in spans)


def _why_nothing(given: Brief) -> str:
    if not given.facts:
        return (
            f'"{given.trend_title}" came without a single fact, so nothing true can be written; wait for its reports.'
        )
    if given.remarks:
        return (
            f'No whole sentence about "{given.trend_title}" is left within {given.limit_chars} characters after the '
            "objections; write this one by hand or drop it."
        )
    return (
        f'No whole sentence about "{given.trend_title}" fits into {given.limit_chars} characters together with its '
        "source; write this one by hand or configure a model that can shorten."
    )
