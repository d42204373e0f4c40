"""Setting and lifting thresholds. They count for what is claimed from then on."""

import re

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied
from governance import transitions
from governance.routing import ACT_ABOVE_BP, RETRY_BELOW_BP
from governance.thresholds.models import Threshold
from governance.thresholds.states import ThresholdStatus

_SCOPE = re.compile(r"(brand|agent|campaign):[1-9][0-9]{0,17}")


class BadThreshold(Denied):
    """A threshold that may not be set: says why, and what may."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the threshold first; nothing was changed."""


def tighten(
    *,
    brand_id: int,
    scope: str,
    kind: str = "",
    act_above_bp: int = ACT_ABOVE_BP,
    retry_below_bp: int = RETRY_BELOW_BP,
    reason: str,
) -> Threshold:
    """Set the threshold of a scope and kind (empty: every kind), in place of the one that holds. Basis points.

    The actor of the running context set it. Raises BadThreshold, naming what may be set.
    """
    _require_sense(scope, act_above_bp, retry_below_bp, reason)
    if scope.startswith("brand:") and scope != f"brand:{brand_id}":
        raise BadThreshold(f"{scope} is another brand; write brand:{brand_id}, or an agent of this brand.")
    former = Threshold.objects.select_for_update().filter(
        brand_id=brand_id, scope=scope, kind=kind, status=ThresholdStatus.IN_FORCE
    )
    for one in former:
        lift(threshold=one, reason=reason)
    return Threshold.objects.create(
        brand_id=brand_id,
        scope=scope,
        kind=kind,
        act_above_bp=act_above_bp,
        retry_below_bp=retry_below_bp,
        reason=reason.strip(),
        set_by=tenancy.current_actor(),
        status=ThresholdStatus.IN_FORCE,
    )


def lift(*, threshold: Threshold, reason: str) -> Threshold:
    """End a threshold: what else holds for its scope, at least the fleet's, counts again."""
    if threshold.status != ThresholdStatus.IN_FORCE:
        raise ChangedMeanwhile(f"{threshold.subject} has ended already, by {threshold.ended_by}; nothing was changed.")
    if not reason.strip():
        raise BadThreshold("Say why; the reason stays with the threshold.")
    return transitions.move(
        row=threshold,
        to=ThresholdStatus.ENDED,
        ended_at=Now(),
        ended_by=tenancy.current_actor(),
        end_reason=reason.strip(),
    )


def _require_sense(scope: str, act_above_bp: int, retry_below_bp: int, reason: str) -> None:
    if not _SCOPE.fullmatch(scope):
        raise BadThreshold(f"{scope[:80]!r} is no scope of a brand; write brand:1, agent:7 or campaign:3.")
    if not ACT_ABOVE_BP <= act_above_bp <= 10_000:
        raise BadThreshold(
            f"Acting above {act_above_bp / 10_000:.4f} cannot be set: a threshold is only ever tightened, "
            f"so choose {ACT_ABOVE_BP / 10_000:.2f} to 1."
        )
    if not RETRY_BELOW_BP <= retry_below_bp <= act_above_bp:
        raise BadThreshold(
            f"Trying again below {retry_below_bp / 10_000:.4f} cannot be set: choose "
            f"{RETRY_BELOW_BP / 10_000:.2f} to {act_above_bp / 10_000:.4f}, where acting begins."
        )
    if not reason.strip():
        raise BadThreshold("Say why; the reason stays with the threshold.")
