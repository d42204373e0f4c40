"""The campaign, and who posts for it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from agents.campaigns.states import TRANSITIONS, CampaignStatus
from agents.personas.models import Agent
from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from governance.machine import BrandStateful

BRIEF_MAX = 20_000  # characters


class Sponsorship(models.TextChoices):
    """Who pays for it, and how: what readers must be told follows from it."""

    NONE = "none", "Nobody pays"
    OWN = "own", "The brand's own product"
    PAID = "paid", "Paid for by somebody else"
    GIFTED = "gifted", "Products were given"
    AFFILIATE = "affiliate", "A share of sales"


class Campaign(BrandStateful):
    """What a brand wants told, from when to when, by whom, for how much. Money in micros of a dollar.

    `version` rises by one with every change of what results are made from; the database counts it.
    """

    SUBJECT = "agents.campaign"
    TRANSITIONS = TRANSITIONS

    name = models.CharField(max_length=120)
    brief = models.TextField()  # outside text: cited, never followed
    about = ArrayField(models.CharField(max_length=80), default=list, blank=True)  # what it is about, in a few words
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    day_usd_micros = models.BigIntegerField()
    total_usd_micros = models.BigIntegerField()
    posts_per_day = models.IntegerField(default=1)  # of each agent
    sponsorship = models.CharField(max_length=12, choices=Sponsorship.choices, default=Sponsorship.NONE)
    version = models.IntegerField(default=1, editable=False)
    note = models.TextField(blank=True, default="")  # why it was moved last, for people
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        permissions = [("run_campaign", "Can write, start, pause and end campaigns")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="campaign_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "name"], name="campaign_name_once_per_brand"),
            models.CheckConstraint(condition=Q(status__in=CampaignStatus.values), name="campaign_status_is_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="campaign_ends_after_its_start"),
            models.CheckConstraint(
                condition=Q(day_usd_micros__gte=0) & Q(total_usd_micros__gte=F("day_usd_micros")),
                name="campaign_total_holds_a_day",
            ),
            models.CheckConstraint(condition=Q(posts_per_day__range=(1, 20)), name="campaign_posts_are_bounded"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("brief"), BRIEF_MAX), name="campaign_brief_is_bounded"
            ),
            models.CheckConstraint(condition=Q(sponsorship__in=Sponsorship.values), name="campaign_sponsor_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """The campaign as a scope of controls and budgets."""
        return f"campaign:{self.pk}"


class CampaignAgent(BrandModel):
    """One agent that posts for a campaign, or did: who leaves is not deleted."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, db_constraint=False, related_name="casting")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "campaign", "agent"], name="campaignagent_once"),
        ]

    def __str__(self) -> str:
        return f"agent {self.agent_id} for campaign {self.campaign_id}"
