"""Doing one claimed task: gather, reserve, propose, keep. And committing what was accepted."""

import logging
from datetime import datetime

from django.conf import settings

from agents.tasks import selectors
from agents.tasks import services as tasks
from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from agents.worker.base import Kind, Proposal, Work
from chimera.core import clock, faults, outside, registry, taint, tenancy, wake
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from governance import transitions
from governance.budgets import services as budgets
from governance.budgets.models import Hold
from governance.budgets.states import HoldStatus
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus

log = logging.getLogger("chimera.worker")


def actor(claim: Claim) -> str:
    """Who acts under this claim, as it stands in the record."""
    return f"{leases.owner()} stage:{claim.stage}"


def held(*, claim: Claim) -> Task:
    """The claimed row, with what every stage needs of it. Raises Fenced when somebody else has it by now."""
    task = (
        Task.objects.select_related("goal", "goal__trend", "agent", "soul", "plan")
        .filter(pk=claim.id, fence=claim.fence)
        .first()
    )
    if task is None:
        raise transitions.Fenced(f"agents.task:{claim.id} was taken over; fencing number {claim.fence} is old.")
    return task


def stop_early(*, task: Task) -> bool:
    """Deal with a row that may not go on: too late, or out of attempts. True when it was dealt with."""
    at: datetime = clock.now()
    if task.deadline <= at:
        tasks.cancel(goal_id=task.goal_id, note="Its time is over: the trend has expired.")
        leases.end_attempt(row=task, outcome="too late")
        return True
    if task.attempts > task.attempts_max:
        escalate(task=task, why=f"Tried {task.attempts_max} times without a result. Last: {task.note}")
        return True
    return False


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


def gather(*, task: Task, kind: Kind) -> Work:
    """Everything that `propose` needs, as values."""
    soul = {**task.soul.front, "backstory": task.soul.backstory, "version": task.soul.version}
    trend = task.goal.trend
    return Work(
        subject=task.subject,
        brand_id=task.brand_id,
        fence=task.fence,
        kind=task.kind,
        agent={"id": task.agent_id, "handle": task.agent.handle, "name": task.agent.name, "rung": task.agent.status},
        soul=soul,
        goal={
            "id": task.goal_id,
            "wish": task.goal.wish,
            "cause": task.goal.cause,
            "trend_title": trend.title if trend else task.goal.wish,
        },
        upstream=selectors.upstream(task=task),
        feedback=tuple(task.feedback),
        inputs=kind.load(task=task),
    )


def work(*, claim: Claim) -> None:
    """One claimed READY task from start to its next state. Raises Fenced (nothing of the attempt is kept)."""
    kind: Kind
    with tenancy.brand(claim.brand_id, actor=actor(claim)):
        task = held(claim=claim)
        if stop_early(task=task):
            return
        kind = registry.get("KINDS", task.kind, Kind)
        todo = gather(task=task, kind=kind)
    recorder = Recorder()
    try:
        allowance = _reserve(claim=claim, task=task, kind=kind, todo=todo)
        with outside.waiting(), leases.keeper.holding(table=Task.CLAIM, claims=[claim]):
            faults.point("after_claim")
            proposal = kind.propose(work=todo, allowance=allowance, recorder=recorder)
            taint.refuse(proposal.payload, sink=f"the artifact of {todo.subject}")
            faults.point("after_propose")
    except budgets.Exhausted as refusal:
        with tenancy.brand(claim.brand_id, actor=actor(claim)):
            wait_s = max(1.0, (refusal.gate.reopens - clock.now()).total_seconds())
            leases.give_back(row=task, after_s=wait_s, note=str(refusal), counts=False)
        return
    except Exception as error:
        log.warning("%s failed: %s", task.subject, error, exc_info=not isinstance(error, tenancy.NoBrand))
        with tenancy.brand(claim.brand_id, actor=actor(claim)):
            _settle(task=task, recorder=recorder)
            leases.give_back(row=task, after_s=leases.backoff_s(attempts=task.attempts), note=str(error) or repr(error))
        return
    with tenancy.brand(claim.brand_id, actor=actor(claim)):
        _finish(task=task, kind=kind, proposal=proposal, recorder=recorder)
    faults.point("after_commit_before_wake")


def failed(*, claim: Claim, error: Exception) -> None:
    """A stage broke off outside of its body: the row is due again after a pause, and it counts as a try."""
    with tenancy.brand(claim.brand_id, actor=actor(claim)):
        task = held(claim=claim)
        if task.lease_until is not None:  # else it had moved on before
            leases.give_back(row=task, after_s=leases.backoff_s(attempts=task.attempts), note=str(error) or repr(error))


def _hold_key(task: Task) -> str:
    return f"{task.subject}:{task.fence}"


def _reserve(*, claim: Claim, task: Task, kind: Kind, todo: Work) -> Allowance:
    """Set the worst case aside. What an attempt that died had set aside goes back: nobody can spend it any more."""
    most = kind.worst_case_usd_micros(work=todo)
    with tenancy.brand(claim.brand_id, actor=actor(claim)):
        for key in Hold.objects.filter(about=task.subject, status=HoldStatus.HELD).values_list("key", flat=True):
            budgets.void(key=key)
        if most == 0:
            return Allowance(hold_key="", amount_usd_micros=0)
        return budgets.reserve(
            key=_hold_key(task),
            about=task.subject,
            scopes=task.scopes,
            amount_usd_micros=most,
            lasts_s=settings.HOLD_LASTS_S,
        )


def _settle(*, task: Task, recorder: Recorder) -> None:
    budgets.settle(key=_hold_key(task), amount_usd_micros=recorder.cost_usd_micros)
    recorder.write(brand_id=task.brand_id, subject=task.subject, fence=task.fence)


def _finish(*, task: Task, kind: Kind, proposal: Proposal, recorder: Recorder) -> None:
    """One transaction: the result, the money, the record, and what it makes due."""
    if task.outward:
        transitions.move(row=task, to=TaskStatus.JUDGING, fence=task.fence, **leases.due(attempts=0, note=""))
        wake.after_commit(queue=task.queue)
    else:
        tasks.done(task=task)
    tasks.keep(task=task, payload=proposal.payload, confidence_bp=proposal.confidence_bp)
    kind.land(task=task, payload=proposal.payload)
    _settle(task=task, recorder=recorder)
    leases.end_attempt(row=task, outcome="proposed")


def commit(*, claim: Claim) -> None:
    """Turn an accepted artifact into what will go out, in one transaction. Raises Fenced."""
    with tenancy.brand(claim.brand_id, actor=actor(claim)):
        task = held(claim=claim)
        if stop_early(task=task):
            return
        faults.point("before_commit")
        artifact = selectors.newest_artifact(task_id=task.pk)
        assert artifact is not None, "an accepted task has an artifact"
        kind: Kind = registry.get("KINDS", task.kind, Kind)
        kind.commit(
            task=task, payload=artifact.payload, approval=_approval(task=task, content_hash=artifact.content_hash)
        )
        tasks.done(task=task)
        tasks.close_goal(goal_id=task.goal_id)
        leases.end_attempt(row=task, outcome="committed")


def _approval(*, task: Task, content_hash: str) -> str:
    """The yes that covers exactly this content: a used review of it, or the judge's own verdict."""
    review = ReviewItem.objects.filter(
        about=task.subject, content_hash=content_hash, status=ReviewStatus.APPROVED, consumed_at__isnull=False
    ).first()
    return review.subject if review else "judge"
