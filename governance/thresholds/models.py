"""The threshold."""

from django.db import models
from django.db.models import F, Q

from chimera.core.clock import Now
from governance.machine import BrandStateful
from governance.routing import ACT_ABOVE_BP, RETRY_BELOW_BP
from governance.thresholds.states import TRANSITIONS, ThresholdStatus


class Threshold(BrandStateful):
    """How sure the judge has to be for one scope ("brand:1", "agent:7") and kind of task (empty: every kind)."""

    SUBJECT = "governance.threshold"
    TRANSITIONS = TRANSITIONS

    scope = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, blank=True, default="")
    act_above_bp = models.IntegerField()  # basis points; strictly above acts. 10,000: nothing acts alone
    retry_below_bp = models.IntegerField()  # strictly below is tried again
    reason = models.TextField()
    set_by = models.CharField(max_length=160)
    since = models.DateTimeField(db_default=Now(), editable=False)
    ended_by = models.CharField(max_length=160, blank=True, default="")
    ended_at = models.DateTimeField(null=True, editable=False)
    end_reason = models.TextField(blank=True, default="")

    class Meta:
        permissions = [("set_threshold", "Can set and lift thresholds")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="threshold_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "scope", "kind"],
                condition=Q(status=ThresholdStatus.IN_FORCE),
                name="threshold_in_force_once",
            ),
            models.CheckConstraint(condition=Q(status__in=ThresholdStatus.values), name="threshold_status_is_known"),
            models.CheckConstraint(
                condition=Q(scope__regex=r"^(brand|agent|campaign):[0-9]+$"), name="threshold_scope_is_of_a_brand"
            ),
            # Never looser than the fleet's, whoever writes the row.
            models.CheckConstraint(
                condition=Q(act_above_bp__range=(ACT_ABOVE_BP, 10_000)), name="threshold_act_only_tighter"
            ),
            models.CheckConstraint(
                condition=Q(retry_below_bp__range=(RETRY_BELOW_BP, F("act_above_bp"))),
                name="threshold_retry_only_tighter",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="threshold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(status=ThresholdStatus.IN_FORCE, ended_at__isnull=True)
                | (Q(status=ThresholdStatus.ENDED, ended_at__isnull=False) & ~Q(ended_by="") & ~Q(end_reason="")),
                name="threshold_end_has_time_name_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"above {self.act_above_bp / 10_000:.4f} for {self.scope}{f' {self.kind}' if self.kind else ''}"
