"""The asset: a picture or a video by its content hash."""

from django.db import models
from pgvector.django import BitField

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from chimera.core.storage import HOT, TIERS


class Asset(BrandModel):
    """Bytes in storage under their SHA-256, with what is needed to show them. Bytes are shared by all brands' rows.

    `tier` is how near this brand wants them; they lie where the brand wants them that wants them nearest.
    """

    content_hash = models.CharField(max_length=64)
    mime = models.CharField(max_length=40)
    size_bytes = models.IntegerField()
    width = models.IntegerField()
    height = models.IntegerField()
    maker = models.CharField(max_length=40)
    likeness = BitField(length=256, null=True)  # see likeness.py; None for pictures from before it was taken
    moving = models.JSONField(null=True)  # what only a video has, see mp4.Facts.described; None for pictures
    made_at = models.DateTimeField(db_default=Now())
    tier = models.CharField(max_length=4, choices=[(tier, tier) for tier in TIERS], default=HOT, db_default=HOT)
    used_at = models.DateTimeField(db_default=Now())  # made known, shown to somebody, or waiting in a post; to the day

    class Meta:
        indexes = [models.Index(fields=["brand", "tier", "used_at"], name="asset_by_use")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "content_hash"], name="asset_once_per_content"),
            models.CheckConstraint(condition=models.Q(tier__in=list(TIERS)), name="asset_tier_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mime} {self.content_hash[:12]}"
