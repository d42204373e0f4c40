"""References of a persona, and how like them its pictures are."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now


class Reference(BrandModel):
    """One picture that says what a persona looks like. Append-only: other traits are another set.

    `head` is where the head is, in tenths of a percent of width and height: left, top, right, bottom.
    """

    belongs_to = models.CharField(max_length=80)  # "agents.agent:7"
    traits_digest = models.CharField(max_length=64)
    place = models.SmallIntegerField()  # 0 is the first of the set
    content_hash = models.CharField(max_length=64)  # of the asset
    head = ArrayField(models.SmallIntegerField(), size=4)
    made_by = models.CharField(max_length=160)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "belongs_to", "traits_digest", "place"], name="reference_once_per_place"
            ),
            models.CheckConstraint(condition=Q(place__range=(0, 9)), name="reference_set_is_small"),
        ]

    def __str__(self) -> str:
        return f"reference {self.place} of {self.belongs_to}"


class Resemblance(BrandModel):
    """How like a persona one picture is. Append-only, once for a picture and a reference set."""

    belongs_to = models.CharField(max_length=80)
    traits_digest = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)  # of the picture; of a clip, of the frame that is least alike
    score_bp = models.SmallIntegerField()
    gate_bp = models.SmallIntegerField()
    outcome = models.CharField(max_length=12)
    draw = models.SmallIntegerField(default=1)
    parts = models.JSONField(default=dict)  # the measures, in basis points
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["brand", "belongs_to", "made_at"], name="resemblance_over_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "belongs_to", "traits_digest", "content_hash"], name="resemblance_once_per_picture"
            ),
            models.CheckConstraint(condition=Q(score_bp__range=(0, 10_000)), name="resemblance_score_is_a_share"),
            models.CheckConstraint(
                condition=Q(outcome__in=["pass", "draw again", "human"]), name="resemblance_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="pass", score_bp__gte=models.F("gate_bp"))
                | (~Q(outcome="pass") & Q(score_bp__lt=models.F("gate_bp"))),
                name="resemblance_passes_at_the_gate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.belongs_to}: {self.score_bp / 10_000:.2f}"
