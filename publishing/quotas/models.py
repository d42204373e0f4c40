"""What platforms take, and what was taken of it (fleet tables). Only functions of `sql/quotas.sql` write the latter."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

SCOPES = ("account", "app", "fleet")


class Quota(models.Model):
    """One limit of a platform from a day on: `count_max` posts in any `span_s` seconds. A newer day replaces it.

    `told_max` is how many the platform itself may say that an account has; equal to `count_max` where it says nothing.
    """

    platform = models.CharField(max_length=20)
    scope = models.CharField(max_length=10)  # "account", "app", "fleet"
    span_s = models.IntegerField()
    count_max = models.IntegerField()
    told_max = models.IntegerField()
    since = models.DateField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "scope", "span_s", "since"], name="quota_once_per_day"),
            models.CheckConstraint(condition=Q(scope__in=SCOPES), name="quota_scope_is_known"),
            models.CheckConstraint(
                condition=Q(span_s__gte=1, count_max__gte=1, told_max__gte=F("count_max")), name="quota_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count_max} in {self.span_s} s for each {self.scope} of {self.platform}"


class Window(models.Model):
    """What one account, or everybody (`account` 0), has taken lately: posts by buckets of time.

    A row of span 0 counts nothing: it says until when a platform takes nothing at all.
    """

    platform = models.CharField(max_length=20)
    scope = models.CharField(max_length=10)
    account = models.BigIntegerField(default=0)
    span_s = models.IntegerField()
    count_max = models.IntegerField()  # what held when a slot was taken last
    buckets = ArrayField(models.BigIntegerField(), default=list)  # numbers of buckets since 1970
    counts = ArrayField(models.IntegerField(), default=list)  # beside them
    told_max = models.IntegerField(null=True)  # what the platform said of this account
    told_at = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "scope", "account", "span_s"], name="window_is_one"),
            models.CheckConstraint(
                condition=Q(scope="account", account__gt=0) | Q(scope__in=["app", "fleet"], account=0),
                name="window_is_of_an_account_or_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.account or ''} on {self.platform}, {self.span_s} s"


class Slot(models.Model):
    """One send that counts, by the id of its grant; given back once when it surely did not go out."""

    jti = models.CharField(max_length=40, primary_key=True)
    account = models.BigIntegerField()
    taken_at = models.DateTimeField()
    windows = ArrayField(models.BigIntegerField())  # in which it was counted
    returned_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "taken_at"], name="slot_by_account")]

    def __str__(self) -> str:
        return f"slot of {self.jti}"
