"""A goal is proposed, planned, and ends."""

from django.db.models import TextChoices


class GoalStatus(TextChoices):
    """Where a goal is."""

    PROPOSED = "PROPOSED"
    ACTIVE = "ACTIVE"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


MACHINE = "agents.goal"
INITIAL = frozenset({GoalStatus.PROPOSED})
TRANSITIONS: dict[str, frozenset[str]] = {
    GoalStatus.PROPOSED: frozenset({GoalStatus.ACTIVE, GoalStatus.FAILED, GoalStatus.CANCELLED}),
    GoalStatus.ACTIVE: frozenset({GoalStatus.DONE, GoalStatus.FAILED, GoalStatus.CANCELLED}),
    GoalStatus.DONE: frozenset(),
    GoalStatus.FAILED: frozenset(),
    GoalStatus.CANCELLED: frozenset(),
}
