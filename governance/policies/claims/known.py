"""Everything that may be said: by the cited items, and by the soul of the persona about itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from governance.policies.claims import dates, names, numbers, quotations
from governance.policies.claims.text import Claim, blanked, flat, plain

_SELF = re.compile(r"\b(?:I|(?i:me|my|mine|myself)|I'\w+)\b")
_AT = re.compile(r"\b(?:at|from|by|until|till|before|after|around|between)\s+$", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?\n]")


class _Said:
    """What one body of texts says. Read when it is asked for: most posts claim no date, and a soul is long."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def flat(self) -> str:
        return "\n".join(self._flats)

    @cached_property
    def plain(self) -> list[str]:
        return [plain(text) for text in self.texts]

    @cached_property
    def every_date(self) -> list[dates.Date]:
        return list(dates.find(self.flat))

    @cached_property
    def every_number(self) -> list[numbers.Number]:
        return list(numbers.find(self.flat))

    @cached_property
    def every_name(self) -> names.Names:
        return names.Names(self._flats)

    @cached_property
    def _flats(self) -> list[str]:
        return [flat(text) for text in self.texts]

    def has_date(self, date: dates.Date) -> bool:
        if dates.is_said(date, self.every_date):
            return True
        parts = dict(date.parts)
        if "words" in parts:
            return f" {parts['words']} " in f" {' '.join(self.plain)} "
        if set(parts) == {"year"}:
            return any(number.value == int(parts["year"]) for number in self.every_number)
        if "clock" in parts and parts["clock"].endswith(":00"):  # "at four each morning"
            hour = int(parts["clock"].partition(":")[0])
            hours = (
                number for number in self.every_number if not number.unit and _AT.search(self.flat[: number.start])
            )
            return any(number.value in (hour, hour - 12) for number in hours)
        return False


@dataclass(frozen=True, kw_only=True)
class _Own:
    said: _Said
    lines: list[str]


@lru_cache(maxsize=4_096)
def _of_soul(soul: tuple[str, ...], lines: tuple[str, ...]) -> _Own:
    """A soul is read once: it never changes, and every post of its persona is looked up in it."""
    return _Own(
        said=_Said([*soul, *lines]),
        lines=sorted({flat(line).strip() for line in lines}, key=len, reverse=True),
    )


class Known:
    """The cited items and the soul, read once for one text."""

    def __init__(self, *, cited: Sequence[str], soul: Sequence[str], lines: Sequence[str]) -> None:
        """`soul`: what the persona is; `lines`: what it always says, word for word."""
        self._cited, own = _Said(cited), _of_soul(tuple(soul), tuple(lines))
        self._soul, self._lines = own.said, own.lines

    @cached_property
    def _names(self) -> names.Names:
        return names.Names([flat(text) for text in self._cited.texts], more=self._soul.every_name)

    def missing(self, text: str) -> tuple[list[Claim], int]:
        """The claims of a text that nothing known says, in order, and how many claims it makes in all."""
        whole = flat(text)
        rest = self._without_own_lines(whole)
        found: list[Claim] = []
        count = 0
        quoted = [(start, end) for start, end, _ in quotations.spans(rest)]
        for claim in quotations.claims(text, rest):
            count += 1
            if not quotations.is_said(claim.words, [*self._cited.plain, *self._soul.plain]):
                found.append(claim)
        for inside, speaker, at in quotations.speakers(rest):
            if not quotations.is_theirs(inside, speaker, self._cited.plain):
                count += 1
                found.append(Claim(kind="quotation", words=text[at : at + len(speaker)], start=at))
        rest = blanked(rest, *quoted)
        rest = blanked(rest, *numbers.in_passing(rest))
        dated = sorted(dates.find(rest), key=lambda one: one.start)
        for date in dated:
            count += 1
            if not self._cited.has_date(date) and not (
                self._is_of_self(rest, date.start) and self._soul.has_date(date)
            ):
                found.append(Claim(kind="date", words=text[date.start : date.end].strip(), start=date.start))
        rest = _emptied(rest, [(date.start, date.end) for date in dated])
        counted = list(numbers.find(rest))
        missing, numbered = self._numbers(text, rest, counted)
        rest = _emptied(rest, [(number.start, number.end) for number in counted])
        named = list(names.claims(text, rest))
        found += missing
        found += [
            claim for claim in named if not self._names.know(flat(claim.words), first=names.begins(rest, claim.start))
        ]
        return sorted(found, key=lambda claim: claim.start), count + numbered + len(named)

    def _numbers(self, text: str, rest: str, counted: Sequence[numbers.Number]) -> tuple[list[Claim], int]:
        found: list[Claim] = []
        count = len(counted)
        for number in counted:
            own = self._soul.every_number if self._is_of_self(rest, number.start) else []
            if not numbers.is_said(number, [*self._cited.every_number, *own]):
                found.append(Claim(kind="number", words=text[number.start : number.end], start=number.start))
        for claim in numbers.parts(text, rest):
            count += 1
            if not numbers.same_is_said(claim.words, self._cited.flat):
                found.append(claim)
        return found, count

    def _without_own_lines(self, whole: str) -> str:
        """What the persona always says needs no source: it is the soul, word for word."""
        for line in self._lines:
            at = whole.find(line) if len(line) > 2 else -1
            while at >= 0:
                whole = blanked(whole, (at, at + len(line)))
                at = whole.find(line, at + len(line))
        return whole

    def _is_of_self(self, rest: str, at: int) -> bool:
        """Whether the sentence speaks of the persona: then its soul may be what says it."""
        begin = max((found.end() for found in _SENTENCE.finditer(rest, 0, at)), default=0)
        end = _SENTENCE.search(rest, at)
        return bool(_SELF.search(rest[begin : end.start() if end else len(rest)]))


def _emptied(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def passage(citation: Mapping[str, Any]) -> str:
    """Everything that a cited item says: its title, its text, and who tells it."""
    sources = citation.get("sources", [])
    return "\n".join(dict.fromkeys([citation["title"], citation["text"], citation["source"], *sources]))


def of(snapshot: Mapping[str, Any]) -> Known:
    """What the snapshot's cited items and soul say."""
    soul = snapshot["soul"]
    cited = [passage(citation) for citation in snapshot["citations"]]
    said = [soul["name"], soul.get("handle", ""), soul.get("audience", ""), soul.get("backstory", "")]
    voice = soul["voice"]
    return Known(
        cited=cited,
        soul=[*said, *soul.get("interests", ()), *soul.get("directives", ())],
        lines=[line for part in ("openers", "asides", "closers") for line in voice[part]],
    )
