"""A rollout is tried on canaries, proposed, and carried out or taken back."""

from django.db.models import TextChoices


class RolloutStatus(TextChoices):
    """Where a rollout is."""

    CANARY = "CANARY"  # the canaries have it and are watched
    READY = "READY"  # they have shown enough; a human decides
    ROLLED_OUT = "ROLLED_OUT"
    ROLLED_BACK = "ROLLED_BACK"


MACHINE = "agents.rollout"
INITIAL = frozenset({RolloutStatus.CANARY})
TRANSITIONS: dict[str, frozenset[str]] = {
    RolloutStatus.CANARY: frozenset({RolloutStatus.READY, RolloutStatus.ROLLED_BACK}),
    RolloutStatus.READY: frozenset({RolloutStatus.ROLLED_OUT, RolloutStatus.ROLLED_BACK}),
    RolloutStatus.ROLLED_OUT: frozenset(),
    RolloutStatus.ROLLED_BACK: frozenset(),
}
