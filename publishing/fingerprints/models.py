"""The fingerprint of a post, and the bits by which the near ones are found."""

from django.db import models
from pgvector.django import BitField, VectorField

from chimera.core.brands.models import BrandModel, bound_brand
from chimera.core.clock import Now
from chimera.core.embeddings import DIMENSIONS

BITS = 256  # of a perceptual hash


class Fingerprint(BrandModel):
    """What one post that is scheduled or out is like. Append-only; one row a post, and one for each further image.

    Written by `publishing_fingerprint_keep` with the posts themselves, found by `publishing_fleet_near`.
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


class Likeness(BrandModel):
    """The bits of one text or image, narrow, so that many can be measured: signs of a vector, or a perceptual hash.

    Written by a trigger with the fingerprint that it is of. Found by 32 windows of its bits: their indexes stand in
    `sql/`, for they are on expressions.
    """

    id = models.BigIntegerField(primary_key=True)  # twice the fingerprint's; one more for its image
    brand = bound_brand()  # that of the fingerprint
    post_id = models.BigIntegerField()
    day = models.DateField()
    shelf = models.IntegerField()  # 0: a text; 2^23, one bit above the windows: an image
    bits = BitField(length=BITS)  # as `publishing_scattered` put them

    def __str__(self) -> str:
        return f"likeness of post {self.post_id}, {self.day}"
