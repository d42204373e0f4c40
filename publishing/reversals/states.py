"""A reversal is asked for, then done; or it waits for a human's hands, who did it or left the post live."""

from django.db.models import TextChoices


class ReversalStatus(TextChoices):
    """Where a reversal is."""

    ASKED = "ASKED"
    BY_HAND = "BY_HAND"  # software cannot: a card waits
    DONE = "DONE"
    LEFT = "LEFT"  # a human left it live


MACHINE = "publishing.reversal"
INITIAL = frozenset({ReversalStatus.ASKED})
TRANSITIONS: dict[str, frozenset[str]] = {
    ReversalStatus.ASKED: frozenset({ReversalStatus.DONE, ReversalStatus.BY_HAND}),
    ReversalStatus.BY_HAND: frozenset({ReversalStatus.DONE, ReversalStatus.LEFT}),
    ReversalStatus.DONE: frozenset(),
    # Who changes their mind asks anew: another reversal, with an effect of its own.
    ReversalStatus.LEFT: frozenset(),
}
