"""What has left under a scope and may still come back: what whoever stops it must know.

A publish is under way from the moment that its connector used the grant until the platform's answer is written down. A
task is under way while a worker has it in hand: it may wait for a model or a tool. Requirements: OPS-4, PLN-6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from chimera.core import clock
from chimera.core.clock import Now
from governance.budgets.models import Hold
from governance.budgets.states import HoldStatus
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.grants.models import GrantEnded, GrantUsed
from governance.leases.models import Attempt

LISTED_MAX = 500
FLEET = "fleet"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call, or one task that may be making some. `until` is when its time-out has surely run (a task's lease is
    renewed while its body runs); `platform` is empty for a task."""

    subject: str
    kind: str  # "publish" or "think"
    platform: str
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """`in_flight`: what has left and is not back. `may_still_land`: posts whose call may have arrived, or may yet."""

    in_flight: list[Call] = field(default_factory=list)
    may_still_land: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"in_flight": [asdict(call) for call in self.in_flight], "may_still_land": self.may_still_land}


def of(*, scope: str) -> UnderWay:
    """At the desk. At most LISTED_MAX of a sort, the oldest first; a constant number of queries."""
    publishing, landing = _publishing(scope)
    calls = sorted([*publishing, *_thinking(scope)], key=lambda call: call.since)
    return UnderWay(in_flight=calls, may_still_land=landing)


def _publishing(scope: str) -> tuple[list[Call], list[str]]:
    sent = list(Effect.objects.filter(_within(scope), status=EffectStatus.SENT).order_by("sent_at", "id")[:LISTED_MAX])
    grants = {row.jti: row for row in GrantUsed.objects.filter(jti__in=[effect.grant_jti for effect in sent])}
    answered = set(GrantEnded.objects.filter(jti__in=grants).values_list("jti", flat=True))
    calls, landing, at = [], [], clock.now()
    for effect in sent:
        used = grants.get(effect.grant_jti)
        if effect.grant_jti in answered or effect.sent_at is None:
            continue
        left = used is not None and not used.burned
        until = effect.sent_at + timedelta(seconds=effect.call_timeout_s + settings.EFFECT_MARGIN_S)
        if left and used is not None and until > at:
            platform = next((s.partition(":")[2] for s in effect.scopes if s.startswith("platform:")), "")
            calls.append(
                Call(subject=effect.about, kind=effect.kind, platform=platform, since=used.used_at, until=until)
            )
        if left or effect.sends > 1:  # of several sends (class A) an earlier one may be what lands
            landing.append(effect.about)
    return calls, landing


def _within(scope: str) -> Q:
    if scope in (FLEET, effects.OUTSIDE):
        return Q()
    kind, _, name = scope.partition(":")
    return Q(brand_id=int(name)) if kind == "brand" else Q(scopes__contains=[scope])


def _thinking(scope: str) -> list[Call]:
    if scope == effects.OUTSIDE or scope.startswith("platform:"):
        return []  # thinking goes on
    held: QuerySet[Task] = Task.objects.filter(lease_until__gt=Now(), status__in=[TaskStatus.READY, TaskStatus.JUDGING])
    if scope not in (FLEET, effects.SPENDING):
        held = held.filter(scopes__contains=[scope])
    tasks = list(held.order_by("lease_until", "id")[:LISTED_MAX])
    if scope == effects.SPENDING:
        tasks = _paid(tasks)
    begun = _begun(tasks)
    return [
        Call(
            subject=task.subject,
            kind="think",
            platform="",
            since=begun[task.subject, task.fence],
            until=task.lease_until,
        )
        for task in tasks
        if task.lease_until is not None and (task.subject, task.fence) in begun
    ]


def _paid(tasks: Iterable[Task]) -> list[Task]:
    by_subject = {task.subject: task for task in tasks}
    paid = Hold.objects.filter(about__in=by_subject, status=HoldStatus.HELD).values_list("about", flat=True)
    return [by_subject[subject] for subject in sorted(set(paid))]


def _begun(tasks: Iterable[Task]) -> Mapping[tuple[str, int], datetime]:
    found = Attempt.objects.filter(subject__in=[task.subject for task in tasks], ended_at__isnull=True)
    return {(one.subject, one.fence): one.claimed_at for one in found}
