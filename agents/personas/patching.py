"""The same change in many souls: lines added to the front matter of a SOUL.md, everything else as it stands.

Pure: text in, a parsed soul out. Requirements: PER-2, PLN-12.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

import yaml

from agents.personas import soul
from agents.personas.soul import SoulFile
from chimera.core.errors import Denied

LISTS = ("directives", "forbidden_topics")
LINES_MAX = 10


class BadPatch(Denied):
    """A change that is none, or that cannot be made; says what to do."""


class NothingToChange(Denied):
    """The soul says all of it already."""


@dataclass(frozen=True, kw_only=True)
class Patch:
    """What is added to a soul; `posts_per_day` 0 leaves the number as it is."""

    directives: tuple[str, ...] = field(default=())
    forbidden_topics: tuple[str, ...] = field(default=())
    posts_per_day: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it is stored with a rollout."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    def words(self) -> str:
        """For people."""
        parts = [f"add to {name.replace('_', ' ')}: {line}" for name in LISTS for line in getattr(self, name)]
        return "; ".join([*parts, *([f"posts a day: {self.posts_per_day}"] if self.posts_per_day else [])])


def patch(*, directives: Any = (), forbidden_topics: Any = (), posts_per_day: Any = 0) -> Patch:
    """A patch of what somebody gave. Raises BadPatch."""
    made = Patch(
        directives=_lines(directives), forbidden_topics=_lines(forbidden_topics), posts_per_day=int(posts_per_day or 0)
    )
    if not made.words():
        raise BadPatch("Nothing would change; add a directive or a forbidden topic, or say how many posts a day.")
    if made.posts_per_day and not 1 <= made.posts_per_day <= 20:
        raise BadPatch("A persona posts 1 to 20 times a day.")
    return made


def _lines(given: Any) -> tuple[str, ...]:
    lines = tuple(dict.fromkeys(" ".join(str(line).split()) for line in given if str(line).strip()))
    if len(lines) > LINES_MAX or any(len(line) > 400 or not line.isprintable() for line in lines):
        raise BadPatch(f"Add at most {LINES_MAX} lines of at most 400 printable characters at a time.")
    return lines


def patched(*, source: str, change: Patch, origin: str) -> SoulFile:
    """The soul with the change. Raises NothingToChange, or BadSoul when the result would be none."""
    head = re.match(r"^---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", source, re.DOTALL)
    if head is None:
        raise soul.BadSoul(f"{origin}, line 1: a soul begins with front matter between two lines of ---.")
    front, text = soul.parse(source.encode(), origin=origin).front, head[1]
    for name in LISTS:
        known = getattr(front, name)
        text = _added(text, name, [line for line in getattr(change, name) if line not in known])
    if change.posts_per_day and change.posts_per_day != front.posts_per_day:
        text = re.sub(r"(?m)^posts_per_day[ \t]*:.*$", f"posts_per_day: {change.posts_per_day}", text, count=1)
    if text == head[1]:
        raise NothingToChange(f"{origin} says all of it already; nothing was changed.")
    return soul.parse((source[: head.start(1)] + text + source[head.end(1) :]).encode(), origin=origin)


def _added(text: str, name: str, lines: list[str]) -> str:
    """The front matter with these lines at the end of a list; JSON's quotation is YAML's too."""
    if not lines:
        return text
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    found = next((value for key, value in root.value if key.value == name), None)
    written = [json.dumps(line, ensure_ascii=False) for line in lines]
    if found is None or not found.value:  # no list yet, or an empty one
        text = re.sub(rf"(?m)^{name}[ \t]*:.*\n", "", text)
        return f"{text}{name}:\n" + "".join(f"  - {line}\n" for line in written)
    if found.flow_style:
        end = found.end_mark.index - 1
        return f"{text[:end]}, {', '.join(written)}{text[end:]}"
    last = found.value[-1]
    end = text.index("\n", max(last.start_mark.index, last.end_mark.index - 1)) + 1
    indent = " " * (found.start_mark.column)
    return text[:end] + "".join(f"{indent}- {line}\n" for line in written) + text[end:]
