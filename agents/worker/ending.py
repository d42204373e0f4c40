"""How an attempt ends when it does not end well: too late, out of date, out of attempts, failed, taken over."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import OperationalError, connection
from django.db.models import F, Func, IntegerField

from agents.campaigns.states import CampaignStatus
from agents.tasks import replanning, selectors
from agents.tasks import services as tasks
from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from agents.tasks.taking import Taken
from agents.worker.base import Hopeless, NotYet
from agents.worker.together import Together
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

WITH_EVERYTHING = ("goal", "goal__trend", "goal__campaign", "agent", "soul", "plan")
# Long, and asked for by no stage: read when somebody does.
UNREAD = ("soul__source", "soul__profile", "goal__trend__vector", "plan__steps")
_POLICY_NOW = Func(F("brand_id"), function="governance_policy_version", output_field=IntegerField())

_noticed = threading.local()  # claims that were found out of date inside a transaction that had to be rolled back


class OutOfDate(Conflict):
    """What the row is made with counts no longer; nothing of this attempt is kept, and its goal is planned anew."""


def actor(taken: Taken | Claim) -> str:
    """Who acts under this claim, as it stands in the record."""
    return f"{leases.owner()} stage:{taken.stage}"


def held(*, claim: Claim) -> Task:
    """The claimed row, with what every stage needs of it. Raises Fenced when somebody else has it by now.

    Raises OutOfDate when a version of persona, campaign or policies that it is made with counts no longer; the claim is
    then noticed, for `throw_away_noticed`.
    """
    task = _ours(claim)
    if _is_stale(task):
        _noticed.claims = [*getattr(_noticed, "claims", ()), claim]
        raise OutOfDate(f"{task.subject} is made with a version that counts no longer; its goal is planned anew.")
    return task


def _ours(claim: Claim) -> Task:
    mine = Task.objects.select_related(*WITH_EVERYTHING).defer(*UNREAD).annotate(policy_now=_POLICY_NOW)
    task = mine.filter(pk=claim.id, fence=claim.fence).first()
    if task is None or task.lease_until is None:
        raise transitions.Fenced(f"agents.task:{claim.id} was taken over; fencing number {claim.fence} is old.")
    return task


def _is_stale(task: Task) -> bool:
    """As the statements that finish stages ask it; without a round trip, of a row from `_ours`."""
    campaign, policy_now = task.goal.campaign, task.policy_now  # type: ignore[attr-defined]
    changed = campaign is not None and campaign.version != task.campaign_version
    ended = campaign is not None and campaign.status not in (CampaignStatus.ACTIVE, CampaignStatus.PAUSED)
    newest = task.agent.soul_id or task.soul_id
    return not task.keeps_versions and (changed or ended or newest != task.soul_id or policy_now != task.policy_version)


def rows(*, taken: Sequence[Taken]) -> dict[int, Task]:
    """The rows behind these claims by id, in one query; rows that somebody else has by now are left out.

    They know each other: what is read for one of them can be read for all.
    """
    fences = {one.id: one.fence for one in taken}
    found = Task.objects.select_related(*WITH_EVERYTHING).defer(*UNREAD).filter(pk__in=fences)
    ours = {task.pk: task for task in found if task.fence == fences[task.pk] and task.lease_until is not None}
    together = Together(rows=ours, taken={one.id: one for one in taken if one.id in ours})
    for task in ours.values():
        task.together = together
    return ours


def stop_early(*, taken: Taken) -> bool:
    """Deal with a row that may not go on: too late, out of date, or out of attempts. True when it was dealt with."""
    if not taken.late and not taken.stale and taken.attempts <= taken.attempts_max:
        return False
    if taken.stale and not taken.late:
        throw_away(claim=taken.claim)
        return True  # also when somebody else has it by now: its body is not begun
    with _dropping(), tenancy.brand(taken.brand_id, actor=actor(taken)):
        task = _ours(taken.claim)
        if taken.late:
            tasks.cancel(goal_id=task.goal_id, note="Its time is over: the trend has expired.")
            leases.end_attempt(row=task, outcome="too late")
        else:
            escalate(task=task, why=f"Tried {task.attempts_max} times without a result. Last: {task.note}")
    return True


def throw_away(*, claim: Claim, recorder: Recorder | None = None) -> bool:
    """Plan the goal of a claimed row anew when what the row is made with counts no longer; what it spent is settled.

    False with nothing changed when somebody else has the row by now.
    """
    try:
        with tenancy.brand(claim.brand_id, actor=actor(claim)):
            task = _ours(claim)
            stale = replanning.replan(goal_id=task.goal_id)
            if stale is None:  # changed back meanwhile, or a human has the goal before him
                leases.give_back(row=task, after_s=leases.backoff_s(attempts=1), note=task.note, counts=False)
            else:
                log.info("thrown away: %s. %s", task.subject, stale.why)
                leases.end_attempt(row=task, outcome=f"thrown away: {stale.why}")
            if recorder is not None:
                _settle(brand_id=claim.brand_id, subject=task.subject, fence=claim.fence, recorder=recorder)
            return True
    except OperationalError as deadlock:  # the row stays leased; the next claim finds the same
        log.info("agents.task:%s was not thrown away now: %s", claim.id, deadlock)
        return recorder is None
    except Conflict as lost:
        log.info("dropped: %s", lost)
        return False


def throw_away_noticed() -> None:
    """Plan anew what this thread found out of date where it could not be written down."""
    claims: list[Claim] = getattr(_noticed, "claims", [])
    _noticed.claims = []
    for claim in claims:
        throw_away(claim=claim)


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
        group=task.goal.group,
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
        leases.give_back(row=_ours(taken.claim), after_s=after_s, note=note, counts=counts)


def under_way(words: str, *, taken: Taken) -> None:
    """Say how far a long body is, where people look; nothing happens when somebody else has the row by now."""
    with tenancy.brand(taken.brand_id, actor=actor(taken)):
        held = Task.objects.filter(pk=taken.id, fence=taken.fence, lease_until__isnull=False)
        held.update(note=words[:2000])
    connection.close()  # the body goes on, and waits for something else


@contextmanager
def ours(*, taken: Taken) -> Iterator[Task]:
    """A transaction in which the row is surely still this worker's, for what a body asks others to make.

    Whoever cancels the task waits for its end, and finds what was asked for. Raises Fenced, and then nothing is kept.
    """
    with tenancy.brand(taken.brand_id, actor=actor(taken)):
        Task.objects.select_for_update(of=("self",)).filter(pk=taken.id).first()
        yield _ours(taken.claim)
    connection.close()  # the body goes on, and waits for something else


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
    if isinstance(error, NotYet):
        give_back(taken=taken, after_s=error.after_s, note=note, counts=False)
        return
    log.warning("%s failed: %s", taken.subject, note, exc_info=None if isinstance(error, ChimeraError) else error)
    give_back(taken=taken, after_s=leases.backoff_s(attempts=taken.attempts), note=note)


def gave_nothing(*, taken: Taken, recorder: Recorder, error: Exception) -> None:
    """A body failed: what it spent is settled, whoever has the row by now, and the row is given back.

    Where trying again would be in vain a human gets it at once.
    """
    settle(taken=taken, recorder=recorder)
    if isinstance(error, Hopeless):
        with _dropping(), tenancy.brand(taken.brand_id, actor=actor(taken)):
            escalate(task=held(claim=taken.claim), why=str(error))
        return
    broke_off(taken=taken, error=error)


def settle(*, taken: Taken, recorder: Recorder) -> None:
    """Settle what the calls of this attempt cost, and keep them."""
    with tenancy.brand(taken.brand_id, actor=actor(taken)):
        _settle(brand_id=taken.brand_id, subject=taken.subject, fence=taken.fence, recorder=recorder)


def _settle(*, brand_id: int, subject: str, fence: int, recorder: Recorder) -> None:
    budgets.settle_within(key=f"{subject}:{fence}", amount_usd_micros=recorder.cost_usd_micros)
    recorder.write(brand_id=brand_id, subject=subject, fence=fence)


def orphaned(*, taken: Taken, recorder: Recorder) -> None:
    """Somebody else has the row: the answer is dropped, but what it cost was spent."""
    log.info("dropped: %s was taken over; fencing number %s is old", taken.subject, taken.fence)
    with tenancy.brand(taken.brand_id, actor=actor(taken)):
        _settle(brand_id=taken.brand_id, subject=taken.subject, fence=taken.fence, recorder=recorder)
        leases.note_attempt(
            brand_id=taken.brand_id,
            subject=taken.subject,
            fence=taken.fence,
            outcome=f"taken over; {recorder.cost_usd_micros} micros of orphaned spend settled",
        )
