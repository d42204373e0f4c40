"""The effect, and the incarnation of the installation that sends."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from chimera.core.clock import Now
from governance.effects.states import TRANSITIONS, EffectStatus
from governance.machine import BrandStateful


class Effect(BrandStateful):
    """One act outside for one row: unique by (subject, kind), whatever retries and takeovers there are."""

    SUBJECT = "governance.effect"
    TRANSITIONS = TRANSITIONS

    about = models.CharField(max_length=80, db_column="subject")  # "publishing.post:42"
    task = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)  # "publish"
    platform_class = models.CharField(max_length=1)  # A: idempotency key, B: look-up, C: blind
    # What stops it: those of its row, "effects", and "spending" where it costs money. A connector is told of them.
    scopes = ArrayField(models.CharField(max_length=80), default=list, db_default=[])
    key = models.CharField(max_length=64)  # sent to the platform as the idempotency key
    hold_key = models.CharField(max_length=160)
    payload_hash = models.CharField(max_length=64)
    labelled = models.BooleanField(default=False, db_default=False)  # carries its AI label; a trigger upstairs decides
    sent_fence = models.BigIntegerField()  # whose send it is: a grant of an older number is refused
    grant_jti = models.CharField(max_length=40, blank=True, default="")
    call_timeout_s = models.IntegerField(default=0)
    # Written by the trigger `sends_governance_effect` from here to `incarnation`, whatever a statement says.
    sends = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)  # the last send; the wait for its call counts from here
    first_sent_at = models.DateTimeField(null=True)  # since it was last opened; the platform's key window counts
    absences = models.IntegerField(default=0, db_default=0)  # look-ups since the last send that did not find it
    incarnation = models.IntegerField(default=0, db_default=0)  # of the installation at the last send (see Incarnation)
    # Evidence, append-only: [{"at", "send", "result": "absent" | "found" | "failed" | "not_sent", "said"}]
    lookups = models.JSONField(default=list, db_default=[])
    reopened_by = models.CharField(
        max_length=80, blank=True, default="", db_default=""
    )  # "look-up", "not sent", "grant burned", "governance.reviewitem:3"
    stage_ids = models.JSONField(default=dict, db_default={})  # ids that the platform gave before the end of the call
    platform_id = models.CharField(max_length=120, blank=True, default="")
    receipt = models.JSONField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["brand", "task"],
                condition=~Q(status__in=[EffectStatus.CONFIRMED, EffectStatus.REFUTED]),
                name="effect_open_by_task",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "about", "kind"], name="effect_once_per_subject_and_kind"),
            models.UniqueConstraint(fields=["brand", "key"], name="effect_key_is_unique"),
            models.CheckConstraint(condition=Q(status__in=EffectStatus.values), name="effect_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=EffectStatus.INTENDED)
                | ~Q(grant_jti="")
                | Q(status=EffectStatus.REFUTED)
                | Q(status=EffectStatus.CONFIRMED, sends=0),
                name="effect_sent_has_a_grant",
            ),
            models.CheckConstraint(
                condition=~Q(status=EffectStatus.CONFIRMED) | ~Q(platform_id=""), name="effect_confirmed_has_an_id"
            ),
            # Of what else is done outside, taking down or hiding, there is nothing to label.
            models.CheckConstraint(
                condition=~Q(kind="publish")
                | Q(status__in=[EffectStatus.INTENDED, EffectStatus.REFUTED])
                | Q(labelled=True),
                name="effect_sent_is_labelled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.about}"


class Incarnation(models.Model):
    """Which life of the installation this is (fleet table, one row): a restore begins the next one.

    A grant of an earlier incarnation is refused: who was alive before the restore can publish nothing any more.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.IntegerField(default=1)
    since = models.DateTimeField(db_default=Now())
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="incarnation_has_one_row")]

    def __str__(self) -> str:
        return f"incarnation {self.number}"
