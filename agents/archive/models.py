"""A goal that was put away, and the list of its tasks. Written and deleted by the archivist's functions only."""

from typing import Any

from django.db import models
from django.db.models import F, Func, Value

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now

_SHA256: Any = Func(Func(F("body"), function="sha256"), Value("hex"), function="encode")


class ArchivedGoal(BrandModel):
    """A finished goal under its own id. `body` is the JSON of every row that was moved, by table, as UTF-8 text."""

    id = models.BigIntegerField(primary_key=True)
    agent_id = models.BigIntegerField()
    cause = models.CharField(max_length=160)
    batch = models.CharField(max_length=80, blank=True, default="")
    wish = models.TextField()
    ended_as = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField()  # of its last task or post
    archived_at = models.DateTimeField(db_default=Now())
    spent_usd_micros = models.BigIntegerField()  # by its tasks and posts
    counts = models.JSONField()  # rows that were moved, by table
    body = models.BinaryField()
    # Made by the database, and copied into the record: who changes a body later is found out.
    content_hash = models.GeneratedField(
        expression=_SHA256, output_field=models.CharField(max_length=64), db_persist=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["brand", "ended_at"], name="archivedgoal_by_end"),
            models.Index(fields=["brand", "cause"], name="archivedgoal_by_cause"),
            models.Index(fields=["brand", "made_at"], name="archivedgoal_by_start"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="archivedgoal_brand_and_id"),
            models.CheckConstraint(
                condition=models.Q(ended_at__gte=F("made_at")), name="archivedgoal_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.wish[:80]


class ArchivedTask(BrandModel):
    """A task of an archived goal, under its own id: where to look for it."""

    id = models.BigIntegerField(primary_key=True)
    goal = models.ForeignKey(ArchivedGoal, on_delete=models.PROTECT, db_constraint=False)
    kind = models.CharField(max_length=40)
    outward = models.BooleanField()
    ended_as = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "id"], name="archivedtask_brand_and_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.ended_as})"
