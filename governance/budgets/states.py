"""A hold is settled or voided, once."""

from django.db.models import TextChoices


class HoldStatus(TextChoices):
    """Where the money of a hold is."""

    HELD = "HELD"
    SETTLED = "SETTLED"
    VOID = "VOID"


MACHINE = "governance.hold"
INITIAL = frozenset({HoldStatus.HELD})
TRANSITIONS: dict[str, frozenset[str]] = {
    HoldStatus.HELD: frozenset({HoldStatus.SETTLED, HoldStatus.VOID}),
    HoldStatus.SETTLED: frozenset(),
    HoldStatus.VOID: frozenset(),
}
