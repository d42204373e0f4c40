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

    # No index of its own: every such table has others that begin with the brand.
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


def bound_brand(*, null: bool = False) -> "models.ForeignKey[Brand, Brand]":
    """The brand of a hot row that a composite key (or the function that writes it) already ties to an existing brand.

    A second check of the same fact would lock the brand's row for every row that is written.
    """
    return models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False, null=null
    )
