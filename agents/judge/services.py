"""Judging a claimed task, and acting on what humans answered."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F

from agents.goals.models import Plan
from agents.judge import asking, hearing
from agents.judge.hearing import Heard
from agents.personas import selectors as personas
from agents.tasks import services as tasks
from agents.tasks.models import Task, Verdict
from agents.tasks.states import TaskStatus
from agents.tasks.taking import Taken
from agents.worker import ending
from agents.worker.base import Kind, reads
from chimera.core import faults, money, registry, tenancy, wake
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Stopped
from governance import governor, routing, transitions
from governance.controls import looking
from governance.controls import services as controls
from governance.governor import Decision, Ruling
from governance.leases import services as leases
from governance.policies import engine
from governance.policies.base import Finding, Outcome
from governance.routing import Route, Thresholds

SUPERVISED_ACT_ABOVE_BP = 9_500

log = logging.getLogger("chimera.judge")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One task before the judge: the claim, the frozen snapshot and what the policies said about it."""

    taken: Taken
    snapshot: dict[str, Any]
    verdict: engine.Verdict
    decision: Decision
    way: Route


def judge(*, taken: Sequence[Taken], carry: bool = False) -> list[Taken]:
    """Judge claimed JUDGING tasks of one brand. With `carry` accepted rows stay leased and are returned.

    What is accepted is written as a set in one call; whatever goes another way is moved row by row.
    """
    ready = [one for one in taken if not ending.stop_early(taken=one) and not _waits(one)]
    cases = []
    for heard in hearing.hear(_gathered(ready)):
        try:
            cases.append(_sent(heard))
        except Exception as error:  # noqa: BLE001 - one row that cannot be judged spoils no other
            ending.broke_off(taken=heard.taken, error=error)
    passed = _accept([case for case in cases if case.way == Route.ACCEPT], carry=carry)
    for case in cases:
        if case.taken.id not in passed:
            _decide(case)
    if not carry:
        return []
    return [replace(case.taken, stage="commit", attempts=1, approval="") for case in cases if case.taken.id in passed]


def _waits(taken: Taken) -> bool:
    """Give back what a stop holds, before anything is read or measured."""
    try:
        looking.require_open(scopes=taken.scopes)
    except Stopped as stop:
        ending.broke_off(taken=taken, error=stop)
        return True
    return False


def _gathered(taken: Sequence[Taken]) -> list[tuple[Taken, dict[str, Any]]]:
    try:
        return _snapshots(taken)
    except Exception as error:  # noqa: BLE001 - one row that cannot be read spoils no other
        if len(taken) == 1:
            ending.broke_off(taken=taken[0], error=error)
            return []
        return [found for one in taken for found in _gathered([one])]


def _snapshots(taken: Sequence[Taken]) -> list[tuple[Taken, dict[str, Any]]]:
    """Each task with its snapshot: payload, agent, soul, and the evidence that its kind gathers."""
    if not taken:
        return []
    kinds = {name: registry.get("KINDS", name, Kind) for name in {one.kind for one in taken}}
    asking = [one for one in taken if reads(kinds[one.kind], "evidence")]
    evidence: dict[int, dict[str, Any]] = {}
    if asking or not personas.all_known(ids={one.soul_id for one in taken}):
        with tenancy.brand(taken[0].brand_id, actor=ending.actor(taken[0])):
            souls = personas.souls(ids={one.soul_id for one in taken})
            rows = ending.rows(taken=asking) if asking else {}
            for one in asking:
                if one.id in rows and one.made is not None:
                    evidence[one.id] = kinds[one.kind].evidence(task=rows[one.id], payload=one.made.payload)
    else:
        souls = personas.souls(ids={one.soul_id for one in taken})
    gone = {one.id for one in asking if one.id not in evidence}
    return [
        (one, {**_base(one, souls[one.soul_id]), **evidence.get(one.id, {})}) for one in taken if one.id not in gone
    ]


def _base(taken: Taken, soul: Mapping[str, Any]) -> dict[str, Any]:
    assert taken.made is not None, "a task to be judged has an artifact"
    return {
        "payload": taken.made.payload,
        "agent": {"handle": taken.handle, "name": taken.agent_name, "rung": taken.rung},
        "soul": {"version": soul["version"]},
        "offline": False,
        "judged_offline": True,  # unless its kind's evidence holds a model's opinion
        "estimate_usd_micros": taken.estimate_usd_micros,
    }


def _sent(heard: Heard) -> Case:
    """Where the case goes, as far as its claim knows; what decided that is frozen with the snapshot."""
    taken = heard.taken
    faults.point("after_verdict")
    thresholds = thresholds_for(trust_rung=taken.rung, bounds=taken.bounds)
    snapshot = {
        **heard.snapshot,
        "routing": {
            "act_above_bp": thresholds.act_above_bp,
            "retry_below_bp": thresholds.retry_below_bp,
            "worker_bp": taken.worker_bp,
            "retries": taken.retries,
            "offline_may_act": settings.OFFLINE_VERDICTS_MAY_ACT,
        },
    }
    decision = rule(trust_rung=taken.rung, snapshot=snapshot)
    way = routing.route(
        verdict=heard.verdict,
        ruling=decision.ruling,
        thresholds=thresholds,
        retries=taken.retries,
        worker_bp=taken.worker_bp,
    )
    return Case(taken=taken, snapshot=snapshot, verdict=heard.verdict, decision=decision, way=way)


