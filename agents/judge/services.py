"""Judging a claimed task, and acting on what humans answered."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F

from agents.goals.models import Plan
from agents.judge import measures, snapshots
from agents.tasks import selectors
from agents.tasks import services as tasks
from agents.tasks.models import Artifact, Task, Verdict
from agents.tasks.states import TaskStatus
from chimera.core import clock, faults, money, outside, registry, tenancy, wake
from chimera.core.clock import Now
from chimera.core.errors import Conflict
from governance import governor, routing, transitions
from governance.governor import Decision, Ruling
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.policies import engine
from governance.policies.base import Finding, Outcome, Policy
from governance.reviews import selectors as review_queue
from governance.reviews import services as reviews
from governance.reviews.models import FIXABLE, ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from governance.routing import Route, Thresholds

SUPERVISED_ACT_ABOVE_BP = 9_500
ANSWERS_MAX = 50

log = logging.getLogger("chimera.judge")


def judge(*, task: Task, claim: Claim, actor: str) -> None:
    """Judge one JUDGING task that is held under `claim`. Raises Fenced."""
    with tenancy.brand(claim.brand_id, actor=actor):
        artifact = selectors.newest_artifact(task_id=task.pk)
        assert artifact is not None, "a task to be judged has an artifact"
        snapshot = snapshots.take(task=task, artifact=artifact)
    with outside.waiting(), leases.keeper.holding(table=Task.CLAIM, claims=[claim]):
        snapshot = measures.add(snapshot=snapshot)
        policies = registry.every("POLICIES", Policy)
        verdict = engine.judge(snapshot=snapshot, policies=policies)
        faults.point("after_verdict")
    with tenancy.brand(claim.brand_id, actor=actor):
        _decide(task=task, artifact=artifact, snapshot=snapshot, verdict=verdict)
        leases.end_attempt(row=task, outcome="judged")


def _decide(*, task: Task, artifact: Artifact, snapshot: dict[str, Any], verdict: engine.Verdict) -> None:
    rung = task.agent.status
    decision = rule(scopes=task.scopes, trust_rung=rung, snapshot=snapshot)
    plan = Plan.objects.select_for_update().get(goal_id=task.goal_id)
    way = routing.route(
        verdict=verdict, ruling=decision.ruling, thresholds=thresholds_for(trust_rung=rung), retries=plan.retries
    )
    if way == Route.RETRY and not _retry(task=task, plan=plan, verdict=verdict):
        way = Route.HUMAN
    Verdict.objects.create(
        brand_id=task.brand_id,
        task=task,
        artifact=artifact,
        fence=task.fence,
        content_hash=artifact.content_hash,
        snapshot=snapshot,
        findings=verdict.as_json()["findings"],
        composite_bp=verdict.composite_bp,
        offline=snapshot["judged_offline"],
        ruling=decision.ruling,
        reasons=list(decision.reasons),
        route=way,
    )
    if way == Route.ACCEPT:
        transitions.move(row=task, to=TaskStatus.ACCEPTED, fence=task.fence, **leases.due(attempts=0))
        wake.after_commit(queue=task.queue)
    elif way == Route.REJECT:
        transitions.move(row=task, to=TaskStatus.REJECTED, fence=task.fence, **leases.free(ended_at=Now()))
        tasks.close_goal(goal_id=task.goal_id)
    elif way == Route.HUMAN:
        transitions.move(row=task, to=TaskStatus.HELD, fence=task.fence, **leases.free())
        _ask(task=task, snapshot=snapshot, verdict=verdict, decision=decision, retries=plan.retries)


def rule(*, scopes: Sequence[str], trust_rung: str, snapshot: Mapping[str, Any]) -> Decision:
    """The governor's ruling; where it would allow, a verdict without a model may still need a human."""
    decision = governor.rule(
        scopes=scopes,
        trust_rung=trust_rung,
        estimate_usd_micros=snapshot["estimate_usd_micros"],
        most_usd_micros=money.usd(settings.POST_USUALLY_COSTS_USD),
    )
    if snapshot["judged_offline"] and not settings.OFFLINE_VERDICTS_MAY_ACT and decision.ruling == Ruling.ALLOW:
        reason = "The verdict was made without a model, and the setting asks for a human then."
        return Decision(ruling=Ruling.HOLD, reasons=(reason,))
    return decision


def thresholds_for(*, trust_rung: str) -> Thresholds:
    """The thresholds of a rung: a supervised agent's are tighter."""
    thresholds = Thresholds()
    return thresholds.tightened(act_above_bp=SUPERVISED_ACT_ABOVE_BP) if trust_rung == "SUPERVISED" else thresholds


def _retry(*, task: Task, plan: Plan, verdict: engine.Verdict) -> bool:
    """Open the step again that the worst finding is about. False when there is none to open."""
    first = objection(verdict=verdict)
    if not tasks.reopen(outward=task, about=first.about, feedback=feedback_on(finding=first)):
        return False
    Plan.objects.filter(pk=plan.pk).update(retries=F("retries") + 1)
    return True


