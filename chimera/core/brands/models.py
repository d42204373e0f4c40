"""The brand, and the abstract row that belongs to one."""

from django.db import models

from chimera.core.clock import Now


class Brand(models.Model):
    """A tenant. Its own id plays the part that `brand_id` plays elsewhere."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.name


class BrandModel(models.Model):
    """A row of one brand: under forced row-level security, reached inside `tenancy.brand` only."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
