"""A server is proposed, allowed by a person, disabled by whoever sees it change, and allowed again or removed."""

from django.db.models import TextChoices


class ServerStatus(TextChoices):
    """Whether a server may be called."""

    PROPOSED = "PROPOSED"
    ALLOWED = "ALLOWED"
    DISABLED = "DISABLED"
    REMOVED = "REMOVED"


MACHINE = "governance.server"
INITIAL = frozenset({ServerStatus.PROPOSED})
TRANSITIONS: dict[str, frozenset[str]] = {
    ServerStatus.PROPOSED: frozenset({ServerStatus.ALLOWED, ServerStatus.REMOVED}),
    ServerStatus.ALLOWED: frozenset({ServerStatus.DISABLED, ServerStatus.REMOVED}),
    ServerStatus.DISABLED: frozenset({ServerStatus.ALLOWED, ServerStatus.REMOVED}),
    ServerStatus.REMOVED: frozenset(),
}
