"""Days on which nothing is said: by one brand, or by the fleet."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now


def _lasts(name: str) -> Any:
    return models.CheckConstraint(condition=Q(begins_at__lt=F("ends_at")), name=name)


class Blackout(BrandModel):
    """From `begins_at` up to `ends_at` a brand says nothing, on one platform or ("") on all. Removed, not deleted."""

    SUBJECT = "publishing.blackout"

    platform = models.CharField(max_length=20, blank=True, default="")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=160, default="", editable=False)  # a trigger writes it
    made_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["brand", "ends_at"], condition=Q(removed_at=None), name="blackout_ahead")]
        constraints = [_lasts("blackout_lasts")]

    def __str__(self) -> str:
        return f"{self.platform or 'everywhere'}: {self.begins_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M} UTC"


class FleetBlackout(models.Model):
    """The same for every brand (fleet table)."""

    SUBJECT = "publishing.fleetblackout"

    platform = models.CharField(max_length=20, blank=True, default="")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=160, default="", editable=False)
    made_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ends_at"], condition=Q(removed_at=None), name="fleet_blackout_ahead")]
        constraints = [_lasts("fleet_blackout_lasts")]

    def __str__(self) -> str:
        return f"fleet, {self.platform or 'everywhere'}: {self.begins_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d}"
