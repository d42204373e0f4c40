"""Grants that were used (fleet table; only the connector writes it)."""

from django.db import models

from chimera.core.clock import Now


class GrantUsed(models.Model):
    """One used grant. The primary key is the whole point: a second use is a duplicate key."""

    jti = models.CharField(primary_key=True, max_length=40)
    effect_key = models.CharField(max_length=64)
    used_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.jti
