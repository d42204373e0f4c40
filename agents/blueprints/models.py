"""The blueprint, and its revisions. Goals by number: they move into the archive, and these stay."""

from django.db import models
from django.db.models import Q

from agents.blueprints.states import TRANSITIONS, BlueprintStatus
from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from governance.machine import BrandStateful


class Blueprint(BrandStateful):
    """A plan as it was checked, before it has tasks.

    `steps` change while it is held, by `state_version`; never later.
    """

    SUBJECT = "agents.blueprint"
    TRANSITIONS = TRANSITIONS

    goal_number = models.BigIntegerField()
    planning_number = models.BigIntegerField()  # the task that planned it; its tasks are made from it
    steps = models.JSONField()
    estimate_usd_micros = models.BigIntegerField()
    revision = models.IntegerField(default=0, db_default=0)  # how often it was edited; counted by the database
    reason = models.TextField(blank=True, default="")  # of the last edit
    deadline = models.DateTimeField()  # the goal's: what waits longer is dropped with it
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        permissions = [("edit_plan", "Can edit and start plans that wait for a look")]
        indexes = [
            models.Index(
                fields=["brand", "deadline"], condition=Q(status=BlueprintStatus.HELD), name="blueprint_that_waits"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="blueprint_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "goal_number"], name="blueprint_once_per_goal"),
            models.CheckConstraint(condition=Q(status__in=BlueprintStatus.values), name="blueprint_status_is_known"),
            models.CheckConstraint(condition=Q(estimate_usd_micros__gte=0), name="blueprint_estimate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"plan of goal {self.goal_number} ({self.status})"


class Revision(BrandModel):
    """One edit of a blueprint: what it was, what it became, who, why. Written by the database, once."""

    blueprint = models.ForeignKey(
        Blueprint, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.IntegerField()
    before = models.JSONField()
    after = models.JSONField()
    before_hash = models.CharField(max_length=64)  # SHA-256 of both, as they stand in the record
    after_hash = models.CharField(max_length=64)
    estimate_before = models.BigIntegerField()
    estimate_after = models.BigIntegerField()
    by = models.CharField(max_length=160)
    reason = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="revision_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "blueprint", "number"], name="revision_once_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_is_counted"),
        ]

    def __str__(self) -> str:
        return f"edit {self.number} of blueprint {self.blueprint_id}"
