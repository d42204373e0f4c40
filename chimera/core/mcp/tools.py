"""What a server says of its tools: text from outside, for a hash and for a reviewer, never for a prompt.

A description may hold instructions ("tool poisoning"), and may be changed after somebody read it ("rug pull"). So what
a server lists becomes a `Tool`: its name, and everything that it says as one `Tainted` text with a hash. Requirements:
MCP-2, SAF-1.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from chimera.core.taint import Tainted

# What a model or a person may be shown of a tool, and what a call must fit. Icons and `_meta` are read by nobody.
FACTS = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
TOOLS_MAX = 256
CHARACTERS_MAX = 1_000_000  # of one server's tools together
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}")


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as its server describes it. `told` is the canonical JSON of FACTS; equal tools have equal hashes."""

    name: str
    told: Tainted

    @classmethod
    def of(cls, facts: Mapping[str, Any], *, origin: str) -> Self:
        """From the tool as JSON; what is missing and what is null are the same. `origin` is whose word it is."""
        kept = {key: facts[key] for key in FACTS if facts.get(key) is not None}
        # Only ASCII, so that no sign is lost on the way through a database; sorted, so that the order says nothing.
        text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
        return cls(name=str(facts["name"]), told=Tainted(text, origin))

    @property
    def digest(self) -> str:
        """SHA-256 of what is told, 64 hex characters: the pin."""
        return hashlib.sha256(self.told.text.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.name} ({self.digest[:12]}…)" if _NAME.fullmatch(self.name) else f"a tool ({self.digest[:12]}…)"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a server lists. `wrong` says in a sentence why it cannot be trusted whatever it holds; empty when it can."""

    tools: tuple[Tool, ...]
    wrong: str = ""

    @classmethod
    def of(cls, tools: Iterable[Mapping[str, Any]], *, origin: str, wrong: str = "") -> Self:
        """Reads tools as JSON, and judges the list: names that are names, each once, and no more than bounds allow."""
        found: list[Tool] = []
        for facts in tools:
            try:
                found.append(Tool.of(facts, origin=origin))
            except (ValueError, TypeError, RecursionError):  # NaN, or nested beyond reason
                wrong = wrong or "a tool of it is no plain JSON"
        if not wrong:
            wrong = _judged(found)
        return cls(tools=tuple(found[:TOOLS_MAX]) if not wrong else (), wrong=wrong)


def _judged(tools: list[Tool]) -> str:
    names = [tool.name for tool in tools]
    if len(tools) > TOOLS_MAX:
        return f"it lists more than {TOOLS_MAX} tools"
    if sum(len(tool.told.text) for tool in tools) > CHARACTERS_MAX:
        return f"it says more than {CHARACTERS_MAX:,} characters about its tools"
    if any(not _NAME.fullmatch(name) for name in names):
        return "a tool of it has a name that is no name"
    if len(names) != len(set(names)):
        return "it lists two tools under one name"
    return ""


class Pins(Protocol):
    """Who knows what was reviewed. Asked and told from the thread that calls; both raise Denied with a sentence.

    Two clients with equal pins share a session, so it must be hashable.
    """

    def __hash__(self) -> int: ...

    def require(self, *, url: str, tool: str) -> None:
        """Return when this tool of this server may be called now. Asked before every call; should be quick."""
        ...

    def seen(self, *, url: str, listing: Listing) -> None:
        """Told what the server lists: before the first call of a session, and whenever that may have changed."""
        ...
