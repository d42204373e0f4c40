"""A task says which stage is due; the lease says whether somebody is on it."""

from django.db.models import TextChoices


class TaskStatus(TextChoices):
    """What is due next. "Running" is not a state: it is shown from the lease."""

    BLOCKED = "BLOCKED"  # waits for upstream tasks
    READY = "READY"  # to be proposed
    JUDGING = "JUDGING"  # to be judged (outward only)
    HELD = "HELD"  # waits for a human
    ACCEPTED = "ACCEPTED"  # to be committed
    DONE = "DONE"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


MACHINE = "agents.task"
INITIAL = frozenset({TaskStatus.BLOCKED, TaskStatus.READY})
TRANSITIONS: dict[str, frozenset[str]] = {
    TaskStatus.BLOCKED: frozenset({TaskStatus.READY, TaskStatus.CANCELLED}),
    TaskStatus.READY: frozenset({TaskStatus.JUDGING, TaskStatus.DONE, TaskStatus.HELD, TaskStatus.CANCELLED}),
    TaskStatus.JUDGING: frozenset(
        {
            TaskStatus.ACCEPTED,
            TaskStatus.HELD,
            TaskStatus.BLOCKED,  # a retry re-opened what it hangs on
            TaskStatus.REJECTED,
            TaskStatus.CANCELLED,
        }
    ),
    TaskStatus.HELD: frozenset(
        {
            TaskStatus.ACCEPTED,
            TaskStatus.READY,
            TaskStatus.BLOCKED,
            TaskStatus.REJECTED,
            TaskStatus.EXPIRED,
            TaskStatus.CANCELLED,
        }
    ),
    TaskStatus.ACCEPTED: frozenset({TaskStatus.DONE, TaskStatus.HELD, TaskStatus.CANCELLED}),
    TaskStatus.DONE: frozenset({TaskStatus.READY, TaskStatus.BLOCKED}),  # re-opened by a retry, inward only
    TaskStatus.REJECTED: frozenset(),
    TaskStatus.EXPIRED: frozenset(),
    TaskStatus.CANCELLED: frozenset(),
}
