"""The rule."""

from django.db import models
from django.db.models import Q

from chimera.core.clock import Now
from governance.foureyes.states import TRANSITIONS, FourEyesStatus
from governance.machine import BrandStateful


class What(models.TextChoices):
    """Which cards of a brand need two people. The middle ones are the reasons for which a human is asked."""

    EVERYTHING = "everything", "Everything that waits for approval"
    DOUBT = "doubt", "What the judge doubts"
    RULE = "rule", "What a rule asks a human about"
    PROBATION = "probation", "Posts of agents on probation"
    RETRIES = "retries", "What no retry mended"
    EXHAUSTED = "exhausted", "Tasks whose attempts are used up"
    SPONSORED = "sponsored", "What somebody pays for"
    EDITED = "edited", "What a reviewer edited"


class FourEyes(BrandStateful):
    """One rule of one brand. Who set and ended it is written by the trigger `persons_governance_foureyes`."""

    SUBJECT = "governance.foureyes"
    TRANSITIONS = TRANSITIONS

    what = models.CharField(max_length=12, choices=What.choices)
    reason = models.TextField()
    set_by = models.CharField(max_length=160, default="", db_default="", editable=False)
    since = models.DateTimeField(db_default=Now(), editable=False)
    ended_by = models.CharField(max_length=160, blank=True, default="", db_default="", editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    end_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        verbose_name = "rule of four eyes"
        verbose_name_plural = "rules of four eyes"
        permissions = [("set_foureyes", "Can set and end rules of four eyes")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="foureyes_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "what"], condition=Q(status=FourEyesStatus.IN_FORCE), name="foureyes_in_force_once"
            ),
            models.CheckConstraint(condition=Q(status__in=FourEyesStatus.values), name="foureyes_status_is_known"),
            models.CheckConstraint(condition=Q(what__in=What.values), name="foureyes_is_about_something_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="foureyes_has_a_reason"),
            models.CheckConstraint(
                condition=Q(status=FourEyesStatus.IN_FORCE, ended_at__isnull=True, ended_by="")
                | (Q(status=FourEyesStatus.ENDED, ended_at__isnull=False) & ~Q(ended_by="") & ~Q(end_reason="")),
                name="foureyes_end_has_time_name_and_reason",
            ),
            # foureyes_is_ended_by_a_second_person: in sql/foureyes.sql, it compares persons.
        ]

    def __str__(self) -> str:
        return f"two people for: {self.get_what_display()}"