def objection(*, verdict: engine.Verdict) -> Finding:
    """What a retry should mend: the worst finding, else the weakest part of the score."""
    findings = [f for f in verdict.worst() if f.outcome > Outcome.PASS]
    if not findings:  # below the threshold without a rule: the weakest part is what should change
        scored = [f for f in verdict.findings if f.score_bp is not None]
        findings = sorted(scored, key=lambda f: f.score_bp or 0)[:1]
    return findings[0]


def feedback_on(*, finding: Finding) -> dict[str, str]:
    """What the step that is opened again is told."""
    return {"by": "judge", "reason": finding.reason, "span": finding.span}


def _ask(
    *, task: Task, snapshot: dict[str, Any], verdict: engine.Verdict, decision: Decision, retries: int
) -> ReviewItem:
    reasons = list(decision.reasons)
    reasons += [finding.reason for finding in verdict.findings if finding.outcome > Outcome.PASS]
    if verdict.composite_bp is None:
        reasons.append("No rule gave a score.")
    elif verdict.outcome == Outcome.PASS and verdict.composite_bp <= routing.ACT_ABOVE_BP:
        reasons.append(f"The composite of {verdict.composite_bp / 10_000:.4f} is not above 0.90.")
    if verdict.outcome == Outcome.BLOCK:
        kind = ReviewKind.RETRIES if retries else ReviewKind.RULE
    elif verdict.outcome == Outcome.ESCALATE:
        kind = ReviewKind.RULE
    elif task.agent.status == "PROBATION":
        kind = ReviewKind.PROBATION
    else:
        kind = ReviewKind.DOUBT
    deadline = min(task.deadline, clock.now() + timedelta(seconds=settings.REVIEW_DEADLINE_S))
    return reviews.ask(
        brand_id=task.brand_id,
        about=task.subject,
        task=task.subject,
        kind=kind,
        snapshot={**snapshot, "verdict": verdict.as_json()},
        why=" ".join(reasons) or "The judge was not sure.",
        deadline=deadline,
    )


def act_on_answers() -> int:
    """Find answered reviews of tasks, over all brands, and let each task go where the answer sends it."""
    acted = 0
    for answer in review_queue.answered(prefix=f"{Task.SUBJECT}:", count_max=ANSWERS_MAX):
        try:
            with tenancy.brand(answer.brand_id, actor=f"{leases.owner()} stage:answer"):
                review = ReviewItem.objects.select_for_update().get(pk=answer.id)
                if review.consumed_at is None:
                    _act(review=review)
                    acted += 1
        except Conflict as lost:  # one answer that cannot be acted on must not keep the others waiting
            log.warning("%s was not acted on: %s", answer.about, lost)
    return acted


def _act(*, review: ReviewItem) -> None:
    task = Task.objects.select_for_update().get(pk=int(review.about.rpartition(":")[2]))
    reviews.consume(item=review)
    if task.status != TaskStatus.HELD:
        return  # cancelled meanwhile: the answer is noted and changes nothing
    if review.status == ReviewStatus.APPROVED:
        _approved(task=task, review=review)
    elif review.status == ReviewStatus.REJECTED:
        _rejected(task=task, review=review)
    else:
        _give_up(task=task, to=TaskStatus.EXPIRED)


def _give_up(*, task: Task, to: TaskStatus) -> None:
    transitions.move(row=task, to=to, **leases.free(ended_at=Now()))
    if task.outward:
        tasks.close_goal(goal_id=task.goal_id)
    else:  # nothing that hangs on it can ever be done
        tasks.cancel(goal_id=task.goal_id, note=f"The {task.kind} that it hangs on was given up.")


def _approved(*, task: Task, review: ReviewItem) -> None:
    if review.kind == ReviewKind.EXHAUSTED:
        transitions.move(row=task, to=TaskStatus.READY, **leases.due(attempts=0))
    else:
        artifact = selectors.newest_artifact(task_id=task.pk)
        if artifact is None or artifact.content_hash != review.content_hash:
            raise transitions.LostRace(f"{review.subject} approved other content than {task.subject} holds.")
        transitions.move(row=task, to=TaskStatus.ACCEPTED, **leases.due(attempts=0))
    wake.after_commit(queue=task.queue)


def _rejected(*, task: Task, review: ReviewItem) -> None:
    """A reason that can be mended sends it back, once; anything else ends it."""
    feedback = {"by": "human", "reason": review.reason or review.get_reason_code_display(), "span": ""}
    plan = Plan.objects.select_for_update().filter(goal_id=task.goal_id).first()
    mendable = review.reason_code in FIXABLE and plan is not None and plan.returns == 0
    if mendable and tasks.reopen(outward=task, about="draft", feedback=feedback):
        Plan.objects.filter(goal_id=task.goal_id).update(returns=1)
        return
    _give_up(task=task, to=TaskStatus.REJECTED)
