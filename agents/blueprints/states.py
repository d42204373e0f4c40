"""A plan that waits for a look is held, then started by a human, or dropped with its goal."""

from django.db.models import TextChoices


class BlueprintStatus(TextChoices):
    """Where a plan is that waits for a look. Plans that nobody wants to see first have no blueprint."""

    HELD = "HELD"  # it can be edited; it has no task yet
    STARTED = "STARTED"  # its tasks are made; nobody edits it any more
    DROPPED = "DROPPED"  # its goal ended first


MACHINE = "agents.blueprint"
INITIAL = frozenset({BlueprintStatus.HELD})
TRANSITIONS: dict[str, frozenset[str]] = {
    BlueprintStatus.HELD: frozenset({BlueprintStatus.STARTED, BlueprintStatus.DROPPED}),
    BlueprintStatus.STARTED: frozenset(),
    BlueprintStatus.DROPPED: frozenset(),
}
