"""The credential."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from publishing.accounts.models import Account


class Credential(BrandModel):
    """How one account signs in. `sealed` is read by the connector's role alone."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    platform_user_id = models.CharField(max_length=60)  # the platform's own id of the account
    sealed = models.TextField()  # the tokens, encrypted
    scopes = ArrayField(models.CharField(max_length=60))
    expires_at = models.DateTimeField()  # of the access token
    connected_at = models.DateTimeField(db_default=Now())
    refreshed_at = models.DateTimeField(db_default=Now())
    renewals = models.IntegerField(default=0)
    reconnect_why = models.CharField(max_length=300, blank=True, default="", db_default="")  # "": it can sign in

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "account"], name="credential_once_per_account"),
            models.CheckConstraint(condition=~models.Q(sealed=""), name="credential_is_sealed"),
        ]

    SUBJECT = "publishing.credential"

    def __str__(self) -> str:
        return f"credential of account {self.account_id}"
