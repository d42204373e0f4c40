"""A publish worker takes down what was asked for: an effect of its own, a grant of its own, one call, a clear end.

A second deletion finds nothing and says so, so its effect is of class A on every platform: it may be sent again for a
day. All the same an unknown outcome is read first (`looking`): what is not listed any more is gone, what is listed is
asked for again, and what stays unknown is a human's. Requirements: PUB-3, PUB-4, PUB-5.
"""

import logging
import time
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from chimera.core import registry, tenancy, wake
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.errors import Conflict, Denied, Stopped, Unavailable
from chimera.core.registry import NotOnSwitchboard
from governance import transitions
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.grants import services as grants
from governance.grants import story
from governance.grants.models import Outcome
from governance.leases import services as leases
from governance.leases.services import Claim
from publishing.connectors import reversing
from publishing.connectors.base import GRANT_REFUSED, Connector, Rejected
from publishing.connectors.reversing import Removed
from publishing.reversals import by_hand, calling, landing, looking
from publishing.reversals.looking import Seen
from publishing.reversals.models import Reversal

log = logging.getLogger("chimera.posts")

_turn = 0  # the brand that this process took something back for last: the one after it is next


class Step(Enum):
    """What a worker does with the reversal that it holds."""

    SEND = "send"
    LOOK = "look"
    NOTHING = "nothing"


def drain(*, seconds: float | None = None) -> int:
    """Take down what is due until nothing is; returns how many reversals were dealt with."""
    global _turn
    ends = time.monotonic() + (settings.DRAIN_S if seconds is None else seconds)
    dealt = 0
    while time.monotonic() < ends:
        claims = leases.claim(model=Reversal, queues=["publish"], stages=["reverse"], count_max=1, after_brand=_turn)
        if not claims:
            return dealt
        _turn = claims[0].brand_id
        with leases.keeper.holding(table=Reversal.CLAIM, claims=claims):
            try:
                take_down(claim=claims[0])
                dealt += 1
            except Conflict as lost:
                log.info("dropped: %s", lost)
            except (OperationalError, InterfaceError):
                raise  # not of this reversal: the database is away
            except Exception:
                # One that cannot be handled keeps no other waiting; its lease runs out, and it is tried again.
                log.exception("publishing.reversal:%s was left as it is", claims[0].id)
    wake.hint(queue="publish")
    return dealt


def take_down(*, claim: Claim) -> None:
    """One claimed reversal, one step further. Raises Fenced with nothing of this attempt kept."""
    actor = f"{leases.owner()} stage:reverse"
    with tenancy.brand(claim.brand_id, actor=actor):
        reversal = _held(claim)
        connector = _connector(reversal)
        effect = calling.intended(reversal=reversal) if connector is not None else None
        step = Step.NOTHING
        if connector is not None and effect is not None:
            step = _next_step(reversal, effect, connector)
    if connector is None or effect is None or step is Step.NOTHING:
        return
    if step is Step.LOOK:
        seen = looking.still_there(post=reversal.post, connector=connector)
        with tenancy.brand(claim.brand_id, actor=actor):
            _looked(reversal, effect, seen)
        return
    jti = grants.new_jti()
    try:
        signer = grants.signer()  # before anything is SENT that nobody could grant
        sent = calling.sent(reversal=reversal, effect=effect, jti=jti, actor=actor)
    except Denied as lacking:
        with tenancy.brand(claim.brand_id, actor=actor):
            leases.give_back(row=reversal, after_s=leases.backoff_s(attempts=reversal.attempts), note=str(lacking))
        return
    if not sent:
        return
    recorder = Recorder()
    outcome = calling.call(reversal=reversal, effect=effect, connector=connector, jti=jti, by=signer, recorder=recorder)
    # "Cannot" may also mean that there is nothing: what is surely gone asks nobody.
    refused = isinstance(outcome, Rejected) and outcome.code == reversing.CANNOT
    seen = looking.still_there(post=reversal.post, connector=connector) if refused else Seen.UNKNOWN
    with tenancy.brand(claim.brand_id, actor=actor):
        recorder.write(brand_id=reversal.brand_id, subject=reversal.subject, fence=reversal.fence)
        _land(reversal, effect, outcome, seen)


def _held(claim: Claim) -> Reversal:
    reversal = Reversal.objects.select_related("post__account").filter(pk=claim.id, fence=claim.fence).first()
    if reversal is None:
        raise transitions.Fenced(f"publishing.reversal:{claim.id} was taken over; number {claim.fence} is old.")
    return reversal


def _connector(reversal: Reversal) -> Connector | None:
    """None when the platform is not there, or takes nothing back by software: then a human has a card."""
    try:
        connector = registry.get("CONNECTORS", reversal.platform, Connector)
    except NotOnSwitchboard as missing:
        why, told = f"{missing} Software cannot delete there.", {"code": "no_connector"}
    else:
        if reversal.way in connector.reverses:
            return connector
        why, told = f"Software can delete nothing on {reversal.platform}.", {"code": reversing.CANNOT}
    by_hand.hand_over(reversal=reversal, effect=None, why=why, told=told, fence=reversal.fence)
    return None


