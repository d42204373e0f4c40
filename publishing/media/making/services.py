"""Asking for makings, cancelling them, a human's answer to a doubt. What a worker does with them is in `working`."""

import json
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from chimera.core import canonical, clock, money, registry, taint, wake
from chimera.core.clock import Now
from chimera.core.errors import Denied
from chimera.core.prices import selectors as prices
from governance import transitions
from governance.leases import services as leases
from publishing.media.making import costs
from publishing.media.making.base import Maker, Request
from publishing.media.making.models import Making
from publishing.media.making.states import ENDED, MakingStatus

QUEUE = "render"
TASK = "publishing.make"  # the Celery task that finds them
ATTEMPTS_MAX = 20
PRIORITY = 5


class OtherRequest(Denied):
    """Under this key something else was asked for. Nothing was changed."""


class NotInDoubt(Denied):
    """There is no doubt to answer. Nothing was changed."""


def ask(
    *, brand_id: int, key: str, about: str, scopes: Sequence[str], maker: str, request: Request, model: str = ""
) -> Making:
    """Ask for one image or clip; the same key again is the same making. In a transaction of the brand, as a worker.

    `scopes` are those of the row that it is for: what stops or limits that, stops and limits this. `request` is values
    of ours: a prompt from outside is refused. Raises CannotMake, UnknownPrice, OverTier (one making alone is too dear
    for the default tier and nobody asked for it), OtherRequest, TaintedSink, NotOnSwitchboard.
    """
    values = request.model_dump(mode="json")
    taint.refuse([values, key, about], sink="What a provider is asked to make")
    line = costs.line(maker=maker, request=request, model=model)
    if not getattr(request, "long_asked", False):
        costs.require_default_tier(estimate=costs.Estimate(lines=(line,), besides_usd_micros=0))
    found = registry.get("MAKERS", maker, Maker)
    frozen = json.loads(json.dumps(values))
    wanted = {"maker": maker, "model": line.model, "request": frozen}
    making, _ = Making.objects.get_or_create(
        brand_id=brand_id,
        key=key,
        defaults={
            "about": about,
            "maker": maker,
            "vendor": found.vendor,
            "kind": found.kind,
            "model": line.model,
            "request": frozen,
            "request_hash": canonical.digest(wanted),
            "item": line.cost.item,
            "count": line.cost.count,
            "status": MakingStatus.ASKED,
            "queue": QUEUE,
            "priority": PRIORITY,
            "scopes": [*dict.fromkeys([*scopes, f"server:studio-{found.vendor}"])],
            "due_at": Now(),
            "attempts_max": ATTEMPTS_MAX,
        },
    )
    if making.request_hash != canonical.digest(wanted):
        raise OtherRequest(f"{making.subject} has the key {key[:60]!r} and is another request; give this one its own.")
    wake.nudge_after_commit(name=TASK, queue=QUEUE)
    return making


def worst_case_usd_micros(*, making: Making) -> int:
    """What a making costs at most when it is begun now. Raises UnknownPrice."""
    return prices.cost_usd_micros(item=making.item, at=clock.now(), count=making.count)


def cancel(*, abouts: Sequence[str], note: str) -> int:
    """Have what is made for these rows stopped, here and at its provider. Returns how many were not ended.

    What nobody has begun is CANCELLED at once, and costs nothing. What runs is cancelled there by the next worker; what
    was finished there before is paid, and kept.
    """
    return _cancel(Q(about__in=list(abouts)), note)


def cancel_one(*, making_id: int, note: str) -> int:
    """As `cancel`, for one making. Returns 0 when it had ended."""
    return _cancel(Q(pk=making_id), note)


def _cancel(which: Q, note: str) -> int:
    rows = Making.objects.select_for_update().filter(which).exclude(status__in=ENDED)
    found = list(rows.order_by("pk"))
    for row in found:
        if row.status == MakingStatus.ASKED:
            changes = leases.free(ended_at=Now(), cancel_asked_at=Now(), note=note[:2000])
            transitions.move(row=row, to=MakingStatus.CANCELLED, **changes)
    if found:
        _hasten(Q(pk__in=[row.pk for row in found if row.status not in ENDED]), cancel_asked_at=Now())
        wake.nudge_after_commit(name=TASK, queue=QUEUE)
    return len(found)


def answer_doubt(*, making_id: int, said: str, task: str = "", note: str = "") -> Making:
    """What a human saw at the provider: "found" with the task's name there, "nothing", or "lost". At the desk.

    Found, it is polled on; nothing, its money comes back; lost, its money counts as spent. A worker acts on it. Raises
    NotInDoubt.
    """
    row = Making.objects.select_for_update().get(pk=making_id)
    if row.status != MakingStatus.IN_DOUBT or row.answer:
        raise NotInDoubt(f"{row.subject} is {row.status}: there is no doubt to answer; nothing was changed.")
    if said not in ("found", "nothing", "lost") or (said == "found") != bool(task.strip()):
        raise NotInDoubt("Say what you saw: found (with the provider's name of the task), nothing, or lost.")
    if said == "found" and row.kind == "image":
        raise NotInDoubt("A picture has no task at its provider that could be gone on with; say nothing, or lost.")
    changes = {"answer": said, "note": note[:2000] or row.note}
    if said == "found":
        changes["task_name"] = task.strip()[:200]
    try:
        with transaction.atomic():
            _hasten(Q(pk=row.pk), **changes)
    except IntegrityError as known:
        if "making_once_per_task" not in str(known):
            raise
        raise NotInDoubt(f"{task[:60]!r} is the task of another making; look at {row.vendor} once more.") from None
    row.refresh_from_db()
    return row


def _hasten(which: Q, **changes: object) -> None:
    """Change columns that move nothing, and have the rows looked at now; a held one when it is given back."""
    Making.objects.filter(which).update(**changes)
    Making.objects.filter(which, lease_until=None).update(due_at=Now())


def held_back(*, making: Making) -> str:
    """Why it waits, for a person; what it may cost beside it."""
    cost = money.show(worst_case_usd_micros(making=making))
    waits = f": {making.note}" if making.note else ""
    return f"{making.subject} by {making.maker} is {making.status} (at most {cost}){waits}"


def lasts_s(*, making: Making) -> float:
    """For how long it may run at its provider."""
    return float(settings.STUDIO_CLIP_LASTS_S if making.kind == "clip" else settings.STUDIO_CALL_TIMEOUT_S)
