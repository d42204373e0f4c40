"""Having comments hidden: claimed, granted, called, and noted. Hiding twice hides once, so a doubt is asked again.

The worker's side; the connector uses the grant up before the platform is called, as for a post. PUB-3, PUB-4.
"""

import logging
import time
from dataclasses import asdict

from django.conf import settings
from django.db import InterfaceError, OperationalError

from chimera.core import outside, registry, tenancy
from chimera.core.circuits import services as circuits
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied, Stopped, Unavailable
from governance import transitions
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.grants import services as grants
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus
from governance.servers import listed as servers
from publishing.connectors.base import GRANT_REFUSED, Connector, Receipt, Rejected, Unknown
from publishing.moderation import fees
from publishing.moderation.models import Hiding
from publishing.moderation.services import QUEUE
from publishing.moderation.states import HidingStatus

log = logging.getLogger("chimera.moderation")

KIND = "hide"
Outcome = Receipt | Rejected | Stopped | Unavailable


def drain(*, seconds: float) -> int:
    """Hide what is ordered until nothing is due; returns how many were dealt with."""
    ends, dealt = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        claims = leases.claim(model=Hiding, queues=[QUEUE], stages=[KIND], count_max=1)
        if not claims:
            return dealt
        with leases.keeper.holding(table=Hiding.CLAIM, claims=claims):
            try:
                hide(claim=claims[0])
                dealt += 1
            except Conflict as lost:
                log.info("dropped: %s", lost)
            except (OperationalError, InterfaceError):
                raise  # not of this one: the database is away
            except Exception:
                log.exception("publishing.hiding:%s was left as it is", claims[0].id)
    return dealt


def hide(*, claim: Claim) -> None:
    """One claimed order, one step further. Raises Fenced with nothing of this attempt kept."""
    actor = f"{leases.owner()} stage:hide"
    with tenancy.brand(claim.brand_id, actor=actor):
        mine = Hiding.objects.select_related("account").filter(pk=claim.id, fence=claim.fence)
        row = mine.select_for_update(of=("self",)).first()  # before its card, as whoever orders and dismisses does
        if row is None:
            raise transitions.Fenced(f"publishing.hiding:{claim.id} was taken over.")
        if row.attempts > row.attempts_max:
            _tired(row)
            return
        connector = registry.get("CONNECTORS", row.payload["platform"], Connector)
        try:
            if not _is_yes(row):
                transitions.move(row=row, to=HidingStatus.DISMISSED, fence=row.fence, **leases.free(approval=""))
                return
            effect = _intended(row)
        except (Denied, reviews.NotPending) as no:  # spending is stopped, or the answer is not final, or taken back
            leases.give_back(row=row, after_s=_later(row), note=str(no), counts=False)
            return
    jti = grants.new_jti()
    try:
        signer = grants.signer()
        _send(row, effect, jti, actor)
    except (Denied, Unavailable) as no:
        with tenancy.brand(row.brand_id, actor=actor):
            counts = not isinstance(no, Stopped | Unavailable)
            after_s = leases.stopped_s(scopes=row.scopes, by=no.scope) if isinstance(no, Stopped) else _later(row)
            leases.give_back(row=row, after_s=after_s, note=str(no), counts=counts)
        return
    outcome = _call(row, effect, connector, jti, signer)
    with tenancy.brand(row.brand_id, actor=actor):
        _land(row, effect, outcome)


def _is_yes(row: Hiding) -> bool:
    """Whether the card is a yes by now. An answer counts when it is final, and once; a later attempt finds it used.

    Raises NotPending until it is final.
    """
    card = ReviewItem.objects.get(pk=int(row.approval.rpartition(":")[2]))
    if card.consumed_at is None:
        reviews.consume(item=card)
    return card.status == ReviewStatus.APPROVED


