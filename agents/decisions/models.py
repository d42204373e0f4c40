"""The decision."""

from django.db import models
from django.db.models import Q

from agents.personas.models import Agent
from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now


class Answer(models.TextChoices):
    """What a human would do with the content."""

    APPROVED = "approved", "Left as it is"
    EDITED = "edited", "Changed, then let out"
    REJECTED = "rejected", "Not let out"


class Decision(BrandModel):
    """One answer to one card, beside the judge's score of the same content. Written once."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    review_id = models.BigIntegerField()
    task_id = models.BigIntegerField()  # which may be in the archive by now
    kind = models.CharField(max_length=40)  # of the task
    topic = models.CharField(max_length=400)  # see agents.decisions.topics
    content_hash = models.CharField(max_length=64)
    composite_bp = models.IntegerField(null=True)
    is_clean = models.BooleanField()  # no rule objected: the composite alone would have decided
    answer = models.CharField(max_length=12, choices=Answer.choices)
    is_blind = models.BooleanField()  # a sample: whoever answered did not see the score
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["brand", "agent", "id"], name="decision_by_agent")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="decision_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "review_id"], name="decision_once_per_review"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="decision_answer_is_known"),
            models.CheckConstraint(
                condition=Q(composite_bp__isnull=True) | Q(composite_bp__range=(0, 10_000)),
                name="decision_composite_is_a_score",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer}: task {self.task_id}"
