"""Closed lets calls through, open none, half open one."""

from django.db.models import TextChoices


class CircuitStatus(TextChoices):
    """Whether a provider is called."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


MACHINE = "core.circuit"
INITIAL = frozenset({CircuitStatus.CLOSED})
TRANSITIONS: dict[str, frozenset[str]] = {
    CircuitStatus.CLOSED: frozenset({CircuitStatus.OPEN}),
    CircuitStatus.OPEN: frozenset({CircuitStatus.HALF_OPEN}),
    CircuitStatus.HALF_OPEN: frozenset({CircuitStatus.CLOSED, CircuitStatus.OPEN}),
}
