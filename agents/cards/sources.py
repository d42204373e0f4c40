"""What the text rests on: each cited passage beside the claims that it says, and the claims that nothing says.

Touches no database. Requirements: REV-1, SAF-6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from agents.cards import marking
from agents.cards.marking import Mark, Piece
from governance.policies.claims import grounds
from governance.policies.claims.grounds import Ground


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One cited item: who tells it, what it says, which claims of the text it says. `host` is of its address."""

    source: str
    title: str
    host: str
    pieces: tuple[Piece, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sources:
    """`own`: said by the soul alone; `together`: by several passages only; `unsaid`: by nothing, with its kind."""

    passages: tuple[Passage, ...] = ()
    own: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    unsaid: tuple[tuple[str, str], ...] = ()
    marks: tuple[Mark, ...] = ()


def of(snapshot: Mapping[str, Any], *, compare: bool) -> Sources:
    """What the snapshot's text rests on; without `compare` the passages alone, and nothing that says how good they are.

    A card without a soul or without citations has nothing to compare with.
    """
    citations = snapshot.get("citations", [])
    text = str(snapshot["payload"].get("text") or "")
    looked_up = grounds.of(snapshot) if compare and text and citations and "soul" in snapshot else []
    missing = [ground.claim for ground in looked_up if ground.is_missing]
    return Sources(
        passages=tuple(_passage(place, one, looked_up) for place, one in enumerate(citations)),
        own=_words(one for one in looked_up if one.is_own and not one.passages),
        together=_words(one for one in looked_up if not (one.is_own or one.passages or one.is_missing)),
        unsaid=tuple((claim.kind, claim.words) for claim in missing),
        marks=tuple(Mark(start=claim.start, end=claim.start + len(claim.words), kind="unsaid") for claim in missing),
    )


def _passage(place: int, citation: Mapping[str, Any], looked_up: list[Ground]) -> Passage:
    return Passage(
        source=str(citation.get("source", "")),
        title=str(citation.get("title", "")),
        host=_host(str(citation.get("url", ""))),
        pieces=tuple(marking.outside(str(citation.get("text", "")))),
        claims=_words(one for one in looked_up if place in one.passages),
    )


def _words(found: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.claim.words.strip(" ,;") for one in found))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
