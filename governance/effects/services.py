"""Intend, send, confirm: the three transactions around one call; and how a doubt about it is resolved.

tx A  intend   the effect exists, the money is set aside
tx B  send     only if the subject's lease outlasts the call and every control is open; the grant's id is on it
      ...      the call, with a hard timeout, outside of any transaction
tx C  confirm  what the platform answered, money settled; the caller moves its subject in the same transaction
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from chimera.core import canonical, clock
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance import transitions
from governance.budgets import services as budgets
from governance.controls import services as controls
from governance.controls.models import Control, ControlKind
from governance.controls.selectors import in_force
from governance.effects.models import Effect, Incarnation
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.leases.models import Leased

OUTSIDE = "effects"  # the scope of everything that is sent: a control on it is the quarantine
SPENDING = "spending"  # the scope of everything that costs money
ABSENT_COUNT_MIN = 3  # the database asks for as many (sql/doubt.sql); settings may ask for more


class Blind(Denied):
    """Sending would repeat an act whose outcome nobody knows."""


@transaction.atomic
def intend(
    *, row: Leased, task: str, kind: str, platform_class: str, payload_hash: str, fee_usd_micros: int, lasts_s: int
) -> Effect:
    """tx A. The effect of this row, made once: a takeover finds the one that is there.

    Raises budgets.Exhausted or Stopped (spending), and then leaves no effect behind: the next try would take it for one
    that is paid.
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
            "scopes": scopes_of(row=row, costs=fee_usd_micros > 0),
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

    Sending again after a takeover (class A only, inside the key window) keeps SENT and writes the new grant, so that an
    older one is refused. Raises Fenced, LeaseTooShort, Stopped or Blind with nothing changed.
    """
    if effect.status == EffectStatus.SENT and not may_ask_again(effect=effect):
        raise Blind(
            f"{effect.about} was sent to a platform of class {effect.platform_class} and may be live; "
            f"find out before it is sent again."
        )
    leases.require_held(row=row, longer_than_s=call_timeout_s)
    scopes = sorted({*effect.scopes, *scopes_of(row=row, costs=False)})
    controls.require_open(scopes=scopes)
    sent: dict[str, Any] = {"grant_jti": jti, "sent_fence": row.fence, "sent_at": Now(), "scopes": scopes}
    sent |= {"call_timeout_s": call_timeout_s, "sends": effect.sends + 1}
    if effect.status == EffectStatus.INTENDED:
        effect.first_sent_at = None  # stamped anew
        return transitions.move(row=effect, to=EffectStatus.SENT, **sent)
    again = Effect.objects.filter(pk=effect.pk, status=EffectStatus.SENT, state_version=effect.state_version)
    if again.filter(platform_class="A").update(state_version=F("state_version") + 1, **sent) != 1:
        raise transitions.LostRace(f"{effect.subject} is no longer SENT, or its platform cannot be asked twice.")
    effect.state_version += 1
    effect.sends += 1
    effect.grant_jti, effect.sent_fence = jti, row.fence  # its slot is found by the grant
    return effect


def scopes_of(*, row: Leased, costs: bool) -> list[str]:
    """What stops an act for this row; `costs` when it costs money."""
    return [*dict.fromkeys([*row.scopes, OUTSIDE, *([SPENDING] if costs else [])])]


def may_ask_again(*, effect: Effect) -> bool:
    """Whether the platform still knows the key (class A, inside its window): then asking again doubles nothing."""
    _know_times(effect)
    if effect.platform_class != "A" or effect.first_sent_at is None:
        return False
    return clock.now() - effect.first_sent_at < timedelta(seconds=settings.EFFECT_KEY_WINDOW_S)


def _know_times(effect: Effect) -> None:
    """A send is stamped by the database; who sent just now asks what it wrote."""
    if effect.first_sent_at is None:
        effect.refresh_from_db(fields=["sent_at", "first_sent_at", "incarnation", "call_timeout_s"])


def wait_s(*, effect: Effect) -> float:
    """Seconds until the last call can no longer run, with a margin; 0 when it is over."""
    _know_times(effect)
    if effect.sent_at is None:
        return 0.0
    over = effect.sent_at + timedelta(seconds=effect.call_timeout_s + settings.EFFECT_MARGIN_S)
    return max(0.0, (over - clock.now()).total_seconds())


def next_look_s(*, effect: Effect) -> float:
    """Seconds until a look-up tells something new: the call is over, and the last absence is long enough ago."""
    last = [entry for entry in effect.lookups if entry["result"] == "absent" and entry["send"] == effect.sends]
    if not last:
        return wait_s(effect=effect)
    due = datetime.fromisoformat(last[-1]["at"]) + timedelta(seconds=settings.EFFECT_LOOKUP_EVERY_S)
    return max(wait_s(effect=effect), (due - clock.now()).total_seconds(), 0.0)


def is_only_send(*, effect: Effect) -> bool:
    """Whether what is known of the last send is known of the act: no earlier one (class A) may be what is live."""
    return effect.platform_class != "A" or effect.sent_at == effect.first_sent_at


def is_proved_absent(*, effect: Effect) -> bool:
    """Whether a platform that can be looked up has shown often enough that it does not have it."""
    return effect.platform_class == "B" and effect.absences >= max(ABSENT_COUNT_MIN, settings.EFFECT_ABSENT_COUNT)


def note_look_up(*, effect: Effect, result: str, said: str = "") -> None:
    """Add a look-up to the evidence: "absent", "found", "failed", or "not_sent" (the call's own answer).

    The database stamps it and counts absences. `effect` carries the new evidence. Raises LostRace.
    """
    entry = json.dumps([{"result": result, "said": said[:300]}])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE governance_effect SET lookups = lookups || %s::jsonb WHERE id = %s AND sends = %s"
            " AND state_version = %s AND status IN ('SENT', 'IN_DOUBT')",
            [entry, effect.pk, effect.sends, effect.state_version],
        )
        if cursor.rowcount != 1:
            raise transitions.LostRace(f"{effect.subject} has changed while it was looked up; look again.")
    effect.refresh_from_db(fields=["lookups", "absences"])


def note_id(*, effect: Effect, jti: str, name: str, value: str) -> None:
    """Store an id that the platform gave before the end of the call, for the send with this `jti`. Raises LostRace."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE governance_effect SET stage_ids = stage_ids || %s::jsonb"
            " WHERE id = %s AND grant_jti = %s AND status = 'SENT'",
            [json.dumps({name: value}), effect.pk, jti],
        )
        if cursor.rowcount != 1:
            raise transitions.LostRace(f"{effect.subject} was sent again or is known; the id {name} is not its own.")
    effect.stage_ids = {**effect.stage_ids, name: value}


