"""Text from outside carries its origin and cannot pass for our own (SAF-1).

A feed title, a mention or a tool's answer may hold instructions. It travels as `Tainted`, which is not a string:
it cannot be formatted into a prompt or a post by accident. A reader asks for `.text` on purpose, a page shows
`quote()`, and whatever publishes or pays calls `refuse()` first.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NoReturn

from chimera.core.errors import Denied

_TEXT_KEY = "$tainted"
_ORIGIN_KEY = "origin"
_DEPTH_MAX = 64

# Shown as nothing although they are no format characters by Unicode's own category.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_KEPT_CONTROLS = frozenset("\n\t")


class TaintedSink(Denied):
    """Text from outside was about to reach something that acts."""


class Malformed(Denied):
    """A value cannot be written as JSON with its taint, or read back from it."""


@dataclass(frozen=True, slots=True, repr=False)
class Tainted:
    """An outside text with where it came from. Equal by both. `.text` is for readers that treat it as data."""

    text: str
    origin: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not isinstance(self.origin, str):
            raise TypeError("Tainted takes a text and its origin, both strings; pass str values.")

    def __repr__(self) -> str:
        # Logs and error pages print reprs: they get the origin, never the text.
        return f"Tainted(<{len(self.text)} characters>, origin={self.origin!r})"

    def __str__(self) -> NoReturn:
        raise self._refusal()

    def __format__(self, spec: str) -> NoReturn:
        raise self._refusal()

    def _refusal(self) -> TypeError:
        return TypeError(
            f"Text from {self.origin} comes from outside and is not formatted by itself; "
            "use .text at a reader or quote() for display."
        )


def to_json(value: Any) -> Any:
    """The value with every Tainted as `{"$tainted": text, "origin": origin}`; tuples become lists.

    What is already in that form stays. Raises Malformed for another use of the key or deeper than 64 levels.
    """
    return _mapped(value, outward=True, depth=0)


def from_json(value: Any) -> Any:
    """The reverse of `to_json`. Raises Malformed as it does."""
    return _mapped(value, outward=False, depth=0)


def _mapped(value: Any, *, outward: bool, depth: int) -> Any:
    if depth > _DEPTH_MAX:
        raise Malformed(f"The value is nested deeper than {_DEPTH_MAX} levels; flatten it.")
    if isinstance(value, Tainted):
        return {_TEXT_KEY: value.text, _ORIGIN_KEY: value.origin} if outward else value
    if isinstance(value, Mapping):
        if any(isinstance(key, Tainted) for key in value):
            raise Malformed("Text from outside cannot be a key; use it as a value.")
        marked = _unwrapped(value)
        if marked is not None:
            return dict(value) if outward else marked
        return {key: _mapped(inner, outward=outward, depth=depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(inner, outward=outward, depth=depth + 1) for inner in value]
    return value


def _unwrapped(value: Mapping[Any, Any]) -> Tainted | None:
    """The Tainted that this mapping stands for, None if it is an ordinary one."""
    if _TEXT_KEY not in value:
        return None
    text, origin = value[_TEXT_KEY], value.get(_ORIGIN_KEY)
    if len(value) != 2 or not isinstance(text, str) or not isinstance(origin, str):
        raise Malformed(f'A mapping with the key "{_TEXT_KEY}" needs a text and an origin and nothing else; rename it.')
    return Tainted(text, origin)


def quote(tainted: Tainted) -> str:
    """The text for display as data: NFKC, without invisible characters, bidi controls, tags and other controls.

    It is still text from outside: escape it for the page, and never give it to something that acts.
    """
    if not isinstance(tainted, Tainted):
        raise TypeError("quote() takes a Tainted; text of our own needs no quoting.")
    # Before and after: NFKC turns some characters into invisible ones, and composes across none that are left.
    return _visible(unicodedata.normalize("NFKC", _visible(tainted.text)))


def _visible(text: str) -> str:
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n"))
    if text.isprintable():
        return text  # nothing of what follows is in it
    return "".join(
        character
        for character in text
        if character in _KEPT_CONTROLS or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def refuse(value: Any, *, sink: str) -> None:
    """Raise TaintedSink if `value` is Tainted or holds one, in either form, at any depth.

    Looks into mappings (keys too), sequences, sets, dataclasses and pydantic models.
    """
    for path, found in _tainted_in(value):
        raise TaintedSink(
            f"{sink} was given text from outside ({found.origin}) in {path}; "
            "let a writer make its own text of it, and pass that."
        )


def _tainted_in(value: Any) -> Iterator[tuple[str, Tainted]]:
    # A stack instead of recursion: the depth is the attacker's choice. Seen ids stop circles.
    waiting: list[tuple[str, Any]] = [("the value", value)]
    seen: set[int] = set()
    while waiting:
        path, current = waiting.pop()
        if isinstance(current, Tainted):
            yield path, current
            continue
        if isinstance(current, (str, bytes, bytearray, int, float, type(None))) or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, Mapping) and _TEXT_KEY in current:
            yield path, Tainted(str(current[_TEXT_KEY]), str(current.get(_ORIGIN_KEY, "unknown")))
            continue
        waiting.extend(_inside(path, current))


def _inside(path: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        keys = [(f"a key of {path}", key) for key in value]
        return keys + [(f"{path}[{key!r}]", inner) for key, inner in value.items()]
    if isinstance(value, (Sequence, Set)):
        return [(f"{path}[{index}]", inner) for index, inner in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(f"{path}.{field.name}", getattr(value, field.name)) for field in dataclasses.fields(value)]
    if hasattr(type(value), "__pydantic_fields__"):
        return [(f"{path}.{name}", inner) for name, inner in value]
    return []
