"""Feeds and their items are read once for the fleet; trends belong to a brand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from pgvector.django import VectorField

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from chimera.core.embeddings import DIMENSIONS


class Feed(models.Model):
    """A source that is read (fleet table)."""

    url = models.TextField(unique=True)
    title = models.CharField(max_length=300, blank=True, default="")
    format = models.CharField(max_length=12, blank=True, default="")
    etag = models.TextField(blank=True, default="")
    last_modified = models.TextField(blank=True, default="")
    active = models.BooleanField(default=True)
    loopback_allowed = models.BooleanField(default=False)  # an operator named it by a loopback address
    any_age = models.BooleanField(default=False)  # an operator named it: items of any age count as news
    read_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    items_seen = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.title or self.url


class FeedItem(models.Model):
    """One entry of a feed, as it came from outside: text that is data, with its origin (fleet table)."""

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT)
    guid = models.CharField(max_length=500)
    title = models.TextField()
    summary = models.TextField(blank=True)
    url = models.TextField(blank=True)
    origin = models.CharField(max_length=300)
    published_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_default=Now())
    vector = VectorField(dimensions=DIMENSIONS)
    suspicion = models.TextField(blank=True, default="", db_default="")  # why nothing is made of it

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="feeditem_by_seen")]
        constraints = [models.UniqueConstraint(fields=["feed", "guid"], name="feeditem_once_per_feed")]

    def __str__(self) -> str:
        return self.title[:80]


class Release(models.Model):
    """A person read a suspicious item and lets it be used (fleet table). Written once; the trigger says by whom."""

    item = models.BigIntegerField(primary_key=True)  # a feed item's id; the item may be forgotten before this
    by = models.CharField(max_length=160, default="", editable=False)
    reason = models.TextField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="release_has_a_reason")]

    def __str__(self) -> str:
        return f"item {self.item} by {self.by}"


class Trend(BrandModel):
    """A story that several items tell, for one brand; the fingerprint keeps it one while items join."""

    fingerprint = models.CharField(max_length=64)
    title = models.TextField()
    origin = models.CharField(max_length=300)
    items = ArrayField(models.BigIntegerField())  # ids of feed items, a fleet table
    sources = ArrayField(models.CharField(max_length=300))
    vector = VectorField(dimensions=DIMENSIONS)
    score_bp = models.IntegerField()
    velocity_bp = models.IntegerField()
    diversity_bp = models.IntegerField()
    freshness_bp = models.IntegerField()
    burst_bp = models.IntegerField(default=0, db_default=0)  # how unlikely so many tellings are by chance
    detected_at = models.DateTimeField(null=True)  # when it broke out; a story that somebody tells need not have
    first_seen = models.DateTimeField()
    expires_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["brand", "expires_at"], name="trend_live")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="trend_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "fingerprint"], name="trend_once_per_fingerprint"),
        ]

    def __str__(self) -> str:
        return self.title[:80]
