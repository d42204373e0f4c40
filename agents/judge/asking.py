"""Asking a human: the card of a task that was held, and why. Requirements: REV-1, JDG-2, JDG-4."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from agents.tasks.models import Task
from chimera.core import clock
from governance import routing
from governance.governor import Decision
from governance.policies.base import Outcome
from governance.policies.engine import Verdict
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind
from governance.routing import Class, Thresholds


def ask(
    *, task: Task, snapshot: Mapping[str, Any], verdict: Verdict, decision: Decision, thresholds: Thresholds
) -> ReviewItem:
    """Put the card into the queue. `snapshot` says under `routing` how sure the worker was and what was retried."""
    said = snapshot["routing"]
    found = routing.classify(verdict=verdict, thresholds=thresholds, worker_bp=said["worker_bp"])
    return reviews.ask(
        brand_id=task.brand_id,
        about=task.subject,
        task=task.subject,
        kind=_kind(task, verdict, found, retried=said["retries"] > 0),
        snapshot={**snapshot, "verdict": verdict.as_json()},
        why=" ".join([*decision.reasons, *_why(verdict, thresholds, said["worker_bp"])]) or "The judge was not sure.",
        group=task.goal.group,
        rests_on=[f"agents.soul:{task.soul_id}", *_campaign(task)],
        deadline=min(task.deadline, clock.now() + timedelta(seconds=settings.REVIEW_DEADLINE_S)),
    )


def _campaign(task: Task) -> list[str]:
    return [f"agents.campaign:{task.goal.campaign_id}"] if task.goal.campaign_id else []


def _why(verdict: Verdict, thresholds: Thresholds, worker_bp: int | None) -> list[str]:
    reasons = [finding.reason for finding in verdict.findings if finding.outcome > Outcome.PASS]
    reasons += routing.doubts(verdict=verdict, worker_bp=worker_bp)
    composite = verdict.composite_bp
    if verdict.outcome == Outcome.PASS and composite is not None and composite <= thresholds.act_above_bp:
        reasons.append(f"The composite of {composite / 10_000:.4f} is not above {_shown(thresholds.act_above_bp)}.")
    return reasons


def _shown(bp: int) -> str:
    return f"{bp / 10_000:.2f}" if bp % 100 == 0 else f"{bp / 10_000:.4f}"


def _kind(task: Task, verdict: Verdict, found: Class, *, retried: bool) -> ReviewKind:
    if found == Class.FAIL and retried:
        return ReviewKind.RETRIES
    if verdict.outcome > Outcome.PASS:
        return ReviewKind.RULE
    return ReviewKind.PROBATION if task.agent.status == "PROBATION" else ReviewKind.DOUBT
