"""One row a call: never changed, never deleted by the application."""

from django.db import models

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now


class CallRecord(BrandModel):
    """A model or tool call of an attempt, with request, answer, usage and cost."""

    subject = models.CharField(max_length=80)  # who asked: "agents.task:42"
    fence = models.BigIntegerField()
    seat = models.CharField(max_length=40)  # what for: "draft", "image", "publish"
    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=80)
    offline = models.BooleanField(default=False)
    prompt_hash = models.CharField(max_length=64)
    request = models.JSONField()
    answer = models.JSONField(null=True)
    failure = models.TextField(blank=True, default="")
    why = models.CharField(max_length=16, blank=True, default="", db_default="")  # chimera.core.llm.base.Why
    input_tokens = models.IntegerField(default=0)
    output_tokens = models.IntegerField(default=0)
    cache_read_tokens = models.IntegerField(default=0, db_default=0)  # of the input
    cache_write_tokens = models.IntegerField(default=0, db_default=0)  # of the input
    cost_usd_micros = models.BigIntegerField(default=0)
    latency_ms = models.IntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["brand", "subject"], name="call_by_subject")]
        constraints = [
            models.CheckConstraint(condition=models.Q(cost_usd_micros__gte=0), name="call_costs_nothing_negative")
        ]

    def __str__(self) -> str:
        return f"{self.seat} by {self.provider} for {self.subject}"
