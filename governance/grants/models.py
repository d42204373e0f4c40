"""Grants that were used or burned, and what came of a used one (fleet tables; the connector writes them)."""

from django.db import models
from django.db.models import Q

from chimera.core.clock import Now


class GrantUsed(models.Model):
    """One grant that counts no more. The primary key is the whole point: a second use is a duplicate key.

    `burned`: not used, and now never can be; written by the function governance_burn_grant and by nobody else.
    """

    jti = models.CharField(primary_key=True, max_length=40)
    effect_key = models.CharField(max_length=64)
    used_at = models.DateTimeField(db_default=Now())
    burned = models.BooleanField(db_default=False)

    def __str__(self) -> str:
        return self.jti


class Outcome(models.TextChoices):
    """What a platform surely said. Whatever is not one of these is not written down."""

    PUBLISHED = "published", "It is live"
    REJECTED = "rejected", "Surely not live, and asking again changes nothing"
    NOT_SENT = "not_sent", "Surely not live, ask again later"


class GrantEnded(models.Model):
    """The platform's definite answer to the one call that a grant was used for, kept before the worker hears it."""

    jti = models.CharField(primary_key=True, max_length=40)  # a foreign key in the database
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    told = models.JSONField()  # the receipt: platform_id, url, status; or code and message
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="grant_ended_is_definite"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.PUBLISHED) | (Q(told__has_key="platform_id") & ~Q(told__platform_id="")),
                name="grant_ended_published_has_an_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jti}: {self.outcome}"
