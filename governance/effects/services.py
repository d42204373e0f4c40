"""Intend, send, confirm: the three transactions around one call.

tx A  intend   the effect exists, the money is set aside
tx B  send     only if the subject's lease outlasts the call and every control is open; the grant's id is on it
      ...      the call, with a hard timeout, outside of any transaction
tx C  confirm  what the platform answered, money settled; the caller moves its subject in the same transaction
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from chimera.core import canonical
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance import transitions
from governance.budgets import services as budgets
from governance.controls import services as controls
from governance.effects.models import Effect
from governance.effects.quarantine import SCOPE
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.leases.models import Leased

OPEN = (EffectStatus.INTENDED, EffectStatus.SENT)


@transaction.atomic
def intend(
    *, row: Leased, task: str, kind: str, platform_class: str, payload_hash: str, fee_usd_micros: int, lasts_s: int
) -> Effect:
    """tx A. The effect of this row, made once: a takeover finds the one that is there.

    Raises budgets.Exhausted, and then leaves no effect behind: the next try would take it for one that is paid.
    """
    hold_key = f"{row.subject}:{kind}"
    effect, made = Effect.objects.get_or_create(
        brand_id=row.brand_id,
        about=row.subject,
        kind=kind,
        defaults={
            "task": task,
            "platform_class": platform_class,
            "key": canonical.digest([row.subject, kind, payload_hash]),
            "hold_key": hold_key,
            "payload_hash": payload_hash,
            "sent_fence": row.fence,
            "status": EffectStatus.INTENDED,
        },
    )
    if made or (effect.status == EffectStatus.INTENDED and not budgets.is_held(key=effect.hold_key)):
        # A hold that waited too long (under a pause, say) was given back: without a new one nothing may be sent.
        effect.hold_key = hold_key if made else f"{hold_key}:{row.fence}"
        Effect.objects.filter(pk=effect.pk).update(hold_key=effect.hold_key)
        budgets.reserve(
            key=effect.hold_key, about=row.subject, scopes=row.scopes, amount_usd_micros=fee_usd_micros, lasts_s=lasts_s
        )
    return effect


def send(*, effect: Effect, row: Leased, jti: str, call_timeout_s: int) -> Effect:
    """tx B. From here on the call may be made, once, with the grant of this `jti`.

    Sending again after a takeover (class A only) keeps SENT and writes the new grant, so that an older one is refused.
    Raises Fenced, LeaseTooShort or Stopped with nothing changed.
    """
    if effect.platform_class != "A":
        raise Denied(
            f"{effect.about} is for a platform of class {effect.platform_class}; only platforms that take an "
            f"idempotency key (class A) are sent to."
        )
    leases.require_held(row=row, longer_than_s=call_timeout_s)
    controls.require_open(scopes=[*row.scopes, SCOPE])
    sent: dict[str, Any] = {"grant_jti": jti, "sent_fence": row.fence, "sent_at": Now()}
    sent["call_timeout_s"] = call_timeout_s
    if effect.status == EffectStatus.INTENDED:
        return transitions.move(row=effect, to=EffectStatus.SENT, sends=1, **sent)
    again = Effect.objects.filter(pk=effect.pk, status=EffectStatus.SENT, state_version=effect.state_version)
    changed = again.filter(platform_class="A").update(
        sends=F("sends") + 1, state_version=F("state_version") + 1, **sent
    )
    if changed != 1:
        raise transitions.LostRace(f"{effect.subject} is no longer SENT, or its platform cannot be asked twice.")
    effect.state_version += 1
    return effect


def confirm(*, effect: Effect, platform_id: str, receipt: Mapping[str, Any], cost_usd_micros: int) -> Effect:
    """tx C, the platform accepted: every id is stored and the money settled."""
    budgets.settle(key=effect.hold_key, amount_usd_micros=cost_usd_micros)
    return transitions.move(row=effect, to=EffectStatus.CONFIRMED, platform_id=platform_id, receipt=dict(receipt))


def refute(*, effect: Effect, receipt: Mapping[str, Any]) -> Effect:
    """tx C, it surely did not happen: the money goes back."""
    budgets.void(key=effect.hold_key)
    return transitions.move(row=effect, to=EffectStatus.REFUTED, receipt=dict(receipt))


def doubt(*, effect: Effect, receipt: Mapping[str, Any]) -> Effect:
    """Nobody can tell whether it happened; a human will. The money stays held."""
    return transitions.move(row=effect, to=EffectStatus.IN_DOUBT, receipt=dict(receipt))
