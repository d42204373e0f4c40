"""The control (fleet table)."""

from django.db import models

from chimera.core.clock import Now
from governance.controls.states import TRANSITIONS, ControlStatus
from governance.machine import Stateful


class ControlKind(models.TextChoices):
    """Both keep work from being claimed and posts from being sent; the word says how urgent it was."""

    PAUSE = "pause"
    STOP = "stop"


class Control(Stateful):
    """One stop on one scope: "fleet", "brand:1", "agent:7"."""

    SUBJECT = "governance.control"
    TRANSITIONS = TRANSITIONS

    scope = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=ControlKind.choices)
    reason = models.TextField()
    since = models.DateTimeField(db_default=Now(), editable=False)
    lifted_at = models.DateTimeField(null=True, editable=False)
    # Of a pause that the governor imposed itself: why, and when it ends by itself (NULL: when a human lifts it).
    cause = models.CharField(max_length=12, blank=True, default="", db_default="", editable=False)
    until = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "kind"],
                condition=models.Q(status=ControlStatus.IN_FORCE),
                name="control_in_force_once_per_scope",
            ),
            models.CheckConstraint(condition=models.Q(status__in=ControlStatus.values), name="control_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(status=ControlStatus.IN_FORCE, lifted_at__isnull=True)
                | models.Q(status=ControlStatus.LIFTED, lifted_at__isnull=False),
                name="control_lifted_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(cause__in=["", "exhausted", "anomaly"]), name="control_cause_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(cause="exhausted"),
                name="control_only_exhaustion_ends_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.scope}"
