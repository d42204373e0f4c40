"""What was put away."""

from django.db import models
from django.db.models import F, Q

from chimera.core.clock import Now


class PutAway(models.Model):
    """One act of retention (fleet table): the events of these places were deleted, their leaves stay.

    The act itself is an event and is never put away, so that what is missing because of it can be told from what is
    missing otherwise. Everything in it was older than `before`. That no place is put away twice is a constraint of
    the database (putaway_once).
    """

    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    before = models.DateTimeField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_seq__gte=0, last_seq__gte=F("first_seq")), name="putaway_is_a_stretch"
            ),
        ]

    def __str__(self) -> str:
        return f"entries {self.first_seq} to {self.last_seq}"
