"""The making."""

from typing import Any

from django.db import models
from django.db.models import Q, Value

from chimera.core.clock import Now
from governance.leases.models import Leased
from publishing.media.making.states import ENDED, TRANSITIONS, MakingStatus

TRIES_MAX = 3
ANSWERS = ("found", "lost", "nothing")


class Making(Leased):
    """One image or clip that a provider makes. What was asked for is written once (sql/makings.sql).

    `request` is an ImageRequest or a ClipRequest as JSON, `about` the row that it is for ("agents.task:42"). Each time
    it is begun its worst case is set aside under `hold_key`, so that nothing is begun, and nothing ends, without its
    money.
    """

    SUBJECT = "publishing.making"
    CLAIM = "publishing_making"
    TRANSITIONS = TRANSITIONS

    key = models.CharField(max_length=120)  # the caller's name for it: asked twice, made once
    about = models.CharField(max_length=80)
    maker = models.CharField(max_length=40)
    vendor = models.CharField(max_length=20)
    kind = models.CharField(max_length=5)
    model = models.CharField(max_length=60)
    request = models.JSONField()
    request_hash = models.CharField(max_length=64)
    item = models.CharField(max_length=80)  # of the price table
    count = models.IntegerField()  # units of it
    begins = models.IntegerField(default=0, db_default=0)  # how often money was set aside for it
    tries = models.SmallIntegerField(default=0, db_default=0)  # how often its provider tried, and failed
    begun_at = models.DateTimeField(null=True)
    task_name = models.CharField(max_length=200, blank=True, default="", db_default="")  # the provider's for it
    cancel_asked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, blank=True, default="", db_default="")  # a human's, to a doubt
    content_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    mime = models.CharField(max_length=40, blank=True, default="", db_default="")
    spent_usd_micros = models.BigIntegerField(default=0, db_default=0)  # known when it has ended
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    stage = models.GeneratedField(
        expression=Value("make"), output_field=models.CharField(max_length=12), db_persist=True
    )

    class Meta:
        indexes = [models.Index(fields=["brand", "about"], name="making_by_subject")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="making_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "key"], name="making_once_per_key"),
            models.UniqueConstraint(
                fields=["brand", "vendor", "task_name"], condition=~Q(task_name=""), name="making_once_per_task"
            ),
            models.CheckConstraint(condition=Q(status__in=MakingStatus.values), name="making_status_is_known"),
            models.CheckConstraint(condition=Q(kind__in=["image", "clip"]), name="making_kind_is_known"),
            models.CheckConstraint(condition=~Q(about="") & ~Q(key=""), name="making_is_about_something"),
            models.CheckConstraint(condition=Q(count__gte=1) & ~Q(item=""), name="making_has_a_price"),
            models.CheckConstraint(
                condition=Q(tries__gte=0) & Q(tries__lte=TRIES_MAX), name="making_is_tried_a_few_times"
            ),
            models.CheckConstraint(
                condition=~Q(status=MakingStatus.RUNNING) | ~Q(task_name=""), name="making_that_runs_has_its_task"
            ),
            models.CheckConstraint(
                condition=~Q(status=MakingStatus.MADE) | Q(content_hash__regex=r"^[0-9a-f]{64}$"),
                name="making_that_is_made_has_its_bytes",
            ),
            models.CheckConstraint(condition=Q(answer__in=["", *ANSWERS]), name="making_answer_is_known"),
            models.CheckConstraint(condition=Q(spent_usd_micros__gte=0), name="making_costs_nothing_negative"),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, ended_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(ended_at__isnull=True)),
                name="making_has_an_end_when_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"making {self.pk} by {self.maker} ({self.status})"

    @property
    def hold_key(self) -> str:
        """Under which the money of the last beginning is set aside; the database reads it too (sql/makings.sql)."""
        return f"making:{self.pk}:{self.begins}"

    @property
    def begin_key(self) -> str:
        """The name of the last beginning at the maker's server, over all brands."""
        return f"{self.brand_id}:{self.hold_key}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        names = ("about", "maker", "model", "status", "item", "count", "begins", "task_name", "content_hash", "note")
        told = {name: getattr(self, name) for name in names}
        return {"making": self.pk, **told, "spent_usd_micros": self.spent_usd_micros}
