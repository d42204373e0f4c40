"""The tripwire: does a text try to give orders to whoever reads it, and where.

It looks at the text as shown, at what a page hides, and at what it says in another writing. Exact and without a model:
the same text gives the same answer. Requirements: SAF-1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chimera.core.injection import cleaning, decoding, narrowing, scoring, signs, windows
from chimera.core.injection.cleaning import Read

TRIPS_AT = 0.0
# What is hidden or written so that no reader understands it needs less to be suspicious.
EASE_ENCODED = 2.5
EASE_UNSEEN = 2.0
HIDDEN_RUN = 12  # characters in a row that show nothing: enough to carry words
SPANS_MAX = 20

_SAID = {
    "override": "it takes back earlier instructions",
    "override_short": "it takes back earlier instructions",
    "override_all": "it takes back earlier instructions",
    "no_longer": "it takes back earlier instructions",
    "system_prompt": "it speaks of the system prompt",
    "leak": "it asks for instructions or secrets",
    "you_are_now": "it gives the reader another role",
    "role": "it gives the reader another role",
    "mode": "it switches limits off",
    "template": "it imitates the frame of a prompt",
    "role_marker": "it imitates the frame of a prompt",
    "delimiter": "it imitates the frame of a prompt",
    "machine_vocative": "it addresses a machine",
    "machine_duty": "it addresses a machine",
    "if_machine": "it addresses a machine",
    "pay": "it asks for a payment",
    "tool": "it asks for a tool",
    "secrets": "it asks for secrets",
    "covert": "it asks for silence",
    "judge": "it tells a judge what to find",
    "memory": "it wants to change what is remembered",
    "promote": "it asks to be recommended",
    "must_in_answer": "it dictates an answer",
    "format": "it dictates the form of an answer",
    "your_answer": "it dictates an answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the original text that trips, and why in half a sentence."""

    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the tripwire says: `score` at its highest (it trips from 0 on) and the stretches, at most SPANS_MAX."""

    score: float
    spans: tuple[Span, ...] = ()

    @property
    def trips(self) -> bool:
        """Whether the text is to be set aside."""
        return self.score >= TRIPS_AT

    @property
    def why(self) -> str:
        """The reasons as one sentence, empty when it does not trip."""
        reasons = tuple(dict.fromkeys(span.why for span in self.spans))
        return f"This looks like an order to a machine: {'; '.join(reasons[:3])}." if self.trips else ""


@dataclass(frozen=True, slots=True)
class _Window:
    text: str
    start: int
    end: int
    how: str
    ease: float
    among: Sequence[int]  # the signs that it can hold


def look(text: str) -> Look:
    """Look through a text. Time grows with its length, a few milliseconds for a post; only CHARS_MAX are read."""
    every = list(_windows(text))
    scored = scoring.scores([window.text for window in every], among=[window.among for window in every])
    best = -99.0
    hits: list[tuple[float, Span]] = []
    for window, score in zip(every, scored, strict=True):
        total = float(score) + window.ease
        best = max(best, total)
        if total >= TRIPS_AT:
            hits.append((total, Span(start=window.start, end=window.end, why=_why(window))))
    for start, end in cleaning.hidden_runs(text, least=HIDDEN_RUN):
        hits.append((1.0, Span(start=start, end=end, why="characters that show nothing stand in a row")))
    if len(text) > cleaning.CHARS_MAX:
        hits.append((0.0, Span(start=cleaning.CHARS_MAX, end=len(text), why="it is too long to be looked through")))
    hits.sort(key=lambda hit: (-hit[0], hit[1].end - hit[1].start, hit[1].start))
    return Look(score=max([best, *(total for total, _ in hits)]), spans=tuple(_apart(span for _, span in hits)))


def _windows(text: str) -> Iterator[_Window]:
    read = cleaning.shown(text)
    folded = cleaning.folded(read)
    yield from _of(folded, how="", ease=0.0)
    for words, start, end, how in cleaning.unseen(text):
        for window in _of(cleaning.folded(cleaning.shown(words)), how=how, ease=EASE_UNSEEN):
            yield replace(window, start=start, end=end)
    for reading in decoding.readings(text, read):
        inner = cleaning.folded(cleaning.original(reading.text))
        for window in _of(inner, how=reading.how, ease=EASE_ENCODED):
            yield replace(window, start=reading.start, end=reading.end)


def _of(folded: Read, *, how: str, ease: float) -> Iterator[_Window]:
    spans = list(windows.stretches(folded.text))
    among = narrowing.possible(folded.text, spans=spans)
    for start, end in spans:
        yield _Window(folded.text[start:end], *folded.span(start, end), how, ease, among)


def _why(window: _Window) -> str:
    here = dict(zip(signs.NAMES, signs.found(window.text, among=window.among), strict=True))
    said = next((words for name, words in _SAID.items() if here[name]), "it is worded like one")
    return f"{said}, written in {window.how}" if window.how else said


def _apart(spans: Iterator[Span]) -> Iterator[Span]:
    """Spans that lie inside none of those before them."""
    kept: list[Span] = []
    for span in spans:
        if len(kept) < SPANS_MAX and not any(span.start < one.end and one.start < span.end for one in kept):
            kept.append(span)
            yield span
