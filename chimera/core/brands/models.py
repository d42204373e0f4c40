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


class Binding(BrandModel):
    """One person works for this brand. Whoever has none works for every brand; with one or more, for these alone.

    The desk's policies read it once for each request (`core_brands_of`), and hide all other brands from that person.
    """

    SUBJECT = "core.binding"

    person = models.CharField(max_length=160)  # "user:ada", as it stands in the record

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="binding_brand_and_id"),
            models.UniqueConstraint(fields=["person", "brand"], name="binding_once_per_person_and_brand"),
            models.CheckConstraint(condition=models.Q(person__regex=r"^user:.+$"), name="binding_is_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} works for brand {self.brand_id}"
