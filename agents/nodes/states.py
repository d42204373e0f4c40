"""Alive, draining before a clean end, gone after it; lost when it fell silent, until it comes back."""

from django.db.models import TextChoices


class NodeStatus(TextChoices):
    """Whether a node may hold work."""

    ALIVE = "ALIVE"
    DRAINING = "DRAINING"
    LOST = "LOST"
    GONE = "GONE"


MACHINE = "agents.node"
INITIAL = frozenset({NodeStatus.ALIVE})
TRANSITIONS: dict[str, frozenset[str]] = {
    NodeStatus.ALIVE: frozenset({NodeStatus.DRAINING, NodeStatus.LOST, NodeStatus.GONE}),
    NodeStatus.DRAINING: frozenset({NodeStatus.LOST, NodeStatus.GONE}),
    NodeStatus.LOST: frozenset({NodeStatus.ALIVE, NodeStatus.GONE}),
    NodeStatus.GONE: frozenset({NodeStatus.ALIVE}),
}
