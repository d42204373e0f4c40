"""Whether a text of ours claims to be human or denies being an AI: the check behind every model, in six languages."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from chimera.core.honesty import grammar
from chimera.core.honesty.asking import spoken
from chimera.core.honesty.reading import clauses
from chimera.core.honesty.typed import words

# What somebody else said is not the speaker's claim.
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|„[^“”]*[“”]|(?<!\w)[‘'][^‘’'\n]{8,}[’'](?!\w)")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The words that claim it."""

    start: int
    end: int
    language: str


def denies(text: str, *, names: Collection[str] = ()) -> Claim | None:
    """Where a text says that its speaker is human or no AI, None when it does not. `names` are the speaker's."""
    heard = _QUOTED.sub(lambda found: " " * len(found.group(0)), text)
    read = words(heard)
    own = frozenset(part for name in names for part in name.lower().split())
    for language in spoken(read):
        for clause in clauses(read, language=language, names=own):
            found = None if clause.asks else grammar.first(grammar.CLAIMS, clause, language=language)
            if found:
                start, end = clause.span(found)
                return Claim(start=start, end=end, language=language)
    return None
