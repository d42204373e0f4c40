"""The heart: which stage is due, and who does it. Read this first.

    plan    READY, kind plan      the goal becomes tasks
    work    READY                 a task is proposed: an artifact -> JUDGING (outward) or DONE (inward)
    judge   JUDGING               a verdict, a ruling, a route -> ACCEPTED, HELD, REJECTED, or upstream again
    commit  ACCEPTED              the payload becomes a post -> DONE
    answer  HELD, review answered -> ACCEPTED, upstream again, REJECTED, EXPIRED

Each stage does its work, moves one row one step and stops; the next stage finds the row. A drain claims what is due,
a few rows of one brand at a time, until nothing is left or its time is up. Requirements: PLN-1, PLN-2, PLN-3.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from django.conf import settings

from agents.judge import services as judge
from agents.tasks.models import Task
from agents.worker import services as worker
from chimera.core import tenancy, wake
from chimera.core.errors import Conflict
from governance.leases import services as leases
from governance.leases.services import Claim

log = logging.getLogger("chimera.pipeline")


def _judge(*, claim: Claim) -> None:
    with tenancy.brand(claim.brand_id, actor=worker.actor(claim)):
        task = worker.held(claim=claim)
        if worker.stop_early(task=task):
            return
    judge.judge(task=task, claim=claim, actor=worker.actor(claim))


STAGES: dict[str, Callable[..., None]] = {
    "plan": worker.work,
    "work": worker.work,
    "judge": _judge,
    "commit": worker.commit,
}


def step(claim: Claim) -> bool:
    """Do the stage that this claim is for. False when the race was lost: then nothing of it was kept."""
    try:
        STAGES[claim.stage](claim=claim)
    except Conflict as lost:
        log.info("dropped: %s", lost)
        return False
    except Exception as error:  # one row that fails keeps no other of the batch waiting
        log.exception("the stage %s of agents.task:%s failed", claim.stage, claim.id)
        with suppress(Conflict):
            worker.failed(claim=claim, error=error)
        return False
    return True


def drain(*, queue: str, stages: Sequence[str] = tuple(STAGES), seconds: float | None = None) -> int:
    """Do what is due on a queue until nothing is, or `seconds` are over. Returns how many rows were moved on."""
    ends = time.monotonic() + (settings.DRAIN_S if seconds is None else seconds)
    moved = 0
    while time.monotonic() < ends:
        claims = leases.claim(model=Task, queues=[queue], stages=stages, count_max=settings.CLAIM_COUNT_MAX)
        if not claims:
            return moved
        if moved == 0 and len(claims) == settings.CLAIM_COUNT_MAX:
            wake.hint(queue=queue)  # there may be more than this worker can do
        with leases.keeper.holding(table=Task.CLAIM, claims=claims):
            moved += sum(step(claim) for claim in claims)
    wake.hint(queue=queue)
    return moved
