"""Sealing what is on the record without the sealer: for tests of what is read from it."""

from datetime import UTC, datetime

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit import entries, notes
from governance.audit.tree import Frontier

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def seal(superuser: psycopg.Connection, *, count_max: int | None = None) -> str:
    """Seal what is not sealed yet, or the first `count_max` events of it, under one checkpoint. Returns the key."""
    (installation,) = superuser.execute("SELECT installation FROM governance_sealing").fetchone()
    name, public = notes.key_name(installation), notes.public_bytes(KEY)
    leaves = [bytes(row[0]) for row in superuser.execute("SELECT leaf FROM governance_sealedevent ORDER BY seq")]
    frontier = Frontier()
    for _ in frontier.extend(leaves):
        pass
    fresh = superuser.execute(
        f"SELECT {', '.join(entries.COLUMNS)} FROM governance_auditevent e"
        " WHERE NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = e.id)"
        " ORDER BY e.xid, e.id LIMIT %s",
        [count_max],
    ).fetchall()
    made = [entries.leaf(row) for row in fresh]
    kept = list(frontier.extend(made))
    with superuser.transaction(), superuser.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_sealedevent (seq, event_id, leaf)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])",
            [list(range(len(leaves), len(leaves) + len(made))), [row[0] for row in fresh], made],
        )
        for level, index, content in kept:
            cursor.execute(
                'INSERT INTO governance_subtree (level, "index", hash) VALUES (%s, %s, %s)', [level, index, content]
            )
        former = cursor.execute("SELECT note FROM governance_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
        previous = notes.digest(former[0]) if former else None
        at = datetime.now(UTC)
        checkpoint = notes.Checkpoint(
            installation=installation,
            generation=0,
            size=frontier.size,
            root=frontier.root(),
            previous=previous,
            time=at,
            next_key="" if former else notes.vkey(name, public),
        )
        cursor.execute(
            "INSERT INTO governance_checkpoint (generation, size, root, note, kid, previous, at)"
            " VALUES (0, %s, %s, %s, %s, %s, %s)",
            [frontier.size, frontier.root(), notes.sign(checkpoint, KEY), notes.kid(name, public), previous, at],
        )
        cursor.execute(
            "INSERT INTO governance_checkpointkey (kid, vkey) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [notes.kid(name, public), notes.vkey(name, public)],
        )
    return notes.vkey(name, public)
