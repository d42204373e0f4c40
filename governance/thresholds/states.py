"""A threshold holds until another one takes its place or somebody lifts it."""

from django.db.models import TextChoices


class ThresholdStatus(TextChoices):
    """Whether it counts."""

    IN_FORCE = "IN_FORCE"
    ENDED = "ENDED"


MACHINE = "governance.threshold"
INITIAL = frozenset({ThresholdStatus.IN_FORCE})
TRANSITIONS: dict[str, frozenset[str]] = {
    ThresholdStatus.IN_FORCE: frozenset({ThresholdStatus.ENDED}),
    ThresholdStatus.ENDED: frozenset(),
}