def _accept(cases: Sequence[Case], *, carry: bool) -> set[int]:
    """Write the verdicts that accept and move their tasks on; ids of those that were still ours and not stopped."""
    if not cases:
        return set()
    first = cases[0].taken
    rows = [{"id": case.taken.id, "fence": case.taken.fence, **_said(case)} for case in cases]
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM agents_task_accepted(%s, %s, %s, %s)",
                [first.brand_id, ending.actor(first), carry, json.dumps(rows)],
            )
            passed = {row[0] for row in cursor.fetchall()}
    except Exception as error:  # noqa: BLE001 - one verdict that cannot be written spoils no other
        if len(cases) == 1:
            ending.broke_off(taken=first, error=error)
            return set()
        return {pk for case in cases for pk in _accept([case], carry=carry)}
    faults.point("after_accepted")
    if passed and not carry:
        wake.hint(queue=registry.get("KINDS", first.kind, Kind).queue)
    return passed


def _said(case: Case) -> dict[str, Any]:
    """A verdict with its ruling, as it is stored."""
    assert case.taken.made is not None
    return {
        "artifact": case.taken.made.id,
        "hash": case.taken.made.content_hash,
        "snapshot": case.snapshot,
        "findings": case.verdict.as_json()["findings"],
        "composite": case.verdict.composite_bp,
        "offline": case.snapshot["judged_offline"],
        "ruling": case.decision.ruling,
        "reasons": list(case.decision.reasons),
    }


def _decide(case: Case) -> None:
    """Move one task the way that is not ACCEPT. Nothing happens when somebody else has the row by now.

    What is stopped waits as it is, and is judged when the stop is lifted: no human is asked because of a stop.
    """
    taken = case.taken
    try:
        with tenancy.brand(taken.brand_id, actor=ending.actor(taken)):
            task = ending.held(claim=taken.claim)
            controls.require_open(scopes=task.scopes)
            _move(task=task, case=case)
    except Conflict as lost:
        log.info("dropped: %s", lost)
    except Exception as error:  # noqa: BLE001 - one row that cannot be moved spoils no other
        ending.broke_off(taken=taken, error=error)


def _move(*, task: Task, case: Case) -> None:
    decision = rule(trust_rung=task.agent.status, snapshot=case.snapshot)
    plan = Plan.objects.select_for_update().get(goal_id=task.goal_id)
    thresholds = thresholds_for(trust_rung=task.agent.status, bounds=case.taken.bounds)
    way = routing.route(
        verdict=case.verdict,
        ruling=decision.ruling,
        thresholds=thresholds,
        retries=plan.retries,
        worker_bp=case.taken.worker_bp,
    )
    if way == Route.RETRY and not _retry(task=task, plan=plan, verdict=case.verdict):
        way = Route.HUMAN
    said = _said(replace(case, decision=decision))
    Verdict.objects.create(
        brand_id=task.brand_id,
        task=task,
        artifact_id=said["artifact"],
        fence=task.fence,
        content_hash=said["hash"],
        snapshot=said["snapshot"],
        findings=said["findings"],
        composite_bp=said["composite"],
        offline=said["offline"],
        ruling=said["ruling"],
        reasons=said["reasons"],
        route=way,
    )
    if way == Route.ACCEPT:
        transitions.move(row=task, to=TaskStatus.ACCEPTED, fence=task.fence, **leases.due(attempts=0))
        wake.after_commit(queue=task.queue)
    elif way == Route.REJECT:
        transitions.move(row=task, to=TaskStatus.REJECTED, fence=task.fence, **leases.free(ended_at=Now()))
        tasks.close_goal(brand_id=task.brand_id, goal_id=task.goal_id)
    elif way == Route.HUMAN:
        transitions.move(row=task, to=TaskStatus.HELD, fence=task.fence, **leases.free())
        asking.ask(task=task, snapshot=case.snapshot, verdict=case.verdict, decision=decision, thresholds=thresholds)
    leases.end_attempt(row=task, outcome="judged")


def rule(*, trust_rung: str, snapshot: Mapping[str, Any], scopes: Sequence[str] = ()) -> Decision:
    """The governor's ruling; where it would allow, a verdict without a model may still need a human.

    Without `scopes` no control is looked for: the statement that accepts does that itself.
    """
    decision = governor.rule(
        scopes=scopes,
        trust_rung=trust_rung,
        estimate_usd_micros=snapshot["estimate_usd_micros"],
        most_usd_micros=money.usd(settings.POST_USUALLY_COSTS_USD),
    )
    without_model = snapshot["judged_offline"] and not snapshot.get("answers", {}).get("fixed")  # ours word for word
    if without_model and not settings.OFFLINE_VERDICTS_MAY_ACT and decision.ruling == Ruling.ALLOW:
        reason = "The verdict was made without a model, and the setting asks for a human then."
        return Decision(ruling=Ruling.HOLD, reasons=(reason,))
    return decision


def thresholds_for(*, trust_rung: str, bounds: tuple[int, int] = (0, 0)) -> Thresholds:
    """The strictest of the fleet's, those of the task's scopes (`bounds`: act above, retry below) and the rung's."""
    rung_bp = SUPERVISED_ACT_ABOVE_BP if trust_rung == "SUPERVISED" else 0
    return Thresholds().tightened(act_above_bp=max(bounds[0], rung_bp), retry_below_bp=bounds[1])


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
    """What the step that is opened again is told: never the words of a model that has read what strangers wrote."""
    return {"by": "judge", "reason": finding.told or finding.reason, "span": finding.span}