def _intended(row: Hiding) -> Effect:
    """tx A. Each order has an effect of its own: what became of an earlier one stays known."""
    return effects.intend(
        row=row,
        task=row.subject,
        kind=_kind(row),
        platform_class="A",  # whatever the platform: the same order again changes nothing
        payload_hash=row.content_hash,
        fee_usd_micros=fees.fee_of(row=row).usd_micros,
        lasts_s=settings.HOLD_LASTS_S,
    )


def _kind(row: Hiding) -> str:
    return KIND if row.orders == 1 else f"{KIND}:{row.orders}"


def _send(row: Hiding, effect: Effect, jti: str, actor: str) -> None:
    """tx B; see `publishing.posts.services`. Raises Denied or CircuitOpen."""
    circuits.require_closed(provider=row.payload["platform"])
    servers.require_in_force(name=row.payload["platform"])
    with tenancy.brand(row.brand_id, actor=actor):
        leases.extend(row=row, seconds=2 * settings.CALL_TIMEOUT_S)
        effects.send(effect=effect, row=row, jti=jti, call_timeout_s=settings.CALL_TIMEOUT_S)


def _call(row: Hiding, effect: Effect, connector: Connector, jti: str, by: grants.Signer) -> Outcome:
    """The one call, with a grant for exactly this; outside of any transaction."""
    claims = grants.Claims(
        jti=jti,
        subject=row.subject,
        task=row.subject,
        brand_id=row.brand_id,
        fence=row.fence,
        account_handle=row.account.handle,
        effect_key=effect.key,
        payload_hash=row.content_hash,
        approval=row.approval,
        is_ad=False,
        action=KIND,
    )
    grant = grants.issue(claims=claims, connector=connector.platform, by=by)
    try:
        with outside.waiting():
            return connector.hide(
                payload=row.payload, grant=grant, idempotency_key=effect.key, timeout_s=settings.CALL_TIMEOUT_S
            )
    except (Rejected, Stopped, Unavailable) as said:
        if isinstance(said, Rejected) and said.code == GRANT_REFUSED:
            grants.forget()  # perhaps its key was revoked just now
        return said
    except Exception as error:
        log.exception("%s: the connector failed in words of its own", row.subject)
        return Unknown(f"{connector.platform}'s connector failed ({type(error).__name__}).")


def _land(row: Hiding, effect: Effect, outcome: Outcome) -> None:
    """tx C."""
    if isinstance(outcome, Receipt):
        free = leases.free(done_at=Now(), note="")
        transitions.move(row=row, to=HidingStatus.DONE, fence=row.fence, **free)
        fee, told = fees.fee_of(row=row), asdict(outcome)
        effects.confirm(
            effect=effect,
            platform_id=outcome.platform_id,
            receipt=told,
            cost_usd_micros=fee.usd_micros,
            debit=fee.item,
        )
        leases.end_attempt(row=row, outcome="hidden")
    elif isinstance(outcome, Rejected) and outcome.code != GRANT_REFUSED:
        transitions.move(row=row, to=HidingStatus.FAILED, fence=row.fence, **leases.free(note=str(outcome)[:2000]))
        effects.refute(effect=effect, receipt={"code": outcome.code, "sentence": str(outcome)})
        leases.end_attempt(row=row, outcome=str(outcome))
    else:
        circuit = circuits.outage(error=outcome)
        after_s = circuit.retry_after_s if circuit else _later(row)
        counts = circuit is None and not isinstance(outcome, Stopped)
        leases.give_back(row=row, after_s=after_s, note=str(outcome), counts=counts)


def _tired(row: Hiding) -> None:
    """It did not help: a human looks there, and may order it again."""
    note = f"Tried {row.attempts_max} times; look whether it is hidden there. Last: {row.note}"
    transitions.move(row=row, to=HidingStatus.FAILED, fence=row.fence, **leases.free(note=note[:2000]))
    effect = Effect.objects.filter(about=row.subject, kind=_kind(row)).first()
    if effect is not None and effect.status == EffectStatus.SENT:
        effects.doubt(effect=effect, receipt={"sentence": note})
    leases.end_attempt(row=row, outcome=note)


def _later(row: Hiding) -> float:
    return leases.backoff_s(attempts=row.attempts)