def reopen(*, effect: Effect, by: str) -> Effect:
    """It is proved not to be live: it may be sent once more.

    `by` is "look-up", "not sent", "grant burned" or the review that says so.

    The database asks for the proof (`effect_reopens_with_a_proof`). The money stays held.
    """
    return transitions.move(row=effect, to=EffectStatus.INTENDED, reopened_by=by)


def confirm(
    *, effect: Effect, platform_id: str, receipt: Mapping[str, Any], cost_usd_micros: int, debit: str = "platform fee"
) -> Effect:
    """tx C, the platform accepted: every id is stored and the money settled; `debit` is what it was paid for."""
    budgets.settle(key=effect.hold_key, amount_usd_micros=cost_usd_micros, debit=debit)
    return transitions.move(row=effect, to=EffectStatus.CONFIRMED, platform_id=platform_id, receipt=dict(receipt))


def refute(*, effect: Effect, receipt: Mapping[str, Any]) -> Effect:
    """tx C, it surely did not happen: the money goes back."""
    budgets.void(key=effect.hold_key)
    return transitions.move(row=effect, to=EffectStatus.REFUTED, receipt=dict(receipt))


def doubt(*, effect: Effect, receipt: Mapping[str, Any]) -> Effect:
    """Nobody can tell whether it happened; a human will. The money stays held."""
    return transitions.move(row=effect, to=EffectStatus.IN_DOUBT, receipt=dict(receipt))


def quarantine(*, reason: str) -> int:
    """Let nothing out until the platforms were read: after a restore from a backup. Thinking goes on.

    Begins the next incarnation of the installation, so that grants from before count no more, and returns its number.
    As the operator (or the owner), inside an acting context. Ends by `reconcile --open` or `resume --effects`.
    """
    controls.impose(scope=OUTSIDE, kind=ControlKind.STOP, reason=reason)
    Incarnation.objects.update(number=F("number") + 1, since=Now(), reason=reason)
    return incarnation()


def incarnation() -> int:
    """Which life of the installation this is; 1 until the first restore."""
    return Incarnation.objects.values_list("number", flat=True).get()


def quarantined() -> Control | None:
    """The control that keeps every effect back, when there is one."""
    return in_force(scopes=[OUTSIDE]).first()


def end_quarantine() -> int:
    """Let effects out again. Returns how many controls were lifted (0: nothing was in force)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_end_quarantine()")
        lifted: int = cursor.fetchone()[0]
    return lifted
