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


class AccountCheck(BrandModel):
    """Something about an account that no API shows, said by a person or read when it was connected; the last counts.

    `lacks` is what is missing where it does not hold.
    """

    SUBJECT = "publishing.accountcheck"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    name = models.CharField(max_length=20)
    holds = models.BooleanField()
    lacks = models.CharField(max_length=200, blank=True, default="", db_default="")
    by = models.CharField(max_length=160, default="", editable=False)  # a trigger writes both
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "account", "name"], name="accountcheck_once_per_account"),
            models.CheckConstraint(
                condition=models.Q(name__in=["automated_label", "bio", "strikes"]), name="accountcheck_name_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(holds=False) | models.Q(lacks=""), name="accountcheck_that_holds_lacks_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of account {self.account_id}: {self.holds}"
