"""Which thresholds count."""

from collections.abc import Collection

from django.db.models import Max, Q, QuerySet

from governance.routing import Thresholds
from governance.thresholds.models import Threshold
from governance.thresholds.states import ThresholdStatus


def in_force(*, scopes: Collection[str], kind: str) -> QuerySet[Threshold]:
    """Those that count for a task of this kind in these scopes; in the brand's context."""
    every = Q(kind="") | Q(kind=kind)
    return Threshold.objects.filter(every, scope__in=list(scopes), status=ThresholdStatus.IN_FORCE).order_by("id")


def strictest(*, scopes: Collection[str], kind: str) -> Thresholds:
    """The strictest of them and of the fleet's. A claim brings the same along in its own statement."""
    found = in_force(scopes=scopes, kind=kind).aggregate(act=Max("act_above_bp"), retry=Max("retry_below_bp"))
    return Thresholds().tightened(act_above_bp=found["act"] or 0, retry_below_bp=found["retry"] or 0)
