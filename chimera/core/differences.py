"""Where two JSON values differ first, in words for a person; what was changed in a text. Requirements: PLN-7, REV-2."""

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

SHOWN_CHARS_MAX = 60
_LEAD_CHARS = 20
_MISSING = object()


KEPT, GONE, NEW = "kept", "gone", "new"
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
WORDS_MAX = 2_000  # of one text; beyond it all of it is gone and all of it is new


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place (`citations[0].url`, empty for the whole value) with both values, shortened."""

    path: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return f"{self.path or 'the whole'}: recorded {self.recorded}, now {self.now}"


def first(*, recorded: Any, now: Any) -> Difference | None:
    """The first difference in the order of keys and positions; None when both are the same JSON."""
    return _first(_plain(recorded), _plain(now), "")


def _plain(value: Any) -> Any:
    """As it comes out of the database: tuples are lists there."""
    return json.loads(json.dumps(value))


def _first(recorded: Any, now: Any, path: str) -> Difference | None:
    if isinstance(recorded, dict) and isinstance(now, dict):
        for key in sorted(recorded.keys() | now.keys()):
            inner = f"{path}.{key}" if path else key
            if found := _first(recorded.get(key, _MISSING), now.get(key, _MISSING), inner):
                return found
        return None
    if isinstance(recorded, list) and isinstance(now, list):
        for index, (before, after) in enumerate(zip_longest(recorded, now, fillvalue=_MISSING)):
            if found := _first(before, after, f"{path}[{index}]"):
                return found
        return None
    if type(recorded) is type(now) and recorded == now:
        return None
    start = _parting(recorded, now)
    return Difference(path=path, recorded=_shown(recorded, start), now=_shown(now, start))


def _parting(recorded: Any, now: Any) -> int:
    """From where two long texts are shown: a little before they part."""
    if not isinstance(recorded, str) or not isinstance(now, str):
        return 0
    same = next(
        (i for i, (a, b) in enumerate(zip(recorded, now, strict=False)) if a != b), min(map(len, (recorded, now)))
    )
    return max(0, same - _LEAD_CHARS)


def _shown(value: Any, start: int) -> str:
    if value is _MISSING:
        return "nothing"
    if isinstance(value, str):
        part = ("…" if start else "") + value[start : start + SHOWN_CHARS_MAX]
        return json.dumps(part + ("…" if len(value) > start + SHOWN_CHARS_MAX else ""), ensure_ascii=False)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARS_MAX else f"{text[:SHOWN_CHARS_MAX]}…"


def words(*, before: str, after: str) -> list[list[str]]:
    """What became of a text, word by word: [[kept | gone | new, words], ...] in the order of reading.

    What was kept and what is gone make the former text again, what was kept and what is new the other one.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > WORDS_MAX:
        old, new = [before] if before else [], [after] if after else []
    found: list[list[str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append([KEPT, "".join(old[i1:i2])])
        else:
            found += [[name, "".join(part)] for name, part in ((GONE, old[i1:i2]), (NEW, new[j1:j2])) if part]
    return found
