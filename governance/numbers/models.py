"""One answer that somebody gave to a card, with what the numbers are sorted by."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Floor, Greatest, Ln

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now


class ReviewAnswer(BrandModel):
    """Written by the trigger `told_governance_reviewitem`, also of answers that were taken back (`undone_at`).

    `took_ms` is from when whoever answered opened the card; null when they had not opened it (a command, a group).
    `first_id` is the answer of somebody else to the same content, if there was one: then this is a second reading.
    """

    item_id = models.BigIntegerField()
    reviewer = models.CharField(max_length=160)  # "user:ada"
    answer = models.CharField(max_length=12)  # approved, edited, rejected
    kind = models.CharField(max_length=12)  # of the card
    agent = models.CharField(max_length=80)
    platform = models.CharField(max_length=40)
    group = models.CharField(max_length=80, db_column="group_key")
    content_hash = models.CharField(max_length=64)
    waited_s = models.IntegerField()  # how long the card was there
    took_ms = models.IntegerField(null=True)
    # Its place in a histogram whose steps are 4%; a column, so that the planner knows how few there are.
    step = models.GeneratedField(
        expression=Cast(
            Floor(Ln(Cast(Greatest("took_ms", 100), models.FloatField())) * 25), models.SmallIntegerField()
        ),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
    )
    first_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        permissions = [("view_numbers", "Can see everybody's numbers")]
        indexes = [
            models.Index(fields=["at"], name="reviewanswer_by_time"),
            models.Index(fields=["reviewer", "at"], name="reviewanswer_by_reviewer"),
            models.Index(fields=["brand", "content_hash"], name="reviewanswer_by_content"),
            models.Index(fields=["at"], condition=Q(first_id__isnull=False), name="reviewanswer_second"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="reviewanswer_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "item_id"], condition=Q(undone_at__isnull=True), name="reviewanswer_holds_once"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["approved", "edited", "rejected"]), name="reviewanswer_is_known"
            ),
            models.CheckConstraint(condition=Q(reviewer__gt=""), name="reviewanswer_has_a_name"),
            models.CheckConstraint(
                condition=Q(took_ms__isnull=True) | Q(took_ms__gte=0), name="reviewanswer_took_some_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer} by {self.reviewer}"
