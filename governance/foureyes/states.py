"""A rule of four eyes holds until another person than set it ends it."""

from django.db.models import TextChoices


class FourEyesStatus(TextChoices):
    """Whether it counts."""

    IN_FORCE = "IN_FORCE"
    ENDED = "ENDED"


MACHINE = "governance.foureyes"
INITIAL = frozenset({FourEyesStatus.IN_FORCE})
TRANSITIONS: dict[str, frozenset[str]] = {
    FourEyesStatus.IN_FORCE: frozenset({FourEyesStatus.ENDED}),
    FourEyesStatus.ENDED: frozenset(),
}
