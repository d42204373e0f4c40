"""A control holds until it is lifted."""

from django.db.models import TextChoices


class ControlStatus(TextChoices):
    """Whether a stop holds."""

    IN_FORCE = "IN_FORCE"
    LIFTED = "LIFTED"


MACHINE = "governance.control"
INITIAL = frozenset({ControlStatus.IN_FORCE})
TRANSITIONS: dict[str, frozenset[str]] = {
    ControlStatus.IN_FORCE: frozenset({ControlStatus.LIFTED}),
    ControlStatus.LIFTED: frozenset(),
}
