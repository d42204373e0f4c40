"""The delivery, and how many there were."""

from django.db import models
from django.db.models import Q

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from publishing.accounts.models import Account


class DeliveryKind(models.TextChoices):
    """What a platform says has happened."""

    SAID = "said", "Something was said"
    DELETED = "deleted", "What was said is deleted"


class Delivery(BrandModel):
    """One event about one account, once however often it is delivered; `due_at` is null when nothing is to be done.

    It names what it is about and holds no content: that is asked of the platform.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    platform = models.CharField(max_length=20)
    kind = models.CharField(max_length=8, choices=DeliveryKind.choices)
    platform_id = models.CharField(max_length=120)
    came_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True, db_default=Now())
    looks = models.SmallIntegerField(default=0, db_default=0)  # how often it was looked for and not there

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["brand", "platform", "id"], condition=Q(due_at__isnull=False), name="delivery_open")
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "account", "kind", "platform_id"], name="delivery_once"),
            models.CheckConstraint(condition=Q(kind__in=DeliveryKind.values), name="delivery_kind_is_known"),
            models.CheckConstraint(
                condition=Q(platform_id__regex=r"^[A-Za-z0-9_-]{1,120}$"), name="delivery_names_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.platform_id} on {self.platform}"


class DeliveryCount(models.Model):
    """How many events a platform delivered on a day (fleet table, numbers alone).

    `refused`: deliveries that were not the platform's, or not in its form; `strange`: about nobody's account here.
    """

    platform = models.CharField(max_length=20)
    day = models.DateField()
    kept = models.IntegerField(default=0)
    repeated = models.IntegerField(default=0)
    strange = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "day"], name="delivery_count_once_a_day"),
            models.CheckConstraint(
                condition=Q(kept__gte=0, repeated__gte=0, strange__gte=0, refused__gte=0),
                name="delivery_count_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} on {self.day}: {self.kept}"
