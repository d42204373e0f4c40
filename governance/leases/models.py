"""The lease columns, and the table of claims."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chimera.core.brands.models import BrandModel, bound_brand
from chimera.core.clock import Now
from governance.machine import BrandStateful


class Leased(BrandStateful):
    """A row that workers claim.

    `due_at` is one column for three questions: free and waiting -> not before; leased -> end of the lease;
    nothing to do -> null. So one partial index serves ready, delayed and abandoned rows.
    """

    CLAIM: ClassVar[str]  # the database function that claims rows of this table

    queue = models.CharField(max_length=12)
    scopes = ArrayField(models.CharField(max_length=80))  # "fleet", "brand:1", "agent:7": controls and budgets
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=120, blank=True, default="")
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    attempts_max = models.IntegerField(default=5)
    priority = models.SmallIntegerField(default=5)  # smaller first: replies 1, posts 5, scans 9
    note = models.TextField(blank=True, default="")  # why it waits, for people

    class Meta:
        abstract = True


class Attempt(BrandModel):
    """One claim of a row by a worker."""

    brand = bound_brand()
    subject = models.CharField(max_length=80)
    fence = models.BigIntegerField()
    stage = models.CharField(max_length=12)
    owner = models.CharField(max_length=120)
    claimed_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "subject", "fence"], name="attempt_has_one_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} #{self.fence} by {self.owner}"