def _next_step(reversal: Reversal, effect: Effect, connector: Connector) -> Step:
    """Inside the transaction of tx A; what needs no call is done here."""
    tired = reversal.attempts > reversal.attempts_max
    if effect.status == EffectStatus.SENT:
        return _after_a_send(reversal, effect, connector, tired)
    if effect.status == EffectStatus.INTENDED and not tired:
        return Step.SEND
    if effect.status == EffectStatus.CONFIRMED:
        told = effect.receipt or {"status": "gone"}
        landing.done(reversal=reversal, effect=effect, told=told, costs=True, fence=reversal.fence)
        leases.end_attempt(row=reversal, outcome="its effect was known")
        return Step.NOTHING
    why = f"Tried {reversal.attempts_max} times to delete it. Last: {reversal.note}"
    by_hand.hand_over(reversal=reversal, effect=effect, why=why, told={}, fence=reversal.fence)
    return Step.NOTHING


def _after_a_send(reversal: Reversal, effect: Effect, connector: Connector, tired: bool) -> Step:
    """It was sent before: the grant tells, else it is read, else it is asked for again while that may be."""
    found = story.Story()
    if connector.spends_grants:
        found = story.find_out(brand_id=reversal.brand_id, effect_key=effect.key, jti=effect.grant_jti)
    told = {**found.told, "found_by": "grant"}
    if found.outcome == Outcome.DELETED:
        landing.done(reversal=reversal, effect=effect, told=told, costs=_costs(effect, told), fence=reversal.fence)
        leases.end_attempt(row=reversal, outcome="its connector had written down that it is gone")
        return Step.NOTHING
    if found.outcome == Outcome.REJECTED and found.told.get("code") != GRANT_REFUSED:
        why = str(found.told.get("message", "The platform said no."))
        by_hand.hand_over(reversal=reversal, effect=effect, why=why, told=told, fence=reversal.fence)
        return Step.NOTHING
    again = effects.may_ask_again(effect=effect) and not tired
    surely_not = found.is_burned or found.outcome in (Outcome.NOT_SENT, Outcome.REJECTED)
    looked = any(one["send"] == effect.sends for one in effect.lookups)
    if again and (surely_not or looked):
        return Step.SEND
    wait_s = effects.wait_s(effect=effect)
    if wait_s > 0:
        note = "It was sent; whether it is gone is looked at when its call is surely over."
        leases.give_back(row=reversal, after_s=wait_s, note=note, counts=False)
        return Step.NOTHING
    return Step.LOOK


def _looked(reversal: Reversal, effect: Effect, seen: Seen) -> None:
    """What reading showed, under the fencing number. Raises Fenced with nothing kept."""
    effects.note_look_up(effect=effect, result=seen.value, said=reversal.platform_id)
    if seen is Seen.GONE:
        told = {"status": "deleted", "platform_id": reversal.platform_id, "found_by": "look-up"}
        landing.done(reversal=reversal, effect=effect, told=told, costs=True, fence=reversal.fence)
        leases.end_attempt(row=reversal, outcome="not on the platform any more")
    elif reversal.attempts > reversal.attempts_max or not effects.may_ask_again(effect=effect):
        why = f"Nobody knows whether {reversal.platform} deleted it. Last: {reversal.note}"
        by_hand.hand_over(reversal=reversal, effect=effect, why=why, told={}, fence=reversal.fence)
    elif seen is Seen.THERE:
        leases.give_back(row=reversal, after_s=0.0, note="It is still there, and is deleted again.")
    else:  # a second deletion does no harm: it says that nothing is there, or takes it down
        after_s = leases.backoff_s(attempts=reversal.attempts)
        leases.give_back(row=reversal, after_s=after_s, note="It could not be read, and is deleted again.")


def _land(reversal: Reversal, effect: Effect, outcome: Removed | Rejected | Stopped | Unavailable, seen: Seen) -> None:
    """tx C. The reversal moves under its fencing number with its effect and its post, or nothing does."""
    if isinstance(outcome, Removed):
        told = {"platform_id": outcome.platform_id, "status": outcome.raw_status}
        landing.done(reversal=reversal, effect=effect, told=told, costs=_costs(effect, told), fence=reversal.fence)
        leases.end_attempt(row=reversal, outcome=outcome.raw_status)
    elif isinstance(outcome, Rejected) and outcome.code != GRANT_REFUSED:
        told = {"code": outcome.code, "sentence": str(outcome)}
        if seen is Seen.GONE:
            told |= {"status": "gone", "platform_id": reversal.platform_id, "found_by": "look-up"}
            landing.done(reversal=reversal, effect=effect, told=told, costs=False, fence=reversal.fence)
            leases.end_attempt(row=reversal, outcome="refused, and not on the platform any more")
        else:
            by_hand.hand_over(reversal=reversal, effect=effect, why=str(outcome), told=told, fence=reversal.fence)
    else:  # the effect stays SENT, and whoever claims it next finds out from the grant, or by reading
        outage = circuits.outage(error=outcome)
        after_s = outage.retry_after_s if outage else leases.backoff_s(attempts=reversal.attempts)
        stopped = isinstance(outcome, Stopped)
        counts = outage is None and not stopped
        leases.give_back(row=reversal, after_s=1.0 if stopped else after_s, note=str(outcome), counts=counts)


def _costs(effect: Effect, told: dict[str, Any]) -> bool:
    """Whether the platform asked its fee: for what it took down, now or by an earlier call whose answer was lost."""
    return told.get("status") != "gone" or effect.sends > 1
