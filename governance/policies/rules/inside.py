"""What a model was told stays inside: no instruction and no code of a directive goes out in any writing (SAF-1)."""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from chimera.core import prompts
from governance.policies.base import Finding, Outcome, Policy, Snapshot, outward_words
from governance.policies.domains import flat

RUN = 8  # words in a row that nobody writes by chance
_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"[\w-]*\d[\w-]*")
_CODE_LETTERS_MIN = 5
_ENCODED = re.compile(r"[A-Za-z0-9+/=]{16,}")


class Inside(Policy):
    """Eight words in a row of a prompt or a directive, or a word with a figure that only a directive has."""

    name = "inside"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text, the descriptions, the words of the picture, the soul and the citations."""
        answers = snapshot.get("answers")
        if answers and answers["fixed"]:
            return self.passed("The sentence is ours, word for word.")
        directives = tuple(snapshot["soul"].get("directives", ()))
        own, codes = _runs(prompts.own_words()) | _runs(directives), _codes(snapshot, directives)
        for text in outward_words(snapshot):
            for reading in _readings(text):
                words = _words(reading)
                if not own.isdisjoint(_in_rows(words)):
                    return self.finding(Outcome.BLOCK, "The text repeats what its writer was told.", span=text[:80])
                joined = "".join(words)
                if any(code in joined for code in codes):
                    return self.finding(
                        Outcome.BLOCK, "The text gives a code that stands in a directive.", span=text[:80]
                    )
        return self.passed("Nothing that the writer was told is repeated.")


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _in_rows(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (words[at : at + RUN] for at in range(len(words) - RUN + 1))


@lru_cache(maxsize=256)
def _runs(texts: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(row for text in texts for row in _in_rows(_words(text)))


def _codes(snapshot: Snapshot, directives: tuple[str, ...]) -> set[str]:
    found = {"".join(_words(code)) for text in directives for code in _CODE.findall(text)}
    found = {code for code in found if len(code) >= _CODE_LETTERS_MIN}
    if not found:
        return found
    cited = [str(one.get(key, "")) for one in snapshot["citations"] for key in ("text", "title", "source")]
    soul = snapshot["soul"]
    lines = [line for lines in soul["voice"].values() for line in lines]
    public = "".join(_words(" ".join([*cited, *lines, str(soul["name"]), *soul.get("interests", ())])))
    return {code for code in found if code not in public}


def _readings(text: str) -> Iterator[str]:
    """The text as it stands, backwards, with its words turned round, each letter moved by half, and decoded."""
    for plain in flat(text):
        yield plain
        yield plain[::-1]
        yield " ".join(reversed(plain.split()))
        yield codecs.encode(plain, "rot13")
        for found in _ENCODED.findall(plain):
            yield from _decoded(found)


def _decoded(word: str) -> Iterator[str]:
    with suppress(binascii.Error, ValueError):
        yield base64.b64decode(word + "=" * (-len(word) % 4)).decode("utf-8", "ignore")
    with suppress(ValueError):
        yield bytes.fromhex(word).decode("utf-8", "ignore")
