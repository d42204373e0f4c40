"""Committing what was accepted: payloads become rows that will go out, as a set, once per task."""

import json
import logging
from collections.abc import Sequence

from django.db import connection

from agents.tasks.taking import Taken
from agents.worker import ending
from agents.worker.base import Accepted, Kind
from chimera.core import faults, registry, tenancy

log = logging.getLogger("chimera.worker")


def commit(*, taken: Sequence[Taken], carry: bool = False) -> list[Taken]:
    """Claimed ACCEPTED tasks of one brand: what they hold goes on its way, they are DONE, and so may be their goals."""
    ready = [one for one in taken if not ending.stop_early(taken=one)]
    _commit(ready)
    return []


def _commit(taken: Sequence[Taken]) -> None:
    if not taken:
        return
    try:
        with tenancy.brand(taken[0].brand_id, actor=ending.actor(taken[0])):
            faults.point("before_commit")
            done = _done(taken)
            for name in sorted({one.kind for one in taken}):
                accepted = [_accepted(one) for one in taken if one.kind == name and one.id in done]
                if accepted:
                    registry.get("KINDS", name, Kind).commit(accepted=accepted)
    except Exception as error:  # noqa: BLE001 - one row that cannot be committed spoils no other
        if len(taken) == 1:
            ending.broke_off(taken=taken[0], error=error)
            return
        for one in taken:
            _commit([one])
        return
    for one in taken:
        if one.id not in done and not ending.throw_away(claim=one.claim):
            log.info("dropped: %s was taken over; fencing number %s is old", one.subject, one.fence)


def _done(taken: Sequence[Taken]) -> set[int]:
    """The fenced statement: ids of the rows that were still ours."""
    rows = [{"id": one.id, "fence": one.fence} for one in taken]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM agents_task_committed(%s, %s, %s)",
            [taken[0].brand_id, ending.actor(taken[0]), json.dumps(rows)],
        )
        return {row[0] for row in cursor.fetchall()}


def _accepted(taken: Taken) -> Accepted:
    assert taken.made is not None, "an accepted task has an artifact"
    return Accepted(task=taken, payload=taken.made.payload, approval=taken.approval or "judge")
