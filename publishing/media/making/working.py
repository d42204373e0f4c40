"""A worker takes makings on: sets money aside, begins once, polls by rows, ends each with its money. GEN-3, GOV-1.

No thread waits for a clip: it is begun, let go, and looked at again when it is due. Between the transaction that sets
its money aside and the one that keeps the provider's name for it stands one call; whose answer is lost, is asked for at
the studio server, and never begun a second time on a guess (docs/adr/0057).
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from pydantic import TypeAdapter

from chimera.core import clock, outside, registry, tenancy
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Stopped
from chimera.core.mp4 import Unreadable
from chimera.core.prices.selectors import UnknownPrice
from chimera.core.registry import NotOnSwitchboard
from chimera.core.storage import NotStored
from governance import transitions
from governance.budgets import services as budgets
from governance.budgets.services import Exhausted
from governance.leases import services as leases
from governance.leases.services import Claim
from publishing.media.likeness import Unreadable as NoPicture
from publishing.media.making import ending, services
from publishing.media.making.base import (
    Answer,
    Cancelled,
    ClipRequest,
    Cost,
    Failed,
    ImageRequest,
    Later,
    Made,
    Maker,
    Refused,
    Request,
    Running,
    Unknown,
    Unsafe,
)
from publishing.media.making.models import TRIES_MAX, Making
from publishing.media.making.states import MakingStatus

log = logging.getLogger("chimera.studio")

_REQUESTS: dict[str, TypeAdapter[Any]] = {"image": TypeAdapter(ImageRequest), "clip": TypeAdapter(ClipRequest)}
LOOK_AGAIN_S = 60.0
ASK_WHAT_CAME_S = 5.0
# For good: it ends with its row, and with nothing else (making_money_follows). Whoever sweeps abandoned holds knows no
# making, and would give back what a clip costs that still runs while its studio server is away.
HOLD_LASTS_S = 10 * 365 * 24 * 3600
_turn = 0  # the brand that this process made something for last: the one after it is next


def drain(*, seconds: float | None = None) -> int:
    """Take on what is due until nothing is; returns how many makings were dealt with."""
    global _turn
    ends = time.monotonic() + (settings.DRAIN_S if seconds is None else seconds)
    dealt = 0
    while time.monotonic() < ends:
        claims = leases.claim(model=Making, queues=[services.QUEUE], stages=["make"], count_max=1, after_brand=_turn)
        if not claims:
            return dealt
        _turn = claims[0].brand_id
        with leases.keeper.holding(table=Making.CLAIM, claims=claims):
            try:
                take_on(claim=claims[0])
                dealt += 1
            except Conflict as lost:
                log.info("dropped: %s", lost)
            except (OperationalError, InterfaceError):
                raise  # not of this one: the database is away
            except Exception:
                # One that cannot be dealt with keeps no other waiting; its lease runs out, and it is tried again.
                log.exception("publishing.making:%s was left as it is", claims[0].id)
    return dealt


def take_on(*, claim: Claim) -> None:
    """One claimed making, one step further. Raises Fenced with nothing of this attempt kept."""
    actor = f"{leases.owner()} stage:make"
    with tenancy.brand(claim.brand_id, actor=actor):
        row = Making.objects.filter(pk=claim.id, fence=claim.fence).first()
        if row is None:
            raise transitions.Fenced(f"publishing.making:{claim.id} was taken over; number {claim.fence} is old.")
        was = MakingStatus(row.status)
        maker = _maker(row)
        if maker is None or not _goes_on(row):
            return
    answer = _called(row, was, maker)
    found: dict[str, Any] = {}
    if isinstance(answer, Made):
        try:
            found = ending.described(answer=answer)
        except (NotStored, NoPicture, Unreadable) as missing:
            words = f"What was made is not where this worker looks for it: {missing}"
            answer = Failed(words=words, retry=False, charged=True)
    with tenancy.brand(claim.brand_id, actor=actor):
        _land(row, was, answer, found)


def _maker(row: Making) -> Maker | None:
    """None when this installation has no such maker any more: then it waits, and says so."""
    try:
        return registry.get("MAKERS", row.maker, Maker)
    except NotOnSwitchboard as missing:
        leases.give_back(row=row, after_s=settings.BUDGET_RETRY_MAX_S, note=str(missing), counts=False)
        return None


def _goes_on(row: Making) -> bool:
    """Inside the first transaction; what needs no call is done here. True when one call is to follow."""
    if row.status == MakingStatus.ASKED:
        return _begins(row)
    if row.status == MakingStatus.IN_DOUBT:
        _decide(row)
        return False
    if row.status == MakingStatus.BEGUN and row.attempts > row.attempts_max:
        ending.doubted(row=row, note=f"What came of it could not be kept. Last: {row.note}")
        return False
    _keep_for_call(row)
    return True


def _keep_for_call(row: Making) -> None:
    leases.extend(row=row, seconds=2 * settings.STUDIO_CALL_TIMEOUT_S)


def _begins(row: Making) -> bool:
    """Set the worst case aside and write that it is begun, before anything leaves."""
    if row.cancel_asked_at is not None:
        ending.ended(row=row, to=MakingStatus.CANCELLED, note="Cancelled before it was begun.", charged=False)
        return False
    if row.attempts > row.attempts_max:
        note = f"Given up after {row.attempts_max} attempts. Last: {row.note}"
        ending.ended(row=row, to=MakingStatus.FAILED, note=note, charged=False)
        return False
    key = f"making:{row.pk}:{row.begins + 1}"
    try:
        worst = services.worst_case_usd_micros(making=row)
        budgets.reserve(key=key, about=row.about, scopes=row.scopes, amount_usd_micros=worst, lasts_s=HOLD_LASTS_S)
    except Stopped as stop:
        wait_s, why = leases.stopped_s(scopes=row.scopes, by=stop.scope), str(stop)
    except Exhausted as refusal:
        wait_s, why = refusal.gate.wait_s(now=clock.now()), str(refusal)
    except UnknownPrice as missing:
        wait_s, why = settings.BUDGET_RETRY_MAX_S, str(missing)
    else:
        changes = {"begins": row.begins + 1, "begun_at": Now()}
        transitions.move(row=row, to=MakingStatus.BEGUN, fence=row.fence, **changes)
        row.refresh_from_db()
        _keep_for_call(row)
        return True
    leases.give_back(row=row, after_s=wait_s, note=why, counts=False)
    return False


def _decide(row: Making) -> None:
    """A doubt ends by a human's answer, or by its time: never by another beginning."""
    if row.answer == "found":
        ending.running(row=row, task=row.task_name)
    elif row.answer == "nothing":
        to = MakingStatus.FAILED if row.cancel_asked_at is None else MakingStatus.CANCELLED
        ending.ended(row=row, to=to, note="A human saw that its provider has nothing of it.", charged=False)
    elif row.answer == "lost":
        ending.lost(row=row, note="A human gave it up; it counts as paid.")
    elif row.begun_at is not None and (clock.now() - row.begun_at).total_seconds() >= settings.STUDIO_DOUBT_S:
        ending.lost(row=row, note=f"Nobody found it at {row.vendor} in time; it counts as paid.")
    else:
        leases.give_back(row=row, after_s=settings.STUDIO_DOUBT_S / 10, note=row.note, counts=False)


