"""Finding and masking. Masks are typed and always the same, so a masked text can be stored, compared and quoted."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from chimera.core.pii.addresses import addresses
from chimera.core.pii.base import Kind, Span
from chimera.core.pii.keys import secrets
from chimera.core.pii.numbers import cards, ibans
from chimera.core.pii.plain import Plain, plain
from chimera.core.pii.reach import emails, phones

# In this order: where two overlap, the earlier kind names the whole.
_FINDERS = {
    Kind.SECRET: secrets,
    Kind.IBAN: ibans,
    Kind.CARD: cards,
    Kind.EMAIL: emails,
    Kind.PHONE: phones,
    Kind.ADDRESS: addresses,
}
EVERY = frozenset(Kind)


@dataclass(frozen=True, kw_only=True)
class Masked:
    """A text in which nothing private is left that we recognise, and what was there: places in the text as it was."""

    text: str
    spans: tuple[Span, ...]


def find(text: str, *, kinds: Collection[Kind] = EVERY) -> tuple[Span, ...]:
    """The private things in a text, in their order, none overlapping."""
    seen = plain(text)
    spans: list[Span] = []
    for found in _found(seen, kinds):
        touched = [one for one in spans if found.start < one.end and one.start < found.end]
        whole = found
        if touched:
            spans = [one for one in spans if one not in touched]
            start = min(found.start, *(one.start for one in touched))
            whole = Span(start=start, end=max(found.end, *(one.end for one in touched)), kind=touched[0].kind)
        spans.append(whole)
    return tuple(sorted(spans, key=lambda one: one.start))


def _found(seen: Plain, kinds: Collection[Kind]) -> Iterator[Span]:
    for kind, finder in _FINDERS.items():
        if kind in kinds:
            for start, end in finder(seen.text):
                first, last = seen.back(start, end)
                yield Span(start=first, end=last, kind=kind)


def mask(text: str, *, kinds: Collection[Kind] = EVERY) -> Masked:
    """The text with each private thing replaced by its mask. Masking again changes nothing."""
    spans = find(text, kinds=kinds)
    parts, place = [], 0
    for span in spans:
        parts += [text[place : span.start], span.kind.mask]
        place = span.end
    return Masked(text="".join([*parts, text[place:]]), spans=spans)
