"""Limit, budget of a window, hold, entry; and what the whole fleet may spend and has spent (fleet tables)."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from chimera.core.brands.models import BrandModel, bound_brand
from chimera.core.clock import Now
from governance.budgets.states import TRANSITIONS, HoldStatus
from governance.machine import BrandStateful

TOTAL_DAY = date(1, 1, 1)  # stands in `day` for the window that has no day: in total


class Window(models.TextChoices):
    """What a limit is for."""

    DAY = "day", "a day"
    TOTAL = "total", "in total"


class BudgetLimit(BrandModel):
    """What a scope may spend in a window. A change counts at once, for the running window too (`sql/limits.sql`)."""

    scope = models.CharField(max_length=80)
    window = models.CharField(max_length=8, choices=Window.choices, default=Window.DAY, db_default=Window.DAY)
    limit_usd_micros = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "scope", "window"], name="budgetlimit_once_per_scope_and_window"),
            models.CheckConstraint(condition=Q(limit_usd_micros__gte=0), name="budgetlimit_not_negative"),
            models.CheckConstraint(condition=Q(window__in=Window.values), name="budgetlimit_window_is_known"),
            models.CheckConstraint(
                condition=Q(window=Window.DAY) | Q(scope__startswith="campaign:"),
                name="budgetlimit_total_is_of_campaigns",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.get_window_display()}"


class Budget(BrandModel):
    """One scope on one UTC day, or in total (`day` is TOTAL_DAY). Written by the functions in `sql/` only."""

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
        return f"{self.scope} in total" if self.day == TOTAL_DAY else f"{self.scope} on {self.day}"


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


class Entry(BrandModel):
    """One settlement with both its sides: what was bought (debit) from whose purse (credit). Append-only.

    Written by the statement that settles the hold, so that the entries of a scope always add up to what its budget says
    is spent. What it was for is found by `hold_key` and `about` (the row whose calls or fee it is).
    """

    brand = bound_brand()  # the hold's, tied there
    hold_key = models.CharField(max_length=160)
    about = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=80))
    day = models.DateField()  # the hold's: which day's budget paid
    debit = models.CharField(max_length=80)  # "calls", a fee ("platform:plaza:post"), or "lost"
    credit = models.CharField(max_length=80)  # "brand:1"
    amount_usd_micros = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["brand", "day", "at"], include=["amount_usd_micros"], name="entry_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "hold_key"], name="entry_once_per_hold"),
            models.CheckConstraint(condition=Q(amount_usd_micros__gt=0), name="entry_moves_something"),
            models.CheckConstraint(
                condition=~Q(debit="") & ~Q(credit="") & ~Q(debit=F("credit")), name="entry_has_two_sides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debit} from {self.credit}"


class FleetLimit(models.Model):
    """What all brands together may spend a day: one row (fleet table)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    limit_usd_micros = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="fleetlimit_has_one_row"),
            models.CheckConstraint(condition=Q(limit_usd_micros__gte=0), name="fleetlimit_not_negative"),
        ]

    def __str__(self) -> str:
        return "the fleet a day"


class FleetBudget(models.Model):
    """All brands together on one UTC day (fleet table). What ended since the last fold is still counted as reserved."""

    day = models.DateField(primary_key=True)
    limit_usd_micros = models.BigIntegerField()
    reserved_usd_micros = models.BigIntegerField(default=0, db_default=0)
    settled_usd_micros = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved_usd_micros__gte=0) & Q(settled_usd_micros__gte=0), name="fleetbudget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(limit_usd_micros__gte=F("reserved_usd_micros") + F("settled_usd_micros")),
                name="fleetbudget_never_overspent",
            ),
        ]

    def __str__(self) -> str:
        return f"the fleet on {self.day}"


class FleetReturn(models.Model):
    """Holds that have ended and that the fleet's budget does not know yet; folded into it later (fleet table)."""

    day = models.DateField()
    held_usd_micros = models.BigIntegerField()
    spent_usd_micros = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(spent_usd_micros__gte=0) & Q(held_usd_micros__gte=F("spent_usd_micros")),
                name="fleetreturn_spends_at_most_what_was_held",
            )
        ]

    def __str__(self) -> str:
        return f"of the fleet on {self.day}"
