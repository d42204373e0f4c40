"""Which stops hold."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from chimera.core.clock import Now
from governance.controls.models import Control
from governance.controls.states import ControlStatus


def in_force(*, scopes: Iterable[str]) -> QuerySet[Control]:
    """The controls that hold on any of these scopes, oldest first."""
    return everything_in_force().filter(scope__in=list(scopes))


def everything_in_force() -> QuerySet[Control]:
    """Every control that holds, oldest first. One whose time is over holds no more."""
    holding = Control.objects.filter(status=ControlStatus.IN_FORCE)
    return holding.filter(Q(until__isnull=True) | Q(until__gt=Now())).order_by("since", "id")
