"""The fingerprint of a post."""

from django.db import models
from pgvector.django import BitField, VectorField

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from chimera.core.embeddings import DIMENSIONS

BITS = 256  # of a perceptual hash


class Fingerprint(BrandModel):
    """What one post that is scheduled or out is like. Append-only; one row a post, and one for each further image.

    Written by `publishing_fingerprint_keep` with the posts themselves, found by `publishing_fleet_near`. The two
    indexes for nearness (`fingerprint_text_bands`, `fingerprint_image_bands`) stand in `sql/`: they are on expressions.
    """

    post_id = models.BigIntegerField()
    place = models.SmallIntegerField(default=0, db_default=0)  # 0: the text and the first image
    account_id = models.BigIntegerField()
    day = models.DateField()  # UTC, on which the post is due
    text_hash = models.CharField(max_length=64, blank=True, default="", db_default="")  # of the words without marks
    vector = VectorField(dimensions=DIMENSIONS, null=True)
    image_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    likeness = BitField(length=BITS, null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["text_hash"], name="fingerprint_by_text"),
            models.Index(fields=["image_sha256"], name="fingerprint_by_image"),
            models.Index(fields=["day"], name="fingerprint_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "post_id", "place"], name="fingerprint_once_per_post_and_place")
        ]

    def __str__(self) -> str:
        return f"fingerprint of post {self.post_id}, {self.day}"