def _called(row: Making, was: MakingStatus, maker: Maker) -> Answer:
    """The one call of this step; outside of any transaction."""
    timeout_s, cost = settings.STUDIO_CALL_TIMEOUT_S, Cost(item=row.item, count=row.count)
    with outside.waiting():
        if was == MakingStatus.ASKED:
            return maker.begin(request=_request(row), model=row.model, key=row.begin_key, timeout_s=timeout_s)
        if was == MakingStatus.BEGUN:  # whoever began it never wrote down what came of it
            return maker.came(key=row.begin_key, timeout_s=timeout_s)
        if row.cancel_asked_at is not None or _is_late(row):
            return maker.cancel(task=row.task_name, cost=cost, timeout_s=timeout_s)
        return maker.status(task=row.task_name, cost=cost, timeout_s=timeout_s)


def _request(row: Making) -> Request:
    found: Request = _REQUESTS[row.kind].validate_python(row.request)
    return found


def _is_late(row: Making) -> bool:
    return row.begun_at is not None and (clock.now() - row.begun_at).total_seconds() > services.lasts_s(making=row)


def _land(row: Making, was: MakingStatus, answer: Answer, found: dict[str, Any]) -> None:
    """The second transaction. The row moves under its fencing number with its money, or nothing does."""
    if isinstance(answer, Made):
        ending.made(row=row, answer=answer, described=found)
    elif isinstance(answer, Unsafe):
        ending.ended(row=row, to=MakingStatus.UNSAFE, note=answer.words, charged=answer.charged)
    elif isinstance(answer, Refused) and was == MakingStatus.RUNNING:  # a look was refused, not the clip
        _waits(row, was, Later(words=answer.words, after_s=LOOK_AGAIN_S))
    elif isinstance(answer, Refused):
        ending.ended(row=row, to=MakingStatus.FAILED, note=answer.words, charged=False)
    elif isinstance(answer, Failed):
        if answer.retry and not answer.charged and row.cancel_asked_at is None and row.tries + 1 < TRIES_MAX:
            ending.again(row=row, note=answer.words, tries=row.tries + 1)
        else:
            ending.ended(row=row, to=MakingStatus.FAILED, note=answer.words, charged=answer.charged)
    elif isinstance(answer, Cancelled):
        late = row.cancel_asked_at is None
        note = f"It took longer than {services.lasts_s(making=row):.0f} s at {row.vendor}." if late else "Cancelled."
        to = MakingStatus.FAILED if late else MakingStatus.CANCELLED
        ending.ended(row=row, to=to, note=note, charged=answer.charged)
    elif isinstance(answer, Unknown) and was == MakingStatus.ASKED:
        # It may be lost between us and the studio server alone, which knows then: it is asked before people are.
        leases.give_back(row=row, after_s=ASK_WHAT_CAME_S, note=answer.words, counts=False)
    elif isinstance(answer, Unknown):
        ending.doubted(row=row, note=answer.words)
    else:
        _waits(row, was, answer)


def _waits(row: Making, was: MakingStatus, answer: Running | Later) -> None:
    if row.status == MakingStatus.RUNNING:
        note = answer.words if isinstance(answer, Later) else ""
        after_s = answer.after_s if isinstance(answer, Later) else settings.STUDIO_POLL_S
        leases.give_back(row=row, after_s=max(after_s, settings.STUDIO_POLL_S), note=note, counts=False)
    elif isinstance(answer, Running):
        ending.running(row=row, task=answer.task)
    elif was == MakingStatus.ASKED:  # surely not begun
        ending.again(row=row, note=answer.words, after_s=max(answer.after_s, leases.backoff_s(attempts=row.attempts)))
    else:  # its answer is still to be asked for
        leases.give_back(row=row, after_s=answer.after_s, note=answer.words, counts=False)
