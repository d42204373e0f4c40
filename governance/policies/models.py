"""What a brand decides about its rules."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now

ENTRIES_MAX = 200


def _listed(length: int) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=length), default=list, blank=True)


class BrandPolicy(BrandModel):
    """One row a brand. Changed through `services.set_rules` only; each change is the next `state_version`.

    Without a row a brand forbids nothing more than its personas do, and every link is outside of its allow-list.
    """

    SUBJECT = "governance.brandpolicy"

    state_version = models.IntegerField(default=1, editable=False)
    forbidden_topics = _listed(80)
    sensitive_topics = _listed(80)
    link_domains = _listed(120)
    affiliate_domains = _listed(120)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_zone = models.CharField(max_length=60, blank=True, default="UTC")
    blackout_from = models.DateTimeField(null=True, blank=True)
    blackout_until = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "brand policy"
        verbose_name_plural = "brand policies"
        constraints = [
            models.UniqueConstraint(fields=["brand"], name="brandpolicy_once_per_brand"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="brandpolicy_quiet_hours_are_whole",
            ),
            models.CheckConstraint(
                condition=Q(blackout_from__isnull=True, blackout_until__isnull=True)
                | Q(blackout_from__isnull=False, blackout_until__gt=F("blackout_from"), blackout_until__isnull=False),
                name="brandpolicy_blackout_ends",
            ),
            models.CheckConstraint(
                condition=Q(forbidden_topics__len__lte=ENTRIES_MAX)
                & Q(sensitive_topics__len__lte=ENTRIES_MAX)
                & Q(link_domains__len__lte=ENTRIES_MAX)
                & Q(affiliate_domains__len__lte=ENTRIES_MAX),
                name="brandpolicy_lists_are_bounded",
            ),
        ]

    @property
    def subject(self) -> str:
        """The row's name in the record."""
        return f"{self.SUBJECT}:{self.pk}"

    def __str__(self) -> str:
        return f"rules of brand {self.brand_id}, version {self.state_version}"
