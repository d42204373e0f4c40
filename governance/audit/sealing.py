"""One round of sealing: rows of finished transactions get places, the tree grows, a checkpoint is signed. AUD-2, AUD-3.

Which rows: those of transactions older than every running one, in the order (transaction, id). Who commits late with a
low id is not passed over, because its transaction is still running when the others are taken. Numbers of transactions
mean something only on the server that gave them and until a restore (docs/adr/0025): in a new life the sealer first
catches up with every row that has no place, whatever its number.

One transaction under a lock; who does not get it goes away. Only after the commit the checkpoint goes outside: an
anchor never knows more than the database did. What a crash left out is published by whoever comes next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from chimera.core import faults
from chimera.core.errors import Denied
from governance.audit import entries, notes, standing
from governance.audit.anchors.base import Anchor
from governance.audit.keys import NoKey, Ring
from governance.audit.standing import Standing
from governance.audit.tree import Frontier

ONE_AT_A_TIME = 0x7365616C  # advisory lock of this database
_NONE = Frontier().root()


class RecordDisagrees(Denied):
    """The database is not what was published of it, and nobody restored it. Nothing is sealed on top of that."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What a round did. `more`: there may be another portion. `busy`: another sealer is at it."""

    sealed: int = 0
    size: int = 0
    more: bool = False
    busy: bool = False


def seal(*, database: BaseDatabaseWrapper, ring: Ring, anchors: Sequence[Anchor], count_max: int) -> Round:
    """Seal at most `count_max` rows and publish the checkpoint.

    RecordDisagrees, NoKey or AnchorFailed, with nothing sealed; AnchorFailed also when only publishing failed.
    """
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return Round(busy=True)
        found = _seal(cursor, standing.read(cursor), ring, anchors, count_max)
    if found.sealed:
        faults.point("after_seal")
        publish(database=database, anchors=anchors)
    return found


def publish(*, database: BaseDatabaseWrapper, anchors: Sequence[Anchor]) -> None:
    """Bring every anchor up to the newest checkpoint, and note that it stands there. AnchorFailed."""
    with database.cursor() as cursor:
        for anchor in anchors:
            while due := standing.unpublished(cursor, anchor.latest()):
                anchor.publish(due)
                told = notes.parse(due[-1]).checkpoint
                standing.note_anchored(cursor, anchor.name, told)


def _seal(cursor: Any, now: Standing, ring: Ring, anchors: Sequence[Anchor], count_max: int) -> Round:
    if not now.is_new_life and not standing.has_due(cursor, now):
        return Round(size=now.size)
    forgotten = _forgotten(cursor, now, anchors)
    if now.is_new_life:
        now = now.begun_anew()
    rows = standing.portion(cursor, now, count_max=count_max)
    if not rows:
        if forgotten is None:
            standing.write(cursor, now.caught_up())
        return Round(size=now.size)
    frontier = _frontier(cursor, now)
    leaves = [entries.leaf(row) for row in rows]
    first = frontier.size
    complete = list(frontier.extend(leaves))
    standing.insert(cursor, first=first, ids=[row[0] for row in rows], leaves=leaves, subtrees=complete)
    checkpoint, key, rotated = _checkpoint(now, frontier, forgotten, ring)
    standing.insert_checkpoint(cursor, checkpoint, key)
    further = len(rows) == count_max
    # Who caught up has not looked at what came meanwhile.
    after = now.moved_to(xid=rows[-1][-1], number=rows[-1][0]) if further else now.caught_up()
    standing.write(cursor, replace(after, rotated_through=rotated))
    return Round(sealed=len(rows), size=frontier.size, more=further or now.catching_up)


def _forgotten(cursor: Any, now: Standing, anchors: Sequence[Anchor]) -> notes.Note | None:
    """The newest note that stands outside and is not known here; only a restore explains it."""
    missing = []
    for anchor in anchors:
        latest = anchor.latest()
        if latest is None or standing.knows(cursor, latest):
            continue
        read = notes.parse(latest)
        if read.checkpoint.installation != now.installation:
            raise RecordDisagrees(
                f"The checkpoints at the anchor {anchor.name} are of another installation "
                f"({read.checkpoint.installation}; this is {now.installation}). Name another place, or move them away."
            )
        if not now.is_restored:
            raise RecordDisagrees(
                f"The anchor {anchor.name} has a checkpoint of {read.checkpoint.size} entries that this database does "
                f"not know (it knows {now.size}), and nobody has restored it. Nothing is sealed. Keep both, and find "
                "out who changed the database: docs/record.md says how."
            )
        missing.append(read)
    return max(missing, key=lambda one: (one.checkpoint.generation, one.checkpoint.size), default=None)


def _frontier(cursor: Any, now: Standing) -> Frontier:
    """The tree so far, which must be the one that was signed last."""
    frontier = standing.frontier(cursor, now.size)
    if frontier is None or frontier.root() != (now.root or _NONE):
        raise RecordDisagrees(
            f"The {now.size} sealed entries in the database do not give the root that was signed over them. Nothing "
            "is sealed on top of them. Run verify_audit: it names the first that was changed."
        )
    return frontier


def _checkpoint(
    now: Standing, frontier: Frontier, forgotten: notes.Note | None, ring: Ring
) -> tuple[notes.Checkpoint, Ed25519PrivateKey, int]:
    """The next checkpoint, who signs it, and up to which request keys are changed then."""
    former = forgotten or now.former
    generation, restored, rotated, next_key = 0, None, now.rotated_through, ""
    if former is None:
        key = ring.newest()
        rotated = now.rotations
    else:
        generation = former.checkpoint.generation
        known = ring.signer(installation=now.installation, kid=former.next_kid)
        if known is None and not now.is_restored:
            raise NoKey(
                f"The key {former.next_kid} that has to sign the next checkpoint is not in {ring.path}. Put the file "
                "back from where you keep secrets; without it only a restore begins anew, with a key to trust anew."
            )
        key = known or ring.newest()
        if forgotten is not None or known is None:
            generation = max(generation, now.generation) + 1
            told = former.checkpoint
            restored = notes.Restored(generation=told.generation, size=told.size, root=told.root)
        elif former.checkpoint.next_key:
            ring.retire_before(key)
        if known is not None and now.rotations > now.rotated_through:
            name = notes.key_name(now.installation)
            next_key, rotated = notes.vkey(name, notes.public_bytes(ring.behind(key))), now.rotations
    checkpoint = notes.Checkpoint(
        installation=now.installation,
        generation=generation,
        size=frontier.size,
        root=frontier.root(),
        previous=former.digest if former else None,
        time=now.time,
        next_key=next_key,
        restored=restored,
    )
    return checkpoint, key, rotated
