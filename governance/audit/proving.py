"""The proof of one entry that never changes: under the first checkpoint that covers it, in a constant number of reads.

`proofs.inclusion` proves an entry under the newest checkpoint, which is another one a second later. What is printed,
cached and passed on is better proved under the first: it stands in every copy of the outside file. AUD-3.
"""

from collections.abc import Iterable

from django.db import connection

from governance.audit import tree
from governance.audit.models import AuditEvent, SealedEvent
from governance.audit.proofs import NoProof, NotSealedYet, Proof

Place = tuple[int, int]  # level and index of a complete subtree

_CHECKPOINT = """
SELECT c.size, c.note FROM generate_series(0, (SELECT max(generation) FROM governance_checkpoint)) AS g (generation)
 CROSS JOIN LATERAL (SELECT f.size, f.note FROM governance_checkpoint f
                      WHERE f.generation = g.generation AND f.size > %s ORDER BY f.size LIMIT 1) AS c
 ORDER BY g.generation LIMIT 1
"""
_LEAVES = """
SELECT 0, s.seq, s.leaf FROM unnest(%s::bigint[], %s::bigint[]) AS r (low, high)
  JOIN governance_sealedevent s ON s.seq >= r.low AND s.seq < r.high
"""
_SUBTREES = """
SELECT s.level, s."index", s.hash FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS r (level, low, high)
  JOIN governance_subtree s ON s.level = r.level AND s."index" >= r.low AND s."index" < r.high
"""


def first_proof(*, event_id: int) -> Proof:
    """That the event is in the record of the first checkpoint after it. NotSealedYet, or NoProof for an unknown one."""
    seq = SealedEvent.objects.filter(event_id=event_id).values_list("seq", flat=True).first()
    if seq is None:
        if not AuditEvent.objects.filter(pk=event_id).exists():
            raise NoProof(f"There is no event {event_id} on the record.")
        raise NotSealedYet(f"Event {event_id} is not sealed yet; ask again in a second.")
    with connection.cursor() as cursor:
        cursor.execute(_CHECKPOINT, [seq])
        found = cursor.fetchone()
    if found is None:
        raise NotSealedYet(f"Event {event_id} waits for its checkpoint; ask again in a second.")
    size, note = found
    return Proof(seq=seq, size=size, path=_path(seq, size), note=note)


def _path(seq: int, size: int) -> list[bytes]:
    asked: list[Place] = []

    def note_down(level: int, index: int) -> bytes:
        asked.append((level, index))
        return bytes(32)

    # Walked twice: once to see which subtrees it takes, so that they are read together, once with their hashes.
    tree.inclusion(seq, size, note_down)
    known = _read(asked)
    return tree.inclusion(seq, size, lambda level, index: known[level, index])


def _read(places: Iterable[Place]) -> dict[Place, bytes]:
    """The hash of each subtree, from what is stored of it: leaves, or subtrees of every eighth level."""
    parts = {place: _stored(place) for place in places}
    low = [(first, end) for kept, first, end in parts.values() if not kept]
    high = [part for part in parts.values() if part[0]]
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [[first for first, _ in low], [end for _, end in low]])
        rows = cursor.fetchall()
        cursor.execute(_SUBTREES, [list(column) for column in zip(*high, strict=True)] or [[], [], []])
        rows += cursor.fetchall()
    stored = {(level, index): bytes(content) for level, index, content in rows}
    try:
        return {
            place: tree.root([stored[kept, index] for index in range(first, end)])
            for place, (kept, first, end) in parts.items()
        }
    except KeyError as error:
        raise NoProof("The sealed record has lost hashes that this proof needs; run verify_audit.") from error


def _stored(place: Place) -> tuple[int, int, int]:
    """The level at which a subtree is stored, and from where to before where."""
    level, index = place
    kept = level - level % tree.KEPT_LEVELS
    first = index << (level - kept)
    return kept, first, first + (1 << (level - kept))
