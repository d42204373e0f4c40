"""The advice."""

from django.db import models
from django.db.models import Q

from agents.advice.states import TRANSITIONS, AdviceStatus
from agents.personas.states import TrustRung
from chimera.core.clock import Now
from governance.machine import BrandStateful
from governance.routing import ACT_ABOVE_BP


class AdviceKind(models.TextChoices):
    """What would be changed."""

    THRESHOLD = "threshold", "A threshold"
    RUNG = "rung", "A rung of trust"


class Advice(BrandStateful):
    """One change that is suggested, with the figures that suggest it."""

    SUBJECT = "agents.advice"
    TRANSITIONS = TRANSITIONS

    kind = models.CharField(max_length=12, choices=AdviceKind.choices)
    scope = models.CharField(max_length=80)  # "brand:1", "agent:7"
    act_above_bp = models.IntegerField(null=True)  # of a threshold
    rung = models.CharField(max_length=16, blank=True, default="")  # of a rung
    why = models.TextField()
    figures = models.JSONField()
    made_at = models.DateTimeField(db_default=Now())
    decided_by = models.CharField(max_length=160, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "advice"
        permissions = [("decide_advice", "Can take or decline advice")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="advice_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "kind", "scope"], condition=Q(status=AdviceStatus.OPEN), name="advice_open_once"
            ),
            models.CheckConstraint(condition=Q(status__in=AdviceStatus.values), name="advice_status_is_known"),
            models.CheckConstraint(
                condition=Q(kind=AdviceKind.THRESHOLD, act_above_bp__range=(ACT_ABOVE_BP, 10_000), rung="")
                | Q(kind=AdviceKind.RUNG, act_above_bp__isnull=True, rung__in=TrustRung.values),
                name="advice_stays_within_bounds",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[AdviceStatus.TAKEN, AdviceStatus.DECLINED])
                | (Q(decided_at__isnull=False) & ~Q(decided_by="") & ~Q(decision_reason="")),
                name="advice_decision_has_name_and_reason",
            ),
        ]

    def __str__(self) -> str:
        wanted = self.rung or f"act above {(self.act_above_bp or 0) / 10_000:.2f}"
        return f"{self.scope}: {wanted}"
