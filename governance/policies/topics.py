"""Topics that somebody listed, looked for as whole words in any case; a trailing * takes every ending. JDG-1."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache


@lru_cache(maxsize=4_096)
def _pattern(topic: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in topic.rstrip("*").split())
    return re.compile(rf"(?<!\w){words}" + (r"\w*" if topic.endswith("*") else r"(?!\w)"), re.IGNORECASE)


def first(*, topics: Iterable[str], texts: Sequence[str]) -> tuple[str, str] | None:
    """The first listed topic that one of the texts names, with the words that name it."""
    for topic in topics:
        for text in texts:
            found = _pattern(topic).search(text) if topic.strip("* ") else None
            if found:
                return topic, found.group(0)
    return None
