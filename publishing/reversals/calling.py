"""The three transactions around the one call that deletes: intended, sent, called. PUB-3, PUB-4, GOV-1."""

import logging
from dataclasses import asdict
from typing import Any

from django.conf import settings

from chimera.core import clock, outside, tenancy
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.circuits.services import CircuitOpen
from chimera.core.errors import Denied, Stopped, Unavailable
from chimera.core.prices.selectors import UnknownPrice
from governance.budgets.services import Exhausted
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.grants import services as grants
from governance.leases import services as leases
from governance.servers import listed as servers
from publishing.connectors import reversing
from publishing.connectors.base import GRANT_REFUSED, Connector, Rejected, Unknown
from publishing.connectors.reversing import Removed
from publishing.reversals import fees
from publishing.reversals.models import Reversal

log = logging.getLogger("chimera.posts")

CLASS = "A"  # asking again deletes nothing twice


def intended(*, reversal: Reversal) -> Effect | None:
    """tx A. None when there is no money for it, or no price, or spending is stopped: it waits for that."""
    try:
        return effects.intend(
            row=reversal,
            task=reversal.subject,
            kind=reversal.way,
            platform_class=CLASS,
            payload_hash=reversal.content_hash,
            fee_usd_micros=fees.fee_of(reversal=reversal).usd_micros,
            lasts_s=settings.HOLD_LASTS_S,
        )
    except Stopped as stop:
        wait_s, why = leases.stopped_s(scopes=reversal.scopes, by=stop.scope), str(stop)
    except Exhausted as refusal:
        wait_s, why = refusal.gate.wait_s(now=clock.now()), str(refusal)
    except UnknownPrice as missing:
        wait_s, why = settings.BUDGET_RETRY_MAX_S, str(missing)
    leases.give_back(row=reversal, after_s=wait_s, note=why, counts=False)
    return None


def sent(*, reversal: Reversal, effect: Effect, jti: str, actor: str) -> bool:
    """tx B. False when it waits. Raises Denied for a no that is not a stop's."""
    try:
        circuits.require_closed(provider=reversal.platform)
        servers.require_in_force(name=reversal.platform)
        with tenancy.brand(reversal.brand_id, actor=actor):
            leases.extend(row=reversal, seconds=2 * settings.CALL_TIMEOUT_S)
            effects.send(effect=effect, row=reversal, jti=jti, call_timeout_s=settings.CALL_TIMEOUT_S)
    except CircuitOpen as outage:
        wait_s, why = outage.retry_after_s, str(outage)
    except Stopped as stop:
        circuits.let_go(provider=reversal.platform)
        wait_s, why = leases.stopped_s(scopes=reversal.scopes, by=stop.scope), str(stop)
    except Denied:
        circuits.let_go(provider=reversal.platform)
        raise
    else:
        return True
    with tenancy.brand(reversal.brand_id, actor=actor):
        leases.give_back(row=reversal, after_s=wait_s, note=why, counts=False)
    return False


def call(
    *, reversal: Reversal, effect: Effect, connector: Connector, jti: str, by: grants.Signer, recorder: Recorder
) -> Removed | Rejected | Stopped | Unavailable:
    """The one call, with a grant for exactly this; outside of any transaction. What came of it is a value."""
    claims = grants.Claims(
        jti=jti,
        subject=reversal.subject,
        task=effect.task,
        brand_id=reversal.brand_id,
        fence=reversal.fence,
        account_handle=reversal.account_handle,
        effect_key=effect.key,
        payload_hash=reversal.content_hash,
        approval=reversal.subject,
        is_ad=False,
        action=effect.kind,
    )
    grant = grants.issue(claims=claims, connector=connector.platform, by=by)
    request = {"payload_hash": reversal.content_hash, "key": effect.key, "jti": jti}
    got: list[Removed] = []

    def _take_down() -> dict[str, Any]:
        got.append(
            connector.take_down(
                payload=reversal.payload, grant=grant, idempotency_key=effect.key, timeout_s=settings.CALL_TIMEOUT_S
            )
        )
        return asdict(got[0])

    try:
        with outside.waiting():
            recorder.tool(
                seat="publish", provider=connector.platform, model=reversing.TOOL, request=request, call=_take_down
            )
    except (Rejected, Stopped, Unavailable) as said:
        if isinstance(said, Rejected) and said.code == GRANT_REFUSED:
            grants.forget()  # perhaps its key was revoked just now
        return said
    except Exception as error:
        log.exception("%s: the connector failed in words of its own", reversal.subject)
        return Unknown(f"{connector.platform}'s connector failed ({type(error).__name__}); it may be deleted.")
    return got[0]
