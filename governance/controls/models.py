"""The control (fleet table)."""

from django.db import models
from django.db.models import Q

from chimera.core.clock import Now
from governance.controls.states import TRANSITIONS, ControlStatus
from governance.machine import Stateful


class ControlKind(models.TextChoices):
    """Both keep work from being claimed and posts from being sent; the word says how urgent it was."""

    PAUSE = "pause"
    STOP = "stop"


class Control(Stateful):
    """One stop on one scope: "fleet", "brand:1", "agent:7", "platform:plaza", "spending".

    Who imposed, asked and lifted is written by the trigger `persons_governance_control`, whatever a statement says.
    """

    SUBJECT = "governance.control"
    TRANSITIONS = TRANSITIONS

    scope = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=ControlKind.choices)
    reason = models.TextField()
    since = models.DateTimeField(db_default=Now(), editable=False)
    incident = models.BooleanField(default=False, db_default=False, editable=False)
    # An incident of an installation with several people: who imposed it cannot lift it. Settled when it is imposed.
    needs_second = models.BooleanField(default=False, db_default=False, editable=False)
    imposed_by = models.CharField(max_length=120, default="", db_default="", editable=False)  # "user:ada", "cli:ada"
    resume_asked_by = models.CharField(max_length=120, default="", db_default="", editable=False)
    resume_asked_at = models.DateTimeField(null=True, editable=False)
    resume_asked_why = models.TextField(default="", db_default="", editable=False)
    lifted_at = models.DateTimeField(null=True, editable=False)
    # Of a pause that the governor imposed itself: why, and when it ends by itself (NULL: when a human lifts it).
    cause = models.CharField(max_length=12, blank=True, default="", db_default="", editable=False)
    until = models.DateTimeField(null=True, editable=False)
    lifted_by = models.CharField(max_length=120, default="", db_default="", editable=False)
    lift_reason = models.TextField(default="", db_default="", editable=False)

    class Meta:
        permissions = [("impose_control", "Can stop and resume")]
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "kind"],
                condition=Q(status=ControlStatus.IN_FORCE),
                name="control_in_force_once_per_scope",
            ),
            models.CheckConstraint(condition=Q(status__in=ControlStatus.values), name="control_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=ControlStatus.IN_FORCE, lifted_at__isnull=True)
                | Q(status=ControlStatus.LIFTED, lifted_at__isnull=False),
                name="control_lifted_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(cause__in=["", "exhausted", "anomaly"]), name="control_cause_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(cause="exhausted"),
                name="control_only_exhaustion_ends_by_itself",
            ),
            models.CheckConstraint(
                condition=~Q(status=ControlStatus.LIFTED) | ~Q(lift_reason=""), name="control_lifted_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False) | Q(incident=True), name="control_only_an_incident_needs_two"
            ),
            # control_incident_needs_a_second_person: in sql/stops.sql, it compares persons.
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.scope}"

    @property
    def sentence(self) -> str:
        """What whoever is held back reads."""
        return f"A {self.kind} on {self.scope} is in force since {self.since:%H:%M} UTC: {self.reason}"
