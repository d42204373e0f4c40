"""How far the record is sealed, as the sealer reads and writes it: statements only, no decisions. AUD-2."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit import notes
from governance.audit.entries import COLUMNS
from governance.audit.tree import KEPT_LEVELS, Frontier

PUBLISHED_MAX = 1_000  # notes of one go
_MASK = (1 << KEPT_LEVELS) - 1

_READ = """
SELECT s.installation, s.system, s.incarnation, s.catching_up, s.rotated_through,
       s.from_xid::text::numeric::bigint, s.from_id, s.window_xid::text::numeric::bigint,
       (SELECT p.system_identifier::text FROM pg_control_system() p), i.number,
       pg_snapshot_xmin(pg_current_snapshot())::text::numeric::bigint,
       (SELECT coalesce(max(k.id), 0) FROM governance_keyrotation k), chimera_now(), c.note
  FROM governance_sealing s CROSS JOIN governance_incarnation i
  LEFT JOIN LATERAL (SELECT f.note FROM governance_checkpoint f ORDER BY f.generation DESC, f.size DESC LIMIT 1) c
    ON true
"""
# Rows that have no place. While catching up numbers of transactions decide the order only: some are another server's.
_FROM = """
  FROM governance_auditevent e
 WHERE (e.xid, e.id) > (%(from_xid)s::text::xid8, %(from_id)s) AND (%(catching_up)s OR e.xid < %(xmin)s::text::xid8)
   AND NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = e.id)
"""
_PORTION = (
    f"SELECT {', '.join(f'e.{name}' for name in COLUMNS)}, e.xid::text::numeric::bigint {_FROM}"
    " ORDER BY e.xid, e.id LIMIT %(count)s"
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the database says now. `former` is the newest checkpoint's note; `horizon` the oldest running transaction.

    Sealed is everything up to (from_xid, from_id) in that order; while catching up, of what has no place.
    """

    installation: str
    system: str
    incarnation: int
    catching_up: bool
    rotated_through: int
    from_xid: int
    from_id: int
    window_xid: int
    system_now: str
    incarnation_now: int
    horizon: int
    rotations: int
    time: datetime
    former: notes.Note | None

    @property
    def size(self) -> int:
        """Entries under the newest checkpoint."""
        return self.former.checkpoint.size if self.former else 0

    @property
    def root(self) -> bytes | None:
        """Their root; None before the first."""
        return self.former.checkpoint.root if self.former else None

    @property
    def generation(self) -> int:
        """Of the newest checkpoint."""
        return self.former.checkpoint.generation if self.former else 0

    @property
    def is_restored(self) -> bool:
        """Whether a restore lies between the last sealing and now."""
        return self.incarnation != self.incarnation_now

    @property
    def is_new_life(self) -> bool:
        """Whether the numbers of transactions that were noted mean nothing any more."""
        return self.is_restored or self.system != self.system_now

    def begun_anew(self) -> "Standing":
        """At the beginning of a new life: every row without a place is due, then what came since this moment."""
        return replace(self, system=self.system_now, catching_up=True, from_xid=0, from_id=0, window_xid=self.horizon)

    def moved_to(self, *, xid: int, number: int) -> "Standing":
        """After a full portion."""
        return replace(self, from_xid=xid, from_id=number)

    def caught_up(self) -> "Standing":
        """After the last portion: everything before the horizon is sealed, or before the one catching up began at."""
        return replace(
            self, from_xid=self.window_xid if self.catching_up else self.horizon, from_id=0, catching_up=False
        )


def read(cursor: Any) -> Standing:
    """One statement, so that the horizon and the rest are of one moment. The rows are read later, so none is missed."""
    cursor.execute(_READ)
    row = cursor.fetchone()
    names = Standing.__dataclass_fields__
    return Standing(**dict(zip(names, [*row[:-1], notes.parse(row[-1]) if row[-1] else None], strict=True)))


def has_due(cursor: Any, now: Standing) -> bool:
    """Whether there is anything to seal."""
    cursor.execute(f"SELECT EXISTS (SELECT 1 {_FROM})", _arguments(now, count=1))
    return bool(cursor.fetchone()[0])


def portion(cursor: Any, now: Standing, *, count_max: int) -> list[tuple[Any, ...]]:
    """The next rows: the columns of an entry and the transaction's number."""
    cursor.execute(_PORTION, _arguments(now, count=count_max))
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _arguments(now: Standing, *, count: int) -> dict[str, Any]:
    return {
        "from_xid": str(now.from_xid),
        "from_id": now.from_id,
        "catching_up": now.catching_up,
        "xmin": str(now.horizon),
        "count": count,
    }


