"""How an attempt ends when it does not end well: too late, out of attempts, failed, taken over."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from agents.tasks import selectors
from agents.tasks import services as tasks
from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from agents.tasks.taking import Taken
from chimera.core import clock, tenancy
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.errors import ChimeraError, Conflict, Stopped
from governance import transitions
from governance.budgets import gates
from governance.budgets import services as budgets
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.reviews import services as reviews
from governance.reviews.models import ReviewKind

log = logging.getLogger("chimera.worker")

WITH_EVERYTHING = ("goal", "goal__trend", "agent", "soul", "plan")


def actor(taken: Taken | Claim) -> str:
    """Who acts under this claim, as it stands in the record."""
    return f"{leases.owner()} stage:{taken.stage}"


def held(*, claim: Claim) -> Task:
    """The claimed row, with what every stage needs of it. Raises Fenced when somebody else has it by now."""
    task = Task.objects.select_related(*WITH_EVERYTHING).filter(pk=claim.id, fence=claim.fence).first()
    if task is None or task.lease_until is None:
        raise transitions.Fenced(f"agents.task:{claim.id} was taken over; fencing number {claim.fence} is old.")
    return task


def rows(*, taken: Sequence[Taken]) -> dict[int, Task]:
    """The rows behind these claims by id, in one query; rows that somebody else has by now are left out."""
    fences = {one.id: one.fence for one in taken}
    found = Task.objects.select_related(*WITH_EVERYTHING).filter(pk__in=fences)
    return {task.pk: task for task in found if task.fence == fences[task.pk] and task.lease_until is not None}


def stop_early(*, taken: Taken) -> bool:
    """Deal with a row that may not go on: too late, or out of attempts. True when it was dealt with."""
    if not taken.late and taken.attempts <= taken.attempts_max:
        return False
    with _dropping(), tenancy.brand(taken.brand_id, actor=actor(taken)):
        task = held(claim=taken.claim)
        if taken.late:
            tasks.cancel(goal_id=task.goal_id, note="Its time is over: the trend has expired.")
            leases.end_attempt(row=task, outcome="too late")
        else:
            escalate(task=task, why=f"Tried {task.attempts_max} times without a result. Last: {task.note}")
    return True


def escalate(*, task: Task, why: str) -> None:
    """A task that cannot go on by itself goes to a human, not to a log."""
    artifact = selectors.newest_artifact(task_id=task.pk)
    transitions.move(row=task, to=TaskStatus.HELD, fence=task.fence, **leases.free(note=why))
    reviews.ask(
        brand_id=task.brand_id,
        about=task.subject,
        task=task.subject,
        kind=ReviewKind.EXHAUSTED,
        snapshot={
            "payload": artifact.payload if artifact else {"kind": task.kind, "goal": task.goal.wish},
            "agent": {"handle": task.agent.handle, "name": task.agent.name},
        },
        why=why,
        deadline=task.deadline,
    )
    leases.end_attempt(row=task, outcome=why)


@contextmanager
def _dropping() -> Iterator[None]:
    """A lost race inside the block is somebody else's row: nothing of ours is kept, nothing is wrong."""
    try:
        yield
    except Conflict as lost:
        log.info("dropped: %s", lost)


def give_back(*, taken: Taken, after_s: float, note: str, counts: bool = True) -> None:
    """Let go of a row: due again after `after_s`. Nothing happens when somebody else has it by now."""
    with _dropping(), tenancy.brand(taken.brand_id, actor=actor(taken)):
        leases.give_back(row=held(claim=taken.claim), after_s=after_s, note=note, counts=counts)


def unpaid(*, taken: Taken, refusal: budgets.Exhausted) -> None:
    """A budget refused: the row waits for money, which is no failure; a scope whose money is gone is paused."""
    with _dropping(), tenancy.brand(taken.brand_id, actor=actor(taken)):
        row = held(claim=taken.claim)
        gates.pause_exhausted(refusal=refusal)
        wait_s = refusal.gate.wait_s(now=clock.now())
        leases.give_back(row=row, after_s=wait_s, note=str(refusal), counts=False)


def broke_off(*, taken: Taken, error: Exception) -> None:
    """A stage failed: the row is due again after a pause. It counts as a try, but not in an outage or under a stop."""
    note = str(error) or repr(error)
    outage = circuits.outage(error=error)
    if outage is not None:
        give_back(taken=taken, after_s=outage.retry_after_s, note=note, counts=False)
        return
    if isinstance(error, Stopped):
        give_back(taken=taken, after_s=leases.stopped_s(scopes=taken.scopes, by=error.scope), note=note, counts=False)
        return
    log.warning("%s failed: %s", taken.subject, note, exc_info=None if isinstance(error, ChimeraError) else error)
    give_back(taken=taken, after_s=leases.backoff_s(attempts=taken.attempts), note=note)


def gave_nothing(*, taken: Taken, recorder: Recorder, error: Exception) -> None:
    """A body failed: what it spent is settled, whoever has the row by now, and the row is given back."""
    settle(taken=taken, recorder=recorder)
    broke_off(taken=taken, error=error)


def settle(*, taken: Taken, recorder: Recorder) -> None:
    """Settle what the calls of this attempt cost, and keep them."""
    with tenancy.brand(taken.brand_id, actor=actor(taken)):
        budgets.settle_within(key=taken.hold_key, amount_usd_micros=recorder.cost_usd_micros)
        recorder.write(brand_id=taken.brand_id, subject=taken.subject, fence=taken.fence)


def orphaned(*, taken: Taken, recorder: Recorder) -> None:
    """Somebody else has the row: the answer is dropped, but what it cost was spent."""
    log.info("dropped: %s was taken over; fencing number %s is old", taken.subject, taken.fence)
    with tenancy.brand(taken.brand_id, actor=actor(taken)):
        budgets.settle_within(key=taken.hold_key, amount_usd_micros=recorder.cost_usd_micros)
        recorder.write(brand_id=taken.brand_id, subject=taken.subject, fence=taken.fence)
        leases.note_attempt(
            brand_id=taken.brand_id,
            subject=taken.subject,
            fence=taken.fence,
            outcome=f"taken over; {recorder.cost_usd_micros} micros of orphaned spend settled",
        )
