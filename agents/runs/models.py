"""A replay that was asked for at the desk, with how far it is and what it found."""

from django.db import models
from django.db.models import Q

from agents.runs.states import TRANSITIONS, ShadowStatus
from chimera.core.clock import Now
from governance.machine import BrandStateful

OPEN = (ShadowStatus.WAITING, ShadowStatus.RUNNING)


class ShadowRun(BrandStateful):
    """One replay in the shadow, of a task or of a whole goal. `results` are what was found, step by step.

    Goal and task by number: they move into the archive, and this stays.
    """

    SUBJECT = "agents.shadowrun"
    TRANSITIONS = TRANSITIONS

    goal_number = models.BigIntegerField()
    task_number = models.BigIntegerField(null=True)  # None: every task of the goal
    asked_by = models.CharField(max_length=160)
    asked_at = models.DateTimeField(db_default=Now())
    steps_total = models.IntegerField(default=0)
    steps_done = models.IntegerField(default=0)
    results = models.JSONField(default=list)
    beat_at = models.DateTimeField(null=True)  # the last sign of life of whoever makes it
    tries = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["brand", "goal_number", "-id"], name="shadowrun_by_goal"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="shadowrun_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "goal_number"], condition=Q(status__in=OPEN), name="shadowrun_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(status__in=ShadowStatus.values), name="shadowrun_status_is_known"),
            models.CheckConstraint(
                condition=Q(steps_done__gte=0) & Q(steps_done__lte=models.F("steps_total")),
                name="shadowrun_does_what_there_is",
            ),
        ]

    def __str__(self) -> str:
        return f"replay of goal {self.goal_number} ({self.status})"
