"""The heart: which stage is due, and who does it. Read this first.

    plan    READY, kind plan      the goal becomes tasks
    work    READY                 a task is proposed: an artifact -> JUDGING (outward) or DONE (inward)
    judge   JUDGING               a verdict, a ruling, a route -> ACCEPTED, HELD, REJECTED, or upstream again
    commit  ACCEPTED              the payload becomes a post -> DONE
    answer  HELD, review answered -> ACCEPTED, upstream again, REJECTED, EXPIRED

Each stage does its work, moves its rows one step and stops; the next stage finds the rows. A drain claims what is due,
a few rows of one brand at a time, brand after brand, until nothing is left or its time is up. Rows whose next stage the
same drain may do stay in its hands, each stage still committed before the next: the row decides, not the message.
Requirements: PLN-1, PLN-2, PLN-3, PLN-9.
"""

import itertools
import logging
import time
from collections.abc import Callable, Sequence

from django.conf import settings

from agents.judge import services as judge
from agents.tasks import taking
from agents.tasks.models import Task
from agents.tasks.taking import Taken
from agents.worker import committing, ending, flight
from chimera.core import lanes, wake
from governance.leases import services as leases

log = logging.getLogger("chimera.pipeline")

Stage = Callable[..., list[Taken]]
STAGES: dict[str, Stage] = {
    "plan": flight.work,
    "work": flight.work,
    "judge": judge.judge,
    "commit": committing.commit,
}
AFTER = {"work": "judge", "judge": "commit"}

# Whose turn it was last on each queue of this process: the brand after it is next.
_turns: dict[str, int] = {}
# Queues whose hints come to this process.
_mine: set[str] = set()
GO_ON_S = 0.2  # one thread goes on with what has landed, on every queue: a flood on one must not keep it


def serves(queue: str) -> None:
    """Say that hints of this queue come to this process: it may go on with such rows by itself."""
    _mine.add(queue)


def serves_nothing() -> None:
    """This process is about to end: what becomes due is somebody else's, who is hinted."""
    _mine.clear()


def step(*, taken: Sequence[Taken], stages: Sequence[str]) -> int:
    """Do the stage that these rows of one brand are due for, and those after it that are among `stages`.

    Returns how many rows were dealt with, stage by stage. What fails gives its rows back and stops here.
    """
    dealt, rows = 0, list(taken)
    while rows:
        stage = rows[0].stage
        try:
            following = STAGES[stage](taken=rows, carry=AFTER.get(stage) in stages)
        except Exception:
            # The rows stay leased until their lease ends; then they are due again, and this counts as a try.
            log.exception("the stage %s of %s failed", stage, ", ".join(row.subject for row in rows))
            return dealt
        finally:
            ending.throw_away_noticed()
        dealt += len(rows)
        rows = following
    return dealt


def drain(*, queue: str, stages: Sequence[str] = tuple(STAGES), seconds: float | None = None) -> int:
    """Do what is due on a queue until nothing is, or `seconds` are over. Returns how many rows were dealt with.

    Bodies that wait for the outside go on beside it (`agents.worker.flight`) and are not counted.
    """
    ends = time.monotonic() + (settings.DRAIN_S if seconds is None else seconds)
    turn = _turns.get(queue, 0)
    dealt = 0
    for round_number in itertools.count():
        if time.monotonic() >= ends:
            wake.hint(queue=queue)
            break
        count_max = min(settings.CLAIM_COUNT_MAX, flight.room(queue=queue))
        if count_max < 1:
            break  # as many bodies wait as may; the next that comes back has this queue gone on with
        taken = taking.take(queue=queue, stages=stages, count_max=count_max, after_brand=turn)
        if not taken:
            break
        if round_number == 0 and len(taken) == count_max:
            wake.hint(queue=queue)  # there may be more than this worker can do
        turn = _turns[queue] = taken[0].brand_id
        with leases.keeper.holding(table=Task.CLAIM, claims=[one.claim for one in taken]):
            dealt += step(taken=taken, stages=stages)
    return dealt


def go_on(queue: str, again: Callable[[str], None]) -> None:
    """Do what has become due by what this process has kept, if it is one that drains this queue; else hint it.

    `again` hears of the queue when somebody was sent away meanwhile.
    """
    if queue not in _mine:
        wake.hint(queue=queue)
        return
    with lanes.lane(queue=queue, tell=again) as free:
        if free:
            drain(queue=queue, seconds=GO_ON_S)


flight.goes_on(go_on)
