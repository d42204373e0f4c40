"""Where the tools that a server lists differ from those that were reviewed, for a reviewer's eyes.

Descriptions are compared word by word, schemas line by line. Signs that a reader would not see are written out: an
instruction may hide in them. Bounded, because whoever wrote these texts may want the comparison to take for ever.
Requirements: MCP-2, SAF-1.
"""

import difflib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chimera.core.mcp.tools import FACTS, Tool
from governance.servers import selectors
from governance.servers.models import Server
from governance.servers.states import ServerStatus

PARTS_MAX = 600  # words or lines that are compared; longer texts are shown as replaced
CHARACTERS_MAX = 6_000  # that are shown of one text
_WORDS = re.compile(r"\S+\s*|\s+")
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a text: "same", "gone" or "new"."""

    mark: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One fact of a tool (see FACTS) that is not as it was reviewed."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class ToolChange:
    """One tool: "added", "removed" or "changed", with what it says now and said before."""

    kind: str
    name: str
    fields: tuple[FieldChange, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines. The texts are of the server, not of ours."""
        fields = {one.name: [[part.mark, part.text] for part in one.parts] for one in self.fields}
        return {"kind": self.kind, "tool": self.name, "fields": fields}


def between(*, reviewed: Sequence[Tool], seen: Sequence[Tool]) -> list[ToolChange]:
    """Every difference, by name of the tool; empty when both are the same."""
    before, now = ({tool.name: tool for tool in tools} for tools in (reviewed, seen))
    changes = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old is not None and new is not None and old.digest == new.digest:
            continue
        kind = "added" if old is None else "removed" if new is None else "changed"
        changes.append(ToolChange(kind=kind, name=visible(name), fields=_fields(old, new)))
    return changes


def to_review(server: Server) -> list[ToolChange]:
    """What a reviewer of this entry has to read: of a proposal everything, of a change what differs, else nothing."""
    if server.status == ServerStatus.PROPOSED:
        return between(reviewed=(), seen=selectors.reviewed(server))
    if not server.seen_hash:
        return []
    return between(reviewed=selectors.reviewed(server), seen=selectors.seen(server))


def shown(tool: Tool) -> list[tuple[str, str]]:
    """What a tool says, fact by fact, with every sign to be seen."""
    facts = _facts(tool)
    return [(name, visible(_text(facts[name]))[:CHARACTERS_MAX]) for name in FACTS if name in facts and name != "name"]


def visible(text: str) -> str:
    """The text with every sign that shows nothing, or moves what follows, written out as \\u{...}."""
    return "".join(
        f"\\u{{{ord(sign):04x}}}"
        if sign not in "\n\t" and (unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") or _UNSEEN.match(sign))
        else sign
        for sign in text
    )


def _facts(tool: Tool | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tool.told.text) if tool is not None else {}
    return found


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def _fields(old: Tool | None, new: Tool | None) -> tuple[FieldChange, ...]:
    before, now = _facts(old), _facts(new)
    changes = []
    for name in FACTS:
        was, becomes = before.get(name), now.get(name)
        if name == "name" or was == becomes:
            continue
        by_words = isinstance(was, str) or isinstance(becomes, str)
        changes.append(FieldChange(name=name, parts=_parts(_text(was), _text(becomes), by_words=by_words)))
    return tuple(changes)


def _parts(was: str, becomes: str, *, by_words: bool) -> tuple[Part, ...]:
    def cut(text: str) -> list[str]:
        return _WORDS.findall(text) if by_words else text.splitlines(keepends=True)

    old, new = cut(was), cut(becomes)
    if max(len(old), len(new)) > PARTS_MAX:
        found = [("gone", was), ("new", becomes)]
    else:
        found = []
        for mark, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if mark == "equal":
                found.append(("same", "".join(old[a:b])))
                continue
            found += [("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))]
    return tuple(Part(mark=mark, text=_cut(visible(text))) for mark, text in found if text)


def _cut(text: str) -> str:
    left = len(text) - CHARACTERS_MAX
    return text if left <= 0 else f"{text[:CHARACTERS_MAX]}… ({left:,} more characters)"
