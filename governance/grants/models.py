"""Grants that were used or burned and what came of a used one (the connector writes them); the keys that sign grants,
and the list of those that count no more. Fleet tables.
"""

from django.db import models
from django.db.models import Q

from chimera.core.clock import Now
from governance.grants.states import TRANSITIONS, GrantKeyStatus
from governance.machine import Stateful


class GrantUsed(models.Model):
    """One grant that counts no more. The primary key is the whole point: a second use is a duplicate key.

    `burned`: not used, and now never can be; written by the function governance_burn_grant and by nobody else.
    """

    jti = models.CharField(primary_key=True, max_length=40)
    effect_key = models.CharField(max_length=64)
    used_at = models.DateTimeField(db_default=Now())
    burned = models.BooleanField(db_default=False)

    def __str__(self) -> str:
        return self.jti


class Outcome(models.TextChoices):
    """What a platform surely said. Whatever is not one of these is not written down."""

    PUBLISHED = "published", "It is live"
    REJECTED = "rejected", "Surely not live, and asking again changes nothing"
    NOT_SENT = "not_sent", "Surely not live, ask again later"
    DELETED = "deleted", "It was taken down, or was gone already"


class GrantEnded(models.Model):
    """The platform's definite answer to the one call that a grant was used for, kept before the worker hears it."""

    jti = models.CharField(primary_key=True, max_length=40)  # a foreign key in the database
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    told = models.JSONField()  # the receipt: platform_id, url, status; or code and message
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="grant_ended_is_definite"),
            models.CheckConstraint(
                condition=~Q(outcome__in=[Outcome.PUBLISHED, Outcome.DELETED])
                | (Q(told__has_key="platform_id") & ~Q(told__platform_id="")),
                name="grant_ended_published_has_an_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jti}: {self.outcome}"


class GrantKey(Stateful):
    """A public key, and the root's word for it. The row alone opens nothing: connectors check the voucher.

    Kid, key and voucher are written once; times are the database's (sql/keys.sql). The private half is a file of the
    ring and stands in no table.
    """

    SUBJECT = "governance.grantkey"
    TRANSITIONS = TRANSITIONS

    kid = models.CharField(max_length=16, unique=True, editable=False)
    x = models.CharField(max_length=43, editable=False)  # the raw public key, base64url without padding, as in a JWK
    voucher = models.TextField(editable=False)  # a JWS of the root over kid and x
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    since = models.DateTimeField(db_default=Now(), editable=False)  # in its present state
    verifies_until = models.DateTimeField(null=True, editable=False)  # of a retired one: past the life of its grants

    class Meta:
        verbose_name = "grant key"
        permissions = [("revoke_grantkey", "Can revoke grant keys")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=GrantKeyStatus.values), name="grant_key_status_is_known"),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status=GrantKeyStatus.CURRENT), name="grant_key_one_is_current"
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status=GrantKeyStatus.NEXT), name="grant_key_one_is_next"
            ),
            models.CheckConstraint(
                condition=Q(status=GrantKeyStatus.RETIRED, verifies_until__isnull=False)
                | (~Q(status=GrantKeyStatus.RETIRED) & Q(verifies_until__isnull=True)),
                name="grant_key_retired_has_an_end",
            ),
            # grant_key_is_named_by_its_hash, grant_key_is_written_once: in sql/keys.sql.
        ]

    def __str__(self) -> str:
        return f"grant key {self.kid}"


class GrantRevocation(models.Model):
    """A key that counts no more, whatever else is said of it. Only the operator's login adds one; nobody removes one.

    `by` is written by the database from who acts.
    """

    kid = models.CharField(max_length=16, unique=True)
    reason = models.TextField()
    by = models.CharField(max_length=120, db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="grant_revocation_has_a_reason")]

    def __str__(self) -> str:
        return f"grant key {self.kid} revoked by {self.by}"
