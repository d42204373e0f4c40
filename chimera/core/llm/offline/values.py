"""What the offline writer reads and hands on, as plain values. Requirements: GEN-2, SAF-6."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chimera.core.llm.schemas import TEXT_CHARS_MAX


@dataclass(frozen=True)
class Unwritten:
    """No draft, with the reason as a sentence for a person."""

    reason: str


@dataclass(frozen=True)
class Reported:
    """A fact as the writer was given it. `position` is its index in variables["facts"]."""

    position: int
    text: str
    source: str
    title: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Remark:
    """What a judge or a reviewer objected to: a reason, and the words concerned if there are any."""

    reason: str
    span: str


@dataclass(frozen=True)
class Brief:
    """The variables of one draft."""

    name: str
    handle: str
    interests: tuple[str, ...]
    traits: tuple[str, ...]
    openers: tuple[str, ...]
    asides: tuple[str, ...]
    closers: tuple[str, ...]
    forbidden: tuple[str, ...]
    trend_title: str
    facts: tuple[Reported, ...]
    limit_chars: int
    remarks: tuple[Remark, ...]
    recent: tuple[str, ...]
    seed: str


def brief(variables: Mapping[str, Any]) -> Brief:
    """Read the variables of "draft". Raises KeyError or TypeError where they are not what the prompt describes."""
    persona, trend = variables["persona"], variables["trend"]
    voice = persona.get("voice") or {}
    return Brief(
        name=str(persona["name"]).strip(),
        handle=str(persona["handle"]).strip(),
        interests=_texts(persona.get("interests")),
        traits=_texts(voice.get("traits")),
        openers=_texts(voice.get("openers")),
        asides=_texts(voice.get("asides")),
        closers=_texts(voice.get("closers")),
        forbidden=_texts(persona.get("forbidden_topics")),
        trend_title=str(trend.get("title") or "").strip(),
        facts=tuple(_reported(index, fact) for index, fact in enumerate(variables["facts"])),
        limit_chars=min(TEXT_CHARS_MAX, int(variables.get("limit_chars") or TEXT_CHARS_MAX)),
        remarks=tuple(
            Remark(reason=str(remark.get("reason") or ""), span=str(remark.get("span") or "").strip())
            for remark in (variables.get("feedback") or ())
        ),
        recent=_texts(variables.get("recent")),
        seed=str(variables.get("seed") or ""),
    )


def plain(text: str) -> str:
    """Text for comparison: lower case, words only."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _texts(value: Sequence[Any] | None) -> tuple[str, ...]:
    return tuple(str(entry).strip() for entry in (value or ()) if str(entry).strip())


def _name(text: str) -> str:
    """An outlet's name as it can stand in a sentence: what ends in a colon or has no letter at all is none."""
    name = text.strip().strip(":;,-–—…").strip()
    return name if any(character.isalnum() for character in name) else ""


def _reported(position: int, fact: Mapping[str, Any]) -> Reported:
    source = _name(str(fact.get("source") or ""))
    others = [name for name in map(_name, _texts(fact.get("sources"))) if name and name != source]
    return Reported(
        position=position,
        text=str(fact.get("text") or "").strip(),
        source=source,
        title=str(fact.get("title") or "").strip(),
        sources=(source, *others) if source else (),
    )
