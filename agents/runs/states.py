"""A replay in the background: asked for, at work in a process of its own, done."""

from django.db.models import TextChoices


class ShadowStatus(TextChoices):
    """Where a replay in the background is."""

    WAITING = "WAITING"  # no process has taken it yet
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"  # it broke off; says why


MACHINE = "agents.shadowrun"
INITIAL = frozenset({ShadowStatus.WAITING})
TRANSITIONS: dict[str, frozenset[str]] = {
    ShadowStatus.WAITING: frozenset({ShadowStatus.RUNNING, ShadowStatus.FAILED}),
    ShadowStatus.RUNNING: frozenset({ShadowStatus.DONE, ShadowStatus.FAILED, ShadowStatus.WAITING}),
    ShadowStatus.DONE: frozenset(),
    ShadowStatus.FAILED: frozenset(),
}
