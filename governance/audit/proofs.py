"""Proofs out of the sealed record: an entry is in it, and a later record begins with an earlier one. AUD-3.

As the operator. A proof is checked by whoever gets it (docs/auditing.md): nothing here has to be believed.
"""

from dataclasses import dataclass

from django.db import connection

from chimera.core.errors import Denied, Unavailable
from governance.audit import tree
from governance.audit.models import Checkpoint, SealedEvent


class NoProof(Denied):
    """What was asked about is not in the record, or makes no question."""


class NotSealedYet(Unavailable):
    """The event is on the record and waits for the next checkpoint."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Entry `seq` is in the tree of `size` leaves whose root the signed `note` tells; `path` is from below."""

    seq: int
    size: int
    path: list[bytes]
    note: str


def nodes(level: int, index: int) -> bytes:
    """The hash of a complete subtree, from at most 128 stored ones. NoProof when the record has lost some of it."""
    kept = level - level % tree.KEPT_LEVELS
    first, count = index << (level - kept), 1 << (level - kept)
    with connection.cursor() as cursor:
        if kept:
            cursor.execute(
                'SELECT hash FROM governance_subtree WHERE level = %s AND "index" >= %s AND "index" < %s'
                ' ORDER BY "index"',
                [kept, first, first + count],
            )
        else:
            cursor.execute(
                "SELECT leaf FROM governance_sealedevent WHERE seq >= %s AND seq < %s ORDER BY seq",
                [first, first + count],
            )
        found = [bytes(row[0]) for row in cursor.fetchall()]
    if len(found) != count:
        raise NoProof(f"The sealed record has lost hashes of level {kept} from {first} on; run verify_audit.")
    return tree.root(found)


def inclusion(*, event_id: int) -> Proof:
    """That the event is in the record of the newest checkpoint. NotSealedYet, or NoProof for one that is unknown."""
    seq = SealedEvent.objects.filter(event_id=event_id).values_list("seq", flat=True).first()
    if seq is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM governance_auditevent WHERE id = %s", [event_id])
            if cursor.fetchone() is None:
                raise NoProof(f"There is no event {event_id} on the record.")
        raise NotSealedYet(f"Event {event_id} is not sealed yet; ask again in a second.")
    newest = newest_checkpoint()
    return Proof(seq=seq, size=newest.size, path=tree.inclusion(seq, newest.size, nodes), note=newest.note)


def consistency(*, old: int, new: int) -> list[bytes]:
    """That the tree of `new` leaves begins with the one of `old`. NoProof when the record is not that large."""
    if not 0 < old <= new <= newest_checkpoint().size:
        raise NoProof(f"The record has {newest_checkpoint().size} sealed entries; ask for 0 < old <= new within it.")
    return tree.consistency(old, new, nodes)


def newest_checkpoint() -> Checkpoint:
    """The newest checkpoint. NotSealedYet before the first."""
    found = Checkpoint.objects.order_by("-generation", "-size").first()
    if found is None:
        raise NotSealedYet("Nothing is sealed yet: there is no checkpoint. Is the sealer running?")
    return found
