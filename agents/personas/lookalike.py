"""Whether a new soul is a look-alike of a persona that exists: by handle, by name, or by what it says of itself.

Pure: values in, a value out; who is compared with whom is the caller's choice. Requirements: PER-1, SAF-3.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chimera.core import embeddings
from chimera.core.errors import Denied

# Cosine of backstory, traits and lines, white space evened out, in wordllama's space. Measured on the demo's three
# souls: against each other 0.30 to 0.38; against another persona of the same trade 0.66; with a quarter of the
# sentences taken from another soul 0.89 to 0.92. Light edits of the same soul: a dozen words exchanged 0.95 to 0.997,
# up to a third of the sentences left out 0.955 to 0.99, all sentences in another order 1.00.
SAME_PROSE_MIN = 0.92

# What is left of a handle without its digits must say something to be compared.
_LETTERS_MIN = 3

# Characters and pairs that are read as one another; pairs after single characters.
_READ_AS = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"})
_PAIRS = (("rn", "m"), ("vv", "w"))


class LookAlike(Denied):
    """A soul that people would take for a persona of the operator that exists already."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A persona to compare with. `prose` as `prose()` makes it; `brand` is the slug, for the sentence."""

    handle: str
    name: str
    prose: str
    brand: str


def prose(*, backstory: str, voice: Mapping[str, Any]) -> str:
    """What a soul says of itself, as one text with single spaces: backstory, traits, lines.

    `voice` is the front matter's: traits, openers, asides, closers, lists of str.
    """
    lines = [line for part in ("traits", "openers", "asides", "closers") for line in voice.get(part, [])]
    return " ".join(" ".join([backstory, *lines]).split())


def skeletons(handle: str) -> frozenset[str]:
    """How a handle is remembered: with confusable characters read as one, and without its digits.

    Two handles are confusable when they share a skeleton: bea_unscrews, bea-unscrews, bea_unscrew5, bea_unscrews2.
    """
    plain = unicodedata.normalize("NFKC", handle).casefold()
    letters = "".join(character for character in plain if character.isalnum())
    bare = "".join(character for character in letters if not character.isdigit())
    return frozenset(_read(text) for text in (letters, bare) if len(text) >= _LETTERS_MIN)


def _read(text: str) -> str:
    text = text.translate(_READ_AS)
    for written, seen in _PAIRS:
        text = text.replace(written, seen)
    return text


def _called(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def find(*, handle: str, name: str, prose: str, among: Sequence[Known]) -> tuple[Known, str] | None:
    """The first persona that this one could be taken for, with the reason as half a sentence; None when unlike all."""
    own = skeletons(handle)
    for other in among:
        if own & skeletons(other.handle):
            return other, f"the handle @{handle} is read as @{other.handle}"
        if _called(name) == _called(other.name):
            return other, f"the name {name!r} is the same"
    if not among:
        return None
    vectors = embeddings.embed([prose, *(other.prose for other in among)])
    likeness = [embeddings.similarity(vectors[0], vector) for vector in vectors[1:]]
    nearest = max(range(len(among)), key=lambda index: likeness[index])
    if likeness[nearest] < SAME_PROSE_MIN:
        return None
    return among[nearest], f"backstory and lines are nearly the same ({likeness[nearest]:.2f} of 1)"


def refuse(*, handle: str, name: str, prose: str, among: Sequence[Known]) -> None:
    """Raise LookAlike with a sentence that names the persona and what to do; nothing when the soul is its own."""
    found = find(handle=handle, name=name, prose=prose, among=among)
    if found is not None:
        other, reason = found
        raise LookAlike(
            f"@{handle} would be a look-alike of @{other.handle} ({other.name}, brand {other.brand}): {reason}. "
            f"Give the new persona its own handle, name and words, or edit the soul of @{other.handle} instead."
        )
