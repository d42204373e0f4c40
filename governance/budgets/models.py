"""Limit, budget of a day, hold."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from governance.budgets.states import TRANSITIONS, HoldStatus
from governance.machine import BrandStateful


class BudgetLimit(BrandModel):
    """What a scope may spend a day, from now on. A day that has begun keeps its limit."""

    scope = models.CharField(max_length=80)
    limit_usd_micros = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "scope"], name="budgetlimit_once_per_scope"),
            models.CheckConstraint(condition=Q(limit_usd_micros__gte=0), name="budgetlimit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} a day"


class Budget(BrandModel):
    """One scope on one UTC day. Written by the functions in `sql/` only."""

    scope = models.CharField(max_length=80)
    day = models.DateField()
    limit_usd_micros = models.BigIntegerField()
    reserved_usd_micros = models.BigIntegerField(default=0, db_default=0)
    settled_usd_micros = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "scope", "day"], name="budget_once_per_scope_and_day"),
            models.CheckConstraint(
                condition=Q(reserved_usd_micros__gte=0) & Q(settled_usd_micros__gte=0), name="budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(limit_usd_micros__gte=F("reserved_usd_micros") + F("settled_usd_micros")),
                name="budget_never_overspent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} on {self.day}"


class Hold(BrandStateful):
    """Money set aside for one piece of work, named by `key`: asked for twice, held once."""

    SUBJECT = "governance.hold"
    TRANSITIONS = TRANSITIONS

    key = models.CharField(max_length=160)
    about = models.CharField(max_length=80)  # the row whose work it pays: "agents.task:42"
    scopes = ArrayField(models.CharField(max_length=80))
    day = models.DateField()
    amount_usd_micros = models.BigIntegerField()
    settled_usd_micros = models.BigIntegerField(default=0, db_default=0)
    spent_if_lost = models.BooleanField(default=False, db_default=False)  # for a call that a dead worker may have made
    expires_at = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status=HoldStatus.HELD), name="hold_to_expire"),
            models.Index(fields=["brand", "about"], name="hold_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="hold_once_per_key"),
            models.CheckConstraint(condition=Q(status__in=HoldStatus.values), name="hold_status_is_known"),
            models.CheckConstraint(condition=Q(amount_usd_micros__gte=0), name="hold_not_negative"),
            models.CheckConstraint(
                condition=Q(settled_usd_micros__gte=0) & Q(settled_usd_micros__lte=F("amount_usd_micros")),
                name="hold_settles_at_most_what_it_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.key}"