def frontier(cursor: Any, size: int) -> Frontier | None:
    """The tree's frontier, from at most 255 hashes of each kept level. None when some of them are missing."""
    hashes: list[bytes] = []
    level = (max(size.bit_length() - 1, 0) // KEPT_LEVELS) * KEPT_LEVELS
    for kept in range(level, -1, -KEPT_LEVELS):
        end = size >> kept
        start = 0 if kept == level else end & ~_MASK
        if kept:
            cursor.execute(
                'SELECT hash FROM governance_subtree WHERE level = %s AND "index" >= %s AND "index" < %s'
                ' ORDER BY "index"',
                [kept, start, end],
            )
        else:
            cursor.execute(
                "SELECT leaf FROM governance_sealedevent WHERE seq >= %s AND seq < %s ORDER BY seq", [start, end]
            )
        found = [bytes(row[0]) for row in cursor.fetchall()]
        if len(found) != end - start:
            return None
        part = Frontier()
        for one in found:
            part.append(one)
        hashes += part.hashes
    return Frontier(size, hashes)


def insert(
    cursor: Any, *, first: int, ids: Sequence[int], leaves: Sequence[bytes], subtrees: Sequence[tuple[int, int, bytes]]
) -> None:
    """Give rows their places, from `first` on, and keep the subtrees that became complete."""
    cursor.execute(
        "INSERT INTO governance_sealedevent (seq, event_id, leaf)"
        " SELECT %s + n - 1, event, leaf FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS u (event, leaf, n)",
        [first, list(ids), list(leaves)],
    )
    if subtrees:
        levels, places, hashes = zip(*subtrees, strict=True)
        cursor.execute(
            'INSERT INTO governance_subtree (level, "index", hash)'
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            [list(levels), list(places), list(hashes)],
        )


def insert_checkpoint(cursor: Any, checkpoint: notes.Checkpoint, key: Ed25519PrivateKey) -> None:
    """Sign it and keep it, and the public keys that it makes known."""
    name, public = notes.key_name(checkpoint.installation), notes.public_bytes(key)
    kid = notes.kid(name, public)
    for line in filter(None, [notes.vkey(name, public), checkpoint.next_key]):
        cursor.execute(
            "INSERT INTO governance_checkpointkey (kid, vkey, since) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [notes.read_vkey(line)[1], line, checkpoint.time],
        )
    cursor.execute(
        "INSERT INTO governance_checkpoint (generation, size, root, note, kid, previous, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            checkpoint.generation,
            checkpoint.size,
            checkpoint.root,
            notes.sign(checkpoint, key),
            kid,
            checkpoint.previous,
            checkpoint.time,
        ],
    )


def write(cursor: Any, now: Standing) -> None:
    """Note how far it is; the present life is the one in which that means something."""
    cursor.execute(
        "UPDATE governance_sealing SET system = %s, incarnation = %s, catching_up = %s, rotated_through = %s,"
        " from_xid = %s::text::xid8, from_id = %s, window_xid = %s::text::xid8",
        [
            now.system_now,
            now.incarnation_now,
            now.catching_up,
            now.rotated_through,
            str(now.from_xid),
            now.from_id,
            str(now.window_xid),
        ],
    )


def knows(cursor: Any, note: str) -> bool:
    """Whether the record here has that checkpoint, or goes on from it."""
    told = notes.parse(note).checkpoint
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM governance_checkpoint c WHERE c.previous = %s"
        " OR (c.generation, c.size, c.note) = (%s, %s, %s))",
        [notes.digest(note), told.generation, told.size, note],
    )
    return bool(cursor.fetchone()[0])


def unpublished(cursor: Any, latest: str | None) -> list[str]:
    """The notes behind `latest`, oldest first, at most PUBLISHED_MAX of them."""
    generation, size = -1, -1
    if latest is not None:
        told = notes.parse(latest).checkpoint
        generation, size = told.generation, told.size
    cursor.execute(
        "SELECT c.note FROM governance_checkpoint c WHERE (c.generation, c.size) > (%s, %s)"
        " ORDER BY c.generation, c.size LIMIT %s",
        [generation, size, PUBLISHED_MAX],
    )
    return [row[0] for row in cursor.fetchall()]


def note_anchored(cursor: Any, anchor: str, told: notes.Checkpoint) -> None:
    """That this checkpoint stands at that anchor; never an older one than was noted before."""
    cursor.execute(
        "INSERT INTO governance_anchoring AS a (anchor, generation, size, at) VALUES (%s, %s, %s, chimera_now())"
        " ON CONFLICT (anchor) DO UPDATE SET generation = excluded.generation, size = excluded.size, at = excluded.at"
        " WHERE (excluded.generation, excluded.size) > (a.generation, a.size)",
        [anchor, told.generation, told.size],
    )
