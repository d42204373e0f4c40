"""What is remembered of each published post: the words here, or only that they stand elsewhere."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from chimera.core.embeddings import DIMENSIONS


class Memory(BrandModel):
    """One published post, once, for good: a post that was forgotten is not remembered again.

    `is_here`: words and vector stand in this row. Else `kept_at` says since when another store has them. A forgotten
    row with `kept_at` is still to be deleted there. The signs of the vectors and the indexes on them stand in `sql/`.
    """

    post_id = models.BigIntegerField()
    agent_id = models.BigIntegerField()
    published_at = models.DateTimeField()
    noted_at = models.DateTimeField(db_default=Now())
    authors = ArrayField(models.CharField(max_length=80), default=list)  # hashes: see chimera.core.pii.authors
    is_here = models.BooleanField(default=False, db_default=False)
    text = models.TextField(blank=True, default="", db_default="")
    origin = models.TextField(
        blank=True, default="", db_default=""
    )  # whose words it rests on; empty: the operator's own
    vector = VectorField(dimensions=DIMENSIONS, null=True)
    kept_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["brand", "published_at"], name="memory_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "post_id"], name="memory_once_per_post"),
            models.CheckConstraint(
                condition=Q(is_here=True) | Q(text="", origin="", vector__isnull=True),
                name="memory_elsewhere_has_no_words",
            ),
            models.CheckConstraint(condition=Q(is_here=False) | Q(kept_at__isnull=False), name="memory_here_is_kept"),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(is_here=False, authors=[]),
                name="memory_forgotten_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"memory of post {self.post_id}"
