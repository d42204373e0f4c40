"""Sealers of a test's own database, each with a connection of its own, and what they left."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.db.utils import load_backend

from chimera.core import tenancy
from governance.audit import entries, notes, tree
from governance.audit.anchors.base import Anchor
from governance.audit.anchors.file import FileAnchor
from governance.audit.keys import Ring
from governance.audit.sealer import Sealer
from governance.audit.sealing import Round
from tests import servers
from tests.conftest import ALPHA, World
from tests.governance import rows

ALIAS = "sealer"
SETTLES_S = 60.0
_tasks = itertools.count(1_000)


class Patient(Sealer):
    """Waits first until every transaction of the server that runs now is over: other tests write beside this one."""

    waits = True

    def round(self) -> Round:
        """One round."""
        if self.waits:
            settle()
        return super().round()


def settle() -> None:
    """Wait until all that has happened lies behind the horizon."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        (newest,) = cursor.fetchone()
        ends = time.monotonic() + SETTLES_S
        while time.monotonic() < ends:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::text::xid8", [newest])
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError(f"a transaction of this server has been writing for {SETTLES_S:.0f} s")


@contextmanager
def sealing(
    world: World, folder: Path, *, count_max: int = 1_000, anchors: list[Anchor] | None = None
) -> Iterator[Patient]:
    """A sealer that logs in as chimera_sealer, with its keys and its outside file in `folder`."""
    found = servers._endpoints().postgres.params("chimera_sealer", world.name)
    default = connections["default"].settings_dict
    settings = {
        **default,
        "NAME": world.name,
        "USER": found["user"],
        "PASSWORD": found["password"],
        "OPTIONS": {},
    }
    connection = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, ALIAS)
    former = getattr(connections._connections, ALIAS, None)
    connections[ALIAS] = connection
    try:
        yield Patient(
            database=connection,
            ring=Ring(folder / "keys.pem"),
            anchors=[FileAnchor(folder=folder)] if anchors is None else anchors,
            count_max=count_max,
        )
    finally:
        connection.close()
        if former is None:
            del connections[ALIAS]
        else:
            connections[ALIAS] = former


def happen(count: int = 1, *, brand: int = ALPHA) -> None:
    """So many events of a brand, a transaction each."""
    for _ in range(count):
        with tenancy.brand(brand, actor="test:happening"):
            rows.card(brand_id=brand, about=f"agents.task:{next(_tasks)}")


def published(folder: Path) -> list[str]:
    """The notes of the outside file."""
    path = folder / "checkpoints"
    if not path.exists():
        return []
    found = path.read_text().split(f"\n\n{notes.LOG}/")
    return [one if number == 0 else f"{notes.LOG}/{one}" for number, one in enumerate(_ended(found))]


def _ended(found: list[str]) -> list[str]:
    return [one if one.endswith("\n") else f"{one}\n" for one in found]


def kept(world: World) -> list[str]:
    """The notes of the database."""
    found = world.superuser().execute("SELECT note FROM governance_checkpoint ORDER BY generation, size")
    return [row[0] for row in found]


def places(world: World) -> list[tuple[int, int]]:
    """Place and event of everything that is sealed."""
    return world.superuser().execute("SELECT seq, event_id FROM governance_sealedevent ORDER BY seq").fetchall()


def unsealed(world: World) -> int:
    """How many events have no place."""
    found = world.superuser().execute(
        "SELECT count(*) FROM governance_auditevent e WHERE NOT EXISTS"
        " (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = e.id)"
    )
    return int(found.fetchone()[0])


EVENTS = f"SELECT {', '.join(entries.COLUMNS)} FROM governance_auditevent WHERE id = %s"


def assert_whole(world: World, folder: Path) -> None:
    """Every event has one place, the roots are those of the rows, and the chain of signed notes stands outside."""
    psql = world.superuser()
    taken = places(world)
    assert [seq for seq, _ in taken] == list(range(len(taken)))
    assert unsealed(world) == 0
    leaves = [entries.leaf(psql.execute(EVENTS, [event]).fetchone()) for _, event in taken]
    keys = [row[0] for row in psql.execute("SELECT vkey FROM governance_checkpointkey")]
    former, found = None, published(folder)
    assert found[-1:] == kept(world)[-1:]
    for note in found:
        told = notes.verify(note, *keys)
        assert told.previous == (notes.digest(former) if former else None)
        former = note
    for note in kept(world):
        told = notes.verify(note, *keys)
        assert told.root == tree.root(leaves[: told.size])


def restore(world: World, *, commands: tuple[str, ...] = ()) -> None:
    """What our restore does to a database: the next incarnation, under quarantine."""
    psql = world.superuser()
    psql.execute("SET app.actor = 'cli:restore'")
    for command in commands:
        psql.execute(command.encode())
    psql.execute("UPDATE governance_incarnation SET number = number + 1")
    psql.execute(
        "INSERT INTO governance_control (scope, kind, reason, status, state_version)"
        " VALUES ('outside', 'stop', 'restored', 'IN_FORCE', 1)"
    )


FORGET = (  # what a backup from before the last checkpoints does not have
    "SET session_replication_role = replica",
    "DELETE FROM governance_checkpoint WHERE size > {size}",
    "DELETE FROM governance_sealedevent WHERE seq >= {size}",
    "DELETE FROM governance_auditevent WHERE id NOT IN (SELECT event_id FROM governance_sealedevent)",
    "SET session_replication_role = origin",
)


def forgetting(size: int) -> tuple[str, ...]:
    return tuple(command.format(size=size) for command in FORGET)
