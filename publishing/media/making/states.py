"""A making is asked for, begun, perhaps runs at its provider, and ends; or nobody knows whether it was begun."""

from django.db.models import TextChoices


class MakingStatus(TextChoices):
    """Where a making is."""

    ASKED = "ASKED"
    BEGUN = "BEGUN"  # money is set aside, the one call may be on its way
    RUNNING = "RUNNING"  # the provider has named its task
    IN_DOUBT = "IN_DOUBT"  # perhaps begun there, under a name that nobody here knows
    MADE = "MADE"
    UNSAFE = "UNSAFE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


MACHINE = "publishing.making"
INITIAL = frozenset({MakingStatus.ASKED})
TRANSITIONS: dict[str, frozenset[str]] = {
    MakingStatus.ASKED: frozenset({MakingStatus.BEGUN, MakingStatus.FAILED, MakingStatus.CANCELLED}),
    # Back to ASKED only where the provider surely has nothing.
    MakingStatus.BEGUN: frozenset(
        {
            MakingStatus.ASKED,
            MakingStatus.RUNNING,
            MakingStatus.IN_DOUBT,
            MakingStatus.MADE,
            MakingStatus.UNSAFE,
            MakingStatus.FAILED,
        }
    ),
    # Back to ASKED where the provider's own task failed, cost nothing, and may be tried again.
    MakingStatus.RUNNING: frozenset(
        {
            MakingStatus.ASKED,
            MakingStatus.MADE,
            MakingStatus.UNSAFE,
            MakingStatus.FAILED,
            MakingStatus.CANCELLED,
        }
    ),
    # A human found its name, or nothing; or time decides. It is never begun again from here.
    MakingStatus.IN_DOUBT: frozenset({MakingStatus.RUNNING, MakingStatus.FAILED, MakingStatus.CANCELLED}),
    MakingStatus.MADE: frozenset(),
    MakingStatus.UNSAFE: frozenset(),
    MakingStatus.FAILED: frozenset(),
    MakingStatus.CANCELLED: frozenset(),
}
ENDED = (MakingStatus.MADE, MakingStatus.UNSAFE, MakingStatus.FAILED, MakingStatus.CANCELLED)
ON_MONEY = (MakingStatus.BEGUN, MakingStatus.RUNNING, MakingStatus.IN_DOUBT)
