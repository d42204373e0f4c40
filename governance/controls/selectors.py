"""Which stops hold."""

from collections.abc import Iterable

from django.db.models import QuerySet

from governance.controls.models import Control
from governance.controls.states import ControlStatus


def in_force(*, scopes: Iterable[str]) -> QuerySet[Control]:
    """The controls that hold on any of these scopes, oldest first."""
    return Control.objects.filter(scope__in=list(scopes), status=ControlStatus.IN_FORCE).order_by("since", "id")
