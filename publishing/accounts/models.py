"""The account."""

from django.db import models

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now


class Account(BrandModel):
    """One handle on one platform; credentials live in the connector, never here."""

    platform = models.CharField(max_length=20)
    handle = models.CharField(max_length=60)
    display_name = models.CharField(max_length=120)
    belongs_to = models.CharField(max_length=80)  # "agents.agent:7"
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="account_brand_and_id"),
            models.UniqueConstraint(fields=["platform", "handle"], name="account_handle_is_unique_on_platform"),
            models.UniqueConstraint(fields=["brand", "belongs_to", "platform"], name="account_once_per_platform"),
        ]

    def __str__(self) -> str:
        return f"@{self.handle} on {self.platform}"
