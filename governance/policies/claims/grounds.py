"""Which cited passage says which claim: for whoever checks a text against its sources. Touches no database. SAF-6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.policies.claims import known
from governance.policies.claims.known import Known
from governance.policies.claims.text import Claim


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One claim. `passages` are the places of the citations that say it; `is_own`: the soul says it.

    Without either it is grounded when several passages say it together, which `is_missing` tells from not at all.
    """

    claim: Claim
    passages: tuple[int, ...]
    is_own: bool
    is_missing: bool


def of(snapshot: Mapping[str, Any]) -> list[Ground]:
    """Every claim of the snapshot's text, in order, with what says it."""
    text = snapshot["payload"]["text"]
    nothing = _unsaid([], text)
    by_passage = [_unsaid([citation], text) for citation in snapshot["citations"]]
    own = _keys(known.of({**snapshot, "citations": []}).missing(text)[0])
    missing = _keys(known.of(snapshot).missing(text)[0])
    return [
        Ground(
            claim=claim,
            passages=tuple(place for place, unsaid in enumerate(by_passage) if key not in unsaid),
            is_own=key not in own,
            is_missing=key in missing,
        )
        for key, claim in nothing.items()
    ]


def _unsaid(citations: Sequence[Mapping[str, Any]], text: str) -> dict[tuple[int, str], Claim]:
    """The claims of a text that these citations alone do not say."""
    said = Known(cited=[known.passage(citation) for citation in citations], soul=[], lines=[])
    return _keys(said.missing(text)[0])


def _keys(claims: Sequence[Claim]) -> dict[tuple[int, str], Claim]:
    return {(claim.start, claim.words): claim for claim in claims}
